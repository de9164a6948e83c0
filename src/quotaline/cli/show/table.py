"""
The table that `status` prints: one row per window, as wide as the terminal allows.

No text is wrapped or cut. In a narrow terminal the bar gets shorter first; then whole columns are
dropped, the least important one first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from rich.table import Table
from rich.text import Text

from quotaline.cli.show.bar import ASCII, UNICODE, Symbols, bar
from quotaline.cli.show.bar import MIN_WIDTH as MIN_BAR
from quotaline.cli.show.colours import rich_style, step_style, whole_percent, without_reverse
from quotaline.cli.show.report import credits_used
from quotaline.insight.pace import pace
from quotaline.segment.clock_time import clock_time
from quotaline.segment.duration import duration
from quotaline.segment.labels import UNKNOWN
from quotaline.segment.options import DisplayOptions, display_options
from quotaline.segment.view import WindowView, view
from quotaline.settings import saved_settings

if TYPE_CHECKING:
    from rich.console import Console

    from quotaline.cache.state_file import State
    from quotaline.model.usage import Credits

_GAP = 2  # columns between two columns of the table
_MAX_BAR = 30  # columns of the terminal
_DROP_ORDER = ("left", "source", "age", "resets at", "pace", "bar", "resets in", "used")
_HEADERS = {"pace": "pace (points)"}  # percentage points; the others are named by themselves
_RIGHT_ALIGNED = ("used", "left", "age")


class _Row(NamedTuple):
    """One row: the texts of its columns, and for the bar the percent used and the percent elapsed."""

    window: Text
    used: Text
    bar: tuple[float, float | None] | None
    left: str = ""
    resets_in: str = ""
    resets_at: str = ""
    pace: Text = Text()
    source: str = ""
    age: str = ""


def table(state: State, now: float, console: Console) -> Table:
    """Return the table of windows and usage credits, not wider than the console."""
    symbols = ASCII if console.options.ascii_only else UNICODE
    # The table has both columns, used and left, whichever of them the segment shows.
    options = replace(display_options(saved_settings(state.settings)), show_left=False, pad=False)
    windows = view(state.merged, now, options).in_order().values()
    rows = [_window(window, now, options, symbols) for window in windows]
    if state.merged.credits and (
        row := _credits(state.merged.credits, state.merged.credits_at, now, options)
    ):
        rows.append(row)
    columns = {
        "window": [row.window for row in rows],
        "used": [row.used for row in rows],
        "bar": [Text("")] * len(rows),
        "left": [Text(row.left) for row in rows],
        "resets in": [Text(row.resets_in) for row in rows],
        "resets at": [Text(row.resets_at) for row in rows],
        "pace": [row.pace for row in rows],
        "source": [Text(row.source) for row in rows],
        "age": [Text(row.age) for row in rows],
    }
    columns = {name: texts for name, texts in columns.items() if name == "bar" or any(map(len, texts))}
    has_bar = any(row.bar for row in rows)
    columns = {name: texts for name, texts in columns.items() if name != "bar" or has_bar}
    for name in _DROP_ORDER:
        if _space_left(columns, console.width) >= 0:
            break
        columns.pop(name, None)
    if "bar" in columns:
        width = min(_MAX_BAR, MIN_BAR + _space_left(columns, console.width))
        columns["bar"] = [_bar(row, width, options, symbols) for row in rows]
    return _rich_table(columns, symbols)


def _space_left(columns: dict[str, list[Text]], width: int) -> int:
    """Return the columns of the terminal that are left, or missing if negative, with the shortest bar."""
    widths = (
        MIN_BAR if name == "bar" else max(len(_HEADERS.get(name, name)), *map(len, texts))
        for name, texts in columns.items()
    )
    return width - sum(widths) - _GAP * (len(columns) - 1)


def _rich_table(columns: dict[str, list[Text]], symbols: Symbols) -> Table:
    result = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
    for name in columns:
        justify = "right" if name in _RIGHT_ALIGNED else "left"
        header = f"{symbols.tick} time" if name == "bar" else _HEADERS.get(name, name)  # it explains the tick
        result.add_column(header, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for row in zip(*columns.values(), strict=True):
        result.add_row(*row)
    return result


def _window(shown: WindowView, now: float, options: DisplayOptions, symbols: Symbols) -> _Row:
    name = Text(shown.label)
    observation = shown.observation
    if observation is None:
        return _Row(name, Text(UNKNOWN, "dim"), None)
    window = observation.window
    time_left = window.time_until_reset(now)
    run = pace(window, observation.observed_at)
    return _Row(
        window=name,
        used=Text(shown.number.text, rich_style(shown.number.style)),
        bar=(window.utilization, window.elapsed_percent(now)),
        left=_left(window.utilization),
        resets_in="not started" if time_left is None else duration(time_left),
        resets_at=""
        if window.resets_at is None
        else clock_time(window.resets_at, now, twelve_hours=options.twelve_hours),
        pace=_pace(run.ahead, options, symbols) if run and run.notable else Text(),
        source=observation.source,
        age=duration(max(0.0, shown.age)),
    )


def _credits(credits_: Credits, reported_at: float, now: float, options: DisplayOptions) -> _Row | None:
    used = credits_used(credits_)
    if not credits_.enabled or used is None:
        return None
    return _Row(
        window=Text("credits"),
        used=Text(f"{whole_percent(used)}%", step_style(used, options)),
        bar=(used, None),
        left=_left(used),
        age=duration(max(0.0, now - reported_at)),
    )


def _left(used: float) -> str:
    # From the percent used as it is shown, so that the two columns add up to 100.
    return f"{max(0, 100 - whole_percent(used))}%"


def _pace(ahead: float, options: DisplayOptions, symbols: Symbols) -> Text:
    is_ahead = ahead > 0
    symbol, word = (symbols.ahead, "ahead") if is_ahead else (symbols.behind, "behind")
    style = rich_style(options.colours["orange"]) if is_ahead else "dim"
    return Text(f"{symbol}{abs(ahead):.0f} {word}", style)


def _bar(row: _Row, width: int, options: DisplayOptions, symbols: Symbols) -> Text:
    if row.bar is None:
        return Text()
    used, elapsed = row.bar
    style = without_reverse(step_style(used, options, row.window.plain))
    return bar(used, elapsed, width, style, symbols)
