"""One request to the usage endpoint, and its effect on the state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from quotaline.model import backoff
from quotaline.model.errors import QuotalineError
from quotaline.model.merge import shows_same_numbers
from quotaline.model.usage import Reading, Usage
from quotaline.refresh.ingest import apply_reading, switch_account
from quotaline.sources import credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.cache.state_file import State
    from quotaline.settings import Settings

# Seconds without another try after the Keychain refused access (docs/claude-code.md 2.3).
KEYCHAIN_PAUSE = 6 * 3600.0


class Fetch(Protocol):
    """The function that makes the request: `sources.api.fetch`, or that of the demo."""

    def __call__(self, token: credentials.Token, *, now: float, user_agent: str) -> Usage:
        """Return the usage or raise a QuotalineError."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of an attempt: a reading or an error. `requested`: a request was really made."""

    reading: Reading | None = None
    error: QuotalineError | None = None
    requested: bool = False


def may_read_keychain(state: State, settings: Settings, now: float) -> bool:
    """Whether the Keychain may be read. Not for 6 h after a refusal, because reading may open a dialog."""
    return bool(settings["sources.keychain"]) and not now < state.keychain_until <= now + KEYCHAIN_PAUSE


def request_usage(
    environ: Mapping[str, str], settings: Settings, now: float, fetch: Fetch | None, *, keychain: bool
) -> Attempt:
    """Read the login and make one request."""
    try:
        login = credentials.load(environ, now, keychain=keychain)
    except QuotalineError as error:
        return Attempt(error=error)
    try:
        usage = (fetch or _default_fetch())(login.token, now=now, user_agent=settings["sources.user_agent"])
    except QuotalineError as error:
        return Attempt(error=error, requested=True)
    return Attempt(Reading("api", now, usage, login.account), requested=True)


def _default_fetch() -> Fetch:
    from quotaline.sources import api  # imports requests (124 ms), which most refreshes do not need

    return api.fetch


def apply_attempt(state: State, planned: State, attempt: Attempt, now: float, ttl: float) -> State:
    """
    Return the state after an attempt.

    Args:
        state: The current state; other processes may have changed it during the attempt.
        planned: The state when the attempt was decided on, and not yet recorded.
        attempt: Its result.
        now: Epoch seconds.
        ttl: Seconds.
    """
    before = planned.backoff
    known = state.merged
    reading = attempt.reading
    is_foreign = reading is not None and not _is_of_login(reading, state, planned)
    if reading is not None and not is_foreign:
        if reading.account is not None and known.account not in (None, reading.account):
            state = switch_account(state, reading.account, now, ttl)
        state = apply_reading(state, reading, now, ttl)
    if attempt.error is not None and attempt.requested:
        after = backoff.record_failure(before, attempt.error, now, planned.login)
        return replace(state, keychain_until=0.0, backoff=after)
    if attempt.error is not None:
        # No request was made, so none has to be waited for. Only the Keychain must not be read every minute.
        pause = (
            KEYCHAIN_PAUSE
            if isinstance(attempt.error, credentials.KeychainDenied)
            else backoff.MAX_IDLE_INTERVAL
        )
        unchanged = replace(before, reason=attempt.error.reason, detail=attempt.error.detail)
        return replace(state, keychain_until=now + pause, backoff=unchanged)
    if not attempt.requested:
        return state
    changed = is_foreign or not shows_same_numbers(known, state.merged, now)
    return replace(
        state, keychain_until=0.0, backoff=backoff.record_answer(before, now, ttl, changed=changed)
    )


def _is_of_login(reading: Reading, state: State, planned: State) -> bool:
    """
    Whether a reading is of the account that is logged in now.

    The answer to a request that was under way during a login is the former account's, and credentials
    need not name their account (docs/claude-code.md 2.3).
    """
    if reading.account is not None and reading.account == state.merged.account:
        return True
    return (planned.login, planned.account_since) == (state.login, state.account_since)
