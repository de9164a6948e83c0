"""
The format of a segment file: a schedule of texts, each with the time it is valid until.

A header `version next boot next-uptime`, then pairs of lines: `until
until-uptime` and the text that is valid until then; the last pair, `0 0`, is
valid for ever. Times are epoch seconds and seconds of uptime; `next` is when a
reader should start a refresher. A text of several lines has NEW_LINE between
them. So a reader whose refresher is dead still goes from fresh to old to unknown
on time. shell/quotaline and the hooks read the same format.

The segment of a Claude Code session has three more words in its header,
`api-milliseconds seen width`, and a second line: the `rate_limits` text that it was
rendered for. If the terminal has fewer columns than `width`, a text may not fit.
"""

from __future__ import annotations

import math

from quotaline.cache.clock import boot_id, uptime
from quotaline.cache.segment_format import FOR_EVER, NEW_LINE, is_printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = "1"
SESSION = "segment.claude."  # + session id
NO_MEMO = "-"  # before a memo that the launcher must not find: it never has one that starts so
# Seconds that NEXT can be ahead: the longest TTL and some slack. In a container the uptime may start anew
# under the host's boot id, and the number would not age until it has caught up.
MAX_AHEAD = 3700
_ESCAPE = "\x1b"
# The control characters that a host's text may contain, if not just the escape of SGR sequences.
_CONTROLS = {
    "bash": f"\x01\x02{_ESCAPE}",
    "plain": "",
    "tmux": "",
    "json": "",
    "waybar": "",
    "openmetrics": NEW_LINE,
}


class Memo:
    """
    The last input of a session, to recognise its repetition.

    `text` is that of its rate_limits, `api_milliseconds` its API time, `seen_at`
    when it came (epoch seconds), `width` the columns of the widest text rendered for it.
    """

    __slots__ = ("api_milliseconds", "seen_at", "text", "width")

    def __init__(self, text: str, api_milliseconds: int, seen_at: int, width: int = 0) -> None:
        self.text = text
        self.api_milliseconds = api_milliseconds
        self.seen_at = seen_at
        self.width = width


def encode(rows: Sequence[tuple[float, str]], due: float, now: float, memo: Memo | None = None) -> bytes:
    """
    Return a segment file's content.

    Args:
        rows: Valid until (epoch seconds, ascending; the last one FOR_EVER) and the text.
        due: When a reader should start a refresher, epoch seconds.
        now: Epoch seconds.
        memo: For the segment of a session.
    """
    ahead = uptime() - now
    lines = [f"{VERSION} {math.ceil(due)} {boot_id()} {max(0, math.ceil(due + ahead))}"]
    if memo:
        lines = [f"{lines[0]} {memo.api_milliseconds} {memo.seen_at} {memo.width}", memo.text]
    for until, text in rows:
        lines += [f"{int(until)} {max(1, int(until + ahead))}" if until != FOR_EVER else "0 0", text]
    return "\n".join([*lines, ""]).encode()


def decode(content: bytes, now: float, host: str) -> tuple[str, float] | None:
    """Return the text to print at `now` and when a refresh is due; None if `encode` did not write it."""
    try:
        lines = content.decode().split("\n")
        version, due, boot, due_uptime, *session = lines[0].split(" ")
        if version != VERSION:
            return None
        # Setting the wall clock does not change the uptime; after a reboot the uptime says nothing.
        column, clock = (1, uptime()) if boot == boot_id() != "-" else (0, now)
        if column and int(due_uptime) > clock + MAX_AHEAD:
            column, clock = 0, now
        next_due = int((due, due_uptime)[column]) - clock + now
        if next_due > now + MAX_AHEAD:
            next_due = now  # the wall clock was ahead when it was written
        pairs = lines[2 if session else 1 : -1]
        for times, text in zip(pairs[::2], pairs[1::2], strict=True):
            until = times.split(" ")
            if int(until[column]) > clock or until[0] == "0":
                return (text, next_due) if _is_whole(text, host) else None
    except (ValueError, IndexError):
        pass
    return None


def _is_whole(text: str, host: str) -> bool:
    controls = _CONTROLS.get(host, _ESCAPE)
    return bool(text) and all(character in controls or is_printable(character) for character in text)


def decode_memo(content: bytes) -> Memo | None:
    """Return the memo of a session's segment; None if there is none."""
    header, _, rest = content.decode(errors="replace").partition("\n")
    words = header.split(" ")
    try:
        return Memo(rest.partition("\n")[0], int(words[4]), int(words[5])) if words[0] == VERSION else None
    except (ValueError, IndexError):
        return None
