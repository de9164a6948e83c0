"""
Reads the client's `.claude.json`: its last usage answer, dated, and the account that is logged in
(docs/claude-code.md 2.4).

The file may have tens of MB and may be rewritten at any time, so it is read only when
it has changed, and only the two objects are parsed.
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
_LARGE = 1 << 20  # reading 10 MiB takes 100 ms
_MAX_OBJECT = 256 << 10


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    The content of `.claude.json`.

    `stamp` changes when the file does. `account` is the accountUuid of the login,
    None without one; `organisation` the name of its organisation, safe to show.
    `reading` is None if there is no usage or it is rejected; `rejected` is the reason.
    """

    stamp: str
    account: str | None = None
    organisation: str = ""
    reading: Reading | None = None
    rejected: str = ""


def read(environ: Mapping[str, str], known: str, now: float) -> Snapshot | None:
    """
    Read the file. Return None if it is missing, incomplete, or unchanged since the stamp `known`.

    Args:
        environ: Determines the config dir.
        known: The stamp of the snapshot that was last read.
        now: Epoch seconds.
    """
    try:
        with open(_path(environ), "rb", opener=_open_nonblocking) as file:
            status = os.fstat(file.fileno())
            stamp = _stamp(status)
            if stamp == known or status.st_size > _MAX_FILE or status.st_uid != os.geteuid():
                return None
            content = file.read(_MAX_FILE)
    except (OSError, ValueError):
        return None
    if not content.rstrip().endswith(b"}"):
        return None  # the client is writing it; the next refresh reads it
    login = next(_objects(content, "oauthAccount"), {})
    account = _text(login.get("accountUuid")) or None
    cached = next(
        (item for item in _objects(content, "cachedUsageUtilization") if "fetchedAtMs" in item), None
    )
    reading, rejected = _reading(cached, account, now) if cached else (None, "")
    return Snapshot(stamp, account, _organisation(login), reading, rejected)


def is_large(environ: Mapping[str, str], known: str) -> bool:
    """Whether the file has changed since the stamp `known`, and reading it would hold up a status line."""
    try:
        status = os.stat(_path(environ))
    except (OSError, ValueError):
        return False
    return status.st_size > _LARGE and _stamp(status) != known


def _stamp(status: os.stat_result) -> str:
    return f"{status.st_mtime_ns}:{status.st_size}:{status.st_ino}"


def _path(environ: Mapping[str, str]) -> str:
    return f"{environ.get('CLAUDE_CONFIG_DIR') or home_folder(environ) or '/nonexistent'}/.claude.json"


def _open_nonblocking(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)  # a FIFO of that name would block


def _objects(content: bytes, key: str) -> Iterator[dict[str, Any]]:
    """Yield the objects under a key. A key that is quoted in a string has a backslash before it."""
    for match in re.finditer(rb'(?<!\\)"%s"\s*:\s*(?=\{)' % key.encode(), content):
        text = content[match.end() : match.end() + _MAX_OBJECT].decode(errors="replace")
        try:
            yield json.JSONDecoder().raw_decode(text)[0]
        except (ValueError, RecursionError):
            continue


def _reading(cached: dict[str, Any], account: str | None, now: float) -> tuple[Reading | None, str]:
    if account is None or cached.get("accountUuid") != account:
        return None, "of another account than the one that is logged in"
    fetched = payload.finite_number(cached.get("fetchedAtMs"))
    if fetched is None:
        return None, "not dated"
    try:
        usage = payload.parse(cached.get("utilization"), now)
    except UnreadableAnswer:
        return None, "no usage in it"
    return Reading(SOURCE, fetched / 1000, usage, account), ""


def _organisation(login: dict[str, Any]) -> str:
    name = _text(login.get("organizationName"))
    # A personal organisation is named after the e-mail address, which must not end up in an issue report.
    return "" if "@" in name else payload.sanitize_name(name, 40)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
