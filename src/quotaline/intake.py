"""How a reading becomes part of the state, and what the state no longer holds. Both writers use it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quotaline import backoff
from quotaline.merge import Belief, believe, current, objections
from quotaline.sources import credentials, snapshot
from quotaline.state import State, with_rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.settings import Settings
    from quotaline.usage import Reading


def take(state: State, reading: Reading, now: float, ttl: float) -> State:
    """Return the state with a reading taken in. What it tells anew ends the calm between requests."""
    belief = believe(state.belief, reading, now)
    waiting = state.backoff
    if numbers(belief, now) != numbers(state.belief, now):
        waiting = backoff.stirred(waiting, now, ttl)
    return replace(
        state,
        belief=belief,
        backoff=waiting,
        rejected=with_rejected(state.rejected, reading.source, objections(belief, reading, now), now),
    )


def look_around(state: State, environ: Mapping[str, str], settings: Settings, now: float) -> State:
    """
    Return the state after a look at the client's own files: who is logged in, and its last usage answer.

    Numbers of another account are dropped here, before anything is shown.
    """
    login = credentials.stamp(environ)
    seen = snapshot.read(environ, state.snapshot, now)
    account = seen.account if seen else state.belief.account
    if state.belief.account is not None and account not in (None, state.belief.account):
        state = replace(state, belief=Belief(account))
    elif account is None and state.login not in ("", login):
        # Another login, and no account to tell whether it is the same person's: rather no number.
        state = replace(state, belief=Belief())
    state = replace(state, login=login)
    if seen is None:
        return state
    state = replace(
        state,
        snapshot=seen.stamp,
        organisation=seen.organisation,
        belief=replace(state.belief, account=account or state.belief.account),
    )
    if not settings["sources.snapshot"]:
        return state
    if seen.rejected:
        found = with_rejected(state.rejected, snapshot.SOURCE, {"all": seen.rejected}, now)
        return replace(state, rejected=found)
    return take(state, seen.reading, now, settings["ttl"]) if seen.reading else state


def numbers(belief: Belief, now: float) -> object:
    """Return what people see of a belief, to tell whether it changed."""
    return {key: told.window for key, told in current(belief, now).items()}, belief.credits
