"""
Sessions: what each used and cost, from the client's transcripts, and the sums by day, project or model.

Nothing here makes a request, and nothing of it is called while a prompt or a status line waits.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quotaline.cache import segment_file, store
from quotaline.cache.paths import cache_folder
from quotaline.insight.costs import Cost, costs
from quotaline.insight.prices import NANO, Tokens
from quotaline.insight.transcript_index import contents
from quotaline.insight.transcript_tables import SLOT
from quotaline.model.session_usage import ApiUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from quotaline.insight.transcript_index import Contents, Slot, Transcript

GROUPS = ("day", "project", "model")
_FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")  # of a session whose segment is in the cache
_RESET = re.compile(r'"five_hour"\s*:\s*\{[^{}]*"resets_at"\s*:\s*(\d{1,12}(?:\.\d*)?)')


@dataclass(frozen=True, slots=True)
class Session:
    """
    One session.

    Attributes:
        usage: What it used, subagents included.
        project: The folder where it ran.
        models: Their ids, the most used one first.
        started_at: When its first counted request was made, epoch seconds; `usage.updated_at` is the last.
        is_estimate: Whether a part of the cost is from our price table, not from the client.
        transcript: The file that has its first prompt; empty if it is gone.
        prompt: Where that prompt is in it, for `titles.title`; -1 if there is none.
        window_share: Percent of the 5-hour limit that was used while it was active; None until a history of
            readings can say so.
    """

    usage: ApiUsage
    project: str
    models: tuple[str, ...]
    started_at: float
    is_estimate: bool
    transcript: str
    prompt: int = -1
    window_share: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The use of one day, project or model, with the number of sessions that it comes from."""

    name: str
    usage: ApiUsage
    sessions: int
    is_estimate: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What was used: by quarter of an hour, session and model, and by session."""

    sessions: list[Session]
    costs: list[Cost]
    projects: dict[str, str]

    @property
    def total(self) -> ApiUsage:
        """The sum of all sessions."""
        return ApiUsage.aggregate(session.usage for session in self.sessions)


def report(environ: Mapping[str, str], since: float = 0.0, project: str = "") -> Report:
    """
    Return what the sessions of the config dir in force used, in the order in which they began.

    Args:
        environ: Where the config dir and the cache are.
        since: Only what was used from then on, epoch seconds, to a quarter of an hour.
        project: Only sessions of this folder or one below it, or of any folder with this name.
    """
    known = contents(environ)
    slots: dict[str, list[Slot]] = {}
    for slot in known.slots:
        slots.setdefault(slot.session, []).append(slot)
    origins = {one.session: one for one in known.transcripts.values() if one.is_main}
    sessions, recent, projects = [], [], {}
    for name, own in slots.items():
        origin = origins.get(name) or known.transcripts[min(own, key=lambda slot: slot.first).file]
        folder = origin.folder or os.path.basename(os.path.dirname(origin.path))
        if project and not _is_in(folder, project):
            continue
        found = [one for one in _costs(known, name, own) if (one.slot.slot + 1) * SLOT > since]
        if found:
            sessions.append(_session(environ, name, folder, origin, found))
            recent += found
            projects[name] = folder
    sessions.sort(key=lambda session: (session.started_at, session.usage.session_id))
    return Report(sessions, recent, projects)


def grouped(found: Report, by: str) -> list[Group]:
    """Return the sums by one of GROUPS: days in order, else what cost most first."""
    name_of: Callable[[Cost], str] = {
        "day": lambda one: time.strftime("%Y-%m-%d", time.localtime(one.slot.slot * SLOT)),
        "project": lambda one: found.projects[one.slot.session],
        "model": lambda one: one.slot.model,
    }[by]
    groups: dict[str, list[Cost]] = {}
    for one in found.costs:
        groups.setdefault(name_of(one), []).append(one)
    made = [
        Group(
            name,
            _usage(name, members),
            len({one.slot.session for one in members}),
            any(one.is_estimate for one in members),
        )
        for name, members in groups.items()
    ]
    if by == "day":
        return sorted(made, key=lambda group: group.name)
    return sorted(
        made, key=lambda group: (-group.usage.estimated_cost, -group.usage.total_tokens, group.name)
    )


def _costs(known: Contents, name: str, own: list[Slot]) -> list[Cost]:
    files = known.figures.get(name, {})

    def is_its_own(file: int) -> bool:
        transcript = known.transcripts[file]
        return transcript.is_main and transcript.session == name

    # A fork may hold copies of its parent's figures. Those in the session's own transcript are complete.
    file = min(files, key=lambda one: (not is_its_own(one), one), default=None)
    is_fork = any(known.transcripts[slot.file].is_fork for slot in own)
    return costs(own, files[file] if file is not None else (), is_fork=is_fork)


def _session(
    environ: Mapping[str, str], name: str, folder: str, origin: Transcript, found: list[Cost]
) -> Session:
    used: dict[str, int] = {}
    for one in found:
        used[one.slot.model] = used.get(one.slot.model, 0) + sum(one.slot.tokens)
    is_own = origin.is_main and origin.session == name
    usage = _usage(name, found)
    usage.rate_limit_reset = _last_reset(environ, name)
    return Session(
        usage=usage,
        project=folder,
        models=tuple(sorted(filter(used.get, used), key=lambda model: (-used[model], model))),
        started_at=min(one.slot.first for one in found),
        is_estimate=any(one.is_estimate for one in found),
        transcript=origin.path if is_own else "",
        prompt=origin.prompt if is_own else -1,
    )


def _usage(name: str, found: Iterable[Cost]) -> ApiUsage:
    members = list(found)
    tokens = Tokens(*map(sum, zip(*(one.slot.tokens for one in members), strict=True)))
    return ApiUsage(
        session_id=name,
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        cache_creation_tokens=tokens.write_5m + tokens.write_1h,
        cache_read_tokens=tokens.read,
        estimated_cost=sum(one.cost for one in members) / NANO,
        cost_is_partial=any(one.is_partial for one in members),
        updated_at=max(one.slot.last for one in members),
    )


def _is_in(folder: str, project: str) -> bool:
    if os.sep not in project and project not in (os.curdir, os.pardir):
        return os.path.basename(folder) == project
    path = os.path.abspath(project)
    return folder == path or folder.startswith(path.rstrip(os.sep) + os.sep)


def _last_reset(environ: Mapping[str, str], session: str) -> float | None:
    """Return the reset of the 5-hour window that a session passed to its status line last."""
    folder = cache_folder(environ)
    if folder is None or not _FILE_NAME.fullmatch(session):
        return None
    memo = segment_file.decode_memo(store.read(folder, f"segment.claude.{session}") or b"")
    found = _RESET.search(memo.text) if memo else None
    return float(found[1]) if found else None
