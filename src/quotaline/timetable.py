"""
The text of a segment file: what to print, and until when.

A header `version next boot next-uptime`, then pairs of lines: `until
until-uptime` and the text that is true until then; the last pair, `0 0`, holds
for ever. Times are epoch seconds and seconds of uptime; NEXT is when a reader
should start a refresher. So a reader whose refresher is dead still goes from
fresh to old to unknown on time. Read by shell/quotaline and the hooks too.
"""

from __future__ import annotations

import math

from quotaline.clock import boot_id, uptime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = "1"
FOR_EVER = 0


def write(rows: Sequence[tuple[float, str]], due: float, now: float) -> bytes:
    """
    Return a segment file's content.

    Args:
        rows: Until when (epoch seconds, rising; the last one FOR_EVER) and the text.
        due: NEXT, epoch seconds.
        now: Epoch seconds.
    """
    ahead = uptime() - now
    lines = [f"{VERSION} {math.ceil(due)} {boot_id()} {max(0, math.ceil(due + ahead))}"]
    for until, text in rows:
        lines += [f"{int(until)} {max(1, int(until + ahead))}" if until != FOR_EVER else "0 0", text]
    return "\n".join([*lines, ""]).encode()


def read(content: bytes, now: float) -> tuple[str, float] | None:
    """Return the text to print at `now` and NEXT, or None if the content is not of our making."""
    try:
        lines = content.decode().split("\n")
        version, due, boot, due_uptime = lines[0].split(" ")
        if version != VERSION:
            return None
        column, time = (1, uptime()) if boot == boot_id() != "-" else (0, now)
        for limits, text in zip(lines[1:-1:2], lines[2:-1:2], strict=True):
            until = limits.split(" ")
            if int(until[column]) > time or until[0] == "0":
                ahead = time - now
                whole = text and text.isascii() and text.replace("\x1b", "").isprintable()
                return (text, int((due, due_uptime)[::-1][1 - column]) - ahead) if whole else None
    except (ValueError, IndexError):
        pass
    return None
