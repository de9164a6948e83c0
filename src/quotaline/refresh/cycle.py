"""
One refresh, from the sources to the segments.

Everything that needs thought is done here, once for all hosts and panes.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quotaline.cache import state_file, store
from quotaline.cache.paths import cache_folder, home_folder
from quotaline.model import backoff
from quotaline.model.merge import current, has_ended
from quotaline.refresh import request
from quotaline.refresh.ingest import look_around
from quotaline.refresh.publish import publish, scoped_due
from quotaline.settings import Settings, SettingsError, kept, load
from quotaline.sources import claude_cli

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quotaline.cache.state_file import State
    from quotaline.model.errors import QuotalineError

_LOCK_WAIT = 2.0  # seconds; other writers hold the lock for milliseconds


class NoFolder(Exception):
    """Raised if there is no cache folder to write to. One line that says why."""


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
    fetch: request.Fetch | None = None


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


@dataclass(frozen=True, slots=True)
class _Plan:
    """What was decided: whom to ask, and `before`, the back-off that this starts from."""

    settings: Settings
    settings_error: SettingsError | None
    state: State
    endpoint: bool
    client: bool
    before: backoff.Backoff
    keychain: bool


def refresh(job: Job, *, force: bool = False) -> Outcome:
    """
    Read the sources, decide what to believe, and write every host's segment.

    Args:
        job: What to work with.
        force: Ask the endpoint also if the belief is fresh. A back-off holds all the same.

    Raises:
        store.Busy: If the lock can't be had.
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
    attempt = request.Attempt()
    try:
        with store.locked(folder, _LOCK_WAIT):
            plan = _plan(job, folder, force=force)
            if not plan.endpoint and not plan.client:
                return _finish(job, folder, plan, plan.state, attempt)
        # Not under the lock: Claude Code's status line needs that, and an answer can take its time.
        now = job.clock()
        if plan.endpoint:
            attempt = request.of_endpoint(job.environ, plan.settings, now, job.fetch, keychain=plan.keychain)
        if plan.client and not attempt.requested:
            _note_client(folder, now)
            attempt = replace(attempt, reading=claude_cli.ask(job.environ, now))
        with store.locked(folder, _LOCK_WAIT):
            now, ttl = job.clock(), plan.settings["ttl"]
            state = look_around(state_file.load(folder), job.environ, plan.settings, now)
            state = request.outcome(state, plan.state, plan.before, attempt, now, ttl)
            return _finish(job, folder, plan, state, attempt)
    except OSError as problem:
        raise NoFolder(f"{folder} can't be written: {problem.strerror}") from None


def _plan(job: Job, folder: str, *, force: bool) -> _Plan:
    now = job.clock()
    before = state_file.load(folder)
    settings, settings_error = _in_force(job.config_file, before)
    state = look_around(before, job.environ, settings, now)
    if has_ended(state.merged, now):
        state = replace(state, backoff=backoff.hasten(state.backoff, now, settings["ttl"]))
    is_due = force or _is_due(state, settings, now)
    endpoint = is_due and _may_ask_endpoint(job, settings, state, now, force=force)
    client = is_due and settings["sources.claude_cli"] and _is_past(state.cli_at, claude_cli.EVERY, now)
    keychain = request.may_read_keychain(state, settings, now)
    started = state.backoff
    # Written down as failed before it is made: a refresher that is killed has asked all the same.
    if endpoint:
        state = replace(state, backoff=backoff.attempting(started, now))
        if keychain and sys.platform == "darwin":
            state = replace(state, keychain_until=now + request.KEYCHAIN_AWAY)
        if state.merged.observations == before.merged.observations:
            state_file.save(folder, state)
        else:  # another account's numbers are not shown for as long as the answer takes
            publish(folder, replace(state, settings=settings.chosen), settings["ttl"], now)
    return _Plan(settings, settings_error, state, endpoint, client, started, keychain)


def _may_ask_endpoint(job: Job, settings: Settings, state: State, now: float, *, force: bool) -> bool:
    if not settings["sources.api"] or job.environ.get("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"):
        return False
    is_idle = not state.backoff.reason  # a calm is no back-off: who forces asks all the same
    return (force and is_idle) or backoff.may_ask(state.backoff, now, state.login)


def _note_client(folder: str, now: float) -> None:
    """Before it runs: a client that never ends is ended with us, and is not to be started every minute."""
    with store.locked(folder, _LOCK_WAIT):
        state_file.save(folder, replace(state_file.load(folder), cli_at=now))


def _finish(job: Job, folder: str, plan: _Plan, state: State, attempt: request.Attempt) -> Outcome:
    now = job.clock()
    state = replace(state, settings=plan.settings.chosen, refreshed_at=now, cycled_at=now)
    publish(folder, state, plan.settings["ttl"], state.refreshed_at)
    store.sweep_claims(folder, state.refreshed_at)
    return Outcome(state, attempt.requested, attempt.error, plan.settings_error)


def _in_force(config_file: str, state: State) -> tuple[Settings, SettingsError | None]:
    try:
        return load(config_file), None
    except SettingsError as error:
        # Not the defaults: a typing error must not turn on a source that was turned off.
        return kept(state.settings), error


def _is_due(state: State, settings: Settings, now: float) -> bool:
    """Whether nothing is younger than the TTL, or only the scoped windows are old."""
    newest = max(
        (observation.observed_at for observation in current(state.merged, now).values()), default=0.0
    )
    return _is_past(newest, settings["ttl"], now) or now >= scoped_due(state, now)


def _is_past(since: float, span: float, now: float) -> bool:
    return not since <= now < since + span  # a time ahead of us is from a clock that was wrong
