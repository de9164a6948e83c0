"""When a refresh is due next. Apart from `publish`, so that `quotaline why` need not load the renderers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quotaline.model.backoff import MIN_INTERVAL
from quotaline.model.merge import SCOPED_INTERVAL, current, scoped_due_at

if TYPE_CHECKING:
    from quotaline.cache.state_file import State


def next_due(state: State, ttl: float) -> float:
    """
    Return NEXT, epoch seconds: a TTL from the last fresh numbers.

    It is sooner if a window ends before that, or if only the scoped windows are old. For those the
    refresher runs once a TTL at most, since it may find that it must not make a request.
    """
    now = state.refreshed_at
    resets = (observation.window.resets_at for observation in current(state.merged, now).values())
    scoped = max(scoped_request_due(state, now), state.cycled_at + ttl)
    return min((now + ttl, scoped, *(reset + 1 for reset in resets if reset)))


def scoped_request_due(state: State, now: float) -> float:
    """Return when a request for the scoped windows alone is due, in epoch seconds."""
    if (state.settings or {}).get("sources.api") is False:
        return math.inf
    attempted_at = state.backoff.attempted_at
    # Before the first request of all: the first report of Claude Code serves every host without one.
    allowed_at = attempted_at + SCOPED_INTERVAL if attempted_at else state.cycled_at + MIN_INTERVAL
    return max(scoped_due_at(state.merged, now), allowed_at)
