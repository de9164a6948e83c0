"""One attempt to get an answer, and what it means for the state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from quotaline.model import backoff
from quotaline.model.errors import QuotalineError
from quotaline.model.merge import same_numbers
from quotaline.model.usage import Reading, Usage
from quotaline.refresh.ingest import is_login_under_way, switch_account, take
from quotaline.sources import credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.cache.state_file import State
    from quotaline.model.backoff import Backoff
    from quotaline.settings import Settings

# Seconds without a further try once the Keychain refused (docs/claude-code.md 2.3).
KEYCHAIN_AWAY = 6 * 3600.0


class Fetch(Protocol):
    """What asks the endpoint: `sources.api.fetch`, or the demo's with its own endpoint."""

    def __call__(self, token: credentials.Token, *, now: float, user_agent: str) -> Usage:
        """Return the answer or raise a QuotalineError."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of it: a reading or an error. `requested`: the endpoint was really asked."""

    reading: Reading | None = None
    error: QuotalineError | None = None
    requested: bool = False


def may_read_keychain(state: State, settings: Settings, now: float) -> bool:
    """Whether the Keychain may be asked; after a refusal not for 6 h, for it may open a dialog."""
    return bool(settings["sources.keychain"]) and not now < state.keychain_until <= now + KEYCHAIN_AWAY


def of_endpoint(
    environ: Mapping[str, str], settings: Settings, now: float, fetch: Fetch | None, *, keychain: bool
) -> Attempt:
    """Read the login and ask the endpoint once."""
    try:
        login = credentials.load(environ, now, keychain=keychain)
    except QuotalineError as error:
        return Attempt(error=error)
    try:
        usage = (fetch or _fetch())(login.token, now=now, user_agent=settings["sources.user_agent"])
    except QuotalineError as error:
        return Attempt(error=error, requested=True)
    return Attempt(Reading("api", now, usage, login.account), requested=True)


def _fetch() -> Fetch:
    from quotaline.sources import api  # requests: 124 ms that most refreshes need not spend

    return api.fetch


def outcome(state: State, planned: State, before: Backoff, attempt: Attempt, now: float, ttl: float) -> State:
    """
    Return the state with what came of the attempt.

    Args:
        state: As it is now; others may have changed it during the attempt.
        planned: As it was when the attempt was decided on.
        before: The back-off that the attempt started from.
        attempt: What came of it.
        now: Epoch seconds.
        ttl: Seconds.
    """
    known = state.merged
    reading = attempt.reading
    is_dropped = reading is not None and not _is_ours(reading, state, planned, now)
    if reading is not None and not is_dropped:
        if None not in (reading.account, known.account) and reading.account != known.account:
            state = switch_account(state, reading.account, now, ttl)
        state = take(state, reading, now, ttl)
    if attempt.error is not None and attempt.requested:
        failed = backoff.failed(before, attempt.error, now, planned.login)
        return replace(state, keychain_until=0.0, backoff=failed)
    if attempt.error is not None:
        # No request was made, so none has to be waited for; only the Keychain is not asked every minute.
        away = (
            KEYCHAIN_AWAY if isinstance(attempt.error, credentials.KeychainDenied) else backoff.LONGEST_IDLE
        )
        waiting = replace(before, reason=attempt.error.reason)
        return replace(state, keychain_until=now + away, backoff=waiting)
    if not attempt.requested:
        return state
    changed = is_dropped or not same_numbers(known, state.merged, now)
    return replace(state, keychain_until=0.0, backoff=backoff.answered(before, now, ttl, changed=changed))


def _is_ours(reading: Reading, state: State, planned: State, now: float) -> bool:
    """
    Whether a reading is of the account that is logged in now.

    A login during the request makes its answer the former account's, and the credentials need not name
    theirs (contract 2.3). Where they do and `.claude.json` names another, one of the two is being written.
    """
    if reading.account is not None and reading.account == state.merged.account:
        return True
    if (planned.login, planned.account_since) != (state.login, state.account_since):
        return False
    return None in (reading.account, state.merged.account) or not is_login_under_way(state, now)
