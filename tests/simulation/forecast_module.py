"""
The product's forecast in the form that a back-test of estimators asks for.

An estimator is called with minutes: the readings of a window until now, its start and end, now, and the windows
before it. It returns the chance of 100 %, three guesses of the minutes until then (inf: it will not be), and the
end at 10, 50 and 90 %. This module is also loaded by its path alone, without the tests beside it.
"""

from __future__ import annotations

import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "src"))

from quotaline.insight.forecast import forecast
from quotaline.insight.use import PastWindow
from quotaline.model.usage import Window

Readings = list[tuple[int, int]]
Past = list[tuple[Readings, int, int]]
Answer = tuple[float, float, float, float, float, float, float]

MINUTE = 60.0
MONDAY = 1_767_571_200.0  # 2026-01-05 in UTC: minute 0 of the simulation


def est_quotaline(readings: Readings, start: int, end: int, now: int, past: Past) -> Answer:
    window = Window(readings[-1][1], at(end), (end - start) * MINUTE)
    found = forecast(window, seconds(readings), [window_of(*one) for one in past], at(now))
    assert found is not None
    left = math.inf if found.reached_at is None else (found.reached_at - at(now)) / MINUTE
    return found.probability, left, left, left, found.end_low, found.end_median, found.end_high


def at(minute: int) -> float:
    return MONDAY + minute * MINUTE


def seconds(readings: Readings) -> list[tuple[float, float]]:
    return [(at(minute), percent) for minute, percent in readings]


def window_of(readings: Readings, start: int, end: int) -> PastWindow:
    return PastWindow(seconds(readings), at(start), at(end))
