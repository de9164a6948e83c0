"""``quotaline init``: print what to put into a host's config."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from quotaline.hosts.installation import installation
from quotaline.hosts.table import TABLE

if TYPE_CHECKING:
    import argparse


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the tree."""
    command = commands.add_parser(
        "init",
        help="print what to put into a host's config by hand",
        description="Print what to put into a host's config to show the segment there, "
        "for those who edit it themselves; `quotaline install` does it for you.",
    )
    command.add_argument("host", metavar="HOST", choices=TABLE, help=", ".join(TABLE))
    command.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    sys.stdout.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]  # a path may be any bytes
    print(TABLE[chosen.host].snippet(installation()), end="")
    return 0
