"""The sentences that `status` adds to the numbers: what is wrong, and what to expect."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from quotaline.cache.paths import cache_folder, config_file
from quotaline.insight.pace import pace
from quotaline.model.errors import LoginExpired, MissingScope, NotLoggedIn, Unanswered, explain
from quotaline.model.merge import current
from quotaline.segment.clock_time import clock_time
from quotaline.segment.duration import duration
from quotaline.segment.labels import label
from quotaline.setting_table import SettingsError
from quotaline.settings import load, saved_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.cache.state_file import State
    from quotaline.model.merge import Observation
    from quotaline.settings import Settings

_FULL = 100.0  # percent
_MAX_AGE = 3600  # seconds; an older number is no basis for advice
_RECENT = 10  # seconds; an older failure is shown with its age
_NO_TRAFFIC = "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"
# Reasons that are found in the login, or are no failure yet.
_WITHOUT_REQUEST = (NotLoggedIn.reason, LoginExpired.reason, MissingScope.reason, Unanswered.reason)


def problems(state: State, now: float) -> list[str]:
    """Return why there are no new numbers and what to do, one line per problem; empty without one."""
    lines = []
    if not requests_off(saved_settings(state.settings), os.environ):
        lines.append(failure(state, now))
    if cache_folder(os.environ) is None:
        lines.append("no home folder: HOME is not set to an absolute path")
    try:
        load(config_file())
    except SettingsError as error:
        lines.append(str(error))
    lines = [line for line in lines if line]
    if current(state.merged, now):
        return lines
    return [f"unavailable: {line}" for line in lines or [_missing(state)]]


def failure(state: State, now: float) -> str:
    """Return why and when the last attempt failed, and when the next one is due; empty if it did not."""
    backoff = state.backoff
    text = explain(backoff.reason, backoff.detail)
    age = now - backoff.attempted_at
    is_answer = backoff.reason not in _WITHOUT_REQUEST or backoff.login  # of the endpoint, not of a file
    if text and is_answer and age >= _RECENT:
        text = f"last try {duration(age)} ago failed: {text}"
    wait = backoff.until - now
    return f"{text}; next try in {duration(wait)}" if text and wait > 0 else text


def requests_off(settings: Settings, environ: Mapping[str, str]) -> str:
    """Return what turns requests off; empty if nothing does."""
    if not settings["sources.api"]:
        return "sources.api is off"
    return f"{_NO_TRAFFIC} is set" if environ.get(_NO_TRAFFIC) else ""


def _missing(state: State) -> str:
    """Return why no number is known although nothing failed."""
    off = requests_off(saved_settings(state.settings), os.environ)
    if off:
        return (
            f"no source has a number yet: {off}, and Claude Code reports numbers after its first reply "
            "(quotaline install claude)"
        )
    if state.merged.answered_at:
        return "the usage endpoint reported no limit that is current"
    return "no source has a number yet: run `quotaline refresh`"


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
