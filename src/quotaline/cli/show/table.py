"""
The table that `status` shows: a row a window, as much of it as the terminal is wide.

Nothing in it is wrapped or cut: where it is too narrow the bar shrinks, and then
the columns go that can be missed most easily.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from rich.table import Table
from rich.text import Text

from quotaline.cli.show.report import credits_used
from quotaline.insight.pace import pace
from quotaline.segment.clock_time import clock_time
from quotaline.segment.duration import duration
from quotaline.segment.labels import UNKNOWN
from quotaline.segment.options import DisplayOptions, display_options
from quotaline.segment.palette import index
from quotaline.segment.thresholds import colour
from quotaline.segment.view import WindowView, view
from quotaline.settings import saved_settings

if TYPE_CHECKING:
    from rich.console import Console

    from quotaline.cache.state_file import State
    from quotaline.model.usage import Credits

_GAP = 2  # columns
_SHORTEST, _LONGEST = 8, 30  # columns of a bar
_MISSABLE = ("left", "from", "age", "at", "pace", "bar")  # the first one goes first
_RIGHT = ("used", "left", "age")
_HEADERS = {"bar": "", "resets": "resets in"}
_INVERTED = "inverted"  # which rich calls reverse
_FULL = 100.0  # percent


class _Signs(NamedTuple):
    full: str
    empty: str
    tick: str
    ahead: str
    behind: str


_UNICODE = _Signs("█", "░", "│", "↑", "↓")
_ASCII = _Signs("#", ".", "|", "+", "-")


class _Row(NamedTuple):
    """A row; the columns are the fields, `bar` holds the percent used and elapsed."""

    window: Text
    used: Text
    bar: tuple[float, float | None] | None
    left: str = ""
    resets: str = ""
    at: str = ""
    pace: Text = Text()
    source: str = ""
    age: str = ""


def table(state: State, now: float, console: Console) -> Table:
    """Return the table of windows and credits, as wide as fits the console."""
    signs = _ASCII if console.options.ascii_only else _UNICODE
    # Used and left have a column each, whichever the segment shows.
    seen = replace(display_options(saved_settings(state.settings)), show_left=False, pad=False)
    windows = view(state.merged, now, seen).in_order().values()
    rows = [_window(window, now, seen, signs) for window in windows]
    if state.merged.credits and (row := _credits(state.merged.credits, state.merged.credits_at, now, seen)):
        rows.append(row)
    columns = {
        "window": [row.window for row in rows],
        "used": [row.used for row in rows],
        "bar": [Text("")] * len(rows),
        "left": [Text(row.left) for row in rows],
        "resets": [Text(row.resets) for row in rows],
        "at": [Text(row.at) for row in rows],
        "pace": [row.pace for row in rows],
        "from": [Text(row.source) for row in rows],
        "age": [Text(row.age) for row in rows],
    }
    # What no row has to tell has no column.
    columns = {name: cells for name, cells in columns.items() if name == "bar" or any(map(len, cells))}
    for name in _MISSABLE:
        if _room(columns, console.width) >= _SHORTEST:
            break
        columns.pop(name, None)
    if "bar" in columns:
        width = min(_LONGEST, _room(columns, console.width))
        columns["bar"] = [_bar(row, width, seen, signs) for row in rows]
    return _drawn(columns)


def _room(columns: dict[str, list[Text]], width: int) -> int:
    """Return the columns that are left for the bar."""
    taken = sum(_width(name, cells) + _GAP for name, cells in columns.items() if name != "bar")
    return width - taken


def _width(name: str, cells: list[Text]) -> int:
    return max(len(_HEADERS.get(name, name)), *map(len, cells))


def _drawn(columns: dict[str, list[Text]]) -> Table:
    drawn = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
    for name in columns:
        justify = "right" if name in _RIGHT else "left"
        drawn.add_column(_HEADERS.get(name, name), justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for cells in zip(*columns.values(), strict=True):
        drawn.add_row(*cells)
    return drawn


def _window(shown: WindowView, now: float, seen: DisplayOptions, signs: _Signs) -> _Row:
    name = Text(shown.label)
    observation = shown.observation
    if observation is None:
        return _Row(name, Text(UNKNOWN, "dim"), None)
    window = observation.window
    left = window.time_until_reset(now)
    run = pace(window, observation.observed_at)
    return _Row(
        window=name,
        used=Text(shown.number.text, _rich(shown.number.style)),
        bar=(window.utilization, window.elapsed_percent(now)),
        left=_left(window.utilization),
        resets="not started" if left is None else duration(left),
        at=""
        if window.resets_at is None
        else clock_time(window.resets_at, now, twelve_hours=seen.twelve_hours),
        pace=_pace(run.ahead, signs) if run and run.notable else Text(),
        source=observation.source,
        age=duration(max(0.0, shown.age)),
    )


def _credits(credits_: Credits, at: float, now: float, seen: DisplayOptions) -> _Row | None:
    used = credits_used(credits_)
    if not credits_.enabled or used is None:
        return None
    return _Row(
        window=Text("credits"),
        used=Text(f"{math.floor(used)}%", _style(used, seen)),
        bar=(used, None),
        left=_left(used),
        age=duration(max(0.0, now - at)),
    )


def _left(used: float) -> str:
    # From the number as it is shown, so that the two make 100.
    return f"{max(0, 100 - math.floor(round(used, 1)))}%"


def _pace(ahead: float, signs: _Signs) -> Text:
    sign, word, style = (
        (signs.ahead, "ahead", "dark_orange") if ahead > 0 else (signs.behind, "behind", "dim")
    )
    return Text(f"{sign}{abs(ahead):.0f} {word}", style)


def _bar(row: _Row, width: int, seen: DisplayOptions, signs: _Signs) -> Text:
    if row.bar is None:
        return Text(signs.empty * width, "dim")
    used, elapsed = row.bar
    filled = round(width * used / _FULL)
    # Empty is nothing used, full is all used: a rounding may not say so.
    filled = min(filled, width if used >= _FULL else width - 1) if used else 0
    filled = max(filled, 1 if used else 0)
    bar = Text(signs.full * filled, _style(used, seen, row.window.plain)).append(
        signs.empty * (width - filled), "dim"
    )
    if elapsed is None:
        return bar
    tick = min(width - 1, int(width * elapsed / _FULL))
    return bar[:tick].append(signs.tick, "bold").append(bar[tick + 1 :])


def _style(used: float, seen: DisplayOptions, name: str = "") -> str:
    return _rich(seen.colours[colour(math.floor(round(used, 1)), seen.steps_of(name))])


def _rich(style: str) -> str:
    """Return a style of the segment in rich's words."""
    words = style.split(" ") if style else []
    return " ".join(
        "reverse" if word == _INVERTED else word if index(word) is None else f"color({index(word)})"
        for word in words
    )
