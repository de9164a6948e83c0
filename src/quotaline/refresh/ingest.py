"""Turns readings and the client's files into a new state, for the refresher and for the status line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quotaline.cache.state_file import State, add_rejected
from quotaline.model import backoff
from quotaline.model.merge import MergedUsage, current, merge, rejections
from quotaline.sources import credentials, snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.model.usage import Reading
    from quotaline.settings import Settings


def apply_reading(state: State, reading: Reading, now: float, ttl: float) -> State:
    """Return the state with a reading merged. If the numbers change, requests are due again (`end_idle`)."""
    merged = merge(state.merged, reading, now)
    new_backoff = state.backoff
    if visible_numbers(merged, now) != visible_numbers(state.merged, now):
        new_backoff = backoff.end_idle(new_backoff, now, ttl)
    return replace(
        state,
        merged=merged,
        backoff=new_backoff,
        rejected=add_rejected(state.rejected, reading.source, rejections(merged, reading, now), now),
    )


def sync_with_client(state: State, environ: Mapping[str, str], settings: Settings, now: float) -> State:
    """
    Return the state in accordance with the client's files: the current login, and its last usage answer.

    The numbers of another account are dropped here, before anything is shown.
    """
    login = credentials.stamp(environ)
    client = snapshot.read(environ, state.snapshot, now)
    account = client.account if client else state.merged.account
    if state.merged.account is not None and account not in (None, state.merged.account):
        state = replace(state, merged=MergedUsage(account))
    elif account is None and state.login not in ("", login):
        # The login was rewritten and its account is unknown: it may be another user's.
        state = replace(state, merged=MergedUsage())
    state = replace(state, login=login)
    if client is None:
        return state
    state = replace(
        state,
        snapshot=client.stamp,
        organisation=client.organisation,
        merged=replace(state.merged, account=account or state.merged.account),
    )
    if not settings["sources.snapshot"]:
        return state
    if client.rejected:
        rejected = add_rejected(state.rejected, snapshot.SOURCE, {"all": client.rejected}, now)
        return replace(state, rejected=rejected)
    return apply_reading(state, client.reading, now, settings["ttl"]) if client.reading else state


def visible_numbers(merged: MergedUsage, now: float) -> object:
    """Return the numbers that a user sees, to compare them before and after a change."""
    return {key: observation.window for key, observation in current(merged, now).items()}, merged.credits
