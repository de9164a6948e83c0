"""
One refresh, from the sources to the segments: the only writer of both.

Everything that needs thought is done here, once for all hosts and panes.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from quotaline import answer, backoff, store, timetable
from quotaline.errors import LoginExpired, MissingScope, QuotalineError
from quotaline.merge import Belief, believe, current
from quotaline.places import cache_folder, home_folder
from quotaline.segment.markup import HOSTS, rows
from quotaline.settings import Settings, SettingsError, check
from quotaline.settings import load as load_settings
from quotaline.sources import credentials
from quotaline.state import State
from quotaline.usage import Reading, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BELIEF = "belief.json"
KEYCHAIN_AWAY = 6 * 3600.0  # seconds without a further try once the Keychain refused (reliability, finding 4)


class NoFolder(Exception):
    """Raised if there is no cache folder to write to. One line that says why."""


class Fetch(Protocol):
    """What asks the endpoint: `sources.api.fetch`, or the demo's with its own endpoint."""

    def __call__(self, token: credentials.Token, *, now: float, user_agent: str) -> Usage:
        """Return the answer or raise a QuotalineError."""


@dataclass(frozen=True, slots=True)
class Job:
    """
    What a refresh works with.

    `environ` names config dir, cache folder and login; `config_file` is the
    path of config.toml; `clock` gives epoch seconds; `fetch` stands in for
    `sources.api.fetch`.
    """

    environ: Mapping[str, str]
    config_file: str
    clock: Callable[[], float] = time.time
    fetch: Fetch | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What a refresh did.

    `state` is what is held now; `asked`: a request was made; `error`: what kept
    an answer from coming; `settings_error`: config.toml is broken, and the last
    good settings were used.
    """

    state: State
    asked: bool = False
    error: QuotalineError | None = None
    settings_error: SettingsError | None = None


def load_state(folder: str) -> State:
    """Return what belief.json holds; a new state if it is missing or junk."""
    try:
        return State.from_json(answer.load(store.read(folder, BELIEF) or b""))
    except ValueError:
        return State()


def refresh(job: Job, *, force: bool = False, wait: float = 0.0) -> Outcome:
    """
    Read the sources, decide what to believe, and write every host's segment.

    Args:
        job: What to work with.
        force: Ask the endpoint also if the belief is fresh. A back-off holds all the same.
        wait: Seconds to wait for another refresher to end.

    Raises:
        store.Busy: If another refresher is at work.
        NoFolder: If the cache folder can't be written; then nothing was asked for either.
    """
    folder = cache_folder(job.environ)
    if folder is None:
        raise NoFolder("no home folder: HOME is not set to an absolute path")
    if not store.prepare(folder, home_folder(job.environ)):
        store.sweep_claims(folder, job.clock())  # the launcher can't tell, and claims one a minute
        raise NoFolder(
            f"{folder} can't be used: it must be yours, writable by you alone, in a home that exists"
        )
    try:
        with store.locked(folder, wait):
            return _refresh(job, folder, force=force)
    except OSError as problem:
        raise NoFolder(f"{folder} can't be written: {problem.strerror}") from None


def _refresh(job: Job, folder: str, *, force: bool) -> Outcome:
    state = load_state(folder)
    settings, settings_error = _in_force(job.config_file, state)
    state, is_due = _before_asking(state, job.environ, settings, job.clock())
    may_ask = backoff.may_ask(state.backoff, job.clock(), state.login)
    if force:
        may_ask = may_ask or not state.backoff.reason  # a calm is no back-off
    asked, error = False, None
    if settings["sources.api"] and may_ask and (is_due or force):
        state, asked, error = _ask(job, folder, settings, state)
    state = replace(state, settings=settings.chosen, refreshed_at=job.clock())
    _write(folder, state, settings)
    store.sweep_claims(folder, state.refreshed_at)
    return Outcome(state, asked, error, settings_error)


def _in_force(config_file: str, state: State) -> tuple[Settings, SettingsError | None]:
    try:
        return load_settings(config_file), None
    except SettingsError as error:
        # Not the defaults: a typing error must not turn on a source that was turned off.
        try:
            return check(state.settings), error
        except SettingsError:
            return Settings({}), error


def _before_asking(
    state: State, environ: Mapping[str, str], settings: Settings, now: float
) -> tuple[State, bool]:
    """Return the state less what no longer holds, and whether nothing in it is younger than the TTL."""
    stamp = credentials.stamp(environ)
    if state.belief.account is None and state.login not in ("", stamp):
        # Another login, and no account to tell whether it is the same person's: rather no number.
        state = replace(state, belief=Belief())
    shown = current(state.belief, now)
    if len(shown) < sum(bool(each) for each in state.belief.told.values()):  # a window has ended
        return replace(state, login=stamp, backoff=backoff.stirred(state.backoff, now, settings["ttl"])), True
    newest = max((told.at for told in shown.values()), default=0.0)
    return replace(state, login=stamp), now - newest >= settings["ttl"]


def _ask(
    job: Job, folder: str, settings: Settings, state: State
) -> tuple[State, bool, QuotalineError | None]:
    now = job.clock()
    try:
        state, login = _login(job, folder, settings, state)
    except QuotalineError as error:
        kept = _keep_off(state, error, now)
        return replace(kept, backoff=replace(state.backoff, reason=error.reason)), False, error
    # Written down as failed before it is made: a refresher that is killed has asked all the same.
    before = state.backoff
    state = replace(state, backoff=backoff.attempting(before, now))
    _save(folder, state)
    try:
        usage = (job.fetch or _real_fetch())(login.token, now=now, user_agent=settings["sources.user_agent"])
    except QuotalineError as error:
        return replace(state, backoff=backoff.failed(before, error, job.clock(), state.login)), True, error
    belief = believe(state.belief, Reading("api", now, usage, login.account), job.clock())
    changed = _numbers(belief, now) != _numbers(state.belief, now)
    after = backoff.answered(before, job.clock(), settings["ttl"], changed=changed)
    return replace(state, belief=belief, backoff=after), True, None


def _real_fetch() -> Fetch:
    from quotaline.sources.api import fetch  # requests: 124 ms that most refreshes need not spend

    return fetch


def _login(job: Job, folder: str, settings: Settings, state: State) -> tuple[State, credentials.Login]:
    now = job.clock()
    keychain = settings["sources.keychain"] and not now < state.keychain_until <= now + KEYCHAIN_AWAY
    if keychain and sys.platform == "darwin":
        # Before the read: a dialog that nobody answers ends with our alarm, not with an error.
        _save(folder, replace(state, keychain_until=now + KEYCHAIN_AWAY))
    login = credentials.load(job.environ, now, keychain=keychain)
    return replace(state, keychain_until=0.0), login


def _keep_off(state: State, error: QuotalineError, now: float) -> State:
    if isinstance(error, credentials.KeychainDenied):
        return replace(state, keychain_until=now + KEYCHAIN_AWAY)
    if isinstance(error, LoginExpired | MissingScope):
        return replace(state, keychain_until=now + backoff.CALM)
    return state


def _numbers(belief: Belief, now: float) -> object:
    return {key: told.window for key, told in current(belief, now).items()}, belief.credits


def _save(folder: str, state: State) -> None:
    store.write(folder, BELIEF, json.dumps(state.to_json()).encode())


def _write(folder: str, state: State, settings: Settings) -> None:
    _save(folder, state)
    now = state.refreshed_at
    resets = (told.window.resets_at for told in current(state.belief, now).values())
    due = min((now + settings["ttl"], *(reset + 1 for reset in resets if reset)))
    for host in HOSTS:
        store.write(folder, f"segment.{host}", timetable.write(rows(state.belief, host, now), due, now))
