"""How a time of day is said."""

from __future__ import annotations

import time

_WEEK = 6 * 86400  # seconds; further on a weekday's name could be taken for today's


def clock_time(at: float, now: float) -> str:
    """Return `15:40`, `Thu 15:40` on another day, `12 Mar` from six days on; local time."""
    then, today = time.localtime(at), time.localtime(now)
    if abs(at - now) >= _WEEK:
        return time.strftime("%-d %b", then)
    if then[:3] == today[:3]:
        return time.strftime("%H:%M", then)
    return time.strftime("%a %H:%M", then)
