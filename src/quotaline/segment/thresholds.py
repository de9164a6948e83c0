"""At which utilization a window changes colour, and at which age its number is marked."""

from __future__ import annotations

from typing import NamedTuple

OLD = 600  # seconds: a number is marked with `~` from here
VERY_OLD = 3600  # seconds: a number is dim and shows its age from here; from merge.TOO_OLD it is unknown


class Steps(NamedTuple):
    """The utilization (percent) at which each colour starts. `orange` is the warning threshold."""

    yellow: float = 50
    orange: float = 80
    red: float = 95


STEPS = Steps()
COLOURS = ("green", *Steps._fields)


def colour(utilization: float, steps: Steps = STEPS) -> str:
    """Return the colour step of a utilization (percent): one of COLOURS."""
    # The most severe one that is reached wins: settings may have the thresholds in any order.
    return next((name for name in reversed(Steps._fields) if utilization >= getattr(steps, name)), "green")
