"""One edition of the segments: every host's, and every Claude Code session's, written together."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from quotaline.cache import segment_file, state_file, store
from quotaline.model.merge import SCOPED_EVERY, current, scoped_due_at
from quotaline.segment.markup import HOSTS, tables, widest
from quotaline.segment.options import display_options
from quotaline.segment.text import BY_THE_MINUTE
from quotaline.settings import kept

if TYPE_CHECKING:
    from quotaline.cache.state_file import State

SESSION = "segment.claude."  # + session id
NO_MEMO = "-"  # in front of the memo of a segment that is one session's own: the launcher's never equals it
_FORGOTTEN = 7 * 86400  # seconds without a run, after which a session's segment is removed


def publish(folder: str, state: State, ttl: float, now: float) -> None:
    """
    Write the state and every segment as it is at `now`. To be called under the lock.

    Raises:
        OSError: If something can't be written; what was there before stands.
    """
    state_file.save(folder, state)
    due = next_due(state, ttl)
    found = tables(
        state.merged,
        HOSTS,
        now,
        display_options(kept(state.settings), state.organisation),
        max(BY_THE_MINUTE, 2 * ttl),
    )
    table = found.pop("claude")  # that one's are by session
    for host, rows in found.items():
        store.write(folder, f"segment.{host}", segment_file.write(rows, due, now))
    for name in os.listdir(folder):
        if name.startswith(SESSION):
            _reprint(folder, name, table, due, now)


def next_due(state: State, ttl: float) -> float:
    """
    Return NEXT, epoch seconds: a TTL from the last fresh numbers.

    It is sooner if a window ends before that, or if only the scoped windows have become old; for those
    the refresher is started once a TTL at most, since it may find that nothing may be asked.
    """
    now = state.refreshed_at
    resets = (observation.window.resets_at for observation in current(state.merged, now).values())
    scoped = max(scoped_due(state, now), state.cycled_at + ttl)
    return min((now + ttl, scoped, *(reset + 1 for reset in resets if reset)))


def scoped_due(state: State, now: float) -> float:
    """Return from when the endpoint is asked for the scoped windows alone, in epoch seconds."""
    if state.settings.get("sources.api") is False:
        return math.inf
    return max(scoped_due_at(state.merged, now), state.backoff.attempted_at + SCOPED_EVERY)


def _reprint(folder: str, name: str, table: list[tuple[float, str]], due: float, now: float) -> None:
    memo = segment_file.memo(store.read(folder, name) or b"")
    if memo is None or now - memo.seen > _FORGOTTEN:
        with suppress(OSError):
            os.unlink(os.path.join(folder, name))
    elif not memo.text.startswith(NO_MEMO):
        memo.width = widest(table)
        store.write(folder, name, segment_file.write(table, due, now, memo))
