"""A bar for a percentage, with a tick where the time of the window is."""

from __future__ import annotations

from typing import NamedTuple

from rich.text import Text

MIN_WIDTH = 8  # columns; in a shorter bar a step would be more than 12 points
_FULL = 100.0  # percent


class Symbols(NamedTuple):
    """What a bar and its table are drawn with."""

    full: str
    empty: str
    tick: str
    ahead: str
    behind: str


UNICODE = Symbols("█", "░", "│", "↑", "↓")
ASCII = Symbols("#", ".", "|", "+", "-")


def bar(used: float, elapsed: float | None, width: int, style: str, symbols: Symbols) -> Text:
    """
    Return a bar of `width` columns; `used` and `elapsed` are percentages.

    It is empty only for 0 and full only from 100: rounding must not hide the first or the last step.
    """
    filled = round(width * used / _FULL)
    filled = min(filled, width if used >= _FULL else width - 1) if used else 0
    filled = max(filled, 1 if used else 0)
    drawn = Text(symbols.full * filled, style).append(symbols.empty * (width - filled), "dim")
    if elapsed is None:
        return drawn
    tick = min(width - 1, int(width * elapsed / _FULL))
    return drawn[:tick].append(symbols.tick, "bold").append(drawn[tick + 1 :])
