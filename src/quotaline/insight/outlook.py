"""
What several courses together say: the chance of an amount, the amount at a chance, and when. Pure.

The total of each course is a gamma distribution; its tail is Wilson and Hilferty's approximation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOTHING = 1e-6  # percent
_STEPS = 9  # of a bisection


@dataclass(frozen=True, slots=True)
class Course:
    """
    One way to go on: percent expected in each part that is left, the current one first.

    The total of them has the variance `lump * mean + doubt * mean**2`.
    """

    weight: float
    ahead: list[float]
    lump: float
    doubt: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """All ways to go on until the reset at `ends_at`, epoch seconds, in parts of `width` seconds."""

    courses: list[Course]
    ends_at: float
    width: float


def chance(outlook: Outlook, percent: float) -> float:
    """Return the chance 0-1 that at least so many percent are used until the reset."""
    return _mixed(_totals(outlook), percent)


def least(outlook: Outlook, most: float, share: float) -> float:
    """Return how many percent are used at least with a chance of `share`; `most` where it is that or more."""
    totals = _totals(outlook)
    if _mixed(totals, most) >= share:
        return most
    low, high = 0.0, most
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _mixed(totals, middle) >= share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def reached_at(outlook: Outlook, percent: float, share: float, now: float) -> float:
    """Return when the chance that so many percent are used comes to `share`, epoch seconds."""
    count = len(outlook.courses[0].ahead)
    low, high = 0, count
    below, above = 0.0, chance(outlook, percent)
    while high - low > 1:
        middle = (low + high) // 2
        here = _mixed(_totals(outlook, middle), percent)
        if here >= share:
            high, above = middle, here
        else:
            low, below = middle, here
    end = outlook.ends_at - (count - high) * outlook.width
    begin = max(now, end - outlook.width)
    return begin + (end - begin) * ((share - below) / (above - below) if above > below else 1.0)


def _totals(outlook: Outlook, parts: int | None = None) -> list[tuple[Course, float]]:
    return [(course, sum(course.ahead[:parts])) for course in outlook.courses]


def _mixed(totals: Sequence[tuple[Course, float]], percent: float) -> float:
    total = sum(course.weight for course, _ in totals)
    return (
        sum(course.weight * _tail(percent, mean, course.lump, course.doubt) for course, mean in totals)
        / total
    )


def _tail(percent: float, mean: float, lump: float, doubt: float) -> float:
    """Return the chance that a gamma variable of this mean and spread (see Course) is larger."""
    if mean <= _NOTHING:
        return 0.0
    ninth = (lump / mean + doubt) / 9
    root = math.sqrt(ninth)
    return 0.5 * math.erfc(((percent / mean) ** (1 / 3) - 1 + ninth) / root * math.sqrt(0.5))
