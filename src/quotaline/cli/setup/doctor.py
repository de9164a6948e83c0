"""``quotaline doctor``: one line a moving part, with what mends it; safe to paste."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from quotaline.cache.paths import cache_folder
from quotaline.cache.state_file import State, load
from quotaline.cli.setup.redaction import redacted
from quotaline.doctor.check import BROKEN, OK, UNUSED, WARNING, Check, Context
from quotaline.doctor.runner import examine

if TYPE_CHECKING:
    import argparse

VERSION = 1
_MARKS = {
    OK: ("✓", "ok", "green"),
    WARNING: ("!", "!", "yellow"),
    BROKEN: ("✗", "X", "red"),
    UNUSED: ("-", "-", "dim"),
}
_UNBOUND = 10000  # columns: where no terminal is, one line a part, for grep


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = (
        "Check the installation and suggest fixes. The output names no home folder, token or e-mail address, "
        "so it is safe to share."
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    folder = cache_folder(os.environ)
    state = load(folder) if folder else State()
    checks = [_clean(check) for check in examine(Context(os.environ, time.time(), state))]
    is_broken = any(check.state == BROKEN for check in checks)
    if chosen.json:
        listed = [{**asdict(check), "fix": check.fix or None} for check in checks]
        print(json.dumps({"version": VERSION, "broken": is_broken, "checks": listed}, indent=2))
    else:
        _show(checks, Console(highlight=False))
    return 1 if is_broken else 0


def _clean(check: Check) -> Check:
    return replace(check, text=redacted(check.text, os.environ), fix=redacted(check.fix, os.environ))


def _show(checks: list[Check], console: Console) -> None:
    if not console.is_terminal:
        console = Console(highlight=False, width=_UNBOUND)
    is_ascii = console.options.ascii_only
    arrow = "->" if is_ascii else "→"
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        sign, word, style = _MARKS[check.state]
        text = Text(check.text, "dim" if check.state == UNUSED else "")
        if check.fix:
            text.append(f" {arrow} ", "dim").append(check.fix, "bold" if check.state != UNUSED else "dim")
        table.add_row(Text(word if is_ascii else sign, style), Text(check.part), text)
    console.print(table)
