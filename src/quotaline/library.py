"""The public API: functions for other programs."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from quotaline.cache import state_file
from quotaline.cache.paths import cache_folder, config_file, home_folder
from quotaline.cache.state_file import State
from quotaline.model.merge import current_usage
from quotaline.settings import load_valid
from quotaline.sources import credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.model.usage import Usage

# A login that these give would be used instead of that of the config dir.
_OTHER_LOGINS = ("CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_SECURESTORAGE_CONFIG_DIR")


def get_usage(config_dir: str | os.PathLike[str] | None = None, timeout: float = 10.0) -> Usage:
    """
    Make one request to the usage endpoint, with Claude Code's login, and return its answer.

    The answer is not cached, and back-off is up to the caller: the endpoint limits the rate to about
    one request a minute. `cached_usage` makes no request. The settings of `quotaline config` that
    concern the login and the request apply (`sources.keychain`, `sources.user_agent`).

    Args:
        config_dir: Claude Code's folder; by default `$CLAUDE_CONFIG_DIR`, else `~/.claude`.
        timeout: Seconds until Unreachable is raised. Looking up a name can take longer.

    Raises:
        NotLoggedIn, LoginExpired, MissingScope: If no login may read usage.
        RateLimited, ServerError, Unreachable, UnreadableAnswer: If there is no usable answer.
            All of these are a QuotalineError, whose text is one line.
        ValueError: If `timeout` is not above 0.
    """
    from quotaline.sources import api

    if not timeout > 0:
        raise ValueError(f"timeout must be above 0: {timeout!r}")
    environ, now = _environ(config_dir), time.time()
    settings, _ = load_valid(config_file(), _state(environ).settings)
    login = credentials.load(environ, now, keychain=settings["sources.keychain"])
    usage = api.fetch(login.token, now=now, user_agent=settings["sources.user_agent"], timeout=timeout)
    keys = usage.windows()
    return replace(usage, observed_at=dict.fromkeys(keys, now), source=dict.fromkeys(keys, "api"))


def cached_usage(config_dir: str | os.PathLike[str] | None = None) -> Usage:
    """
    Return the current usage from the cache; what is unknown is None. Makes no request.

    `observed_at` and `source` of the result say how old each number is. A number of a window that has
    ended, or that is a day old, is unknown.

    Args:
        config_dir: Claude Code's folder; by default `$CLAUDE_CONFIG_DIR`, else `~/.claude`.
    """
    return current_usage(_state(_environ(config_dir)).merged, time.time())


def _state(environ: Mapping[str, str]) -> State:
    folder = cache_folder(environ)
    return state_file.load(folder) if folder else State()


def _environ(config_dir: str | os.PathLike[str] | None) -> dict[str, str]:
    """Return the environment in which Claude Code would use a config dir."""
    environ = dict(os.environ)
    if config_dir is None:
        return environ
    chosen = os.path.abspath(os.path.expanduser(config_dir))
    for name in (*_OTHER_LOGINS, "CLAUDE_CONFIG_DIR"):
        environ.pop(name, None)
    if chosen != f"{home_folder(environ)}/.claude":
        environ["CLAUDE_CONFIG_DIR"] = chosen
    return environ
