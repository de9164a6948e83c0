"""The parser of one command, and the tree of all of them for the man page and the completions."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import NoReturn

from quotaline import __version__
from quotaline.cli import help as help_
from quotaline.cli.commands import COMMANDS
from quotaline.fastpath.reader import HOSTS


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, as all of ours are."""

    def error(self, message: str) -> NoReturn:
        """Print the message and exit with 2."""
        self.exit(2, f"quotaline: {message} (see `{self.prog} --help`)\n")


def command_parser(name: str) -> Parser:
    """Return the parser of one command. Only that command's module is imported."""
    parser = Parser(prog=f"quotaline {name}")
    _configure(name, parser)
    return parser


def whole_tree() -> Parser:
    """Return a parser with every command below it. Imports all of them: not for running one."""
    top = Parser(
        prog="quotaline",
        usage=help_.USAGE,
        description=help_.DESCRIPTION,
        epilog=help_.MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--for", dest="host", metavar="HOST", choices=HOSTS, help=help_.FOR)
    top.add_argument(
        "--version", "-V", action="version", version=f"quotaline {__version__}", help=help_.VERSION
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", prog=top.prog, parser_class=Parser)
    for name, command in COMMANDS.items():
        _configure(name, commands.add_parser(name, help=command.help))
    explain = commands.add_parser("help", help="explain a command", description="Print a command's help.")
    explain.add_argument("command", metavar="COMMAND", nargs="?", choices=COMMANDS, help=", ".join(COMMANDS))
    return top


def _configure(name: str, parser: argparse.ArgumentParser) -> None:
    import_module(f"quotaline.cli.{COMMANDS[name].module}").configure(parser)
