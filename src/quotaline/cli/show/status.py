"""``quotaline status``: every limit with a bar, its reset, pace, source and age."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from quotaline.cli.show.advice import problems
from quotaline.cli.show.current_state import current_state
from quotaline.cli.show.report import document

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = (
        "Show every limit with the percent used, its reset, pace, source and age. "
        "A request is made if one is due."
    )
    parser.epilog = """\
columns:
  used, left    percent of the limit; ~ before a number that is old
  bar           what is used; its tick is how much of the time is over
  pace          percentage points ahead of an even use, or behind it
  source        statusline: Claude Code's status line; snapshot: its
                .claude.json; api: the usage endpoint;
                claude_cli: `claude -p /usage`
  age           time since the number was observed

exit status:
  0             the report was printed, also if numbers are missing;
                `problems` of --json has the reasons
"""
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    state, now = current_state(), time.time()
    if chosen.json:
        import json

        print(json.dumps(document(state, now), indent=2))
        return 0
    from quotaline.cli.console import make_console
    from quotaline.cli.show.overview import print_overview

    print_overview(state, now, make_console())
    sys.stdout.flush()
    for line in problems(state, now):
        print(f"quotaline: {line}", file=sys.stderr)
    return 0
