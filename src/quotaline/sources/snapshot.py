"""
What the client keeps in `.claude.json`: its last usage answer, dated, and whose login it is
(docs/claude-code.md 2.4).

That file can be tens of MB and is rewritten at any moment, so it is read only
when it changed, and only the two objects in it are parsed.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quotaline.cache.paths import home_folder
from quotaline.model.errors import UnreadableAnswer
from quotaline.model.usage import Reading
from quotaline.sources import payload

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOURCE = "snapshot"
_MAX_FILE = 256 << 20
_MAX_OBJECT = 256 << 10


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    What `.claude.json` tells.

    `stamp` changes when the file does; `account` is the accountUuid of the
    login, None if there is none; `organisation` its name, fit to be shown;
    `reading` is the usage, None if there is none or it may not be used, and
    `rejected` says why.
    """

    stamp: str
    account: str | None = None
    organisation: str = ""
    reading: Reading | None = None
    rejected: str = ""


def read(environ: Mapping[str, str], known: str, now: float) -> Snapshot | None:
    """
    Return what the file tells, or None if it is as it was at the stamp `known`, missing, or cut off.

    Args:
        environ: Names the config dir.
        known: The stamp of the snapshot that was read last.
        now: Epoch seconds.
    """
    try:
        with open(_path(environ), "rb", opener=_without_waiting) as file:
            found = os.fstat(file.fileno())
            stamp = f"{found.st_mtime_ns}:{found.st_size}:{found.st_ino}"
            if stamp == known or found.st_size > _MAX_FILE or found.st_uid != os.geteuid():
                return None
            content = file.read(_MAX_FILE)
    except (OSError, ValueError):
        return None
    if not content.rstrip().endswith(b"}"):
        return None  # somebody is writing it: another time
    login = next(_objects(content, "oauthAccount"), {})
    account = _text(login.get("accountUuid")) or None
    cached = next((one for one in _objects(content, "cachedUsageUtilization") if "fetchedAtMs" in one), None)
    reading, rejected = _reading(cached, account, now) if cached else (None, "")
    return Snapshot(stamp, account, _organisation(login), reading, rejected)


def _path(environ: Mapping[str, str]) -> str:
    return f"{environ.get('CLAUDE_CONFIG_DIR') or home_folder(environ) or '/nonexistent'}/.claude.json"


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)  # a FIFO of that name would block us


def _objects(content: bytes, key: str) -> Iterator[dict[str, Any]]:
    """Yield the objects that stand under a key. One quoted in some text has a backslash before it."""
    for found in re.finditer(rb'(?<!\\)"%s"\s*:\s*(?=\{)' % key.encode(), content):
        text = content[found.end() : found.end() + _MAX_OBJECT].decode(errors="replace")
        try:
            yield json.JSONDecoder().raw_decode(text)[0]
        except (ValueError, RecursionError):
            continue


def _reading(cached: dict[str, Any], account: str | None, now: float) -> tuple[Reading | None, str]:
    if account is None or cached.get("accountUuid") != account:
        return None, "of another account than the one that is logged in"
    fetched = payload.number(cached.get("fetchedAtMs"))
    if fetched is None:
        return None, "not dated"
    try:
        usage = payload.parse(cached.get("utilization"), now)
    except UnreadableAnswer:
        return None, "no usage in it"
    return Reading(SOURCE, fetched / 1000, usage, account), ""


def _organisation(login: dict[str, Any]) -> str:
    name = _text(login.get("organizationName"))
    # A personal organisation is named after the e-mail address, which is nobody's business.
    return "" if "@" in name else payload.safe_name(name, 40)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
