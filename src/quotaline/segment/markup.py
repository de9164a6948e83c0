"""How each host wants its segment: one pure function a host, from spans to the bytes to print."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from quotaline.model.merge import current
from quotaline.segment import document
from quotaline.segment.line import line, timeline
from quotaline.segment.palette import ATTRIBUTES, index, rgb
from quotaline.segment.span import Span, width
from quotaline.segment.text import BY_THE_MINUTE, DEFAULT_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quotaline.model.merge import MergedUsage
    from quotaline.segment.options import DisplayOptions

Mark = tuple[str, str]  # what stands before the text, and what after it

NOTHING = " "  # a line that says nothing, for there is always one: hosts that trim hide it
_SGR: dict[str, tuple[str, str]] = {
    "bold": ("1", "22"),
    "dim": ("2", "22"),
    "italic": ("3", "23"),
    "underline": ("4", "24"),
    "inverted": ("7", "27"),
}
_TMUX: dict[str, tuple[str, str]] = {
    "bold": ("bold", "nobold"),
    "dim": ("dim", "nodim"),
    "italic": ("italics", "noitalics"),
    "underline": ("underscore", "nounderscore"),
    "inverted": ("reverse", "noreverse"),
}
_ZSH: dict[str, tuple[str, str]] = {
    "bold": ("%B", "%b"),
    "underline": ("%U", "%u"),
    "inverted": ("%S", "%s"),
}


def plain(spans: Sequence[Span]) -> str:
    """The text alone."""
    return "".join(span.text for span in spans)


def ansi(spans: Sequence[Span]) -> str:
    """
    SGR, each ended by itself, so that what stands around keeps its own.

    Nothing but `ESC [ digits ; m`, no colons, no links: starship takes any
    other escape for the start of one and swallows the text up to the next `m`.
    """
    return _marked(spans, _ansi)


def claude(spans: Sequence[Span]) -> str:
    """The same with colours in full: Claude Code fits them to the terminal."""
    return _marked(spans, _true)


def bash(spans: Sequence[Span]) -> str:
    r"""SGR between \001 and \002, readline's marks for no width: `\[ \]` do not work in a variable."""
    return _marked(spans, _bash)


def zsh(spans: Sequence[Span]) -> str:
    """Prompt escapes, `%` doubled. There is none for dim, so its SGR is declared to have no width."""
    return _marked(spans, _zsh, special="%")


def tmux(spans: Sequence[Span]) -> str:
    """Styles, `#` doubled: tmux drops ESC and expands formats in what a command prints."""
    return _marked(spans, _tmux, special="#")


def _marked(spans: Sequence[Span], mark: Callable[[str], Mark], special: str = "") -> str:
    parts = []
    for span in spans:
        before, after = mark(span.style)
        parts += [before, span.text.replace(special, special * 2) if special else span.text, after]
    return "".join(parts)


@cache
def _ansi(style: str) -> Mark:
    # Not in full: a segment is rendered once for all terminals, and not all have more than 256.
    return _sgr(style, in_full=False)


@cache
def _true(style: str) -> Mark:
    return _sgr(style, in_full=True)


def _sgr(style: str, *, in_full: bool) -> Mark:
    on = [_SGR[word][0] if word in _SGR else _colour_sgr(word, in_full=in_full) for word in style.split()]
    off = [_SGR[word][1] if word in _SGR else "39" for word in style.split()]
    return (f"\x1b[{';'.join(on)}m", f"\x1b[{';'.join(dict.fromkeys(off))}m") if on else ("", "")


def _colour_sgr(word: str, *, in_full: bool) -> str:
    channels = rgb(word)
    if in_full and channels:
        return "38;2;{};{};{}".format(*channels)
    number = index(word) or 0
    if number < 16:  # noqa: PLR2004 # the terminal's own, by the codes that every terminal knows
        return str(30 + number if number < 8 else 82 + number)  # noqa: PLR2004
    return f"38;5;{number}"


@cache
def _bash(style: str) -> Mark:
    before, after = _ansi(style)
    return (f"\x01{before}\x02", f"\x01{after}\x02") if before else ("", "")


@cache
def _zsh(style: str) -> Mark:
    marks = []
    for word in style.split():
        if word in _ZSH:
            marks.append(_ZSH[word])
        elif word in ATTRIBUTES:
            marks.append((f"%{{\x1b[{_SGR[word][0]}m%}}", f"%{{\x1b[{_SGR[word][1]}m%}}"))
        else:
            marks.append((f"%F{{{index(word)}}}", "%f"))
    return "".join(on for on, _ in marks), "".join(off for _, off in marks)


@cache
def _tmux(style: str) -> Mark:
    marks = []
    for word in style.split():
        # In lower case: #F and #D are formats (tmux before 3.4 takes them for that in a colour too).
        colour = word.lower() if rgb(word) else f"colour{index(word)}"
        marks.append(_TMUX.get(word, (f"fg={colour}", "fg=default")))
    if not marks:
        return "", ""
    return f"#[{','.join(on for on, _ in marks)}]", f"#[{','.join(off for _, off in marks)}]"


# fish counts the width of SGR right, starship wraps it for the shell it is in, and
# Claude Code takes it, and removes it by itself where NO_COLOR is set (docs/claude-code.md 1.5).
MARKUPS: dict[str, Callable[[Sequence[Span]], str]] = {
    "ansi": ansi,
    "plain": plain,
    "claude": claude,
    "tmux": tmux,
    "bash": bash,
    "zsh": zsh,
    "fish": ansi,
    "starship": ansi,
}
HOSTS = (*MARKUPS, "json", "waybar", "openmetrics")


def render(merged: MergedUsage, host: str, now: float, options: DisplayOptions = DEFAULT_OPTIONS) -> str:
    """Return the host's line: what is to be printed at `now`."""
    return _rendered(merged, host, now, options, line(merged, now, options))


def fitted(
    merged: MergedUsage, host: str, now: float, columns: int | None, options: DisplayOptions = DEFAULT_OPTIONS
) -> str:
    """Return the host's text at `now`, shorter if it is wider than `columns`; one row always."""
    limits = [limit for limit in (columns, options.columns) if limit]
    return MARKUPS[host](line(merged, now, replace(options, columns=min(limits, default=None)))) or NOTHING


def rows(
    merged: MergedUsage,
    host: str,
    now: float,
    options: DisplayOptions = DEFAULT_OPTIONS,
    precise: float = BY_THE_MINUTE,
) -> list[tuple[float, str]]:
    """Return the host's timetable: until when (epoch seconds), and the text; the last row holds for ever."""
    return tables(merged, (host,), now, options, precise)[host]


def tables(
    merged: MergedUsage,
    hosts: Sequence[str],
    now: float,
    options: DisplayOptions = DEFAULT_OPTIONS,
    precise: float = BY_THE_MINUTE,
) -> dict[str, list[tuple[float, str]]]:
    """
    Return the timetable of several hosts.

    For `precise` seconds the spans of time in it are said to the minute, later
    by the hour: a day of minutes would be a large file.
    """
    found: dict[str, list[tuple[float, str]]] = {host: [] for host in hosts}
    for since, until, spans in timeline(merged, now, options, precise):
        for host, table in found.items():
            text = _rendered(merged, host, since, options, spans)
            if table and table[-1][1] == text:
                table.pop()
            table.append((until, text))
    return found


def widest(table: Sequence[tuple[float, str]]) -> int:
    """Return how many columns the widest text of a timetable takes on a terminal."""
    return max(width(re.sub(r"\x1b\[[0-9;]*m", "", text)) for _, text in table)


def _rendered(
    merged: MergedUsage, host: str, now: float, options: DisplayOptions, spans: Sequence[Span]
) -> str:
    if host in MARKUPS:
        return MARKUPS[host](spans) or NOTHING
    shown = current(merged, now)
    if host == "json":
        return document.json_object(plain(spans), shown, now, options)
    if host == "waybar":
        return document.waybar(plain(spans), shown, now, options)
    return document.openmetrics(shown)
