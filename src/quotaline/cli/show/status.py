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
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    state, now = current_state(), time.time()
    if chosen.json:
        import json

        print(json.dumps(document(state, now), indent=2))
        return 0
    from quotaline.cli.show.console import console
    from quotaline.cli.show.overview import print_overview

    print_overview(state, now, console())
    sys.stdout.flush()
    for line in problems(state, now):
        print(f"quotaline: {line}", file=sys.stderr)
    return 0
