"""
The text of a segment file: what to print, and until when.

A header `version next boot next-uptime`, then pairs of lines: `until
until-uptime` and the text that is true until then; the last pair, `0 0`, holds
for ever. A text of several lines has NEW_LINE between them. Times are epoch
seconds and seconds of uptime; NEXT is when a reader should start a refresher.
So a reader whose refresher is dead still goes from fresh to old to unknown on
time. Read by shell/quotaline and the hooks too.

A Claude Code session's has three more words in its header, `worked seen
width`, and a second line: the text of `rate_limits` that it was made for.
Where there are fewer columns than WIDTH, none of its texts may fit.
"""

from __future__ import annotations

import math

from quotaline.cache.clock import boot_id, uptime
from quotaline.cache.segment_format import FOR_EVER, NEW_LINE, is_printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = "1"
_ESCAPE = "\x1b"
# The control characters that a host's text may have, where that is not just SGR's.
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
    What a session said last: the `text` of its rate_limits, milliseconds `worked`; and when (`seen`).

    `width` is the columns of the widest text that it was answered with.
    """

    __slots__ = ("seen", "text", "width", "worked")

    def __init__(self, text: str, worked: int, seen: int, width: int = 0) -> None:
        self.text = text
        self.worked = worked
        self.seen = seen
        self.width = width


def write(rows: Sequence[tuple[float, str]], due: float, now: float, memo: Memo | None = None) -> bytes:
    """
    Return a segment file's content.

    Args:
        rows: Until when (epoch seconds, rising; the last one FOR_EVER) and the text.
        due: NEXT, epoch seconds.
        now: Epoch seconds.
        memo: For a session's segment.
    """
    ahead = uptime() - now
    lines = [f"{VERSION} {math.ceil(due)} {boot_id()} {max(0, math.ceil(due + ahead))}"]
    if memo:
        lines = [f"{lines[0]} {memo.worked} {memo.seen} {memo.width}", memo.text]
    for until, text in rows:
        lines += [f"{int(until)} {max(1, int(until + ahead))}" if until != FOR_EVER else "0 0", text]
    return "\n".join([*lines, ""]).encode()


def read(content: bytes, now: float, host: str) -> tuple[str, float] | None:
    """Return the text to print at `now` and NEXT, or None if it is not what we write for the host."""
    try:
        lines = content.decode().split("\n")
        version, due, boot, due_uptime, *session = lines[0].split(" ")
        if version != VERSION:
            return None
        # By uptime if it is the writer's: a wall clock that was set does not fool it.
        column, clock = (1, uptime()) if boot == boot_id() != "-" else (0, now)
        next_ = int((due, due_uptime)[column]) - clock + now
        pairs = lines[2 if session else 1 : -1]
        for limits, text in zip(pairs[::2], pairs[1::2], strict=True):
            until = limits.split(" ")
            if int(until[column]) > clock or until[0] == "0":
                return (text, next_) if _is_whole(text, host) else None
    except (ValueError, IndexError):
        pass
    return None


def _is_whole(text: str, host: str) -> bool:
    controls = _CONTROLS.get(host, _ESCAPE)
    return bool(text) and all(letter in controls or is_printable(letter) for letter in text)


def memo(content: bytes) -> Memo | None:
    """Return the memo of a session's segment, None if it has none."""
    header, _, rest = content.decode(errors="replace").partition("\n")
    words = header.split(" ")
    try:
        return Memo(rest.partition("\n")[0], int(words[4]), int(words[5])) if words[0] == VERSION else None
    except (ValueError, IndexError):
        return None
