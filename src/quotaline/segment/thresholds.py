"""Which colour a utilization has, and how old a number may be."""

from __future__ import annotations

from bisect import bisect_right

STEPS = (50, 80, 95)  # percent
COLOURS = ("green", "yellow", "orange", "red")

OLD = 600  # seconds: from here a number is marked
VERY_OLD = 3600  # from here it is dim and says its age
TOO_OLD = 86400  # from here it is unknown


def colour(utilization: float) -> str:
    """Return the colour of a utilization (percent): green below 50, yellow, orange from 80, red from 95."""
    return COLOURS[bisect_right(STEPS, utilization)]
