"""
The first run on a terminal: ask for the first numbers, wait for them, say what is missing.

A prompt that runs `quotaline` must not be held up, so this is only done where a user reads the output
(stdout is a terminal), and only until a first refresh has ended.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from quotaline.cache import state_file, store
from quotaline.cache.paths import cache_folder, home_folder
from quotaline.cli.show.advice import problems
from quotaline.refresh.detach import DEADLINE, start_refresher

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.cache.state_file import State

_WAIT = 2.0  # seconds
_POLL = 0.02


def wait_for_first_numbers(environ: Mapping[str, str]) -> bool:
    """If no refresh has ended yet, wait for the first one. Returns whether this is the first run."""
    folder, now = cache_folder(environ), time.time()
    if folder is None or not _is_first(state_file.load(folder), now):
        return False
    if not store.prepare(folder, home_folder(environ)):
        return False
    print("quotaline: asking api.anthropic.com for the first numbers", file=sys.stderr, flush=True)
    if not store.is_claimed(folder, now):
        start_refresher(lambda: store.claim(folder, now))
    deadline = time.monotonic() + _WAIT
    while not state_file.load(folder).cycled_at:
        if time.monotonic() >= deadline:
            return True
        time.sleep(_POLL)
    # The state is written first: the refresher holds the lock until the last segment is written.
    with suppress(store.Busy, OSError), store.locked(folder, deadline - time.monotonic()):
        pass
    return True


def explain_what_is_missing(environ: Mapping[str, str]) -> None:
    """Print on stderr why there is no number yet; nothing if there is one."""
    folder = cache_folder(environ)
    state, now = state_file.load(folder) if folder else state_file.State(), time.time()
    waiting = ["no answer yet: the next `quotaline` shows it"]
    lines = problems(state, now) if state.cycled_at else waiting
    for line in lines:
        print(f"quotaline: {line}", file=sys.stderr)


def _is_first(state: State, now: float) -> bool:
    if state.cycled_at or state.merged.observations:
        return False
    # A refresher that was killed has ended too.
    started = state.backoff.attempted_at
    return not started or 0 <= now - started < DEADLINE
