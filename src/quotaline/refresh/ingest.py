"""How a reading becomes part of the state, and what the state no longer holds. Both writers use it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quotaline.cache.state_file import State, with_rejected
from quotaline.model import backoff
from quotaline.model.merge import MergedUsage, merge, rejections, same_numbers
from quotaline.sources import credentials, snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.model.usage import Reading
    from quotaline.settings import Settings


def take(state: State, reading: Reading, now: float, ttl: float) -> State:
    """Return the state with a reading taken in. What it tells anew ends the calm between requests."""
    merged = merge(state.merged, reading, now)
    waiting = state.backoff
    if not same_numbers(merged, state.merged, now):
        waiting = backoff.end_idle(waiting, now, ttl)
    return replace(
        state,
        merged=merged,
        backoff=waiting,
        rejected=with_rejected(state.rejected, reading.source, rejections(merged, reading, now), now),
    )


def look_around(state: State, environ: Mapping[str, str], settings: Settings, now: float) -> State:
    """
    Return the state after a look at the client's own files: who is logged in, and its last usage answer.

    Numbers of another account are dropped here, before anything is shown.
    """
    login = credentials.stamp(environ)
    seen = snapshot.read(environ, state.snapshot, now)
    account = seen.account if seen else state.merged.account
    if state.merged.account is not None and account not in (None, state.merged.account):
        state = replace(state, merged=MergedUsage(account))
    elif account is None and state.login not in ("", login):
        # Another login, and no account to tell whether it is the same person's: rather no number.
        state = replace(state, merged=MergedUsage())
    state = replace(state, login=login)
    if seen is None:
        return state
    state = replace(
        state,
        snapshot=seen.stamp,
        organisation=seen.organisation,
        merged=replace(state.merged, account=account or state.merged.account),
    )
    if not settings["sources.snapshot"]:
        return state
    if seen.rejected:
        found = with_rejected(state.rejected, snapshot.SOURCE, {"all": seen.rejected}, now)
        return replace(state, rejected=found)
    return take(state, seen.reading, now, settings["ttl"]) if seen.reading else state

