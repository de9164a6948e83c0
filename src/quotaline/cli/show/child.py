"""The child process of ``quotaline refresh``: it prints what happened, and its own alarm ends it."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from quotaline.cache import store
from quotaline.cache.paths import config_file
from quotaline.cli.show.advice import failure, requests_off
from quotaline.fastpath.reader import resolved_host
from quotaline.model.backoff import MIN_FORCED_INTERVAL
from quotaline.refresh.cycle import Job, refresh
from quotaline.refresh.detach import limit_runtime
from quotaline.segment.duration import duration
from quotaline.segment.options import display_options
from quotaline.segment.rendering import render
from quotaline.settings import saved_settings

if TYPE_CHECKING:
    from quotaline.refresh.cycle import Outcome


def refresh_and_report(*, force: bool) -> int:
    """Refresh, print the segment and what happened, and return the exit code."""
    limit_runtime()
    started = time.monotonic()
    try:
        outcome = refresh(Job(os.environ, config_file()), force=force)
    except store.Busy:
        print("quotaline: the cache is locked by another refresh; try again", file=sys.stderr)
        return 1
    return _report(outcome, time.monotonic() - started)


def _report(outcome: Outcome, seconds: float) -> int:
    now = time.time()
    state = outcome.state
    request = "asked the usage endpoint" if outcome.requested else f"no request made{_why_not(outcome, now)}"
    host = resolved_host(None, os.environ)
    options = display_options(saved_settings(state.settings), state.organisation)
    print(f"{render(state.merged, (host,), now, options)[host]} ({request}, {seconds:.2f} s)")
    problem = str(outcome.error) if outcome.error else failure(state, now)
    if outcome.error and state.backoff.until > now:
        problem += f"; next try in {duration(state.backoff.until - now)}"
    for line in filter(None, (problem, str(outcome.settings_error or ""))):
        print(f"quotaline: {line}", file=sys.stderr)
    return 1 if problem or outcome.settings_error else 0


def _why_not(outcome: Outcome, now: float) -> str:
    if outcome.error:
        return ""
    if source := requests_off(saved_settings(outcome.state.settings), os.environ):
        return f": {source}"
    age = now - outcome.state.backoff.attempted_at
    return f": the last one was {duration(age)} ago" if 0 <= age < MIN_FORCED_INTERVAL else ""
