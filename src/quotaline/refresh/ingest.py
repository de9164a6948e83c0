"""Turns readings and the client's files into a new state, for the refresher and for the status line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quotaline.cache.state_file import State, add_rejected
from quotaline.model import backoff
from quotaline.model.merge import MergedUsage, merge, rejections, shows_same_numbers
from quotaline.sources import credentials, snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.model.usage import Reading
    from quotaline.settings import Settings

_LOGIN_SECONDS = 60.0  # within these, Claude Code has written both files of a login
_LONGEST_LOGIN = 600.0  # seconds after which other credentials are a renewal


def apply_reading(state: State, reading: Reading, now: float, ttl: float) -> State:
    """Return the state with a reading merged. If the numbers change, requests are due again (`end_idle`)."""
    merged = merge(state.merged, reading, now)
    new_backoff = state.backoff
    if not shows_same_numbers(merged, state.merged, now):
        new_backoff = backoff.end_idle(new_backoff, now, ttl)
    return replace(
        state,
        merged=merged,
        backoff=new_backoff,
        rejected=add_rejected(state.rejected, reading.source, rejections(merged, reading, now), now),
    )


def sync_with_client(
    state: State, environ: Mapping[str, str], settings: Settings, now: float, *, skip_snapshot: bool = False
) -> State:
    """
    Return the state in accordance with the client's files: the current login, and its last usage answer.

    The numbers of another account are dropped here, before anything is shown. With `skip_snapshot`,
    `.claude.json` is only read if the credentials were rewritten, as they are at a login.
    """
    ttl = settings["ttl"]
    login = credentials.stamp(environ)
    is_other_login = state.login not in ("", login)
    if is_other_login:
        if _has_old_credentials(state) and 0 <= now - state.account_since < _LONGEST_LOGIN:
            # What was observed since .claude.json changed may be the former account's.
            merged = _observed_before(state.merged, state.account_since)
            state = replace(_with_request_due(state, now, ttl), merged=merged, account_since=now)
        state = replace(state, login_since=now)
    client = None if skip_snapshot and not is_other_login else snapshot.read(environ, state.snapshot, now)
    known = state.merged.account
    account = (client.account if client else None) or known
    if is_other_login and client and client.account is None:
        account = None
    if account != known and (known is not None or is_other_login or state.former.account == account):
        state = switch_account(state, account, now, ttl)
    elif is_other_login and account is None:
        # The login was rewritten and its account is unknown: it may be another user's.
        state = switch_account(state, None, now, ttl)
    state = replace(state, login=login, merged=replace(state.merged, account=account))
    if client is None:
        return state
    state = replace(
        state,
        snapshot=client.stamp,
        organisation=client.organisation,
    )
    if not settings["sources.snapshot"]:
        return state
    if client.rejected:
        rejected = add_rejected(state.rejected, snapshot.SOURCE, {"all": client.rejected}, now)
        return replace(state, rejected=rejected)
    return apply_reading(state, client.reading, now, ttl) if client.reading else state


def switch_account(state: State, account: str | None, now: float, ttl: float) -> State:
    """
    Return the state after a login with another account: a request for its numbers is due at once.

    What is known of the former account is kept apart, for a user who goes back to it within minutes.
    """
    left = state.merged
    is_back = account is not None and account == state.former.account
    state = replace(
        _with_request_due(state, now, ttl),
        merged=state.former if is_back else MergedUsage(account),
        account_since=now,
    )
    return replace(state, former=left) if left.account is not None else state


def _has_old_credentials(state: State) -> bool:
    """
    Whether `.claude.json` names another account and the credentials were not rewritten for it.

    Claude Code writes both files at a login, in whatever order. Only a file tells: a Keychain item has no
    time that can be read without opening it.
    """
    return ":" in state.login and state.login_since < state.account_since - _LOGIN_SECONDS


def is_login_in_progress(state: State, now: float) -> bool:
    """Whether the credentials may still be those of the former account."""
    return _has_old_credentials(state) and 0 <= now - state.account_since < _LOGIN_SECONDS


def _with_request_due(state: State, now: float, ttl: float) -> State:
    return replace(state, refreshed_at=0.0, backoff=backoff.end_idle(state.backoff, now, ttl))


def _observed_before(merged: MergedUsage, time: float) -> MergedUsage:
    observations = {
        key: tuple(each for each in known if each.observed_at < time)
        for key, known in merged.observations.items()
    }
    return replace(merged, observations={key: known for key, known in observations.items() if known})
