"""Work time: the days and hours in which anything is used at all. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

_DAYS = frozenset(range(7))
_STEP = 900.0  # seconds; a time is taken in pieces of this size


@dataclass(frozen=True, slots=True)
class WorkTime:
    """
    The times in which the user works.

    `days` are weekdays, Monday is 0. `hours` is from and to, in hours of the
    day 0-24; with 22 and 6 the night belongs to the day on which it begins.
    `zone` is the time zone of both, None for the machine's.
    """

    days: frozenset[int] = _DAYS
    hours: tuple[float, float] = (0.0, 24.0)
    zone: tzinfo | None = None

    def share(self, begin: float, end: float) -> float:
        """Return the share 0-1 of a time, in epoch seconds, that is worked."""
        pieces = max(1, round((end - begin) / _STEP))
        size = (end - begin) / pieces
        return sum(self._holds(begin + (at + 0.5) * size) for at in range(pieces)) / pieces

    def _holds(self, at: float) -> bool:
        moment = datetime.fromtimestamp(at, self.zone)
        hour = moment.hour + moment.minute / 60
        first, last = self.hours
        if first <= last:
            return first <= hour < last and moment.weekday() in self.days
        if hour < last:
            return (moment - timedelta(days=1)).weekday() in self.days
        return hour >= first and moment.weekday() in self.days
