"""
The statusLine command of Claude Code: from its input to the printed line, then to the segments.

Its numbers serve every host: while Claude Code is working, no request is needed. But Claude Code waits for
the line alone: once it is printed, a process that nobody waits for writes the state and the segments.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from quotaline.cache import segment_file, state_file, store
from quotaline.cache.paths import cache_folder, home_folder
from quotaline.cache.state_file import State, add_rejected
from quotaline.fastpath import news, session_segment
from quotaline.fastpath.stdio import open_closed_streams, print_line, read_stdin
from quotaline.model.merge import current
from quotaline.model.usage import Reading
from quotaline.refresh import detach
from quotaline.refresh.due import next_due
from quotaline.refresh.ingest import apply_reading, sync_with_client
from quotaline.segment.options import DisplayOptions, display_options
from quotaline.segment.rendering import render
from quotaline.settings import Settings, saved_settings
from quotaline.sources import snapshot, statusline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.sources.statusline import StatuslineInput

# Sessions with one of these have no plan limit, and must not show that of the login.
_OTHER_BILLING = (
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "CLAUDE_CODE_USE_BEDROCK",
    "CLAUDE_CODE_USE_FOUNDRY",
    "CLAUDE_CODE_USE_VERTEX",
)
_LOCK_WAIT = 5.0  # seconds, once nobody waits for this process; other writers hold the lock for milliseconds


def run(environ: Mapping[str, str]) -> None:
    """Print the line for the session whose JSON is on stdin; without one, the current usage."""
    open_closed_streams()
    text = read_stdin()
    now = time.time()
    parsed = statusline.parse(text, now)
    folder = cache_folder(environ)
    if folder is None or not store.prepare(folder, home_folder(environ)):
        no_settings = Settings({})
        reading = Reading(news.SOURCE, now, parsed.usage, dated=False) if parsed.usage else None
        state = _with_input(State(), parsed.invalid, reading, no_settings, now)
        print_line(_line(state, environ, now, _options(no_settings, state, parsed)))
        return
    if parsed.usage is None and any(environ.get(name) for name in _OTHER_BILLING):
        print_line(statusline.dollars(parsed.cost or 0.0))
        session_segment.invalidate(folder, parsed, now)
        return
    with store.try_locked(folder) as lock:
        result = _evaluate(folder, text, parsed, environ, now)
        print_line(_line(result.state, environ, now, result.options))
        is_detached = detach.leave_host(lock)
        try:
            # With a full disk nothing is kept, and without the lock only where nobody waits for it. Then the
            # memo is not of this input, and the next run reports the numbers again.
            with suppress(OSError, store.Busy):
                if lock is not None:
                    _keep(folder, result, parsed, now)
                elif is_detached:
                    result = _keep_later(folder, text, parsed, environ, now) or result
            if (now >= result.due or result.skipped_snapshot) and not store.is_claimed(folder, now):
                detach.start_refresher(lambda: store.claim(folder, now))
        finally:
            if is_detached:
                os._exit(0)


class _Result(NamedTuple):
    """
    What an input makes of the saved state.

    `memo` is of this input, and `known` of the session's last one. `due` is when a refresh is. With
    `skipped_snapshot` one is due now: a large .claude.json was left to it.
    """

    saved: State
    state: State
    settings: Settings
    options: DisplayOptions
    memo: segment_file.Memo
    known: segment_file.Memo | None
    due: float
    skipped_snapshot: bool


def _evaluate(
    folder: str, text: bytes, parsed: StatuslineInput, environ: Mapping[str, str], now: float
) -> _Result:
    saved = state_file.load(folder)
    # The settings of the last refresh: parsing config.toml would double the time of a run.
    settings = saved_settings(saved.settings)
    skip_snapshot = snapshot.is_large(environ, saved.snapshot)
    synced = sync_with_client(saved, environ, settings, now, skip_snapshot=skip_snapshot)
    options = _options(settings, synced, parsed)
    memo = session_segment.memo_of(text, parsed, now, shows_session=options.shows_session)
    known = session_segment.last_memo(folder, parsed.session)
    reading = news.reading_of(parsed, memo, known, now, synced.account_since)
    use_input = settings["sources.statusline"]
    state = _with_input(synced, parsed.invalid, reading, settings, now) if use_input else synced
    if any(each.observed_at == now for each in current(state.merged, now).values()):
        # Only numbers that are shown: others must not put off the request that would correct them.
        state = replace(state, refreshed_at=now, cycled_at=state.cycled_at or now)
    due = next_due(state, settings["ttl"])
    return _Result(saved, state, settings, options, memo, known, due, skip_snapshot)


def _keep(folder: str, result: _Result, parsed: StatuslineInput, now: float) -> None:
    """Write the state and the segments. The session's own comes last: its memo says that all is done."""
    from quotaline.refresh.publish import publish  # not before the line
    from quotaline.segment.schedule import schedules, widest

    if result.state.merged.observations != result.saved.merged.observations:
        publish(folder, result.state, result.settings["ttl"], now)
    elif result.state != result.saved:
        state_file.save(folder, result.state)
    if parsed.session:
        schedule = schedules(result.state.merged, ("claude",), now, result.options)["claude"]
        result.memo.width = widest(schedule)
        content = segment_file.encode(schedule, result.due, now, result.memo)
        store.write(folder, segment_file.SESSION + parsed.session, content)


def _keep_later(
    folder: str, text: bytes, parsed: StatuslineInput, environ: Mapping[str, str], now: float
) -> _Result | None:
    """
    Wait for the lock, and report the input to what its holder has written.

    Returns:
        None if a later run of the session came first.
    """
    with store.locked(folder, _LOCK_WAIT):
        result = _evaluate(folder, text, parsed, environ, now)
        if result.known and result.known.seen_at > result.memo.seen_at:
            return None
        _keep(folder, result, parsed, now)
        return result


def _options(settings: Settings, state: State, parsed: StatuslineInput) -> DisplayOptions:
    return replace(display_options(settings, state.organisation), session=parsed.template_fields())


def _with_input(
    state: State, invalid: tuple[str, ...], reading: Reading | None, settings: Settings, now: float
) -> State:
    if invalid:
        rejections = dict.fromkeys(invalid, "not a percentage, or no sensible reset")
        state = replace(state, rejected=add_rejected(state.rejected, news.SOURCE, rejections, now))
    return apply_reading(state, reading, now, settings["ttl"]) if reading else state


def _line(state: State, environ: Mapping[str, str], now: float, options: DisplayOptions) -> str:
    if environ.get("CLAUDE_AX_SCREEN_READER") == "1":
        options = replace(options, style="words", template=None)
    columns = environ.get("COLUMNS", "")
    options = options.limited_to(int(columns) if columns.isdecimal() else None)
    return render(state.merged, ("claude",), now, options)["claude"]
