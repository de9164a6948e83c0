"""``quotaline status``: every window with bar, reset, source and age."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from quotaline.cli.refreshing import refresh_in_child
from quotaline.errors import explain
from quotaline.merge import Told, current
from quotaline.places import cache_folder, config_file
from quotaline.segment.duration import duration
from quotaline.segment.text import LABELS, UNKNOWN, label
from quotaline.segment.thresholds import colour
from quotaline.settings import SettingsError, load
from quotaline.state import State
from quotaline.state import load as load_state

if TYPE_CHECKING:
    import argparse

    from quotaline.usage import Credits

JSON_VERSION = 1
_BAR = 20  # columns
_RICH = {"orange": "dark_orange"}
_FULL = 100


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the tree."""
    command = commands.add_parser("status", help="show every window with its reset, source and age")
    command.add_argument("--json", action="store_true", help="for scripts")
    command.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    refresh_in_child("--due", quiet=True)
    folder = cache_folder(os.environ)
    state, now = load_state(folder) if folder else State(), time.time()
    if chosen.json:
        print(json.dumps(document(state, now), indent=2))
        return 0
    show(state, now, Console())
    for line in advice(state, now):
        print(f"quotaline: {line}", file=sys.stderr)
    return 0


def show(state: State, now: float, console: Console) -> None:
    """Print the table of windows, and the credits if there are any."""
    shown = current(state.belief, now)
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("window", no_wrap=True)
    table.add_column("used", justify="right", no_wrap=True)
    table.add_column("")
    table.add_column("resets", no_wrap=True)
    table.add_column("from", no_wrap=True)
    for key in (*LABELS, *sorted(shown.keys() - LABELS.keys())):
        told = shown.get(key)
        table.add_row(label(key), *(_row(told, now, console) if told else (UNKNOWN, "", "", "")))
    console.print(table)
    if state.belief.credits:
        console.print(Text(credits_line(state.belief.credits)))


def document(state: State, now: float) -> dict[str, Any]:
    """Return the JSON form. Percent, epoch seconds, seconds; an unknown window is null."""
    shown = current(state.belief, now)
    return {
        "version": JSON_VERSION,
        "windows": {
            key: _window_document(shown[key], now) if key in shown else None
            for key in (*LABELS, *sorted(shown.keys() - LABELS.keys()))
        },
        "credits": state.to_json()["belief"]["credits"],
        "problem": state.backoff.reason or None,
        "advice": list(advice(state, now)),
    }


def advice(state: State, now: float) -> list[str]:
    """Return what is wrong and what to do, a line each; empty if all is well."""
    lines = []
    if state.backoff.reason:
        wait = state.backoff.until - now
        lines.append(
            explain(state.backoff.reason)
            + (f" (next try in {duration(wait)})" if state.backoff.until > now else "")
        )
    try:
        load(config_file())
    except SettingsError as error:
        lines.append(str(error))
    if cache_folder(os.environ) is None:
        lines.append("no home folder: HOME is not set to an absolute path")
    return lines


def credits_line(credits_: Credits) -> str:
    """Return the state of the paid use beyond the plan, in words."""
    if not credits_.enabled:
        return "usage credits: off"
    unit = f" {credits_.currency}" if credits_.currency else ""
    used = f"{credits_.used:.2f}{unit} used" if credits_.used is not None else "on"
    cap = f"cap {credits_.limit:.2f}{unit}" if credits_.limit is not None else "no cap"
    return f"usage credits: {used}, {cap}"


def _row(told: Told, now: float, console: Console) -> tuple[Text, Text, str, str]:
    used = math.floor(told.window.utilization)
    style = _RICH.get(colour(used), colour(used))
    filled = min(_BAR, round(_BAR * told.window.utilization / _FULL))
    full, empty = ("#", ".") if console.options.ascii_only else ("█", "░")
    left = told.window.time_until_reset(now)
    if left is None or told.window.resets_at is None:
        resets = "not started"
    else:
        at = time.localtime(told.window.resets_at)
        resets = f"in {duration(left)}, {time.strftime('%a %H:%M', at)}"
    source = f"{told.source}, {duration(now - told.at)} ago"
    return (
        Text(f"{used}%", style=style),
        Text(full * filled + empty * (_BAR - filled), style=style),
        resets,
        source,
    )


def _window_document(told: Told, now: float) -> dict[str, Any]:
    return {
        "utilization": told.window.utilization,
        "resets_at": told.window.resets_at,
        "resets_in": told.window.time_until_reset(now),
        "elapsed_percent": told.window.elapsed_percent(now),
        "source": told.source,
        "age": round(now - told.at, 1),
    }
