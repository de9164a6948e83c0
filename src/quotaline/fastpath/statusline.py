"""
The statusLine command of Claude Code: one pass from its input to the printed line, then to the segments.

Its numbers serve every host: while Claude Code is working, no request is needed.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from quotaline.cache import segment_file, state_file, store
from quotaline.cache.paths import cache_folder, home_folder
from quotaline.cache.state_file import State, add_rejected
from quotaline.fastpath import session_segment
from quotaline.fastpath.stdio import print_line, read_stdin
from quotaline.model.usage import Reading
from quotaline.refresh.due import next_due
from quotaline.refresh.ingest import apply_reading, sync_with_client
from quotaline.refresh.publish import SESSION, publish
from quotaline.segment.options import DisplayOptions, display_options
from quotaline.segment.rendering import render
from quotaline.segment.schedule import schedules, widest
from quotaline.settings import Settings, saved_settings
from quotaline.sources import statusline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.sources.statusline import StatuslineInput

SOURCE = "statusline"
# Sessions with one of these have no plan limit, and must not show that of the login.
_OTHER_BILLING = (
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "CLAUDE_CODE_USE_BEDROCK",
    "CLAUDE_CODE_USE_FOUNDRY",
    "CLAUDE_CODE_USE_VERTEX",
)


def run(environ: Mapping[str, str]) -> None:
    """Print the line for the session whose JSON is on stdin; without one, the current usage."""
    text = read_stdin()
    now = time.time()
    parsed = statusline.parse(text, now)
    folder = cache_folder(environ)
    if folder is None or not store.prepare(folder, home_folder(environ)):
        no_settings = Settings({})
        state = _with_input(State(), parsed, no_settings, now)
        print_line(_line(state, environ, now, _options(no_settings, state, parsed)))
        return
    if parsed.usage is None and any(environ.get(name) for name in _OTHER_BILLING):
        print_line(statusline.dollars(parsed.cost or 0.0))
        session_segment.invalidate(folder, parsed, now)
        return
    with store.try_locked(folder) as is_locked:
        saved = state_file.load(folder)
        # The settings of the last refresh: parsing config.toml would double the time of a run.
        settings = saved_settings(saved.settings)
        synced = sync_with_client(saved, environ, settings, now)
        options = _options(settings, synced, parsed)
        memo = session_segment.memo_of(text, parsed, now, shows_session=options.shows_session)
        # Without API time in between, the same input is no news, however often an idle session repeats it.
        is_news = not parsed.session or not session_segment.is_repeated(folder, parsed.session, memo)
        use_input = is_news and settings["sources.statusline"]
        state = _with_input(synced, parsed, settings, now) if use_input else synced
        print_line(_line(state, environ, now, options))
        state = replace(state, refreshed_at=_refreshed_at(saved, synced, state, now))
        due = next_due(state, settings["ttl"])
        # Without the lock, or with a full disk, nothing is kept: the next run reports the numbers again.
        if is_locked:
            with suppress(OSError):
                if state.merged.observations != saved.merged.observations:
                    publish(folder, state, settings["ttl"], now)
                elif state != saved:
                    state_file.save(folder, state)
                if parsed.session:
                    schedule = schedules(state.merged, ("claude",), now, options)["claude"]
                    memo.width = widest(schedule)
                    content = segment_file.encode(schedule, due, now, memo)
                    store.write(folder, SESSION + parsed.session, content)
    if now >= due and not store.is_claimed(folder, now):
        from quotaline.refresh.detach import start_refresher

        start_refresher(lambda: store.claim(folder, now))


def _options(settings: Settings, state: State, parsed: StatuslineInput) -> DisplayOptions:
    return replace(display_options(settings, state.organisation), session=parsed.template_fields())


def _with_input(state: State, parsed: StatuslineInput, settings: Settings, now: float) -> State:
    if parsed.invalid:
        rejections = dict.fromkeys(parsed.invalid, "not a percentage, or no sensible reset")
        state = replace(state, rejected=add_rejected(state.rejected, SOURCE, rejections, now))
    if parsed.usage is None:
        return state
    return apply_reading(state, Reading(SOURCE, now, parsed.usage, dated=False), now, settings["ttl"])


def _line(state: State, environ: Mapping[str, str], now: float, options: DisplayOptions) -> str:
    if environ.get("CLAUDE_AX_SCREEN_READER") == "1":
        options = replace(options, style="words", template=None)
    columns = environ.get("COLUMNS", "")
    options = options.limited_to(int(columns) if columns.isdecimal() else None)
    return render(state.merged, ("claude",), now, options)["claude"]


def _refreshed_at(saved: State, synced: State, state: State, now: float) -> float:
    """Return when the numbers were last fresh: now with new ones, never after a change of the account."""
    if state.merged.observations != synced.merged.observations:
        return now
    if synced.merged.observations != saved.merged.observations and not synced.merged.observations:
        return 0.0  # a request for the numbers of the new account is due
    return state.refreshed_at
