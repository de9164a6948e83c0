"""Applies changed settings: every segment is rendered anew before the command ends, and one is printed."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from quotaline.cache import state_file, store
from quotaline.cache.paths import cache_folder, home_folder
from quotaline.fastpath.reader import resolved_host
from quotaline.refresh.detach import start_refresher
from quotaline.refresh.publish import publish
from quotaline.segment.options import display_options
from quotaline.segment.rendering import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.settings import Settings

_LOCK_WAIT = 2.0  # seconds


def apply(settings: Settings) -> None:
    """Publish all segments with these settings, without a request, and print the new one."""
    folder, now = cache_folder(os.environ), time.time()
    if folder is None or not store.prepare(folder, home_folder(os.environ)):
        return
    is_published = False
    try:
        with store.locked(folder, _LOCK_WAIT):
            before = state_file.load(folder)
            # Before the first numbers there is nothing to publish: a segment would end the wait for them.
            if before.cycled_at or before.merged.observations:
                publish(folder, replace(before, settings=settings.chosen), settings["ttl"], now)
                is_published = True
    except (store.Busy, OSError):
        before = state_file.load(folder)
    host = resolved_host(None, os.environ)
    print(render(before.merged, (host,), now, display_options(settings, before.organisation))[host])
    if not is_published or _sources(before.settings or {}) != _sources(settings.chosen):
        sys.stdout.flush()  # the refresher is forked: it must not inherit what is buffered
        start_refresher()


def _sources(chosen: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in chosen.items() if key.startswith("sources.")}
