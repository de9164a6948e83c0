"""``quotaline refresh``: refresh now, in a child process, so that a request that hangs can be ended."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys

from quotaline.refresh.detach import DEADLINE

_SILENT = 0.5  # seconds, after which a user wants to know what takes so long


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = (
        "Request new numbers now, print the segment and report what happened. Every wait is overridden but "
        "that after a rate limit; there are at least 10 seconds between two requests. Prompts refresh by "
        "themselves: you need this only to see the result at once."
    )
    for internal in ("--child", "--due"):
        parser.add_argument(internal, action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    if not chosen.child:
        return refresh_in_child()
    from quotaline.cli.show.child import refresh_and_report

    return refresh_and_report(force=not chosen.due)


def refresh_in_child(*flags: str, quiet: bool = False) -> int:
    """
    Refresh in a child process and return its exit code.

    DNS and the Keychain block in C, where no Python handler runs. The child's alarm ends it all the
    same, and this process remains to report that.

    Args:
        flags: Passed to `quotaline refresh` in the child.
        quiet: Print nothing.
    """
    # -P: a module in the current folder must not be imported in place of ours.
    command = [sys.executable, "-P", "-m", "quotaline", "refresh", "--child", *flags]
    streams = subprocess.DEVNULL if quiet else None
    with subprocess.Popen(command, stdout=streams, stderr=streams) as child:
        try:
            code = child.wait(_SILENT)
        except subprocess.TimeoutExpired:
            if quiet and sys.stderr.isatty():  # otherwise the child is about to say what happened
                print("quotaline: asking api.anthropic.com", file=sys.stderr)
            code = child.wait()
    if code == -signal.SIGALRM and not quiet:
        print(f"quotaline: no answer within {DEADLINE} s; the last numbers are kept", file=sys.stderr)
    return 1 if code else 0
