"""What other programs call."""

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
    Ask the usage endpoint once, with Claude Code's login, and return what it tells.

    Nothing is cached and no back-off is kept: that is the caller's. The endpoint
    limits who asks more than about once a minute; `cached_usage` costs nothing.

    Raises:
        NotLoggedIn, LoginExpired, MissingScope: If there is no login that may ask; no request is made.
        RateLimited, ServerError, Unreachable, UnreadableAnswer: If no usage answer came.
    """
    from quotaline.sources import api

    now = time.time()
    return api.fetch(credentials.load(os.environ, now).token, now=now)


def cached_usage() -> Usage:
    """Return what the command believes now; what is unknown is None. Makes no request."""
    folder = cache_folder(os.environ)
    return current_usage(state_file.load(folder).merged if folder else MergedUsage(), time.time())
