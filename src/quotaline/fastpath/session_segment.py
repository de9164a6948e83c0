"""
The segment of one Claude Code session, with the memo of the input that it was rendered for.

The launcher prints it as long as the session repeats that input, without starting Python.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from quotaline.cache import segment_file, store
from quotaline.cache.segment_file import NO_MEMO, SESSION, Memo
from quotaline.cache.segment_format import FOR_EVER
from quotaline.sources import statusline

if TYPE_CHECKING:
    from quotaline.sources.statusline import StatuslineInput


def memo_of(text: bytes, parsed: StatuslineInput, now: float, *, shows_session: bool) -> Memo:
    """
    Return the memo of an input.

    Args:
        text: The input.
        parsed: The same input, parsed.
        now: Epoch seconds.
        shows_session: Whether the line shows more of the session than its limits.
    """
    limits = statusline.limits_text(text)
    if limits is None:
        # The shell does not find the limits in this format, but a repetition must be recognised all the same.
        limits = NO_MEMO + json.dumps(parsed.usage and parsed.usage.to_json())
    elif shows_session:
        # The launcher compares the limits alone, and the line may change without them.
        limits = NO_MEMO + limits
    return Memo(limits, parsed.api_milliseconds, int(now))


def last_memo(folder: str, session: str) -> Memo | None:
    """Return the memo of a session's last run; None for its first one."""
    return segment_file.decode_memo(store.read(folder, SESSION + session) or b"") if session else None


def invalidate(folder: str, parsed: StatuslineInput, now: float) -> None:
    """Make the launcher call Python for a session that no longer has a plan limit."""
    name = SESSION + parsed.session
    if not parsed.session or not os.path.lexists(os.path.join(folder, name)):
        return
    memo = Memo(NO_MEMO, parsed.api_milliseconds, int(now))
    with store.try_locked(folder) as lock, suppress(OSError):
        if lock is not None:
            store.write(folder, name, segment_file.encode([(FOR_EVER, "$--")], 0, 0, memo))
