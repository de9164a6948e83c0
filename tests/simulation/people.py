"""
Simulated people with very different habits: what they use, minute by minute.

The forecast is tuned on some seeds of these and judged on others. Each habit breaks
an assumption that a forecast is tempted to make: that nights and weekends are free, that
use is a steady rate, that the plan stays the same, that last week is like this one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

DAY = 1440  # minutes
WEEK = 7 * DAY
Demand = list[tuple[int, float]]  # (minute, percent of a 5h window), only minutes with use, ascending


def office(rng: random.Random, weeks: int) -> Iterator[tuple[int, float]]:
    """Morning and afternoon with a lunch break of fixed time, weekends free, and busy and quiet weeks."""
    level = _level(rng, 30)
    begin, lunch = rng.uniform(7.5, 10), rng.uniform(11.8, 13.2)
    busy = 0.0
    for day in range(weeks * 7):
        if day % 7 == 0:
            busy = 0.7 * busy + rng.gauss(0, 0.3)
        if day % 7 >= 5 or rng.random() < 0.08:
            continue
        for start, hours in ((begin + rng.gauss(0, 0.3), lunch - begin), (lunch + 1, rng.uniform(3, 5.5))):
            yield from _spell(rng, _minute(day, start), hours, level * math.exp(busy))


def night_worker(rng: random.Random, weeks: int) -> Iterator[tuple[int, float]]:
    """Works from late evening over midnight, with two free nights that move from week to week."""
    level, begin = _level(rng, 34), rng.uniform(20.5, 23.5)
    for week in range(weeks):
        free = rng.sample(range(7), 2)
        for day in set(range(7)) - set(free):
            start = begin + rng.gauss(0, 0.8)
            yield from _spell(rng, _minute(week * 7 + day, start), rng.uniform(5, 9), level * _mood(rng))


def weekend_worker(rng: random.Random, weeks: int) -> Iterator[tuple[int, float]]:
    """Long days at weekends, now and then an evening in the week."""
    level = _level(rng, 40)
    for day in range(weeks * 7):
        if day % 7 >= 5:
            if rng.random() < 0.85:
                yield from _spell(rng, _minute(day, rng.gauss(11, 1)), rng.uniform(5, 11), level * _mood(rng))
        elif rng.random() < 0.25:
            yield from _spell(rng, _minute(day, rng.gauss(20, 0.7)), rng.uniform(1, 3), level * _mood(rng))


def agents(rng: random.Random, weeks: int) -> Iterator[tuple[int, float]]:
    """Starts long autonomous runs at any waking hour, some over night: hours of nothing, then a steep climb."""
    level = _level(rng, 34)
    a_day = rng.uniform(0.7, 2.2)
    for day in range(weeks * 7):
        runs = sum(rng.random() < a_day / 4 for _ in range(4))
        for start in sorted(rng.choice((rng.uniform(8, 18), rng.uniform(18, 24))) for _ in range(runs)):
            minutes = int(rng.lognormvariate(math.log(80), 0.7))
            rate = level * math.exp(rng.gauss(0, 0.6)) / 60
            for minute in range(min(minutes, 900)):
                yield _minute(day, start) + minute, rate * rng.uniform(0.6, 1.4)


def plan_changer(rng: random.Random, weeks: int) -> Iterator[tuple[int, float]]:
    """Changes to a plan of another size: from then on the same work is another percentage."""
    change = rng.randrange(2, weeks - 1) * WEEK + rng.randrange(WEEK)
    factor = rng.choice((0.25, 0.4, 2.5, 4))
    small = 1 if factor < 1 else 1 / factor
    for minute, percent in _freelance(rng, weeks, 28):
        yield minute, 1.3 * percent * small * (factor if minute >= change else 1)


def hobbyist(rng: random.Random, weeks: int) -> Iterator[tuple[int, float]]:
    """Some evenings, some weekends, two weeks away: little history, and every window is different."""
    level = _level(rng, 45)
    away = rng.randrange(weeks)
    for day in range(weeks * 7):
        if away <= day // 7 < away + 2 or rng.random() > (0.3 if day % 7 < 5 else 0.55):
            continue
        start = rng.gauss(20, 1.5) if day % 7 < 5 else rng.uniform(9, 21)
        yield from _spell(rng, _minute(day, start), rng.lognormvariate(math.log(2), 0.5), level * _mood(rng))


def bots(rng: random.Random, weeks: int) -> Iterator[tuple[int, float]]:
    """Unattended jobs every hour, day and night, beside two or three hours of a person."""
    rate, level = rng.uniform(1, 6), _level(rng, 45)
    for day in range(weeks * 7):
        for hour in range(24):
            for minute in range(rng.randrange(5, 20)):
                yield day * DAY + hour * 60 + minute, rate / 12 * rng.uniform(0.4, 1.6)
        if day % 7 < 5 and rng.random() < 0.8:
            start = rng.choice((10.3, 15.5)) + rng.gauss(0, 0.5)
            yield from _spell(rng, _minute(day, start), rng.uniform(1.5, 4), level * _mood(rng))


def newcomer(rng: random.Random, weeks: int) -> Iterator[tuple[int, float]]:
    """Uses it more and more from week to week, at hours that are not settled yet."""
    level, growth = _level(rng, 13), rng.uniform(1.1, 1.35)
    for day in range(weeks * 7):
        if rng.random() < (0.75 if day % 7 < 5 else 0.35):
            more = level * min(growth ** (day / 7), 6)
            yield from _spell(rng, _minute(day, rng.uniform(8, 17)), rng.uniform(1.5, 7), more * _mood(rng))


HABITS: dict[str, Callable[[random.Random, int], Iterator[tuple[int, float]]]] = {
    habit.__name__: habit
    for habit in (office, night_worker, weekend_worker, agents, plan_changer, hobbyist, bots, newcomer)
}


def demand(rng: random.Random, habit: str, weeks: int) -> Demand:
    """Return what one person of a habit would use if there were no limit."""
    total: dict[int, float] = {}
    for minute, percent in HABITS[habit](rng, weeks):
        if 0 <= minute < weeks * WEEK:
            total[minute] = total.get(minute, 0.0) + percent
    return sorted(total.items())


def _freelance(rng: random.Random, weeks: int, level: float) -> Iterator[tuple[int, float]]:
    mine = _level(rng, level)
    for day in range(weeks * 7):
        if rng.random() < (0.85 if day % 7 < 5 else 0.2):
            yield from _spell(rng, _minute(day, rng.gauss(10, 1)), rng.uniform(4, 9), mine * _mood(rng))


def _spell(rng: random.Random, start: int, hours: float, level: float) -> Iterator[tuple[int, float]]:
    """Yield one stretch of work: prompts for some minutes, then a pause, at a level in percent an hour."""
    minute, stop = start, start + int(hours * 60)
    while minute < stop:
        busy = 2 + int(rng.expovariate(1 / 22))
        rate = level / 60 * rng.gammavariate(2, 0.5)
        for at in range(minute, min(minute + busy, stop)):
            if rng.random() < 0.8:
                yield at, rate * rng.expovariate(1)
        minute += busy + 1 + int(rng.paretovariate(1.3) * 4)


def _level(rng: random.Random, median: float) -> float:
    return median * math.exp(rng.gauss(0, 0.45))


def _mood(rng: random.Random) -> float:
    return math.exp(rng.gauss(0, 0.4))


def _minute(day: int, hour: float) -> int:
    return day * DAY + int(hour * 60)
