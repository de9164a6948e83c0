"""
One run of the statusLine command: what Claude Code hands us goes into the belief, and one line comes back.

Its number is everybody's: while Claude Code works, all other hosts are fresh
and nothing is requested.
"""

from __future__ import annotations

import json
import os
import select
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from quotaline import state as states
from quotaline import store, timetable
from quotaline.edition import NO_MEMO, SESSION, next_due, publish
from quotaline.intake import look_around, take
from quotaline.places import cache_folder, home_folder
from quotaline.segment.look import Look, look
from quotaline.segment.markup import fitted, rows, widest
from quotaline.settings import Settings, kept
from quotaline.sources import statusline
from quotaline.state import State, with_rejected
from quotaline.usage import Reading

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
_MAX_INPUT = 1 << 20
_PATIENCE = 0.25  # seconds for the next part of the input
_LOCK_WAIT = 0.1  # seconds; other writers hold the lock for milliseconds


def run(environ: Mapping[str, str]) -> None:
    """Print the line for the session whose JSON is on stdin; without one, what is believed."""
    text = _stdin()
    now = time.time()
    said = statusline.parse(text, now)
    folder = cache_folder(environ)
    if folder is None or not store.prepare(folder, home_folder(environ)):
        _print(_line(_told(State(), said, now, Settings({})), environ, now, look(Settings({}))))
        return
    if said.usage is None and any(environ.get(name) for name in _OTHER_BILLING):
        _print(statusline.dollars(said.cost or 0.0))
        _forget(folder, said)
        return
    try:
        with store.locked(folder, _LOCK_WAIT):
            state, settings = _update(folder, text, said, environ, now)
    except (store.Busy, OSError):  # shown all the same; kept at the next run
        state = states.load(folder)
        settings = kept(state.settings)
        _print(_line(_told(state, said, now, settings), environ, now, _look(settings, state, said)))
    if now >= next_due(state, settings["ttl"]) and not store.is_claimed(folder, now):
        from quotaline.background import start

        start(lambda: store.claim(folder, now))


def _update(
    folder: str, text: bytes, said: statusline.Said, environ: Mapping[str, str], now: float
) -> tuple[State, Settings]:
    before = states.load(folder)
    # Those of the last refresh: parsing config.toml at every reply would cost as much as all the rest.
    settings = kept(before.settings)
    name = SESSION + said.session
    known = timetable.memo(store.read(folder, name) or b"") if said.session else None
    seen = _look(settings, before, said)
    memo = timetable.Memo(_memo(text, said, seen), said.worked, int(now))
    state = look_around(before, environ, settings, now)
    if state.belief.told != before.belief.told and not state.belief.told:
        state = replace(state, refreshed_at=0.0)  # another account's numbers went: it is time to ask for ours
    known_before = state.belief.told
    # The same text with no work in between is the repetition of an idle session: no news, however often.
    if settings["sources.statusline"] and (
        known is None or (known.text, known.worked) != (memo.text, memo.worked)
    ):
        state = _told(state, said, now, settings)
    seen = _look(settings, state, said)
    _print(_line(state, environ, now, seen))
    if state.belief.told != known_before:
        state = replace(state, refreshed_at=now)
    with suppress(OSError):  # a full disk, say: the line is out, and the next run tells it anew
        if state.belief.told != before.belief.told:
            publish(folder, state, settings["ttl"], now)
        elif state != before:
            states.save(folder, state)
        if said.session:
            table = rows(state.belief, "claude", now, seen)
            memo.width = widest(table)
            store.write(folder, name, timetable.write(table, next_due(state, settings["ttl"]), now, memo))
    return state, settings


def _look(settings: Settings, state: State, said: statusline.Said) -> Look:
    return replace(look(settings, state.organisation), session=said.fields())


def _memo(text: bytes, said: statusline.Said, seen: Look) -> str:
    found = statusline.memo(text)
    # In another spelling the shell can't find it; we still have to know it again.
    if found is None:
        return NO_MEMO + json.dumps(said.usage and said.usage.to_json())
    # A line that says more than the limits is not told by them alone.
    return NO_MEMO + found if seen.says_session else found


def _told(state: State, said: statusline.Said, now: float, settings: Settings) -> State:
    if said.invalid:
        objections = dict.fromkeys(said.invalid, "not a percentage, or no sensible reset")
        state = replace(state, rejected=with_rejected(state.rejected, SOURCE, objections, now))
    if said.usage is None:
        return state
    return take(state, Reading(SOURCE, now, said.usage, dated=False), now, settings["ttl"])


def _line(state: State, environ: Mapping[str, str], now: float, seen: Look) -> str:
    if environ.get("CLAUDE_AX_SCREEN_READER") == "1":
        seen = replace(seen, style="words", template=None)
    columns = environ.get("COLUMNS", "")
    return fitted(state.belief, "claude", now, int(columns) if columns.isdecimal() else None, seen)


def _forget(folder: str, said: statusline.Said) -> None:
    """Make sure that the launcher finds nothing to print for a session that left its plan."""
    if said.session and os.path.lexists(os.path.join(folder, SESSION + said.session)):
        memo = timetable.Memo(NO_MEMO, said.worked, int(time.time()))
        with suppress(store.Busy, OSError), store.locked(folder, _LOCK_WAIT):
            content = timetable.write([(timetable.FOR_EVER, "$--")], 0, 0, memo)
            store.write(folder, SESSION + said.session, content)


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
