"""Pace: whether a window is used faster than its time goes by. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from quotaline.usage import LENGTHS, SEVEN_DAY

if TYPE_CHECKING:
    from quotaline.usage import Window

# Speak only when useful: the start of a window says nothing, and neither does little use.
_EARLY = 5  # percent of the window's time
_EARLY_WEEK = 100 / 7  # its first day
_LITTLE = 20  # percent used
_AHEAD = 15  # percent points


class Pace(NamedTuple):
    """
    Use against time, as observed.

    `used` and `elapsed` are percent of the limit and of the window's time;
    `projected` is the percent used at the reset if it goes on like this;
    `full_at` is when the limit is reached then (epoch seconds), None if the
    reset comes first. `speaks`: it is far enough ahead, and late enough, to be
    worth a word.
    """

    used: float
    elapsed: float
    projected: float
    full_at: float | None
    speaks: bool

    @property
    def ahead(self) -> float:
        """Percent points of use that an even use would not have had yet; negative: behind."""
        return self.used - self.elapsed


def pace(window: Window, at: float) -> Pace | None:
    """
    Return the pace of a window; None if its length or reset is not known, or nothing of it is over.

    Args:
        window: As it was told.
        at: When it was observed, epoch seconds: use and time have to be of the same moment.
    """
    elapsed = window.elapsed_percent(at)
    if not elapsed or window.resets_at is None or not window.length:
        return None
    used = window.utilization
    projected = used * 100 / elapsed
    started = window.resets_at - window.length
    full_at = started + window.length * elapsed / used if projected > 100 else None  # noqa: PLR2004
    early = _EARLY_WEEK if window.length >= LENGTHS[SEVEN_DAY] else _EARLY
    speaks = elapsed >= early and used >= _LITTLE and used - elapsed >= _AHEAD
    return Pace(used, elapsed, projected, full_at, speaks)
