"""How each host wants its segment: one pure function a host, from spans to the bytes to print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quotaline.segment.text import Span, changes, compact, minimal
from quotaline.timetable import FOR_EVER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quotaline.merge import Belief

_SGR = {"green": "32", "yellow": "33", "orange": "38;5;208", "red": "31", "dim": "2"}
_SGR_END = {"dim": "22"}


def plain(spans: Sequence[Span]) -> str:
    """The text alone."""
    return "".join(span.text for span in spans)


def ansi(spans: Sequence[Span]) -> str:
    """SGR colours, each ended by itself, so that what stands around keeps its own."""
    return "".join(
        f"\x1b[{_SGR[span.style]}m{span.text}\x1b[{_SGR_END.get(span.style, '39')}m"
        if span.style
        else span.text
        for span in spans
    )


# Claude Code takes SGR, and removes it by itself where NO_COLOR is set (contract 1.5).
HOSTS: dict[str, Callable[[Sequence[Span]], str]] = {"ansi": ansi, "claude": ansi, "plain": plain}


def fitted(belief: Belief, host: str, now: float, columns: int | None) -> str:
    """Return the host's text at `now`, shorter if it is wider than `columns`; one row always."""
    texts = [compact(belief, now), compact(belief, now, further=False), minimal(belief, now)]
    fits = (spans for spans in texts if columns is None or len(plain(spans)) <= columns)
    return HOSTS[host](next(fits, texts[-1]))


def rows(belief: Belief, host: str, now: float) -> list[tuple[float, str]]:
    """Return the host's timetable: until when (epoch seconds), and the text; the last row holds for ever."""
    table: list[tuple[float, str]] = []
    since = now
    for until in (*changes(belief, now), FOR_EVER):
        text = HOSTS[host](compact(belief, since))
        if table and table[-1][1] == text:
            table.pop()
        table.append((until, text))
        since = until
    return table
