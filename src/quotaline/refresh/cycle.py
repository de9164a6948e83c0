"""
One refresh: decides which sources to read, reads them, and publishes the result for all hosts.

Two short sections hold the lock, before and after the request; the request itself does not.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quotaline.cache import state_file, store
from quotaline.cache.paths import cache_folder, home_folder
from quotaline.model import backoff
from quotaline.model.command_error import CommandError
from quotaline.model.merge import current, has_ended_window
from quotaline.refresh import request
from quotaline.refresh.due import scoped_request_due
from quotaline.refresh.ingest import is_login_in_progress, sync_with_client
from quotaline.settings import load_valid
from quotaline.sources import claude_cli

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quotaline.cache.state_file import State
    from quotaline.model.backoff import Backoff
    from quotaline.model.errors import QuotalineError
    from quotaline.setting_table import SettingsError
    from quotaline.settings import Settings

_LOCK_WAIT = 2.0  # seconds; other writers hold the lock for milliseconds


class CacheFolderError(CommandError):
    """Raised if there is no cache folder to write to. Its text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Job:
    """
    The inputs of a refresh.

    `environ` determines config dir, cache folder and login; `config_file` is the
    path of config.toml; `clock` returns epoch seconds; `fetch` replaces
    `sources.api.fetch`.
    """

    environ: Mapping[str, str]
    config_file: str
    clock: Callable[[], float] = time.time
    fetch: request.Fetch | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    The result of a refresh.

    `state` is the new state; `requested`: a request was made; `error`: why there is
    no answer; `settings_error`: config.toml is broken, and what is valid
    of it was used.
    """

    state: State
    requested: bool = False
    error: QuotalineError | None = None
    settings_error: SettingsError | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """
    What the refresh will do.

    `backoff` is the one before the request was recorded as failed; `account_changed`:
    since the last publish.
    """

    settings: Settings
    settings_error: SettingsError | None
    state: State
    ask_endpoint: bool
    run_client: bool
    read_keychain: bool
    backoff: Backoff
    account_changed: bool


def refresh(job: Job, *, force: bool = False) -> Outcome:
    """
    Read the sources, merge what they report, and write the segment of every host.

    Args:
        job: The inputs.
        force: Make a request even if the numbers are fresh or the last request failed. Only a rate limit
            is respected, and 10 seconds between two requests.

    Raises:
        store.Busy: If another process holds the lock for too long.
        CacheFolderError: If the cache folder can't be written; then no request was made either.
    """
    folder = cache_folder(job.environ)
    if folder is None:
        raise CacheFolderError("no home folder: HOME is not set to an absolute path")
    if not store.prepare(folder, home_folder(job.environ)):
        # The launcher does not check the folder, and leaves a claim in it every minute.
        store.sweep_claims(folder, job.clock())
        raise CacheFolderError(
            f"{folder} is not safe to use: it must be yours, writable only by you, in a home that exists"
        )
    attempt = request.Attempt()
    try:
        with store.locked(folder, _LOCK_WAIT):
            plan = _plan(job, folder, force=force)
            if not plan.ask_endpoint and not plan.run_client:
                return _finish(job, folder, plan, plan.state, attempt)
            if plan.ask_endpoint:
                _record_attempt(folder, plan, job.clock())
        # Without the lock: Claude Code's status line needs it, and an answer can take seconds.
        now = job.clock()
        if plan.ask_endpoint:
            attempt = request.request_usage(
                job.environ, plan.settings, now, job.fetch, keychain=plan.read_keychain
            )
        if plan.run_client and not attempt.requested:
            _record_client_start(folder, now)
            attempt = replace(attempt, reading=claude_cli.run(job.environ, now))
        with store.locked(folder, _LOCK_WAIT):
            now, ttl = job.clock(), plan.settings["ttl"]
            state = sync_with_client(state_file.load(folder), job.environ, plan.settings, now)
            state = request.apply_attempt(state, plan.state, attempt, now, ttl)
            return _finish(job, folder, plan, state, attempt)
    except OSError as problem:
        raise CacheFolderError(f"{folder} can't be written: {problem.strerror}") from None


def preview(job: Job) -> tuple[State, bool]:
    """
    Return the state as a refresh would see it before any request, and whether it would make one.

    Writes nothing and takes no lock: the commands that show numbers start a refresh only if
    it would make a request.
    """
    folder = cache_folder(job.environ)
    if folder is None:
        return state_file.State(), False
    plan = _plan(job, folder, force=False)
    return replace(plan.state, settings=plan.settings.chosen), plan.ask_endpoint or plan.run_client


def _plan(job: Job, folder: str, *, force: bool) -> _Plan:
    now = job.clock()
    saved = state_file.load(folder)
    settings, settings_error = load_valid(job.config_file, saved.settings)
    state = sync_with_client(saved, job.environ, settings, now)
    if has_ended_window(state.merged, now):
        state = replace(state, backoff=backoff.skip_idle_wait(state.backoff, now, settings["ttl"]))
    is_due = force or _is_due(state, settings, now)
    ask_endpoint = is_due and _is_request_allowed(job, settings, state, now, force=force)
    run_client = (
        is_due
        and settings["sources.claude_cli"]
        and _is_past(state.client_started_at, claude_cli.MIN_INTERVAL, now)
    )
    read_keychain = request.may_read_keychain(state, settings, now)
    account_changed = state.account_since != saved.account_since
    return _Plan(
        settings,
        settings_error,
        state,
        ask_endpoint,
        run_client,
        read_keychain,
        state.backoff,
        account_changed,
    )


def _record_attempt(folder: str, plan: _Plan, now: float) -> None:
    # Recorded as failed before it is made: a refresher that is killed may have made it all the same.
    state = replace(plan.state, backoff=backoff.record_attempt(plan.backoff, now))
    if plan.read_keychain and sys.platform == "darwin":
        state = replace(state, keychain_until=now + request.KEYCHAIN_PAUSE)
    if not plan.account_changed:
        state_file.save(folder, state)
        return
    from quotaline.refresh.publish import publish

    # The former account's numbers must not be shown for as long as the answer takes.
    publish(folder, replace(state, settings=plan.settings.chosen), plan.settings["ttl"], now)


def _is_request_allowed(job: Job, settings: Settings, state: State, now: float, *, force: bool) -> bool:
    if not settings["sources.api"] or job.environ.get("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"):
        return False
    if is_login_in_progress(state, now):
        return False
    is_allowed = backoff.is_forced_request_allowed if force else backoff.is_request_allowed
    return is_allowed(state.backoff, now, state.login)


def _record_client_start(folder: str, now: float) -> None:
    # Before the client runs: if it hangs, it is killed with this process, and it must not run every minute.
    with store.locked(folder, _LOCK_WAIT):
        state_file.save(folder, replace(state_file.load(folder), client_started_at=now))


def _finish(job: Job, folder: str, plan: _Plan, state: State, attempt: request.Attempt) -> Outcome:
    from quotaline.refresh.publish import publish  # the renderers: `preview` needs none of them

    now = job.clock()
    state = replace(state, settings=plan.settings.chosen, refreshed_at=now, cycled_at=now)
    publish(folder, state, plan.settings["ttl"], now)
    store.sweep_claims(folder, state.refreshed_at)
    return Outcome(state, attempt.requested, attempt.error, plan.settings_error)


def _is_due(state: State, settings: Settings, now: float) -> bool:
    """Whether no number is younger than the TTL, or the scoped windows alone are old."""
    newest = max(
        (observation.observed_at for observation in current(state.merged, now).values()), default=0.0
    )
    return _is_past(newest, settings["ttl"], now) or now >= scoped_request_due(state, now)


def _is_past(since: float, seconds: float, now: float) -> bool:
    return not since <= now < since + seconds  # a time in the future comes from a wrong clock
