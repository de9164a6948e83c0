"""The sentences that `status` adds to the numbers: what is wrong, and what to expect."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from quotaline.cache.paths import cache_folder, config_file
from quotaline.insight.pace import pace
from quotaline.model.errors import explain
from quotaline.segment.clock_time import clock_time
from quotaline.segment.duration import duration
from quotaline.segment.labels import label
from quotaline.settings import SettingsError, load

if TYPE_CHECKING:
    from quotaline.cache.state_file import State
    from quotaline.model.merge import Observation

_FULL = 100.0  # percent
_MAX_AGE = 3600  # seconds; an older number is no basis for advice


def problems(state: State, now: float) -> list[str]:
    """Return why there are no new numbers and what to do, one line per problem; empty without one."""
    lines = []
    if state.backoff.reason:
        wait = state.backoff.until - now
        next_try = f"; next try in {duration(wait)}" if wait > 0 else ""
        lines.append(explain(state.backoff.reason) + next_try)
    try:
        load(config_file())
    except SettingsError as error:
        lines.append(str(error))
    if cache_folder(os.environ) is None:
        lines.append("no home folder: HOME is not set to an absolute path")
    return lines


def advice(shown: dict[str, Observation], now: float) -> str:
    """Return one line about the window that is used up, or will be first; empty if none will."""
    recent = {
        key: observation for key, observation in shown.items() if now - observation.observed_at < _MAX_AGE
    }
    return _used_up(recent, now) or _running_out(recent, now)


def _used_up(recent: dict[str, Observation], now: float) -> str:
    resets = {
        key: observation.window.resets_at
        for key, observation in recent.items()
        if observation.window.utilization >= _FULL and observation.window.resets_at is not None
    }
    if not resets:
        return ""
    key = max(resets, key=resets.__getitem__)  # the last one that comes back
    return f"{label(key)} is used up: back in {duration(resets[key] - now)}, {clock_time(resets[key], now)}"


def _running_out(recent: dict[str, Observation], now: float) -> str:
    ends = {}
    for key, observation in recent.items():
        run = pace(observation.window, observation.observed_at)
        if run and run.notable and run.used_up_at is not None and observation.window.resets_at is not None:
            ends[key] = (max(now, run.used_up_at), observation.window.resets_at)
    if not ends:
        return ""
    key = min(ends, key=ends.__getitem__)
    end, reset = ends[key]
    before = duration(reset - end)
    return f"{label(key)}: used up by {clock_time(end, now)} at this pace, {before} before reset"
