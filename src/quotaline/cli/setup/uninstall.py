"""``quotaline uninstall``: remove the segment from the configs of hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quotaline.cli.setup.edits import add_arguments, carry_out
from quotaline.hosts.table import TABLE

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = "Remove from a host's config what `quotaline install` added, and nothing else."
    add_arguments(parser, without_hosts="without one, all of them")
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    def edited(host: str, text: str | None) -> str | None:
        return text if text is None else TABLE[host].remove(text)

    return carry_out(chosen, chosen.hosts or list(TABLE), edited, "not installed")
