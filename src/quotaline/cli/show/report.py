"""
The current usage as plain data: what `status --json` and `get` print.

The form is published in `schemas/status.schema.json`. A change that removes a member or gives it
another meaning needs a new VERSION.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quotaline.cli.show.advice import advice, problems
from quotaline.insight.pace import pace
from quotaline.model.merge import current
from quotaline.segment.labels import in_order

if TYPE_CHECKING:
    from quotaline.cache.state_file import State
    from quotaline.model.merge import Observation
    from quotaline.model.usage import Credits

VERSION = 1
_FULL = 100.0  # percent


def document(state: State, now: float) -> dict[str, Any]:
    """Return the report. Percentages are 0-100, times epoch seconds, durations seconds; unknown is None."""
    shown = current(state.merged, now)
    credits_ = state.merged.credits
    return {
        "version": VERSION,
        "at": now,
        "windows": {key: _window(shown[key], now) if key in shown else None for key in in_order(shown)},
        "credits": {
            "enabled": credits_.enabled,
            "used": credits_.used,
            "limit": credits_.limit,
            "currency": credits_.currency,
            "utilization": credits_used(credits_),
            "age": _age(state.merged.credits_at, now),
        }
        if credits_
        else None,
        "problem": state.backoff.reason or None,
        "problems": problems(state, now),
        "advice": [*filter(None, (advice(shown, now),))],
    }


def credits_used(credits_: Credits) -> float | None:
    """Return the percentage of the credits' cap that is used; None without a cap."""
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


def _age(since: float, now: float) -> float:
    return round(max(0.0, now - since), 1)
