"""The state that `status` and `get` show: as fresh as a request makes it, if one is due."""

from __future__ import annotations

import os
import time

from quotaline.cache.paths import cache_folder, config_file
from quotaline.cache.state_file import State, load
from quotaline.model.errors import Unanswered
from quotaline.refresh.cycle import Job, preview
from quotaline.refresh.detach import DEADLINE


def current_state() -> State:
    """
    Return the current state, after a request if one is due.

    If a prompt's refresher has a request in progress, this waits for its answer. Starting a second
    Python takes as long as all the rest of the command, so it is done only for a request.
    """
    folder = cache_folder(os.environ)
    if folder is None:
        return State()
    state, needs_request = preview(Job(os.environ, config_file()))
    if needs_request:
        from quotaline.cli.show.refresh import refresh_in_child

        refresh_in_child("--due", quiet=True)
        state = load(folder)
    while _is_request_in_progress(state, time.time()):
        time.sleep(0.05)
        state = load(folder)
    return state


def _is_request_in_progress(state: State, now: float) -> bool:
    # Also true after a refresher was killed, until it could not have been alive any longer.
    return state.backoff.reason == Unanswered.reason and 0 <= now - state.backoff.attempted_at < DEADLINE
