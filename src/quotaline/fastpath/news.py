"""Finds out which windows of a status line input are news, and not a repetition of older numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quotaline.model.usage import SPEND, Reading, Usage

if TYPE_CHECKING:
    from quotaline.cache.segment_file import Memo
    from quotaline.sources.statusline import StatuslineInput

SOURCE = "statusline"
_WINDOW_NAME = re.compile('"(five_hour|seven_day|spend_limit|spend)":')
_KEYS = {"spend_limit": SPEND}
_LONGEST_REPLY = 600.0  # seconds
_LOGIN_SLACK = 10.0  # seconds from a reply's end to the run after it; replies of one session may overlap
_LONGEST_GAP = 120.0  # seconds between two runs of this command while a session works


def reading_of(
    parsed: StatuslineInput, memo: Memo, known: Memo | None, now: float, account_since: float
) -> Reading | None:
    """
    Return what a session reports for the first time, if it is of the account that is logged in.

    A session repeats its last numbers until its next reply, however old they are. Claude Code leaves out
    a window that has ended, so the text may change although the other window is a repetition.

    Args:
        parsed: The input.
        memo: The memo of the input.
        known: The memo of the session's last run, None for its first one.
        now: Epoch seconds.
        account_since: When the account was seen to be logged in, epoch seconds.
    """
    usage = parsed.usage
    if usage is None:
        return None
    observed_at = now
    if known is None:
        if parsed.milliseconds > _LONGEST_REPLY * 1000 and memo.api_milliseconds:
            return None  # after a wiped cache: they may be as old as the session
        began = now - memo.api_milliseconds / 1000
    else:
        changed = _changed(usage, memo, known)
        gap = now - known.seen_at
        worked = (memo.api_milliseconds - known.api_milliseconds) / 1000
        if worked < 0:  # a session that was resumed counts its API time anew
            worked = memo.api_milliseconds / 1000
        began = now - worked
        if not worked:
            # The limits came with the headers of a reply that has not ended yet. A window that appears did
            # not: Claude Code leaves one out by the clock, and shows it again if that is set back.
            usage = changed if not memo.api_milliseconds else _known_before(changed, known)
            began = now - _LONGEST_REPLY
            # After a pause the computer may have been suspended during that reply.
            observed_at = now if gap <= _LONGEST_GAP else now - gap
        elif changed is None and gap > _LONGEST_GAP:
            # The launcher printed the line without Python after a reply that changed no number.
            observed_at, began = now - gap, began - gap
        elif min(worked, gap) > _LONGEST_REPLY:
            # The computer was suspended during the reply, and the limits came with its headers.
            observed_at = now - min(worked, gap)
    if usage is None or began - _LOGIN_SLACK <= account_since <= now:
        return None
    return Reading(SOURCE, min(now, observed_at), usage, dated=False)


def _changed(usage: Usage, memo: Memo, known: Memo) -> Usage | None:
    before, after = _texts(known), _texts(memo)
    windows = {key: window for key, window in usage.windows().items() if before.get(key) != after.get(key)}
    return Usage.from_windows(windows) if windows else None


def _known_before(usage: Usage | None, known: Memo) -> Usage | None:
    before = _texts(known)
    windows = {key: window for key, window in usage.windows().items() if key in before} if usage else {}
    return Usage.from_windows(windows) if windows else None


def _texts(memo: Memo) -> dict[str, str]:
    """Return the memo's text of each window, by window key."""
    pieces = _WINDOW_NAME.split(memo.text)
    return {
        _KEYS.get(name, name): text.strip(", ") for name, text in zip(pieces[1::2], pieces[2::2], strict=True)
    }
