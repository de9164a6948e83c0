"""How a reading becomes part of the state, and what the state no longer holds. Both writers use it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quotaline.cache.state_file import State, with_rejected
from quotaline.model import backoff
from quotaline.model.merge import MergedUsage, merge, rejections, same_numbers
from quotaline.sources import credentials, snapshot

_LOGIN_TIME = 60.0  # seconds in which Claude Code has written both files of a login

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
    ttl = settings["ttl"]
    login = credentials.stamp(environ)
    is_other_login = state.login not in ("", login)
    if is_other_login and is_login_under_way(state, now):
        # The second of the two files: what was observed in between may be the former account's.
        state = replace(_restarted(state, now, ttl), merged=_before(state.merged, state.account_since), snapshot="")
    seen = snapshot.read(environ, state.snapshot, now)
    known = state.merged.account
    account = (seen.account if seen else None) or known
    if is_other_login and seen and seen.account is None:
        account = None
    if account != known and (known is not None or is_other_login or state.former.account == account):
        state = switch_account(state, account, now, ttl)
    elif is_other_login and account is None:
        # Another login, and no account to tell whether it is the same person's: rather no number.
        state = switch_account(state, None, now, ttl)
    state = replace(state, login=login, merged=replace(state.merged, account=account))
    if seen is None:
        return state
    state = replace(state, snapshot=seen.stamp, organisation=seen.organisation)
    if not settings["sources.snapshot"]:
        return state
    if seen.rejected:
        found = with_rejected(state.rejected, snapshot.SOURCE, {"all": seen.rejected}, now)
        return replace(state, rejected=found)
    return take(state, seen.reading, now, ttl) if seen.reading else state


def switch_account(state: State, account: str | None, now: float, ttl: float) -> State:
    """
    Return the state once somebody else is logged in: their numbers are asked for at once.

    What was known of the former account is kept apart, for a user who goes back to it within minutes.
    """
    left = state.merged
    is_back = account is not None and account == state.former.account
    state = replace(
        _restarted(state, now, ttl),
        merged=state.former if is_back else MergedUsage(account),
        account_since=now,
    )
    return replace(state, former=left) if left.account is not None else state


def is_login_under_way(state: State, now: float) -> bool:
    """Whether one file of a login may have been written, and the other not yet."""
    return 0 <= now - state.account_since < _LOGIN_TIME


def _restarted(state: State, now: float, ttl: float) -> State:
    return replace(state, refreshed_at=0.0, backoff=backoff.end_idle(state.backoff, now, ttl))


def _before(merged: MergedUsage, when: float) -> MergedUsage:
    observations = {
        key: tuple(one for one in each if one.observed_at < when)
        for key, each in merged.observations.items()
    }
    return replace(merged, observations={key: each for key, each in observations.items() if each})
