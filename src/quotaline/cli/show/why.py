"""``quotaline why``: the source and age of every number, and which readings were rejected."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

from quotaline.cache.paths import cache_folder
from quotaline.cache.state_file import State, load
from quotaline.model.errors import explain
from quotaline.model.merge import current
from quotaline.refresh.due import next_due
from quotaline.segment.duration import duration
from quotaline.segment.labels import UNKNOWN, in_order, label
from quotaline.settings import saved_settings

if TYPE_CHECKING:
    import argparse

    from quotaline.model.merge import Observation

JSON_VERSION = 1
_ID_LENGTH = 8  # characters of the account's id: enough to distinguish two accounts


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = (
        "Show the source and age of every number, which readings were rejected and why, "
        "and when the next refresh is due. Makes no request."
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    folder = cache_folder(os.environ)
    state, now = load(folder) if folder else State(), time.time()
    if chosen.json:
        print(json.dumps(document(state, now), indent=2))
    else:
        print("\n".join(lines(state, now)))
    return 0


def document(state: State, now: float) -> dict[str, Any]:
    """Return what `--json` prints: times are epoch seconds, durations seconds; unknown is None."""
    shown = current(state.merged, now)
    return {
        "version": JSON_VERSION,
        "account": _account(state),
        "windows": {
            key: {
                "utilization": shown[key].window.utilization,
                "resets_at": shown[key].window.resets_at,
                "source": shown[key].source,
                "observed_at": shown[key].observed_at,
                "dated": shown[key].dated,
            }
            if key in shown
            else None
            for key in in_order(shown)
        },
        "refreshed_at": state.refreshed_at or None,
        "next_refresh_at": _next_refresh(state),
        "backoff": {
            "reason": state.backoff.reason or None,
            "detail": state.backoff.detail or None,
            "until": state.backoff.until or None,
            "interval": state.backoff.interval,
            "failures": state.backoff.failures,
        },
        "rejected": [
            {"source": one.source, "window": one.key, "why": one.why, "at": one.at} for one in state.rejected
        ],
    }


def lines(state: State, now: float) -> list[str]:
    """Return the lines that are printed without `--json`."""
    shown = current(state.merged, now)
    text = [f"account  {_account(state) or 'unknown'}"]
    text += [f"{label(key):8} {_source(shown.get(key), now)}" for key in in_order(shown)]
    text.append(f"next     refresh {_when(_next_refresh(state), now)}")
    if state.backoff.until > now:
        wait = (
            f"without a request before {_clock(state.backoff.until)} ({duration(state.backoff.until - now)})"
        )
        text[-1] += f", {wait}"
    if state.backoff.reason:
        text.append(f"back-off {explain(state.backoff.reason, state.backoff.detail)}")
    text += [
        f"rejected {label(one.key)} from {one.source}, {duration(max(0, now - one.at))} ago: {one.why}"
        for one in state.rejected
    ]
    return text


def _source(observation: Observation | None, now: float) -> str:
    if observation is None:
        return f"{UNKNOWN} unknown: no source has reported it, or its window has ended"
    age = duration(max(0, now - observation.observed_at))
    undated = "" if observation.dated else "; undated, so it may be older"
    return (
        f"{observation.window.utilization:g}% from {observation.source}, "
        f"observed {_clock(observation.observed_at)}, {age} ago{undated}"
    )


def _account(state: State) -> str | None:
    # Never the e-mail address: users paste this into public issues.
    return state.organisation or (state.merged.account or "")[:_ID_LENGTH] or None


def _next_refresh(state: State) -> float | None:
    if not state.refreshed_at:
        return None
    return next_due(state, saved_settings(state.settings)["ttl"])


def _when(at: float | None, now: float) -> str:
    return (
        f"at {_clock(at)}, in {duration(at - now)}" if at is not None and at > now else "at the next prompt"
    )


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))
