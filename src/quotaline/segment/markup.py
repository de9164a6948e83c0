"""How each host wants its segment: one pure function a host, from spans to the bytes to print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quotaline.merge import current
from quotaline.segment import document
from quotaline.segment.text import Span, changes, compact, minimal
from quotaline.timetable import FOR_EVER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quotaline.merge import Belief

_COLOURS = {"green": "2", "yellow": "3", "orange": "208", "red": "1"}  # of the 256
_SGR = {"green": "32", "yellow": "33", "orange": "38;5;208", "red": "31"}

# By style: what stands before the text, and what after it.
_ANSI = {style: (f"\x1b[{sgr}m", "\x1b[39m") for style, sgr in _SGR.items()} | {
    "dim": ("\x1b[2m", "\x1b[22m")
}
_BASH = {style: (f"\x01{on}\x02", f"\x01{off}\x02") for style, (on, off) in _ANSI.items()}
_ZSH = {style: (f"%F{{{number}}}", "%f") for style, number in _COLOURS.items()} | {
    "dim": ("%{\x1b[2m%}", "%{\x1b[22m%}")
}
_TMUX = {style: (f"#[fg=colour{number}]", "#[fg=default]") for style, number in _COLOURS.items()} | {
    "dim": ("#[dim]", "#[nodim]")
}


def plain(spans: Sequence[Span]) -> str:
    """The text alone."""
    return _marked(spans, {})


def ansi(spans: Sequence[Span]) -> str:
    """
    SGR, each ended by itself, so that what stands around keeps its own.

    Nothing but `ESC [ digits ; m`, no colons, no links: starship takes any
    other escape for the start of one and swallows the text up to the next `m`.
    """
    return _marked(spans, _ANSI)


def bash(spans: Sequence[Span]) -> str:
    r"""SGR between \001 and \002, readline's marks for no width: `\[ \]` do not work in a variable."""
    return _marked(spans, _BASH)


def zsh(spans: Sequence[Span]) -> str:
    """Prompt escapes, `%` doubled. There is none for dim, so its SGR is declared to have no width."""
    return _marked(spans, _ZSH, special="%")


def tmux(spans: Sequence[Span]) -> str:
    """Styles, `#` doubled: tmux drops ESC and expands formats in what a command prints."""
    return _marked(spans, _TMUX, special="#")


def _marked(spans: Sequence[Span], marks: Mapping[str, tuple[str, str]], special: str = "") -> str:
    parts = []
    for span in spans:
        before, after = marks.get(span.style, ("", ""))
        parts += [before, span.text.replace(special, special * 2) if special else span.text, after]
    return "".join(parts)


# fish counts the width of SGR right, starship wraps it for the shell it is in, and
# Claude Code takes it, and removes it by itself where NO_COLOR is set (contract 1.5).
MARKUPS: dict[str, Callable[[Sequence[Span]], str]] = {
    "ansi": ansi,
    "plain": plain,
    "claude": ansi,
    "tmux": tmux,
    "bash": bash,
    "zsh": zsh,
    "fish": ansi,
    "starship": ansi,
}
HOSTS = (*MARKUPS, "json", "waybar", "openmetrics")


def render(belief: Belief, host: str, now: float) -> str:
    """Return the host's line: what is to be printed at `now`."""
    spans = compact(belief, now)
    if host in MARKUPS:
        return MARKUPS[host](spans)
    shown = current(belief, now)
    if host == "json":
        return document.json_object(plain(spans), shown, now)
    if host == "waybar":
        return document.waybar(plain(spans), shown, now)
    return document.openmetrics(shown)


def fitted(belief: Belief, host: str, now: float, columns: int | None) -> str:
    """Return the host's text at `now`, shorter if it is wider than `columns`; one row always."""
    texts = [compact(belief, now), compact(belief, now, further=False), minimal(belief, now)]
    fits = (spans for spans in texts if columns is None or len(plain(spans)) <= columns)
    return MARKUPS[host](next(fits, texts[-1]))


def rows(belief: Belief, host: str, now: float) -> list[tuple[float, str]]:
    """Return the host's timetable: until when (epoch seconds), and the text; the last row holds for ever."""
    table: list[tuple[float, str]] = []
    since = now
    for until in (*changes(belief, now), FOR_EVER):
        text = render(belief, host, since)
        if table and table[-1][1] == text:
            table.pop()
        table.append((until, text))
        since = until
    return table
