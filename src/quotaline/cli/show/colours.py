"""The segment's colours as rich names them, so that `status` and the segment agree."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quotaline.segment.palette import index
from quotaline.segment.thresholds import colour

if TYPE_CHECKING:
    from quotaline.segment.options import DisplayOptions

_INVERTED = "inverted"  # rich's name for it is "reverse"


def whole_percent(used: float) -> int:
    """Return a percentage as Claude Code's own /usage shows it: rounded to 0.1, then down."""
    return math.floor(round(used, 1))


def step_style(used: float, options: DisplayOptions, label: str = "") -> str:
    """Return rich's style for the colour step of a percentage; `label` is the window's, if it is one's."""
    return rich_style(options.colours[colour(whole_percent(used), options.steps_of(label))])


def without_reverse(style: str) -> str:
    """Return a style for a bar: reversed, its full blocks would look empty."""
    return " ".join(word for word in style.split(" ") if word != "reverse")


def rich_style(style: str) -> str:
    """Translate a style of the segment into one of rich."""
    words = style.split(" ") if style else []
    return " ".join(
        "reverse" if word == _INVERTED else word if index(word) is None else f"color({index(word)})"
        for word in words
    )
