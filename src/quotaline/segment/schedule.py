"""
The schedule of a segment: its texts, and until when each is valid. Pure, but for the local time zone.

A segment file has a whole schedule, so that without a refresher the text still gets its `~`, becomes dim
and then `--` on time.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from quotaline.cache.segment_format import FOR_EVER
from quotaline.model.merge import TOO_OLD
from quotaline.segment.options import DEFAULT_OPTIONS, DisplayOptions
from quotaline.segment.rendering import render
from quotaline.segment.span import width
from quotaline.segment.thresholds import OLD, VERY_OLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quotaline.model.merge import MergedUsage, Observation

Row = tuple[float, str]  # valid until (epoch seconds; FOR_EVER in the last row), and the text

PRECISE_FOR = 900.0  # seconds without a refresh, during which durations are written to the minute
_HOURS = TOO_OLD // 3600


def schedules(
    merged: MergedUsage,
    hosts: Sequence[str],
    now: float,
    options: DisplayOptions = DEFAULT_OPTIONS,
    precise_for: float = PRECISE_FOR,
) -> dict[str, list[Row]]:
    """
    Return the schedule of each host.

    Args:
        merged: The merged usage.
        hosts: Some of rendering.HOSTS.
        now: When the first row starts, epoch seconds.
        options: How the user wants the segment.
        precise_for: For how many seconds durations are written to the minute. Later they are in
            hours: a day of minutes would be a large file.
    """
    found: dict[str, list[Row]] = {host: [] for host in hosts}
    since = now
    for until in (*changes(merged, now, options, precise_for), FOR_EVER):
        texts = render(merged, hosts, since, options, coarse=since >= now + precise_for)
        for host, text in texts.items():
            rows = found[host]
            if rows and rows[-1][1] == text:
                rows.pop()
            rows.append((until, text))
        since = until
    return found


def widest(rows: Sequence[Row]) -> int:
    """Return how many columns the widest text of a schedule takes on a terminal."""
    return max(width(re.sub(r"\x1b\[[0-9;]*m", "", text)) for _, text in rows)


def changes(merged: MergedUsage, now: float, options: DisplayOptions, precise_for: float) -> list[float]:
    """Return the times after `now`, in order, at which the text of some host can change by itself."""
    has_age, has_reset = options.shows_age, options.shows_reset
    times: set[float] = set()
    for observations in merged.observations.values():
        for observation in observations:
            observed_at, resets_at = observation.observed_at, observation.window.resets_at
            times.add(observed_at + OLD)
            times.update(observed_at + VERY_OLD * hour for hour in range(1, _HOURS + 1))
            if resets_at is not None:
                times.add(resets_at)
            if has_age:
                times.update(
                    observed_at + 60 * minute for minute in _full_minutes(now - observed_at, precise_for)
                )
            if has_reset:
                times |= _countdown_changes(observation, now, precise_for)
    if merged.credits:
        times.add(merged.credits_at + TOO_OLD)
    if has_age or has_reset:
        times |= {now + precise_for, *_midnights(now)}
    return sorted(at for at in times if at > now)


def _full_minutes(age: float, precise_for: float) -> range:
    """Return the minutes of age that are reached within `precise_for` seconds."""
    return range(max(1, int(age // 60)), int((age + precise_for) // 60) + 1)


def _countdown_changes(observation: Observation, now: float, precise_for: float) -> set[float]:
    """Return when the time until a window's reset changes: by the minute at first, then by the hour."""
    resets_at = observation.window.resets_at
    if resets_at is None:
        return set()
    left = resets_at - now
    times = {resets_at - left // 3600 * 3600 + 3600 * hour for hour in range(_HOURS)}
    if left - precise_for < TOO_OLD:  # above a day it is written in hours
        times |= {resets_at - left // 60 * 60 + 60 * minute for minute in range(int(precise_for // 60) + 1)}
    # In the second after: "2h15m" is cut, so it holds up to the last moment of that minute.
    return {at // 1 + 1 for at in times if at < resets_at}


def _midnights(now: float) -> list[float]:
    """Return the next two local midnights: from there a time of day is that of another day."""
    today = time.localtime(now)
    return [
        time.mktime((today.tm_year, today.tm_mon, today.tm_mday + days, 0, 0, 0, 0, 0, -1)) for days in (1, 2)
    ]
