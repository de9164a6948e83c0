"""
Decides when the endpoint may be asked again. Pure; all processes share the state, which is in state.json.

A request is recorded as failed before it is made, and only its answer corrects
that: a refresher that is killed costs as much as an unreachable network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from quotaline.model.errors import LoginExpired, MissingScope, QuotalineError, RateLimited, Unanswered

MIN_INTERVAL = 60.0  # seconds between requests, and after a first failure
MIN_RATE_LIMIT_WAIT = 300.0  # at least this after a 429, whatever Retry-After says (docs/claude-code.md 2.5)
MAX_RATE_LIMIT_WAIT = 6 * 3600.0
MAX_FAILURE_WAIT = 15 * 60.0
REFUSED_LOGIN_WAIT = 3600.0  # after 401 and 403, unless the credentials change
MIN_FORCED_INTERVAL = (
    10.0  # seconds between requests that the user asks for: a loop must not storm the endpoint
)
MAX_IDLE_INTERVAL = 300.0  # at most this while the answers do not change
DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """
    The wait between requests. Times are epoch seconds, intervals seconds.

    `until`: no request before this time. `reason`: that of the last failure,
    empty after an answer. `interval`: the minimum, learned from 429s; it last
    decayed at `decayed_at`. `idle_interval`: grows while the answers do not
    change. `login`: the stamp of the credentials that were refused. `detail`:
    that of the last failure.
    """

    until: float = 0.0
    reason: str = ""
    failures: int = 0
    attempted_at: float = 0.0
    interval: float = MIN_INTERVAL
    decayed_at: float = 0.0
    idle_interval: float = MIN_INTERVAL
    login: str = ""
    detail: str = ""


def is_forced_request_allowed(state: Backoff, now: float, login: str) -> bool:
    """
    Whether a request that the user asks for may be made: in spite of every wait, except that of a 429.

    A failure that is not the endpoint's may be over, and only a request can tell.
    """
    if state.reason == RateLimited.reason:
        return is_request_allowed(state, now, login)
    return not state.attempted_at <= now < state.attempted_at + MIN_FORCED_INTERVAL


def is_request_allowed(state: Backoff, now: float, login: str) -> bool:
    """
    Whether a request may be made with the credentials of this stamp.

    A wait of more than 6 h counts as over, since only a wrong clock can have
    set it. Refused credentials do not block other ones, a minute later.
    """
    if state.until > now + MAX_RATE_LIMIT_WAIT + MIN_INTERVAL or state.attempted_at > now + MIN_INTERVAL:
        return True
    if state.login and state.login != login:
        return now >= state.attempted_at + MIN_INTERVAL
    return now >= state.until


def record_attempt(state: Backoff, now: float) -> Backoff:
    """Return the state to write before a request: a failure, until an answer corrects it."""
    return record_failure(state, Unanswered(), now, login="")


def record_answer(state: Backoff, now: float, ttl: float, *, changed: bool) -> Backoff:
    """Return the state after a usage answer. `changed`: its numbers differ from the known ones."""
    decayed = _decayed(state, now)
    idle_interval = MIN_INTERVAL if changed else min(MAX_IDLE_INTERVAL, decayed.idle_interval * 1.5)
    return replace(
        decayed,
        until=now + max(ttl, decayed.interval, idle_interval),
        reason="",
        detail="",
        failures=0,
        attempted_at=now,
        idle_interval=idle_interval,
        login="",
    )


def end_idle(state: Backoff, now: float, ttl: float) -> Backoff:
    """Return the state after news from another source: usage goes on, so requests are due again."""
    if state.reason or state.idle_interval == MIN_INTERVAL:
        return state
    return replace(skip_idle_wait(state, now, ttl), idle_interval=MIN_INTERVAL)


def skip_idle_wait(state: Backoff, now: float, ttl: float) -> Backoff:
    """Return the state after the end of a window: one request is due, and the device stays idle."""
    if state.reason:
        return state
    return replace(state, until=min(state.until, max(now, state.attempted_at + max(ttl, state.interval))))


def record_failure(state: Backoff, error: QuotalineError, now: float, login: str) -> Backoff:
    """Return the state after a failed request. `login` is the stamp of the credentials, not their content."""
    decayed = replace(
        _decayed(state, now), reason=error.reason, detail=error.detail, attempted_at=now, login=""
    )
    failures = decayed.failures + 1
    if isinstance(error, RateLimited):
        doubled = decayed.interval * 2 if decayed.interval > MIN_INTERVAL else MIN_RATE_LIMIT_WAIT
        interval = min(MAX_RATE_LIMIT_WAIT, max(error.retry_after or 0.0, MIN_RATE_LIMIT_WAIT, doubled))
        return replace(decayed, interval=interval, decayed_at=now, until=now + interval, failures=failures)
    if isinstance(error, LoginExpired | MissingScope):
        return replace(decayed, until=now + REFUSED_LOGIN_WAIT, login=login, failures=failures)
    wait = min(MAX_FAILURE_WAIT, MIN_INTERVAL * 2 ** min(decayed.failures, 10))
    return replace(decayed, until=now + max(wait, decayed.interval), failures=failures)


def _decayed(state: Backoff, now: float) -> Backoff:
    """Return the state with its learned interval halved for each day without a 429."""
    interval = state.interval
    since = min(state.decayed_at, now)  # the clock may have been set back
    while interval > MIN_INTERVAL and now - since >= DAY:
        interval, since = max(MIN_INTERVAL, interval / 2), since + DAY
    return replace(state, interval=interval, decayed_at=since)
