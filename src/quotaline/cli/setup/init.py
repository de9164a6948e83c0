"""``quotaline init``: print the lines that a host's config needs."""

from __future__ import annotations

import argparse
import sys

from quotaline.hosts.installation import installation
from quotaline.hosts.table import TABLE


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = (
        "Print the lines that show the segment in a host, for its config file. "
        "`quotaline install` adds them for you."
    )
    parser.epilog = """\
bash, zsh, fish: a line for the start-up file, which can also read it at each start:
  eval "$(quotaline init bash)"       in ~/.bashrc; zsh: the same in ~/.zshrc
  quotaline init fish | source        in ~/.config/fish/config.fish
claude: members of ~/.claude/settings.json
tmux: a line of ~/.tmux.conf
starship: a table of ~/.config/starship.toml
"""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("host", metavar="HOST", choices=TABLE, help=", ".join(TABLE))
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    sys.stdout.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]  # a path may hold any bytes
    print(TABLE[chosen.host].snippet(installation()), end="")
    return 0
