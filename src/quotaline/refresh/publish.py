"""Writes the state, and the segment of each host and Claude Code session that is read, all of one moment."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from quotaline.cache import seen, segment_file, state_file, store
from quotaline.cache.segment_file import NO_MEMO, SESSION
from quotaline.refresh.due import next_due
from quotaline.segment.options import display_options
from quotaline.segment.rendering import HOSTS
from quotaline.segment.schedule import PRECISE_FOR, Row, schedules, widest
from quotaline.settings import saved_settings

if TYPE_CHECKING:
    from quotaline.cache.state_file import State

_CLAUDE = "claude"  # its segments are by session
_SESSION_IDLE = 3 * 3600  # seconds without a run, after which a session's segment is not rewritten
_SESSION_EXPIRES = 7 * 86400  # seconds without a run, after which a session's segment is removed


def publish(folder: str, state: State, ttl: float, now: float) -> None:
    """
    Write the state and the segments as of `now`. The caller holds the lock.

    Raises:
        OSError: If a file can't be written; its old content is kept.
    """
    state_file.save(folder, state)
    due = next_due(state, ttl)
    sessions = _sessions(folder)
    hosts = seen.in_use(folder, (host for host in HOSTS if host != _CLAUDE), now)
    rows_by_host = _schedules(state, [*hosts, _CLAUDE] if sessions else hosts, ttl, now)
    claude_rows = rows_by_host.pop(_CLAUDE, [])
    for host, rows in rows_by_host.items():
        store.write(folder, f"segment.{host}", segment_file.encode(rows, due, now))
    for name in sessions:
        _publish_session(folder, name, claude_rows, due, now)


def publish_first(folder: str, host: str, now: float) -> bytes | None:
    """
    Write the segment of a host that has got a reader, from the state that was last published.

    Returns:
        The segment file's content, also if it could not be written; None if no number is known yet.
    """
    with store.try_locked(folder) as lock:
        state = state_file.load(folder)
        if not state.merged.observations:
            return None
        ttl = saved_settings(state.settings)["ttl"]
        rows = _schedules(state, [host], ttl, now)[host]
        content = segment_file.encode(rows, next_due(state, ttl), now)
        if lock is not None:
            with suppress(OSError):
                store.write(folder, f"segment.{host}", content)
    return content


def _schedules(state: State, hosts: list[str], ttl: float, now: float) -> dict[str, list[Row]]:
    options = display_options(saved_settings(state.settings), state.organisation)
    return schedules(state.merged, hosts, now, options, max(PRECISE_FOR, 2 * ttl))


def _sessions(folder: str) -> list[str]:
    """
    Return the segments of the sessions that may have to be rewritten, or removed.

    A week has hundreds of sessions. The launcher leaves one that is not rewritten to Python as soon as its
    NEXT has passed, so it is enough to look at the date of the others.
    """
    published_at = os.lstat(os.path.join(folder, state_file.FILE)).st_ctime  # by the file system's clock
    names = []
    for name in os.listdir(folder):
        if name.startswith(SESSION):
            age = published_at - os.lstat(os.path.join(folder, name)).st_ctime
            if not _SESSION_IDLE < age <= _SESSION_EXPIRES:
                names.append(name)
    return names


def _publish_session(folder: str, name: str, rows: list[Row], due: float, now: float) -> None:
    memo = segment_file.decode_memo(store.read(folder, name) or b"")
    if memo is None or now - memo.seen_at > _SESSION_EXPIRES:
        with suppress(OSError):
            os.unlink(os.path.join(folder, name))
    elif not memo.text.startswith(NO_MEMO) and now - memo.seen_at <= _SESSION_IDLE:
        memo.width = widest(rows)
        store.write(folder, name, segment_file.encode(rows, due, now, memo))
