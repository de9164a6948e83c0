"""``quotaline init``: print the lines that a host's config needs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from quotaline.hosts.installation import installation
from quotaline.hosts.table import TABLE

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = (
        "Print the lines that show the segment in a host, for its config file. "
        "`quotaline install` adds them for you."
    )
    parser.epilog = """\
where the lines go:
  bash, zsh     ~/.bashrc, ~/.zshrc; or: eval "$(quotaline init bash)"
  fish          ~/.config/fish/config.fish; or: quotaline init fish | source
  claude        ~/.claude/settings.json, as members of its object
  tmux          ~/.tmux.conf
  starship      ~/.config/starship.toml
"""
    parser.add_argument("host", metavar="HOST", choices=TABLE, help=", ".join(TABLE))
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    sys.stdout.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]  # a path may hold any bytes
    print(TABLE[chosen.host].snippet(installation()), end="")
    return 0
