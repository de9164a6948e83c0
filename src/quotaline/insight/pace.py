"""
Pace: how the use of a window compares with even use, which reaches 100 % exactly at the reset. Pure.

A pace is notable only if it helps: early in a window a number has no meaning yet, a small one is no
concern, late in a window nothing can be changed any more, and a few points are noise. Unused quota is a
loss in a window of several days, not in one of hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quotaline.model.usage import Window

_FULL = 100.0
_EARLY = 5.0  # percent of a window's time; before it there is no pace
_LATE = 93.0  # percent of a window's time; after it the reset is soon anyway
_DAY = 86400.0  # seconds; before the first day of a longer window is over there is no pace
_LITTLE = 20.0  # percent used
_NOISE = 15.0  # points


@dataclass(frozen=True, slots=True)
class Pace:
    """
    The pace of a window.

    `ahead` is in points: percent used less percent of the time elapsed, below
    zero if behind. `projected` is the utilization at the reset if use goes on
    as before, in percent. `used_up_at` is when it reaches 100 that way, in
    epoch seconds; None if not before the reset. `notable`: worth showing to a
    user who did not ask for the pace.
    """

    ahead: float
    projected: float
    used_up_at: float | None
    notable: bool


def pace(window: Window, at: float) -> Pace | None:
    """
    Return the pace of a window; None if its reset or length is unknown, or it is too early.

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
