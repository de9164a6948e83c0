"""
One run of the statusLine command: what Claude Code hands us goes into the belief, and one line comes back.

Its number is everybody's: while Claude Code works, all other hosts are fresh
and nothing is requested.
"""

from __future__ import annotations

import json
import os
import re
import select
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from quotaline.cache import segment_file, state_file, store
from quotaline.cache.paths import cache_folder, home_folder
from quotaline.cache.segment_format import FOR_EVER
from quotaline.cache.state_file import State, with_rejected
from quotaline.model.merge import current
from quotaline.model.usage import SPEND, Reading, Usage
from quotaline.refresh.ingest import look_around, take
from quotaline.refresh.publish import NO_MEMO, SESSION, next_due, publish
from quotaline.segment.markup import fitted, rows, widest
from quotaline.segment.options import DisplayOptions, display_options
from quotaline.settings import Settings, kept
from quotaline.sources import statusline

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE = "statusline"
# Whoever runs on these has no plan limit; the numbers of somebody's plan are not theirs.
_OTHER_BILLING = (
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "CLAUDE_CODE_USE_BEDROCK",
    "CLAUDE_CODE_USE_FOUNDRY",
    "CLAUDE_CODE_USE_VERTEX",
)
_WINDOW_NAME = re.compile('"(five_hour|seven_day|spend_limit|spend)":')
_KEYS = {"spend_limit": SPEND}
_LONGEST_REPLY = 600.0  # seconds
_LOGIN_SLACK = 10.0  # seconds from a reply's end to our run; replies of one session may overlap
_MAX_INPUT = 1 << 20
_PATIENCE = 0.25  # seconds for the next part of the input
_LOCK_WAIT = 0.1  # seconds; other writers hold the lock for milliseconds


def run(environ: Mapping[str, str]) -> None:
    """Print the line for the session whose JSON is on stdin; without one, what is believed."""
    text = _stdin()
    now = time.time()
    given = statusline.parse(text, now)
    folder = cache_folder(environ)
    if folder is None or not store.prepare(folder, home_folder(environ)):
        _print(
            _line(_observed(State(), given, now, Settings({})), environ, now, display_options(Settings({})))
        )
        return
    if given.usage is None and any(environ.get(name) for name in _OTHER_BILLING):
        _print(statusline.dollars(given.cost or 0.0))
        _forget(folder, given)
        return
    try:
        with store.locked(folder, _LOCK_WAIT):
            state, settings = _update(folder, text, given, environ, now)
    except (store.Busy, OSError):  # shown all the same; kept at the next run
        state = state_file.load(folder)
        settings = kept(state.settings)
        _print(_line(_observed(state, given, now, settings), environ, now, _options(settings, state, given)))
    if now >= next_due(state, settings["ttl"]) and not store.is_claimed(folder, now):
        from quotaline.refresh.detach import start

        start(lambda: store.claim(folder, now))


def _update(
    folder: str, text: bytes, given: statusline.StatuslineInput, environ: Mapping[str, str], now: float
) -> tuple[State, Settings]:
    before = state_file.load(folder)
    # Those of the last refresh: parsing config.toml at every reply would cost as much as all the rest.
    settings = kept(before.settings)
    name = SESSION + given.session
    known = segment_file.memo(store.read(folder, name) or b"") if given.session else None
    seen = _options(settings, before, given)
    memo = segment_file.Memo(_memo(text, given, seen), given.worked, int(now))
    state = look_around(before, environ, settings, now)
    if settings["sources.statusline"]:
        news = _new_windows(given, known, memo, now - state.account_since)
        state = _observed(state, replace(given, usage=news), now, settings)
    seen = _options(settings, state, given)
    _print(_line(state, environ, now, seen))
    if any(one.observed_at == now for one in current(state.merged, now).values()):
        state = replace(state, refreshed_at=now)  # something that is shown came with this run
    with suppress(OSError):  # a full disk, say: the line is out, and the next run tells it anew
        if state.merged.observations != before.merged.observations:
            publish(folder, state, settings["ttl"], now)
        elif state != before:
            state_file.save(folder, state)
        if given.session:
            table = rows(state.merged, "claude", now, seen)
            memo.width = widest(table)
            store.write(folder, name, segment_file.write(table, next_due(state, settings["ttl"]), now, memo))
    return state, settings


def _options(settings: Settings, state: State, given: statusline.StatuslineInput) -> DisplayOptions:
    return replace(display_options(settings, state.organisation), session=given.fields())


def _memo(text: bytes, given: statusline.StatuslineInput, seen: DisplayOptions) -> str:
    found = statusline.memo(text)
    # In another spelling the shell can't find it; we still have to know it again.
    if found is None:
        return NO_MEMO + json.dumps(given.usage and given.usage.to_json())
    # A line that says more than the limits is not told by them alone.
    return NO_MEMO + found if seen.shows_session else found


def _new_windows(
    given: statusline.StatuslineInput,
    known: segment_file.Memo | None,
    memo: segment_file.Memo,
    logged_in: float,
) -> Usage | None:
    """
    Return the windows that a session reports for the first time, if they are of the account in use.

    Without work in between it repeats its last numbers, however old. Then a window is new only if its own
    text has changed: Claude Code leaves out a window that has ended, which says nothing about the others.
    A reply that began before the login, `logged_in` seconds ago, is the former account's.
    """
    worked = memo.worked - known.worked if known and known.worked <= memo.worked else memo.worked
    # Limits that changed without work came with the headers of a reply that has not ended yet.
    began = _LONGEST_REPLY if known and not worked else worked / 1000
    if given.usage is None or 0 <= logged_in < began + _LOGIN_SLACK:
        return None
    if known is None or known.worked != memo.worked:
        return given.usage
    before, after = _parts(known.text), _parts(memo.text)
    windows = given.usage.windows()
    new = {key: window for key, window in windows.items() if before.get(key) != after.get(key)}
    return Usage.of(new) if new else None


def _parts(text: str) -> dict[str, str]:
    """Return a memo's text by window key."""
    pieces = _WINDOW_NAME.split(text)
    return {
        _KEYS.get(name, name): piece.strip(", ")
        for name, piece in zip(pieces[1::2], pieces[2::2], strict=True)
    }


def _observed(state: State, given: statusline.StatuslineInput, now: float, settings: Settings) -> State:
    if given.invalid:
        rejections = dict.fromkeys(given.invalid, "not a percentage, or no sensible reset")
        state = replace(state, rejected=with_rejected(state.rejected, SOURCE, rejections, now))
    if given.usage is None:
        return state
    return take(state, Reading(SOURCE, now, given.usage, dated=False), now, settings["ttl"])


def _line(state: State, environ: Mapping[str, str], now: float, seen: DisplayOptions) -> str:
    if environ.get("CLAUDE_AX_SCREEN_READER") == "1":
        seen = replace(seen, style="words", template=None)
    columns = environ.get("COLUMNS", "")
    return fitted(state.merged, "claude", now, int(columns) if columns.isdecimal() else None, seen)


def _forget(folder: str, given: statusline.StatuslineInput) -> None:
    """Make sure that the launcher finds nothing to print for a session that left its plan."""
    if given.session and os.path.lexists(os.path.join(folder, SESSION + given.session)):
        memo = segment_file.Memo(NO_MEMO, given.worked, int(time.time()))
        with suppress(store.Busy, OSError), store.locked(folder, _LOCK_WAIT):
            content = segment_file.write([(FOR_EVER, "$--")], 0, 0, memo)
            store.write(folder, SESSION + given.session, content)


def _stdin() -> bytes:
    """Return the input: up to 1 MiB, up to its end, and never from a terminal or one that stays silent."""
    text = b""
    with suppress(OSError, ValueError):
        while not os.isatty(0) and len(text) < _MAX_INPUT and select.select([0], [], [], _PATIENCE)[0]:
            part = os.read(0, 65536)
            if not part:
                break
            text += part
    return text


def _print(line: str) -> None:
    with suppress(OSError):
        os.write(1, line.encode() + b"\n")
