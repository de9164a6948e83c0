"""
When a window's percent were used: the rises between its readings, by equal parts of the window. Pure.

Readings are sparse: there are some only while a client runs, and they are in whole percent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FULL = 100.0  # percent
CUT = 0.5  # percent that a reading, cut to a whole number, is too low on average

_UNSEEN = 1800.0  # seconds; use needs a running client, so it happened at most this long before it was read
_STEEP = 60.0  # seconds a percent takes at least: a longer gap explains a large rise better than a steep one
# A window whose last reading was this close to 100 %, at the rate before it, most likely reached it: the
# limit stops the client, and nobody reads the last percent.
_STOPPED = 480.0  # seconds, or as far as its readings are apart
_BEFORE = 900.0  # seconds over which that rate is taken

Reading = tuple[float, float]  # (epoch seconds, percent)
Rise = tuple[float, float, float]  # (from, to, percent): used evenly in that time


@dataclass(frozen=True, slots=True)
class PastWindow:
    """A window that has ended: readings in order (epoch seconds, percent), start and end in epoch seconds."""

    readings: Sequence[Reading]
    starts_at: float
    ends_at: float


@dataclass(frozen=True, slots=True)
class Use:
    """
    The use of one window in equal parts.

    `parts` is in percent. `known` is the share 0-1 of each part in which more
    could have been used: nothing is used once the limit is reached, and that is
    no sign of low demand.
    """

    parts: list[float]
    known: list[float]


def rises(readings: Iterable[Reading], starts_at: float) -> list[Rise]:
    """Return the rises of a window whose readings are in order; a fall within a window is an old number."""
    found = []
    seen_at, seen = starts_at, 0.0
    for at, percent in readings:
        if percent > seen and at > seen_at:
            span = max(_UNSEEN, (percent - seen) * _STEEP)
            found.append((max(seen_at, at - span), at, percent - seen))
            seen = percent
        seen_at = max(at, seen_at)
    return found


def used_between(found: Iterable[Rise], begin: float, end: float) -> float:
    """Return the percent that were used between two times, epoch seconds."""
    return sum(
        percent * (min(last, end) - max(first, begin)) / (last - first)
        for first, last, percent in found
        if last > begin and first < end
    )


def parts_of(found: Iterable[Rise], starts_at: float, width: float, count: int) -> list[float]:
    """Return the percent used in each of a window's `count` parts, `width` seconds long."""
    parts = [0.0] * count
    for first, last, percent in found:
        begin, end = (first - starts_at) / width, (last - starts_at) / width
        at, final = int(begin), min(int(end), count - 1)
        if at >= final:
            parts[final] += percent
            continue
        share = percent / (end - begin)
        parts[at] += share * (at + 1 - begin)
        for between in range(at + 1, final):
            parts[between] += share
        parts[final] += share * (end - final)
    return parts


def past_use(past: PastWindow, count: int) -> Use:
    """Return how a window that has ended was used."""
    length = past.ends_at - past.starts_at
    found = rises(past.readings, past.starts_at)
    parts = parts_of(found, past.starts_at, length / count, count)
    full_at = _full_at(past.readings, found)
    if full_at is None:
        return Use(parts, [1.0] * count)
    full = (full_at - past.starts_at) / length * count
    return Use(parts, [min(1.0, max(0.0, full - at)) for at in range(count)])


def _full_at(readings: Sequence[Reading], found: Sequence[Rise]) -> float | None:
    """Return when nothing more could be used, epoch seconds; None if that did not happen."""
    if not readings:
        return None
    at, percent = readings[-1]
    if percent >= FULL:
        return next(at for at, percent in readings if percent >= FULL)
    rate = used_between(found, at - _BEFORE, at) / _BEFORE
    apart = at - readings[-2][0] if len(readings) > 1 else 0.0
    return at if FULL - CUT - percent <= min(max(apart, _STOPPED), _UNSEEN) * rate + 0.01 else None
