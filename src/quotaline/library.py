"""The public API: functions for other programs."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from quotaline.cache import state_file
from quotaline.cache.paths import cache_folder
from quotaline.model.merge import MergedUsage, current_usage
from quotaline.sources import credentials

if TYPE_CHECKING:
    from quotaline.model.usage import Usage


def get_usage() -> Usage:
    """
    Make one request to the usage endpoint, with Claude Code's login, and return its answer.

    The answer is not cached, and back-off is up to the caller: the endpoint limits the rate to about
    one request a minute. `cached_usage` makes no request.

    Raises:
        NotLoggedIn, LoginExpired, MissingScope: If no login may read usage; then no request was made.
        RateLimited, ServerError, Unreachable, UnreadableAnswer: If there is no usable answer.
    """
    from quotaline.sources import api

    now = time.time()
    return api.fetch(credentials.load(os.environ, now).token, now=now)


def cached_usage() -> Usage:
    """Return the current usage from the cache; what is unknown is None. Makes no request."""
    folder = cache_folder(os.environ)
    return current_usage(state_file.load(folder).merged if folder else MergedUsage(), time.time())
