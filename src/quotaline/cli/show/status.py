"""``quotaline status``: every window with bar, reset, pace, source and age."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from quotaline.cache.paths import cache_folder
from quotaline.cache.state_file import State, load
from quotaline.cli.show.refresh import refresh_in_child
from quotaline.cli.show.report import advice, document, problems
from quotaline.cli.show.table import table
from quotaline.model.errors import Unanswered
from quotaline.model.merge import current
from quotaline.refresh.detach import DEADLINE

if TYPE_CHECKING:
    import argparse

    from quotaline.model.usage import Credits


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the tree."""
    command = commands.add_parser("status", help="show every window with its reset, pace, source and age")
    command.add_argument("--json", action="store_true", help="print JSON, for scripts")
    command.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    state, now = fresh_state(), time.time()
    if chosen.json:
        print(json.dumps(document(state, now), indent=2))
        return 0
    show(state, now, Console(highlight=False))
    sys.stdout.flush()
    for line in problems(state, now):
        print(f"quotaline: {line}", file=sys.stderr)
    return 0


def fresh_state() -> State:
    """Refresh if it is due, wait for a request that a prompt has under way, and return what is held true."""
    refresh_in_child("--due", quiet=True)
    folder = cache_folder(os.environ)
    if folder is None:
        return State()
    while _awaits_answer(state := load(folder), time.time()):
        time.sleep(0.05)
    return state


def _awaits_answer(state: State, now: float) -> bool:
    # True of a refresher that was killed as well, until it could not have lived any longer.
    return state.backoff.reason == Unanswered.reason and 0 <= now - state.backoff.attempted_at < DEADLINE


def show(state: State, now: float, console: Console) -> None:
    """Print the table, the credits if there are any, and what the numbers call for."""
    console.print(table(state, now, console))
    if state.merged.credits and state.merged.credits.enabled:
        console.print(Text(_money(state.merged.credits)))
    if line := advice(current(state.merged, now), now):
        console.print(Text(f"\n{line}"))


def _money(credits_: Credits) -> str:
    unit = f" {credits_.currency}" if credits_.currency else ""
    used = f"{credits_.used:.2f}{unit} used" if credits_.used is not None else "on"
    cap = f"cap {credits_.limit:.2f}{unit}" if credits_.limit is not None else "no cap"
    return f"usage credits: {used}, {cap}"
