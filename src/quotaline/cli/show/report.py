"""
What is held true now, as plain data: what `status --json` and `get` print.

Published in `schemas/status.schema.json`: a change that takes something away
or gives it another meaning needs a new VERSION.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from quotaline.cache.paths import cache_folder, config_file
from quotaline.insight.pace import pace
from quotaline.model.errors import explain
from quotaline.model.merge import Observation, current
from quotaline.segment.clock_time import clock_time
from quotaline.segment.duration import duration
from quotaline.segment.labels import in_order, label
from quotaline.settings import SettingsError, load

if TYPE_CHECKING:
    from quotaline.cache.state_file import State
    from quotaline.model.usage import Credits

VERSION = 1
_FULL = 100.0  # percent
_BELIEVED = 3600  # seconds; no advice from a number that is older


def document(state: State, now: float) -> dict[str, Any]:
    """Return the report. Percent, epoch seconds, seconds; an unknown window is null."""
    shown = current(state.merged, now)
    observation = state.merged.credits
    return {
        "version": VERSION,
        "at": now,
        "windows": {key: _window(shown[key], now) if key in shown else None for key in in_order(shown)},
        "credits": {
            "enabled": observation.enabled,
            "used": observation.used,
            "limit": observation.limit,
            "currency": observation.currency,
            "utilization": credits_used(observation),
            "age": _age(state.merged.credits_at, now),
        }
        if observation
        else None,
        "problem": state.backoff.reason or None,
        "advice": [*problems(state, now), *filter(None, (advice(shown, now),))],
    }


def problems(state: State, now: float) -> list[str]:
    """Return what keeps numbers from coming and what to do, a line each; empty if all is well."""
    lines = []
    if state.backoff.reason:
        wait = state.backoff.until - now
        lines.append(
            explain(state.backoff.reason)
            + (f"; next try in {duration(wait)}" if state.backoff.until > now else "")
        )
    try:
        load(config_file())
    except SettingsError as error:
        lines.append(str(error))
    if cache_folder(os.environ) is None:
        lines.append("no home folder: HOME is not set to an absolute path")
    return lines


def advice(shown: dict[str, Observation], now: float) -> str:
    """Return the one line that the numbers call for; empty if they call for none."""
    fresh = {
        key: observation for key, observation in shown.items() if now - observation.observed_at < _BELIEVED
    }
    over = {
        key: observation.window.resets_at
        for key, observation in fresh.items()
        if observation.window.utilization >= _FULL and observation.window.resets_at is not None
    }
    if over:
        key = max(over, key=over.__getitem__)
        return f"{label(key)} is used up: back in {duration(over[key] - now)}, {clock_time(over[key], now)}"
    ends = {}
    for key, observation in fresh.items():
        run = pace(observation.window, observation.observed_at)
        if run and run.notable and run.used_up_at is not None and observation.window.resets_at is not None:
            ends[key] = (max(now, run.used_up_at), observation.window.resets_at)
    if not ends:
        return ""
    key = min(ends, key=ends.__getitem__)
    end, reset = ends[key]
    before = duration(reset - end)
    return f"{label(key)}: used up by {clock_time(end, now)} at this pace, {before} before reset"


def credits_used(credits_: Credits) -> float | None:
    """Return how much of the credits' cap is used, in percent; None without a cap."""
    if credits_.utilization is not None:
        return credits_.utilization
    if credits_.used is None or not credits_.limit:
        return None
    return round(_FULL * credits_.used / credits_.limit, 1)


def _window(observation: Observation, now: float) -> dict[str, Any]:
    window = observation.window
    run = pace(window, observation.observed_at)
    return {
        "utilization": window.utilization,
        "left": round(max(0.0, _FULL - window.utilization), 1),
        "resets_at": window.resets_at,
        "resets_in": window.time_until_reset(now),
        "elapsed_percent": window.elapsed_percent(now),
        "pace": {
            "ahead": run.ahead,
            "projected": run.projected,
            "used_up_at": run.used_up_at,
            "notable": run.notable,
        }
        if run
        else None,
        "source": observation.source,
        "dated": observation.dated,
        "age": _age(observation.observed_at, now),
    }


def _age(at: float, now: float) -> float:
    return round(max(0.0, now - at), 1)
