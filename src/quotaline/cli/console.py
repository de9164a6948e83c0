"""The console of the commands: it uses colours where the segment does, and pads no line in a pipe."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from rich.console import RenderableType


def make_console(width: int | None = None) -> Console:
    """Return a console for stdout. NO_COLOR wins over forced colour, and that over CLICOLOR=0."""
    force = os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE", "").removeprefix("0")
    is_off = os.environ.get("NO_COLOR") or (os.environ.get("CLICOLOR") == "0" and not force)
    return Console(
        highlight=False, width=width, force_terminal=True if force else None, no_color=bool(is_off) or None
    )


def print_table(console: Console, table: RenderableType) -> None:
    """Print a table. rich fills its lines with spaces, which a pipe does not need."""
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        console.file.write(f"{line.rstrip()}\n")
