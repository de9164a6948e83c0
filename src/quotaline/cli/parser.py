"""The parser of one command. Only that command's module is imported for it."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any, NoReturn

from quotaline.cli.commands import COMMANDS
from quotaline.cli.topics import with_examples


class _Formatter(argparse.HelpFormatter):
    """Wraps a text of one line, and keeps one of several lines as it is."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if "\n" in text else super()._fill_text(text, width, indent)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, as all of ours are, and whose help has examples."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": _Formatter, **options})

    def format_help(self) -> str:
        """Return the help, with the examples of this command."""
        own = self.epilog
        self.epilog = with_examples(self.prog.removeprefix("quotaline").strip(), own)
        text = super().format_help()
        self.epilog = own
        return text

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
