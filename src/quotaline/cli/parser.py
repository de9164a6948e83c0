"""The parser of one command. Only that command's module is imported for it."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import NoReturn

from quotaline.cli.commands import COMMANDS


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, as all of ours are."""

    def error(self, message: str) -> NoReturn:
        """Print the message and exit with 2."""
        self.exit(2, f"quotaline: {message} (see `{self.prog} --help`)\n")


def command_parser(name: str) -> Parser:
    """Return the parser of one command."""
    parser = Parser(prog=f"quotaline {name}")
    configure(name, parser)
    return parser


def configure(name: str, parser: argparse.ArgumentParser) -> None:
    """Import a command's module and let it add its arguments."""
    import_module(f"quotaline.cli.{COMMANDS[name].module}").configure(parser)
