"""``quotaline refresh``: refresh now and say what happened."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time

from quotaline.cache import store
from quotaline.cache.paths import config_file
from quotaline.model.errors import explain
from quotaline.refresh.cycle import Job, NoFolder, Outcome, refresh
from quotaline.refresh.detach import DEADLINE, limit
from quotaline.segment.duration import duration
from quotaline.segment.line import compact
from quotaline.segment.markup import plain


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the tree."""
    command = commands.add_parser(
        "refresh",
        help="ask for new numbers now and say what happened",
        description="Ask for new numbers now, print the segment and say what happened. "
        "Where the endpoint told us to wait, that holds. Prompts refresh by themselves: this is for a look.",
    )
    for internal in ("--detached", "--child", "--due"):
        command.add_argument(internal, action="store_true", help=argparse.SUPPRESS)
    command.set_defaults(run=_run)


def refresh_in_child(*flags: str, quiet: bool = False) -> int:
    """
    Refresh in a process of its own and return its exit code.

    What blocks in C (a name look-up, the Keychain) ends by its alarm, and this
    process is still there to say so. `flags` go to the child; `quiet`: nothing
    is printed.
    """
    # Our own interpreter and package, whatever folder this is: -P keeps that off sys.path.
    child = [sys.executable, "-P", "-m", "quotaline", "refresh", "--child", *flags]
    done = subprocess.run(child, check=False, capture_output=quiet)
    if done.returncode == -signal.SIGALRM and not quiet:
        print(f"quotaline: no answer within {DEADLINE} s; the last good numbers stand", file=sys.stderr)
    return 1 if done.returncode else 0


def _run(chosen: argparse.Namespace) -> int:
    if chosen.detached:  # main settled this process
        return _quietly()
    if not chosen.child:
        return refresh_in_child()
    limit()
    started = time.monotonic()
    try:
        outcome = refresh(Job(os.environ, config_file()), force=not chosen.due)
    except store.Busy:
        print("quotaline: the cache is locked by another refresh; try again", file=sys.stderr)
        return 1
    return _report(outcome, time.monotonic() - started)


def _quietly() -> int:
    try:
        refresh(Job(os.environ, config_file()))
    except (store.Busy, NoFolder):
        return 1
    return 0


def _report(outcome: Outcome, took: float) -> int:
    now = time.time()
    state = outcome.state
    did = f"asked the usage endpoint, {took:.2f} s" if outcome.asked else f"nothing asked, {took:.2f} s"
    print(f"{plain(compact(state.merged, now))} ({did})")
    problem = str(outcome.error or "")
    if not outcome.asked and not problem and state.backoff.reason:
        wait = duration(max(0.0, state.backoff.until - now))
        problem = f"{explain(state.backoff.reason)} (next try in {wait})"
    for line in filter(None, (problem, str(outcome.settings_error or ""))):
        print(f"quotaline: {line}", file=sys.stderr)
    return 1 if problem or outcome.settings_error else 0
