"""The console of the commands: it uses colours where the segment does, and pads no line in a pipe."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.console import Console

from quotaline.fastpath.reader import is_terminal, resolved_host

if TYPE_CHECKING:
    from rich.console import RenderableType


def make_console(width: int | None = None, *, soft_wrap: bool = False) -> Console:
    """Return a console for stdout, with colours by the rule of segments: rich has one of its own."""
    is_coloured = resolved_host(None, os.environ) == "ansi"
    return Console(
        highlight=False,
        width=width,
        soft_wrap=soft_wrap,
        force_terminal=True if is_coloured else None,
        color_system=("auto" if is_terminal() else "256") if is_coloured else None,
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
