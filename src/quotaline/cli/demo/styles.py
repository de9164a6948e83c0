"""``quotaline demo --styles``: every style, palette and icon set, with the user's own numbers."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from quotaline.cache.paths import cache_folder
from quotaline.cache.state_file import State, load
from quotaline.cli.show.colours import rich_style
from quotaline.model.merge import MergedUsage, Observation, current
from quotaline.model.usage import FIVE_HOUR, LENGTHS, SEVEN_DAY, Window
from quotaline.segment.options import display_options
from quotaline.segment.palette import PALETTES
from quotaline.segment.rendering import render
from quotaline.setting_table import TABLE
from quotaline.settings import Settings, saved_settings

if TYPE_CHECKING:
    from quotaline.setting_table import Value

_HOUR = 3600
_STEPS = {"green": "8%", "yellow": "55%", "orange": "84%", "red": "97%"}


def styles() -> Group:
    """Return three tables, and how to choose."""
    folder, now = cache_folder(os.environ), time.time()
    state = load(folder) if folder else State()
    is_own = bool(current(state.merged, now))
    merged = state.merged if is_own else _example(now)
    chosen = {key: value for key, value in saved_settings(state.settings).chosen.items() if key != "format"}

    def line(**changed: Value) -> Text:
        options = display_options(Settings({**chosen, **changed}), state.organisation)
        return Text.from_ansi(render(merged, ("ansi",), now, options)["ansi"])

    numbers = "your own numbers" if is_own else "example numbers"
    return Group(
        Text(f"With {numbers}. To choose one: quotaline config set style verbose\n"),
        _table("style", {name: line(style=name) for name in TABLE["style"].choices}),
        _table("palette", {name: _palette(name) for name in PALETTES}),
        _table("icons", {name: line(style="bar", icons=name) for name in TABLE["icons"].choices}),
        Text("Your own line: quotaline config --help"),
    )


def _table(key: str, lines: dict[str, Text]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(key, min_width=10, no_wrap=True)
    table.add_column("", overflow="fold")
    for name, line in lines.items():
        table.add_row(name, line)
    table.add_row()
    return table


def _palette(name: str) -> Text:
    parts = [Text(text, rich_style(PALETTES[name][step])) for step, text in _STEPS.items()]
    return Text("  ").join(parts)


def _example(now: float) -> MergedUsage:
    windows = {
        FIVE_HOUR: Window(62, now + 2 * _HOUR + 900, LENGTHS[FIVE_HOUR]),
        SEVEN_DAY: Window(84, now + 76 * _HOUR, LENGTHS[SEVEN_DAY]),
    }
    return MergedUsage(
        observations={key: (Observation(window, "api", now),) for key, window in windows.items()}
    )
