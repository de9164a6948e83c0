"""The markup of each host: one function a host, from the spans of a line to the text to print. Pure."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from quotaline.segment.palette import ATTRIBUTES, index, rgb

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quotaline.segment.span import Span

Mark = tuple[str, str]  # what a style puts before a text, and what after it

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
    """Return the text without any style."""
    return "".join(span.text for span in spans)


def ansi(spans: Sequence[Span]) -> str:
    """
    Return the text with SGR sequences; each is ended by its own, and keeps the styles of the host's own text.

    There is nothing but `ESC [ digits ; m`, no colons, no links: starship takes
    any other escape for the start of one and drops the text up to the next `m`.
    """
    return _marked(spans, _ansi)


def claude(spans: Sequence[Span]) -> str:
    """Return the same with 24-bit colours, which Claude Code reduces to those of the terminal."""
    return _marked(spans, _true_colour)


def bash(spans: Sequence[Span]) -> str:
    r"""Return SGR between \001 and \002, readline's marks for no width: `\[ \]` do not work in a variable."""
    return _marked(spans, _bash)


def zsh(spans: Sequence[Span]) -> str:
    """Return prompt escapes, `%` doubled. zsh has none for dim, so its SGR is marked as having no width."""
    return _marked(spans, _zsh, special="%")


def tmux(spans: Sequence[Span]) -> str:
    """Return tmux styles, `#` doubled: tmux drops ESC, and expands formats in the output of a command."""
    return _marked(spans, _tmux, special="#")


def _marked(spans: Sequence[Span], mark: Callable[[str], Mark], special: str = "") -> str:
    parts = []
    for span in spans:
        before, after = mark(span.style)
        parts += [before, span.text.replace(special, special * 2) if special else span.text, after]
    return "".join(parts)


@cache
def _ansi(style: str) -> Mark:
    # One text is for all terminals, and not all of them have more than 256 colours.
    return _sgr(style, true_colour=False)


@cache
def _true_colour(style: str) -> Mark:
    return _sgr(style, true_colour=True)


def _sgr(style: str, *, true_colour: bool) -> Mark:
    on = [
        _SGR[word][0] if word in _SGR else _colour_sgr(word, true_colour=true_colour)
        for word in style.split()
    ]
    off = [_SGR[word][1] if word in _SGR else "39" for word in style.split()]
    return (f"\x1b[{';'.join(on)}m", f"\x1b[{';'.join(dict.fromkeys(off))}m") if on else ("", "")


def _colour_sgr(word: str, *, true_colour: bool) -> str:
    channels = rgb(word)
    if true_colour and channels:
        return "38;2;{};{};{}".format(*channels)
    number = index(word) or 0
    if number < 16:  # noqa: PLR2004 # in the codes that every terminal knows
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
        # In lower case: #F and #D are formats, for tmux before 3.4 within a colour too.
        colour = word.lower() if rgb(word) else f"colour{index(word)}"
        marks.append(_TMUX.get(word, (f"fg={colour}", "fg=default")))
    if not marks:
        return "", ""
    return f"#[{','.join(on for on, _ in marks)}]", f"#[{','.join(off for _, off in marks)}]"


# fish counts the width of SGR correctly, and starship wraps it for the shell that it runs in. Claude Code
# shows it, and removes it by itself if NO_COLOR is set (docs/claude-code.md 1.5).
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
