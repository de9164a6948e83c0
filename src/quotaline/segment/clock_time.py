"""How a time of day is written."""

from __future__ import annotations

import time

_NEXT_WEEK = 6 * 86400  # seconds; from here a weekday's name could be taken for today's


def clock_time(at: float, now: float, *, twelve_hours: bool = False) -> str:
    """
    Return `15:40` or `3:40pm`, `Thu 15:40` on another day, `12 Mar` from six days on.

    It is local time, rounded to the minute: the usage API's resets jitter by a second.
    """
    then = time.localtime((at + 30) // 60 * 60)
    if abs(at - now) >= _NEXT_WEEK:
        return time.strftime("%d %b", then).lstrip("0")
    text = time.strftime("%H:%M", then)
    if twelve_hours:
        text = time.strftime("%I:%M%p", then).lstrip("0").lower()
    return text if then[:3] == time.localtime(now)[:3] else f"{time.strftime('%a', then)} {text}"
