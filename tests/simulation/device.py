"""
One device with quotaline on it. The only file of the simulation that imports quotaline.

Everything runs in this process, with the product's own functions; what is
replaced is at the edge: the clock, the process start, stdin and stdout, the
HTTP request. Files are real, in a temporary folder.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest import mock

from quotaline.cache import clock, segment_file, store
from quotaline.cache.paths import cache_folder
from quotaline.fastpath import reader
from quotaline.fastpath import statusline as command
from quotaline.model.errors import Unreachable
from quotaline.model.merge import current
from quotaline.refresh import detach, publish
from quotaline.refresh.cycle import CacheFolderError, Job, refresh
from quotaline.segment import rendering, schedule
from quotaline.segment.thresholds import OLD, VERY_OLD
from quotaline.sources import api, statusline

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Iterator, Sequence

    from quotaline.model.merge import MergedUsage
    from quotaline.model.usage import Usage
    from quotaline.segment.schedule import Row
    from quotaline.sources.credentials import Token
    from simulation.client import Session
    from simulation.events import Events
    from simulation.provider import Provider

HOSTS = ("plain", "claude")  # those that are looked at: the others would only cost time
COLUMNS = 120

MOST_TEXTS = 20_000


class Killed(BaseException):
    """Raised where a process is killed."""


@dataclass
class Device:
    """
    A computer: its clocks, its network, its prompts.

    `offset` is how far its wall clock is ahead of the true time; `kill_at`
    counts writes of files: 1 kills the next process at its first write;
    `kill_request` kills the next refresher: `before` its request or `after` it. `killed`
    is when one was killed last.
    """

    events: Events
    home: pathlib.Path
    provider: Provider
    offset: float = 0.0
    booted: float = 0.0
    boots: int = 0
    is_awake: bool = True
    wakes_at: float = 0.0
    has_network: bool = True
    kill_at: int = 0
    kill_request: str = ""
    killed: float = 0.0
    scheduled: tuple[str, float, dict[str, list[Row]]] = ("", 0.0, {})
    width: tuple[list[Row], int] = ([], 0)
    rendered: dict[Any, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.booted = self.events.now - 5000
        self.environ = {"HOME": str(self.home)}
        self.folder = cache_folder(self.environ) or ""
        self.config = self.home / "config.toml"
        self.printed: list[str] = []

    @property
    def wall(self) -> float:
        """What its wall clock shows, in epoch seconds."""
        return self.events.now + self.offset

    def reboot(self) -> None:
        """Start anew: another boot id, and an uptime from zero."""
        self.boots += 1
        self.booted = self.events.now

    @contextmanager
    def patched(self) -> Iterator[None]:
        """Put the product's edge into this world."""
        schedules = partial(self._schedules, schedule.schedules)
        widest = schedule.widest
        render = partial(self._render, rendering.render)
        with ExitStack() as stack:
            for where, name, stand_in in (
                (time, "time", lambda: self.wall),
                (clock, "_first_line", self._first_line),
                (detach, "start_refresher", self._start),
                (detach, "leave_host", lambda _lock: False),
                (command, "print_line", self.printed.append),
                (publish, "HOSTS", HOSTS),
                (schedule, "render", render),
                (publish, "schedules", schedules),
                (schedule, "schedules", schedules),
                (publish, "widest", lambda rows: self._widest(widest, rows)),
                (store, "write", partial(self._write, store.write)),
            ):
                stack.enter_context(mock.patch.object(where, name, stand_in))
            yield

    def prompt(self, host: str = "plain") -> str:
        """Return what a prompt prints, and start the refresher where it is due (shell/quotaline)."""
        content = store.read(self.folder, f"segment.{host}")
        found = segment_file.decode(content, self.wall, host) if content else None
        text, due = found or (reader.NEUTRAL, 0.0)
        if due <= self.wall and not store.is_claimed(self.folder, self.wall):
            self._start(partial(self._claim, self.wall))
        return text

    def status_line(self, one: Session) -> str | None:
        """Return what the statusLine command prints for a session; None if it was killed before it ended."""
        text = one.status(self.wall)
        if (line := self._fast(one.name, text)) is not None:
            return line
        self.printed.clear()
        with mock.patch.object(command, "read_stdin", return_value=text):
            try:
                command.run({**self.environ, "COLUMNS": str(COLUMNS)})
            except Killed:
                return None
        return self.printed[-1]

    def _fast(self, name: str, text: bytes) -> str | None:
        """Play the launcher: the text of the session's segment, if it is fresh and made for this input."""
        content = store.read(self.folder, f"segment.claude.{name}")
        if not content:
            return None
        header, made_for, *_ = content.decode().split("\n")
        found = segment_file.decode(content, self.wall, "claude")
        if found is None or made_for != (statusline.limits_text(text) or "") or self.wall >= found[1]:
            return None
        return found[0] if int(header.split(" ")[6]) <= COLUMNS else None

    def refresh(self, *, force: bool = False) -> None:
        """Run one refresher to its end, or to where it is killed."""
        job = Job(self.environ, str(self.config), lambda: self.wall, self._fetch)
        try:
            refresh(job, force=force)
        except Killed:
            self.kill_at, self.killed = 0, self.events.now
        except (CacheFolderError, store.Busy):
            pass

    def _claim(self, wall: float) -> bool:
        return store.prepare(self.folder, str(self.home)) and store.claim(self.folder, wall)

    def _start(self, may: Callable[[], bool] = lambda: True) -> None:
        """Start a refresher: Python takes its time, and a suspended computer takes longer."""
        if may():
            boots = self.boots
            self.events.after(0.3, lambda: self._begin(boots))

    def _begin(self, boots: int) -> None:
        if not self.is_awake:
            self.events.at(max(self.wakes_at, self.events.now + 1), lambda: self._begin(boots))
        elif boots == self.boots:
            self.refresh()

    def _fetch(self, token: Token, *, now: float, user_agent: str) -> Usage:
        boots = self.boots
        kill, self.kill_request = self.kill_request, ""
        self.provider.note(self.events.now, token.reveal())
        if kill == "before":  # nobody can tell, so it counts as sent
            raise Killed
        if not self.has_network:
            self.events.wait(0.1)
            raise Unreachable
        takes = self.provider.takes()
        self.events.wait(takes / 2)
        answer = self.provider.answer(self.events.now, token.reveal())
        noted = self.provider.requests[-1]
        self.provider.requests[-1] = replace(noted, status=0)  # until its answer has been received
        self.events.wait(takes / 2)
        while not self.is_awake:
            self.events.run_until(max(self.wakes_at, self.events.now + 1))
        if kill == "after" or boots != self.boots:
            raise Killed
        if not self.has_network:
            raise Unreachable
        self.provider.requests[self.provider.requests.index(replace(noted, status=0))] = noted
        status, headers, body = answer
        return api._parse(status, headers, body, now)

    def _first_line(self, path: str) -> str:
        if path.endswith("boot_id"):
            return f"{self.boots:08x}-0000-0000-0000-000000000000\n"
        return f"{self.events.now - self.booted:.2f} 0.00\n"

    def _render(
        self,
        real: Callable[..., dict[str, str]],
        merged: MergedUsage,
        hosts: Sequence[str],
        now: float,
        *rest: Any,
        **more: Any,
    ) -> dict[str, str]:
        """
        Render, or reuse a text: the compact style shows no countdown and no time of day.

        So the same numbers, all of the same class of age, always have the same text.
        """
        shown = current(merged, now).items()
        seen = tuple((key, one.window.utilization, _age(now - one.observed_at)) for key, one in sorted(shown))
        texts = self.rendered.get(seen)
        if texts is None:
            if len(self.rendered) > MOST_TEXTS:
                self.rendered.clear()
            texts = self.rendered[seen] = real(merged, HOSTS, now, *rest, **more)
        return {host: texts[host] for host in hosts}

    def _widest(self, real: Callable[[list[Row]], int], rows: list[Row]) -> int:
        if rows is not self.width[0]:
            self.width = (rows, real(rows))
        return self.width[1]

    def _schedules(
        self,
        real: Callable[..., dict[str, list[Row]]],
        merged: MergedUsage,
        hosts: Sequence[str],
        now: float,
        *rest: Any,
    ) -> dict[str, list[Row]]:
        """Reuse the rows of the same observations: those that time has passed are skipped by every reader."""
        seen = f"{merged.observations}"
        if seen != self.scheduled[0] or now < self.scheduled[1]:
            self.scheduled = (seen, now, real(merged, HOSTS, now, *rest))
        return {host: self.scheduled[2][host] for host in hosts}

    def _write(self, real: Callable[..., None], folder: str, name: str, content: bytes) -> None:
        if self.kill_at:
            self.kill_at -= 1
            if not self.kill_at:
                raise Killed
        real(folder, name, content)


def _age(seconds: float) -> int:
    """Return the class of an age: as it is, `~`, or so many hours."""
    return int(seconds >= OLD) - 1 if seconds < VERY_OLD else int(seconds // VERY_OLD)
