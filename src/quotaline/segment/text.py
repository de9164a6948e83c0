"""
What is said of one window's number at a time, and when that changes. Pure.

Nothing here comes from outside but numbers and scope names, and the names were
reduced to `[A-Za-z0-9 ._-]` where they were read.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from quotaline.model.merge import TOO_OLD
from quotaline.model.usage import FIVE_HOUR, SCOPED, SEVEN_DAY
from quotaline.segment.options import DisplayOptions
from quotaline.segment.span import Span
from quotaline.segment.thresholds import OLD, VERY_OLD, colour

if TYPE_CHECKING:
    from quotaline.model.merge import MergedUsage, Observation

UNKNOWN = "--"
LABELS = {FIVE_HOUR: "5h", SEVEN_DAY: "7d"}
BY_THE_MINUTE = 900.0  # seconds without a refresh, up to which spans of time are said to the minute
DEFAULT_OPTIONS = DisplayOptions()  # how it looks if nobody chose anything
_HOURS = TOO_OLD // 3600


def number(
    observation: Observation | None, now: float, options: DisplayOptions = DEFAULT_OPTIONS, name: str = ""
) -> Span:
    """
    Return the percentage by its age: as is, `~8%` from 10 min, dim `8%~2h` from 1 h, `--` from 24 h.

    `name` is the window's label, for thresholds of its own.
    """
    age = now - observation.observed_at if observation else TOO_OLD
    if observation is None or age >= TOO_OLD:
        return Span(UNKNOWN.rjust(4) if options.pad else UNKNOWN)
    text = f"{'~' if OLD <= age < VERY_OLD else ''}{percent(observation, left=options.show_left)}%"
    if age >= VERY_OLD:
        text += f"~{age // 3600:.0f}h"
    return Span(
        (text.rjust(4) if options.pad else text) + symbol(observation, options, name),
        style(observation, now, options, name),
    )


def percent(observation: Observation, *, left: bool = False) -> int:
    """Return the percent used, as Claude Code's own /usage shows it; or what is left of 100."""
    used = math.floor(round(observation.window.utilization, 1))
    return max(0, 100 - used) if left else used


def style(
    observation: Observation, now: float, options: DisplayOptions = DEFAULT_OPTIONS, name: str = ""
) -> str:
    """Return the style of a window's number: its threshold's, `dim` once it is very old."""
    return (
        "dim"
        if now - observation.observed_at >= VERY_OLD
        else options.colours[step(observation, options, name)]
    )


def step(observation: Observation, options: DisplayOptions, name: str = "") -> str:
    """Return the name of the step that a window has reached: green, yellow, orange, red."""
    return colour(percent(observation), options.steps_of(name))


def symbol(observation: Observation, options: DisplayOptions, name: str = "") -> str:
    """Return the step in other than colour, if that is wanted: `!` for orange, `!!` for red."""
    return {"orange": "!", "red": "!!"}.get(step(observation, options, name), "") if options.symbols else ""


def tightest(shown: dict[str, Observation]) -> list[str]:
    """Return the key of the further window that is tighter than both main ones, if there is one."""
    least = max((shown[key].window.utilization for key in LABELS if key in shown), default=0)
    others = [key for key in shown if key not in LABELS and shown[key].window.utilization > least]
    return sorted(others, key=lambda key: (-shown[key].window.utilization, key))[:1]


def keys(shown: dict[str, Observation]) -> list[str]:
    """Return the window keys in the order of reading: the two main ones, known or not, then what else is."""
    return [*LABELS, *sorted(shown.keys() - LABELS.keys())]


def label(key: str) -> str:
    """Return a window key as people see it: `5h`, `7d`, `spend`, or the scope's name."""
    return LABELS.get(key, key.removeprefix(SCOPED))


def changes(
    merged: MergedUsage, now: float, options: DisplayOptions = DEFAULT_OPTIONS, precise: float = BY_THE_MINUTE
) -> list[float]:
    """
    Return the times after `now`, in order, at which what is shown changes by itself.

    `precise` is for how many seconds the spans of time in it are said to the minute.
    """
    times: set[float] = set()
    for each in merged.observations.values():
        for observation in each:
            times |= {observation.observed_at + OLD} | {
                observation.observed_at + VERY_OLD * hour for hour in range(1, _HOURS + 1)
            }
            if observation.window.resets_at is not None:
                times.add(observation.window.resets_at)
            if options.shows_age:
                times |= {
                    observation.observed_at + 60 * minute
                    for minute in _minutes(now - observation.observed_at, precise)
                }
            if options.shows_reset:
                times |= _ticks(observation, now, precise)
    if merged.credits:
        times.add(merged.credits_at + TOO_OLD)
    if options.shows_age or options.shows_reset:
        times |= {now + precise, *_midnights(now)}
    return sorted(at for at in times if at > now)


def _minutes(since: float, precise: float) -> range:
    """Return the full minutes that are reached within `precise` seconds, `since` of which are over."""
    return range(max(1, int(since // 60)), int((since + precise) // 60) + 1)


def _ticks(observation: Observation, now: float, precise: float) -> set[float]:
    """Return when the time until its reset is said anew: by the minute, and then by the hour."""
    if observation.window.resets_at is None:
        return set()
    reset = observation.window.resets_at
    left = reset - now
    ticks = {reset - left // 3600 * 3600 + 3600 * hour for hour in range(_HOURS)}
    if left - precise < TOO_OLD:  # above a day it is said in hours
        ticks |= {reset - left // 60 * 60 + 60 * minute for minute in range(int(precise // 60) + 1)}
    # In the second after: "2h15m" is cut, so it holds up to the last moment of that minute.
    return {at // 1 + 1 for at in ticks if at < reset}


def _midnights(now: float) -> list[float]:
    """Return the next midnights of the clock on the wall: a time of day is of another day from there."""
    today = time.localtime(now)
    return [
        time.mktime((today.tm_year, today.tm_mon, today.tm_mday + days, 0, 0, 0, 0, 0, -1)) for days in (1, 2)
    ]
