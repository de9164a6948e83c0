"""
What the segment says of a belief at a time: spans of ASCII text with a style each. Pure.

Nothing here comes from outside but numbers and scope names, and the names were
reduced to `[A-Za-z0-9 ._-]` where they were read.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from quotaline.merge import Belief, Told, current
from quotaline.segment.thresholds import OLD, TOO_OLD, VERY_OLD, colour
from quotaline.usage import FIVE_HOUR, SCOPED, SEVEN_DAY

UNKNOWN = "--"
LABELS = {FIVE_HOUR: "5h", SEVEN_DAY: "7d"}


class Span(NamedTuple):
    """A piece of text in one style: a colour's name, `dim`, or none."""

    text: str
    style: str = ""


def compact(belief: Belief, now: float, *, further: bool = True) -> list[Span]:
    """Return `[5h:8% 7d:77%]`, and a further window that is tighter than both: `[5h:8% 7d:77% Fable:91%]`."""
    shown = current(belief, now)
    spans: list[Span] = []
    for key in (FIVE_HOUR, SEVEN_DAY, *(tightest(shown) if further else ())):
        spans += [Span(" " if spans else "["), Span(label(key) + ":"), number(shown.get(key), now)]
    return [*spans, Span("]")]


def minimal(belief: Belief, now: float) -> list[Span]:
    """Return `8|77`, for where nothing else fits."""
    shown = current(belief, now)
    session, week = (number(shown.get(key), now) for key in LABELS)
    return [_bare(session), Span("|"), _bare(week)]


def _bare(span: Span) -> Span:
    return Span(span.text.replace("%", ""), span.style)


def number(told: Told | None, now: float) -> Span:
    """Return the percentage by its age: as is, `~8%` from 10 min, dim `8%~2h` from 1 h, `--` from 24 h."""
    age = now - told.at if told else TOO_OLD
    if told is None or age >= TOO_OLD:
        return Span(UNKNOWN)
    used = math.floor(round(told.window.utilization, 1))  # as Claude Code's own /usage shows it
    if age >= VERY_OLD:
        return Span(f"{used}%~{age // 3600:.0f}h", "dim")
    return Span(f"{'~' if age >= OLD else ''}{used}%", colour(used))


def tightest(shown: dict[str, Told]) -> list[str]:
    """Return the key of the further window that is tighter than both main ones, if there is one."""
    least = max((shown[key].window.utilization for key in LABELS if key in shown), default=0)
    others = [key for key in shown if key not in LABELS and shown[key].window.utilization > least]
    return sorted(others, key=lambda key: (-shown[key].window.utilization, key))[:1]


def label(key: str) -> str:
    """Return a window key as people see it: `5h`, `7d`, `spend`, or the scope's name."""
    return LABELS.get(key, key.removeprefix(SCOPED))


def changes(belief: Belief, now: float) -> list[float]:
    """Return the times after `now`, in order, at which what is shown changes by itself."""
    times: set[float] = set()
    for each in belief.told.values():
        for told in each:
            times |= {told.at + OLD} | {told.at + VERY_OLD * hour for hour in range(1, 25)}
            if told.window.resets_at is not None:
                times.add(told.window.resets_at)
    return sorted(time for time in times if time > now)
