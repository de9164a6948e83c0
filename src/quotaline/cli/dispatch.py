"""
Choose and run a command; one line for an error, no traceback for a signal.

Only the module of the chosen command is imported. The version, the help and a
mistyped word import none: they must answer as fast as Python starts.
"""

from __future__ import annotations

import errno
import os
import sys

from quotaline import __version__
from quotaline.cli.commands import COMMANDS
from quotaline.model.command_error import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable


class UsageError(CommandError):
    """Raised for words on the command line that make no sense."""

    exit_code = 2


def run(words: list[str]) -> int:
    """Run the command that the words name (there is at least one). Returns the exit code."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # closed: in this order the file gets that stream's descriptor
            setattr(sys, name, open(os.devnull, "r+", encoding="utf-8"))  # noqa: SIM115
    try:
        code = _run(words)
        sys.stdout.flush()
    except CommandError as error:
        print(f"quotaline: {error}", file=sys.stderr)
        return error.exit_code
    except SystemExit:  # rich's way to say that the reader has exited
        return 0
    except BrokenPipeError:
        # The reader has exited, as `| head` does: no error, and nothing may be left to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        print(f"quotaline: can't write the output: {error.strerror}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        code = 130
    return code


def _run(words: list[str]) -> int:
    first, *rest = words
    if first in ("--version", "-V", "version"):
        print(f"quotaline {__version__}")
        return 0
    if first in ("--help", "-h", "help"):
        if first != "help" or rest in ([], ["help"]):
            from quotaline.cli.help import text

            print(text(), end="")
            return 0
        first, *rest = *rest, "--help"
    if first.startswith("-"):
        raise _misused(first, rest)
    if first not in COMMANDS:
        raise UsageError(f"unknown command {first!r}{_nearest(first, COMMANDS)}")
    return _run_command(first, rest)


def _run_command(name: str, words: list[str]) -> int:
    from quotaline.cli.parser import command_parser

    try:
        chosen = command_parser(name).parse_args(words)
    except SystemExit as end:  # the help was printed, or an error; returned so that `run` flushes it
        return int(end.code or 0)
    command: Callable[[argparse.Namespace], int] = chosen.run
    return command(chosen)


def _misused(option: str, rest: list[str]) -> UsageError:
    """Return what is wrong with options in place of a command; `main` has handled `--for HOST`."""
    if option != "--for":
        options = ("--for", "--version", "--help")
        return UsageError(f"unknown option {option!r}{_nearest(option, options)}")
    from quotaline.fastpath.reader import HOSTS

    if not rest:
        return UsageError(f"--for needs a host; choose from {', '.join(HOSTS)}")
    if rest[0] not in HOSTS:
        return UsageError(f"unknown host {rest[0]!r}; choose from {', '.join(HOSTS)}")
    return UsageError(f"unexpected argument {rest[1]!r} after --for {rest[0]}")


def _nearest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else " (see `quotaline --help`)"
