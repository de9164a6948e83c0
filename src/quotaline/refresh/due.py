"""When a refresh is due next. Apart from `publish`, so that `quotaline why` need not load the renderers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quotaline.model.merge import current

if TYPE_CHECKING:
    from quotaline.cache.state_file import State


def next_due(state: State, ttl: float) -> float:
    """Return NEXT, epoch seconds: a TTL from the last fresh numbers, or the first reset if that is sooner."""
    now = state.refreshed_at
    resets = (observation.window.resets_at for observation in current(state.merged, now).values())
    return min((now + ttl, *(reset + 1 for reset in resets if reset)))
