"""
Forecast: will a window last until its reset? Pure, closed form, an estimate.

From this window's readings and the user's own past windows (docs/architecture.md 9).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quotaline.insight.course import Task, long_outlook, short_outlook
from quotaline.insight.outlook import chance, least, reached_at
from quotaline.insight.use import CUT, FULL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quotaline.insight.outlook import Outlook
    from quotaline.insight.use import PastWindow, Reading
    from quotaline.insight.worktime import WorkTime
    from quotaline.model.usage import Window

LIKELY = 0.3  # probability from which a time is named

# Windows that do reach the limit are the fast ones, and they reach it sooner than at half of the chance.
_SOONER = 0.3

_DAY = 86400.0
_SAME = 120.0  # seconds; two resets this near are one (docs/architecture.md 4)
_MINUTES = 300.0  # seconds; a time is rounded to this
_HALF_DAY = 43200.0  # seconds; the one in a window of several days
_LEAST = 0.25  # percent; so much is left of any window that is not at 100


@dataclass(frozen=True, slots=True)
class Forecast:
    """
    How a window is expected to end. Every value is an estimate.

    `probability` (0-1) is the chance that the limit is reached before the
    reset. `end_low`, `end_median` and `end_high` are the utilization at the
    reset in percent: with a chance of 10, 50 and 90 % it is no higher. They are
    at most 100, where use stops, or what is used already. `reached_at` is when
    the limit is reached, in epoch seconds, rounded to 5 minutes, or to half a
    day in a window of several days; None while the chance is below 30 %, and
    never after the reset.
    """

    probability: float
    end_low: float
    end_median: float
    end_high: float
    reached_at: float | None


def forecast(
    window: Window,
    readings: Sequence[Reading],
    past_windows: Sequence[PastWindow],
    now: float,
    work_time: WorkTime | None = None,
) -> Forecast | None:
    """
    Return the forecast of a window; None if it has ended or its reset or length is unknown.

    Args:
        window: One limit, its utilization as of `now`.
        readings: This window's, as (epoch seconds, percent); others are left out.
        past_windows: Earlier windows of this limit and account, the newest last; may be empty.
        now: Epoch seconds.
        work_time: The hours in which anything is used at all; None if that can be any.
    """
    ends_at, length, used = window.resets_at, window.length, window.utilization
    if ends_at is None or not length or not all(map(math.isfinite, (ends_at, length, used, now))):
        return None
    if now >= ends_at or length <= 0:
        return None
    if used >= FULL:
        return Forecast(1.0, used, used, used, now)
    task = Task(
        ends_at - length,
        ends_at,
        max(now, ends_at - length),
        used,
        _in_window(readings, ends_at - length, now, used),
        work_time.share if work_time else _always,
    )
    past = [
        one for one in past_windows if one.ends_at <= ends_at - length + 1 and one.ends_at > one.starts_at
    ]
    is_long = length > _DAY
    outlook = long_outlook(task, past) if is_long else short_outlook(task, past)
    return _summary(outlook, task, _HALF_DAY if is_long else _MINUTES)


def _summary(outlook: Outlook, task: Task, step: float) -> Forecast:
    missing = max(_LEAST, FULL - CUT - task.used)
    probability = chance(outlook, missing)
    # The ends come from the same amount and so agree with the probability: 100 at the median is 0.5 or more.
    low, median, high = (
        round(task.used + (FULL - task.used) * least(outlook, missing, share) / missing, 1)
        for share in (0.9, 0.5, 0.1)
    )
    at = None
    if probability >= LIKELY:
        at = _rounded(reached_at(outlook, missing, _SOONER * probability, task.now), step, task)
    return Forecast(round(probability, 3), low, median, high, at)


def _rounded(at: float, step: float, task: Task) -> float:
    """Return a time rounded; finer, or not at all, where that would lead to the past or beyond the reset."""
    for size in (step, _MINUTES):
        rounded = round(at / size) * size
        if task.now <= rounded <= task.ends_at:
            return rounded
    return min(max(at, task.now), task.ends_at)


def _in_window(readings: Sequence[Reading], starts_at: float, now: float, used: float) -> list[Reading]:
    """Return the readings from the start until now, and the current one; none is above it."""
    kept = sorted(
        (at, min(percent, used)) for at, percent in readings if starts_at <= at <= now and percent >= 0
    )
    return [*kept, (now, used)]


def _always(begin: float, end: float) -> float:
    return 1.0 if begin <= end else 0.0
