"""The table that `doctor` prints: one line per check, with its fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from quotaline.cli.console import make_console, print_table
from quotaline.doctor.check import BROKEN, OK, UNUSED, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quotaline.doctor.check import Check

# The mark, the word in its place where only ASCII can be printed, and the style.
_MARKS = {
    OK: ("✓", "ok", "green"),
    WARNING: ("!", "!", "yellow"),
    BROKEN: ("✗", "X", "red"),
    UNUSED: ("-", "-", "dim"),
}
_UNWRAPPED = 10000  # columns: where stdout is no terminal, one line per check, for grep


def print_checks(checks: Iterable[Check]) -> None:
    """Print the table. It is wrapped to the terminal; in a pipe each check is one line."""
    console = make_console()
    if not console.is_terminal:
        console = make_console(_UNWRAPPED)
    is_ascii = console.options.ascii_only
    arrow = "->" if is_ascii else "→"
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        mark, word, style = _MARKS[check.state]
        text = Text(check.text, "dim" if check.state == UNUSED else "")
        if check.fix:
            text.append(f" {arrow} ", "dim").append(check.fix, "bold" if check.state != UNUSED else "dim")
        table.add_row(Text(word if is_ascii else mark, style), Text(check.part), text)
    print_table(console, table)
