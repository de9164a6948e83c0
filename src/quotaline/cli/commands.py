"""The tree of commands, and what is the same for all: one line for an error, no traceback for a signal."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from quotaline import __version__
from quotaline.cli.demo import demo
from quotaline.cli.setup import completions, config, doctor, init, install
from quotaline.cli.show import get, refresh, status, why
from quotaline.fastpath.reader import HOSTS, print_segment
from quotaline.hosts.errors import EditRefused
from quotaline.refresh.cycle import NoFolder
from quotaline.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

# Both are in the man page too (tests/test_manual.py), the second by its headings.
DESCRIPTION = """\
Show how much of your Claude quota is used and when it comes back. Without a
command: print the segment, [5h:8% 7d:77%], at once; what is older than a minute
is refreshed in the background for the next time."""
MORE = """\
examples:
  quotaline demo            see it all with a fake account
  quotaline install         show the segment in what you use: diff first, then asks
  quotaline status          see every limit, with its reset
  quotaline --for tmux      what the status line of tmux runs

environment:
  CLAUDE_CONFIG_DIR         Claude Code's folder, if it is not ~/.claude
  QUOTALINE_CACHE_DIR       where the numbers are kept, if not in the usual cache folder
  NO_COLOR                  no colours, if it is set to anything

exit status:
  0                         done; printing a segment always ends so
  1                         it did not work out: one line on stderr says what to do
  2                         asked for wrongly, or config.toml is broken
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"quotaline: {message} (see `{self.prog} --help`)\n")


def parser() -> argparse.ArgumentParser:
    """Return the whole tree. Each command's `run` default is the function that does it."""
    top = _Parser(
        prog="quotaline",
        usage="%(prog)s [--for HOST]\n       %(prog)s COMMAND [ARGUMENT ...]",
        description=DESCRIPTION,
        epilog=MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument(
        "--version",
        action="version",
        version=f"quotaline {__version__}",
        help="print the version and exit",
    )
    top.add_argument(
        "--for",
        dest="host",
        metavar="HOST",
        choices=HOSTS,
        help=f"print the segment for HOST: {', '.join(HOSTS)} (default: ansi on a terminal, else plain)",
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", prog=top.prog, parser_class=_Parser)
    for room in (status, get, why, doctor, refresh, init, install, config, completions, demo):
        room.add_to(commands)
    return top


def run(words: list[str]) -> int:
    """Parse and do. Returns the exit code."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # closed: in this order the file gets that stream's descriptor
            setattr(sys, name, open(os.devnull, "r+", encoding="utf-8"))  # noqa: SIM115
    try:
        chosen = parser().parse_args(words)
        if "run" not in chosen:
            print_segment(chosen.host, os.environ)
            return 0
        command: Callable[[argparse.Namespace], int] = chosen.run
        code = command(chosen)
        sys.stdout.flush()
    except SettingsError as error:
        print(f"quotaline: {error}", file=sys.stderr)
        return 2
    except (NoFolder, EditRefused) as error:
        print(f"quotaline: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader is gone, `| head` say: nothing to report, and nothing more to flush at exit.
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
