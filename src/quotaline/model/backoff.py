"""
When the endpoint may be asked again. Pure; kept in state.json, so all processes share it.

An attempt is written down as failed before it is made, and only an answer
erases that: a refresher that is killed costs what an unreachable network costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from quotaline.model.errors import LoginExpired, MissingScope, QuotalineError, RateLimited, Unanswered

SHORTEST = 60.0  # seconds between requests, and after a first failure
LIMITED = 300.0  # at least this after a 429, whatever Retry-After says (docs/claude-code.md 2.5)
LONGEST_LIMITED = 6 * 3600.0
LONGEST_FAILING = 15 * 60.0
LOGIN_WAIT = 3600.0  # after 401 and 403, unless the credentials change
LONGEST_IDLE = 300.0  # at most this while answers do not change
DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """
    The state of the interval between requests. Times are epoch seconds, spans seconds.

    `until`: no request before; `reason`: the failure's word, empty after an
    answer; `interval`: learned from 429s; `calm`: stretched while answers do
    not change; `login`: the credentials that were refused.
    """

    until: float = 0.0
    reason: str = ""
    failures: int = 0
    attempted_at: float = 0.0
    interval: float = SHORTEST
    decayed_at: float = 0.0
    idle_interval: float = SHORTEST
    login: str = ""


def may_ask(state: Backoff, now: float, login: str) -> bool:
    """
    Whether a request may be made.

    A time more than 6 h ahead counts as passed: the clock was wrong. Refused
    credentials are tried again once they are other ones, a minute later at the soonest.
    """
    if state.until > now + LONGEST_LIMITED + SHORTEST or state.attempted_at > now + SHORTEST:
        return True
    if state.login and state.login != login:
        return now >= state.attempted_at + SHORTEST
    return now >= state.until


def attempting(state: Backoff, now: float) -> Backoff:
    """Return the state to write before a request: it has failed until an answer says otherwise."""
    return failed(state, Unanswered(), now, login="")


def answered(state: Backoff, now: float, ttl: float, *, changed: bool) -> Backoff:
    """Return the state after a usage answer. `changed`: it told something new."""
    decayed = _decayed(state, now)
    idle_interval = SHORTEST if changed else min(LONGEST_IDLE, decayed.idle_interval * 1.5)
    return replace(
        decayed,
        until=now + max(ttl, decayed.interval, idle_interval),
        reason="",
        failures=0,
        attempted_at=now,
        idle_interval=idle_interval,
        login="",
    )


def end_idle(state: Backoff, now: float, ttl: float) -> Backoff:
    """Return the state once another source reported something new: the device is no longer idle."""
    if state.reason or state.idle_interval == SHORTEST:
        return state
    return replace(hasten(state, now, ttl), idle_interval=SHORTEST)


def hasten(state: Backoff, now: float, ttl: float) -> Backoff:
    """Return the state once a window has ended: an idle device asks at once, and stays an idle one."""
    if state.reason:
        return state
    return replace(state, until=min(state.until, max(now, state.attempted_at + max(ttl, state.interval))))


def failed(state: Backoff, error: QuotalineError, now: float, login: str) -> Backoff:
    """Return the state after a failure. `login` names the credentials that were used, not their content."""
    decayed = replace(_decayed(state, now), reason=error.reason, attempted_at=now, login="")
    if isinstance(error, RateLimited):
        asked = error.retry_after or 0.0
        known = decayed.interval * 2 if decayed.interval > SHORTEST else LIMITED
        interval = min(LONGEST_LIMITED, max(asked, LIMITED, known))
        return replace(
            decayed, interval=interval, decayed_at=now, until=now + interval, failures=decayed.failures + 1
        )
    if isinstance(error, LoginExpired | MissingScope):
        return replace(decayed, until=now + LOGIN_WAIT, login=login, failures=decayed.failures + 1)
    wait = min(LONGEST_FAILING, SHORTEST * 2 ** min(decayed.failures, 10))
    return replace(decayed, until=now + max(wait, decayed.interval), failures=decayed.failures + 1)


def _decayed(state: Backoff, now: float) -> Backoff:
    """A day without a 429 halves the learned interval."""
    interval = state.interval
    since = min(state.decayed_at, now)  # the clock may have gone back
    while interval > SHORTEST and now - since >= DAY:
        interval, since = max(SHORTEST, interval / 2), since + DAY
    return replace(state, interval=interval, decayed_at=since)
