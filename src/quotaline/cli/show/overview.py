"""What `status` shows on a terminal: the table, the usage credits, and one line of advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from quotaline.cli.console import print_table
from quotaline.cli.show.advice import advice
from quotaline.cli.show.table import table
from quotaline.model.merge import current

if TYPE_CHECKING:
    from rich.console import Console

    from quotaline.cache.state_file import State
    from quotaline.model.usage import Credits


def print_overview(state: State, now: float, console: Console) -> None:
    """Print the overview. The credits are printed only if they are turned on."""
    print_table(console, table(state, now, console))
    if state.merged.credits and state.merged.credits.enabled:
        console.print(Text(_money(state.merged.credits)))
    if line := advice(current(state.merged, now), now):
        console.print(Text(f"\n{line}"))


def _money(credits_: Credits) -> str:
    if credits_.used is None:
        return "usage credits: on"
    used, limit = _amount(credits_.used, credits_), credits_.limit
    of = f" of {_amount(limit, credits_)}" if limit is not None else ""
    return f"usage credits: {used}{of} used" + ("" if limit is not None else ", no limit")


def _amount(amount: float, credits_: Credits) -> str:
    if credits_.currency == "USD":
        return f"${amount:.2f}"
    return f"{amount:.2f}" + (f" {credits_.currency}" if credits_.currency else "")
