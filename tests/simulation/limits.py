"""The limits of simulated people: their windows as quotaline would have seen them, and how they really ended."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulation.people import WEEK

if TYPE_CHECKING:
    import random

    from simulation.people import Demand

FIVE_HOURS = 300  # minutes
FULL = 100.0
APART = 3  # minutes between two readings, at least
SEEN = 0.8  # of the minutes in which there could be a reading


@dataclass
class Outcome:
    """A window from `start` to `end` in minutes, what was read of it, and what nobody could know at the time."""

    start: int
    end: int
    readings: list[tuple[int, int]] = field(default_factory=list)  # (minute, whole percent)
    used: float = 0.0  # at the end, in percent
    hit: int | None = None  # minute in which 100 % was reached

    def use(self, minute: int, percent: float) -> None:
        self.used += percent
        if self.used >= FULL and self.hit is None:
            self.hit = minute

    def read(self, minute: int) -> None:
        self.readings.append((minute, min(100, math.floor(self.used))))


def windows(
    rng: random.Random, demand: Demand, weeks: int, week_share: float
) -> tuple[list[Outcome], list[Outcome]]:
    """
    Return the finished 5-hour windows and weeks of a person.

    A 5-hour window starts at the first use, a week at a fixed time. Once a limit is reached nothing more
    is used before its reset. `week_share` is how much of the week one percent of a 5-hour window is.
    """
    fives: list[Outcome] = []
    sevens = [Outcome(week * WEEK, (week + 1) * WEEK, [(week * WEEK, 0)]) for week in range(weeks)]
    read_at = -APART
    for minute, percent in demand:
        seven = sevens[minute // WEEK]
        if seven.used >= FULL:
            continue
        if not fives or minute >= fives[-1].end:
            fives.append(Outcome(minute, minute + FIVE_HOURS, [(minute, 0)]))
        five = fives[-1]
        if five.used >= FULL:
            continue
        five.use(minute, percent)
        seven.use(minute, percent * week_share)
        if minute - read_at >= APART and rng.random() < SEEN:
            read_at = minute
            five.read(minute)
            seven.read(minute)
    return [five for five in fives if five.end <= weeks * WEEK], sevens
