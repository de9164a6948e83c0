"""
Pace: how use compares with even use, which would reach 100 % exactly at the reset. Pure.

When to be silent is from what other tools learned: an early number says
nothing, a small one worries nobody, a late one can't be changed any more, and
a few points are noise. Unused quota is a loss by the week, not by the five hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quotaline.model.usage import Window

_FULL = 100.0
_EARLY = 5.0  # percent of a window that say nothing yet
_LATE = 93.0  # percent of a window after which it comes back soon anyway
_DAY = 86400.0  # seconds; of a window of several days the first one says nothing yet
_LITTLE = 20.0  # percent used
_NOISE = 15.0  # points


@dataclass(frozen=True, slots=True)
class Pace:
    """
    How a window's use runs.

    `ahead` is in points: percent used less percent of the time elapsed, below
    zero when behind. `projected` is the utilization at the reset if use goes on
    as so far, in percent. `used_up_at` is when it reaches 100 that way, in
    epoch seconds; None if not before the reset. `notable`: worth telling
    somebody who did not ask.
    """

    ahead: float
    projected: float
    used_up_at: float | None
    notable: bool


def pace(window: Window, at: float) -> Pace | None:
    """
    Return the pace of a window; None if it can't be told, or not yet.

    Args:
        window: One limit.
        at: When its utilization was observed, epoch seconds.
    """
    elapsed = window.elapsed_percent(at)
    if elapsed is None or not window.length or window.resets_at is None:
        return None
    is_long = window.length > _DAY
    if elapsed < max(_EARLY, _FULL * _DAY / window.length if is_long else 0.0):
        return None
    used = window.utilization
    ahead = used - elapsed
    is_notable = ahead >= _NOISE or (is_long and ahead <= -_NOISE)
    return Pace(
        ahead=round(ahead, 1),
        projected=round(_FULL * used / elapsed, 1),
        used_up_at=_used_up_at(window, window.resets_at, elapsed),
        notable=is_notable and used >= _LITTLE and elapsed <= _LATE,
    )


def _used_up_at(window: Window, resets_at: float, elapsed: float) -> float | None:
    if window.utilization <= elapsed or not window.length:
        return None
    began = resets_at - window.length
    return began + window.length * elapsed / window.utilization
