"""The tree of all commands. The man page and the completions are made from it; no command is run by it."""

from __future__ import annotations

import argparse

from quotaline import __version__
from quotaline.cli import help as help_
from quotaline.cli.commands import COMMANDS
from quotaline.cli.parser import Parser, configure
from quotaline.cli.topics import EXIT_STATUS
from quotaline.fastpath.reader import HOSTS


def whole_tree() -> Parser:
    """Return a parser with every command below it. Imports all of them."""
    top = Parser(
        prog="quotaline",
        usage=help_.USAGE,
        description=help_.DESCRIPTION,
        epilog=help_.MORE + EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--for", dest="host", metavar="HOST", choices=HOSTS, help=help_.FOR)
    top.add_argument(
        "--version", "-V", action="version", version=f"quotaline {__version__}", help=help_.VERSION
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", prog=top.prog, parser_class=Parser)
    for name, command in COMMANDS.items():
        configure(name, commands.add_parser(name, help=command.help))
    explain = commands.add_parser("help", help="explain a command", description="Print a command's help.")
    explain.add_argument("command", metavar="COMMAND", nargs="?", choices=COMMANDS, help=", ".join(COMMANDS))
    return top
