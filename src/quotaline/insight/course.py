"""
How the use of a window may go on: the expected courses, each with its weight and its spread. Pure.

A short window goes on as earlier windows did that started at the same time of day, each at this window's
speed; a week goes on as the user's week usually does, at this week's speed. docs/architecture.md 9 has the
reasons, and what the figures are measured on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import mul
from typing import TYPE_CHECKING

from quotaline.insight.outlook import Course, Outlook
from quotaline.insight.use import Use, past_use, rises, used_between

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quotaline.insight.use import PastWindow, Reading

_STRANGER = 60.0  # percent that a window ends at when there is no history
_DAY = 86400.0
_DAYS = 7
_HOURS = 24
_SURE = 2.0  # how firmly a past window is taken for one of the usual speed, in lumps
_ROUNDS = 2  # of estimating the usual course and each window's speed from one another

# Short windows
_PARTS = 20  # 15 minutes of 5 hours
_LAST = 60  # windows that count at all,
_ALIKE = 24  # and of those the ones that are most alike
_FADES = 30.0  # windows after which one counts half
_CLOCK = 1.5 * 3600  # seconds between two times of day that are about the same
_ANY_CLOCK = 0.02  # weight of a window at another time of day
_RECENT = 1800.0  # seconds whose rate goes on for a while,
_LASTS = 1500.0  # fading by e in so many
_LUMP = 12.0  # percent; use comes in lumps of about this size, which is why early numbers say little
_USUAL = 0.7  # weight of the usual course beside the windows themselves
_SPREAD = (4.0, 0.04)  # lump and doubt of a course that is an earlier window's,
_USUAL_SPREAD = 10.0  # and the lump of the usual one

# Weeks
_WEEKS = 8  # that count at all
_WEEK_FADES = 4.0  # weeks after which one counts half
_WEEK_LUMP = 10.0
_DAY_LUMP = 6.0  # percent; of a user whose days are not known yet
_DAYS_KNOWN = 4  # days that this assumption counts for
_ANY_DAY = 0.6  # weeks of history that the mean day counts for in each day


@dataclass(frozen=True, slots=True)
class Task:
    """
    A window and its use until now, in epoch seconds and percent.

    `readings` are those of the window in order, the last one is the current use.
    `worked` returns the share 0-1 of a time in which anything is used at all.
    """

    starts_at: float
    ends_at: float
    now: float
    used: float
    readings: Sequence[Reading]
    worked: Callable[[float, float], float]

    def parts(self, count: int) -> tuple[list[float], list[float]]:
        """Return the shares 0-1 of each of `count` parts that are over, and that are left and worked."""
        width = (self.ends_at - self.starts_at) / count
        now = (self.now - self.starts_at) / width
        over = [min(1.0, max(0.0, now - at)) for at in range(count)]
        left = [
            (1 - gone) * self.worked(max(self.now, begin), begin + width) if gone < 1 else 0.0
            for gone, begin in ((gone, self.starts_at + at * width) for at, gone in enumerate(over))
        ]
        return over, left


def short_outlook(task: Task, history: Sequence[PastWindow]) -> Outlook:
    """Return the outlook of a window that is shorter than a day."""
    alike = _alike(task.starts_at, history)
    weights = [weight for weight, _ in alike]
    uses = [past_use(past, _PARTS) for _, past in alike]
    # The window opened when work began, and nobody knows how long it goes on: less and less is expected.
    unknown = [_STRANGER / _PARTS * (1.5 - at / (_PARTS - 1)) for at in range(_PARTS)]
    usual, speeds = _usual(uses, weights, lambda parts, known: _mixed(parts, known, unknown), 10.0)
    over, left = task.parts(_PARTS)
    first = min(int(sum(over)), _PARTS - 1)
    # The rate of the last half hour goes on and fades; what a course says comes in as that goes.
    width = (task.ends_at - task.starts_at) / _PARTS
    rate = _rate(task) * width
    still = [_still(task, at, width) for at in range(_PARTS)]
    recent = [share * fade * rate for share, fade in zip(left, still, strict=True)]
    later = [share * (1 - fade) for share, fade in zip(left, still, strict=True)]

    def course(weight: float, parts: list[float], lump: float, doubt: float) -> Course:
        mixed = [now + share * part for now, share, part in zip(recent, later, parts, strict=True)]
        return Course(weight, mixed[first:], lump, doubt)

    sure = _sure(weights, 1.0, 4.0)
    shape = sure + task.used / _LUMP
    speed = shape / (sure + _dot(usual, over) / _LUMP)
    courses = [course(_USUAL, [speed * part for part in usual], _USUAL_SPREAD, 1 / shape)]
    for use, weight, own in zip(uses, weights, speeds, strict=True):
        whole = [
            part + (1 - known) * own * expected
            for part, known, expected in zip(use.parts, use.known, usual, strict=True)
        ]
        ratio = shape / (sure + _dot(whole, over) / _LUMP)
        courses.append(course(weight, [ratio * part for part in whole], *_SPREAD))
    return Outlook(courses, task.ends_at, width)


def long_outlook(task: Task, history: Sequence[PastWindow]) -> Outlook:
    """Return the outlook of a window of several days: its hours as in the user's usual week."""
    count = max(_DAYS, round((task.ends_at - task.starts_at) / 3600))
    width = (task.ends_at - task.starts_at) / count
    edges = [task.starts_at + at * width for at in range(count)]
    worked = [task.worked(begin, begin + width) for begin in edges]
    # A week without any use is a holiday, and this one is none.
    past = [one for one in history[-_WEEKS:] if one.readings[-1][1] > 0]
    uses = [_in_step(past_use(one, count), one, task.starts_at, worked) for one in past]
    weights = [0.5 ** ((len(past) - at) / _WEEK_FADES) for at in range(len(past))]
    share = _STRANGER / max(sum(worked), 1.0)
    usual, speeds = _usual(
        uses, weights, lambda parts, known: _by_days(parts, known, worked, share), _DAY_LUMP
    )
    over, left = task.parts(count)
    sure = _sure(weights, 1.5, 8.0)
    shape = sure + task.used / _WEEK_LUMP
    speed = shape / (sure + _dot(usual, over) / _WEEK_LUMP)
    first = min(int(sum(over)), count - 1)
    ahead = [speed * share * part for share, part in zip(left, usual, strict=True)]
    one = Course(1.0, ahead[first:], _lump(uses, weights, speeds, usual), 1 / shape)
    return Outlook([one], task.ends_at, width)


def _alike(starts_at: float, history: Sequence[PastWindow]) -> list[tuple[float, PastWindow]]:
    """Return the windows that say most about one that starts at a time, each with its weight."""
    weighed = []
    for age, past in enumerate(reversed(history[-_LAST:])):
        apart = (past.starts_at - starts_at + _DAY / 2) % _DAY - _DAY / 2
        near = math.exp(-0.5 * (apart / _CLOCK) ** 2)
        weighed.append((0.5 ** (age / _FADES) * (_ANY_CLOCK + near), past))
    return sorted(weighed, key=lambda one: -one[0])[:_ALIKE]


def _usual(
    uses: Sequence[Use],
    weights: Sequence[float],
    combined: Callable[[list[float], list[float]], list[float]],
    lump: float,
) -> tuple[list[float], list[float]]:
    """
    Return the usual use of each part, and the speed of each window against it.

    What a window could not use after its limit is missing, and windows that
    reach the limit are fast ones: without their speed the late parts of the usual
    course would be those of slow windows.
    """
    count = len(uses[0].parts) if uses else 0
    speeds = [1.0] * len(uses)
    parts = [0.0] * count
    for use, weight in zip(uses, weights, strict=True):
        parts = [total + weight * part for total, part in zip(parts, use.parts, strict=True)]
    for again in range(_ROUNDS + 1):
        known = [0.0] * count
        for use, weight, speed in zip(uses, weights, speeds, strict=True):
            factor = weight * speed
            known = [total + factor * share for total, share in zip(known, use.known, strict=True)]
        usual = combined(parts, known)
        if again < _ROUNDS:
            speeds = [
                (_SURE + sum(use.parts) / lump) / (_SURE + _dot(usual, use.known) / lump) for use in uses
            ]
    return usual, speeds


def _mixed(parts: list[float], known: list[float], unknown: list[float]) -> list[float]:
    """Return the mean use of each part with its neighbours, and with one window of a stranger."""
    if not parts:
        return unknown
    parts, known = _smooth(parts), _smooth(known)
    return [(part + one) / (share + 1) for part, share, one in zip(parts, known, unknown, strict=True)]


def _smooth(values: list[float]) -> list[float]:
    padded = [values[0], *values, values[-1]]
    return [
        0.25 * before + 0.5 * value + 0.25 * after
        for before, value, after in zip(padded, values, padded[2:], strict=False)
    ]


def _by_days(parts: list[float], known: list[float], worked: list[float], share: float) -> list[float]:
    """Return the mean use of each hour, mixed with the mean day: one free Tuesday is not a rule."""
    if not parts:
        return [share * part for part in worked]
    count = len(parts)
    mean = []
    for hour in range(_HOURS):
        total, over = sum(parts[hour::_HOURS]), sum(known[hour::_HOURS])
        mean.append((total + _DAYS * share) / (over + _DAYS))
    doubled = parts[-2:] + parts + parts[:2]
    return [
        worked[at] * (sum(doubled[at : at + 5]) / 5 + _ANY_DAY * mean[at % _HOURS]) / (known[at] + _ANY_DAY)
        for at in range(count)
    ]


def _in_step(use: Use, past: PastWindow, starts_at: float, worked: list[float]) -> Use:
    """Return the use of a week by the hours of one that may start on another day; only of worked hours."""
    count = len(use.parts)
    shift = round((starts_at - past.starts_at) / (past.ends_at - past.starts_at) * count) % count
    parts, known = use.parts[shift:] + use.parts[:shift], use.known[shift:] + use.known[:shift]
    return Use(list(map(mul, parts, worked)), list(map(mul, known, worked)))


def _lump(
    uses: Sequence[Use], weights: Sequence[float], speeds: Sequence[float], usual: list[float]
) -> float:
    """Return how uneven the user's days are: the variance of a day's use over its mean, in percent."""
    expected = _DAYS_KNOWN * sum(usual) / _DAYS
    variance = expected * _DAY_LUMP
    for use, weight, speed in zip(uses, weights, speeds, strict=True):
        for begin in range(0, len(usual), _HOURS):
            day = slice(begin, begin + _HOURS)
            if sum(use.known[day]) > 0:
                mean = speed * _dot(usual[day], use.known[day])
                variance += weight * (sum(use.parts[day]) - mean) ** 2
                expected += weight * mean
    return variance / expected if expected > 0 else _DAY_LUMP


def _rate(task: Task) -> float:
    """Return the recent rate in percent a second; a single reading does not say when use happened."""
    if len(task.readings) == 1:
        return task.used / max(_RECENT, task.now - task.starts_at)
    found = rises(task.readings, task.starts_at)
    return used_between(found, task.now - _RECENT, task.now) / _RECENT


def _still(task: Task, at: int, width: float) -> float:
    """Return how much of the recent rate is left in the middle of what is left of a part."""
    begin, end = max(task.starts_at + at * width, task.now), task.starts_at + (at + 1) * width
    return math.exp((task.now - (begin + end) / 2) / _LASTS) if end > task.now else 0.0


def _sure(weights: Sequence[float], without: float, with_history: float) -> float:
    """Return how firmly a window is expected to go at the usual speed: the more history, the more."""
    known = sum(weights)
    return without + (with_history - without) * known / (known + 1)


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    total: float = sum(map(mul, left, right))
    return total
