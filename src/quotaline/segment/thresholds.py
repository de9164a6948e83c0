"""Which colour a utilization has, and how old a number may be."""

from __future__ import annotations

from typing import NamedTuple

OLD = 600  # seconds: from here a number is marked
VERY_OLD = 3600  # from here it is dim and says its age; after merge.TOO_OLD it is unknown


class Steps(NamedTuple):
    """From which utilization (percent) on each colour holds. `orange` is the warning's."""

    yellow: float = 50
    orange: float = 80
    red: float = 95


STEPS = Steps()
COLOURS = ("green", *Steps._fields)


def colour(utilization: float, steps: Steps = STEPS) -> str:
    """Return the colour of a utilization (percent): green below 50, yellow, orange from 80, red from 95."""
    # The strictest that holds, in whatever order the steps were set.
    return next((name for name in reversed(Steps._fields) if utilization >= getattr(steps, name)), "green")
