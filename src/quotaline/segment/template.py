r"""
The template language of the setting `format`: starship's format strings with quotaline's fields.

    $5h.used or ${5h.used}   a field; `--` if it is unknown
    (text $field)            a group: left out if all of its fields are unknown
    [text](style)            text in a style: `bold`, `208`, `#ff8700`; `5h` is that window's colour
    \$ \( \) \[ \] \\        the character itself
"""

from __future__ import annotations

import re
from typing import NamedTuple

from quotaline.cache.segment_format import is_printable
from quotaline.segment.palette import ATTRIBUTES, is_colour

WINDOWS = ("5h", "7d", "scoped", "tightest")
_OLD_NAMES = {"further": "scoped"}  # a format that was written for version 0.1 stays valid
WINDOW_FIELDS = (
    "name",
    "used",
    "left",
    "bar",
    "reset",
    "reset_short",
    "reset_long",
    "reset_words",
    "reset_at",
    "pace",
    "age",
    "words",
)
SESSION_FIELDS = ("context", "cost", "model", "tokens")  # known in the line of a Claude Code session only
LINE_FIELDS = ("show", "icon", "credits", "account", "source", *SESSION_FIELDS)
FIELDS = (*WINDOWS, *(f"{one}.{field}" for one in WINDOWS for field in WINDOW_FIELDS), *LINE_FIELDS)
ALLOWED = f"{', '.join(WINDOWS)}, each also with .{', .'.join(WINDOW_FIELDS)}; {', '.join(LINE_FIELDS)}"

_SPECIAL = "$()[]\\"
_DEPTH = 8


class TemplateError(ValueError):
    """Raised for an invalid template. `column` counts characters from 1."""

    def __init__(self, column: int, problem: str) -> None:
        super().__init__(f"column {column}: {problem}")
        self.column = column


class Field(NamedTuple):
    """A field, which is replaced by its value."""

    name: str


class Group(NamedTuple):
    """A part that is left out if all of its fields are unknown."""

    nodes: tuple[Node, ...]


class Styled(NamedTuple):
    """Text in a style."""

    nodes: tuple[Node, ...]
    style: str


Node = str | Field | Group | Styled


def parse(text: str, fields: tuple[str, ...] = FIELDS, allowed: str = ALLOWED) -> tuple[Node, ...]:
    """
    Parse a template.

    Args:
        text: The template.
        fields: The names of the fields that it may have.
        allowed: The same in words, for the error message.

    Raises:
        TemplateError: If it is invalid; the message has the column, and what is valid there.
    """
    for column, letter in enumerate(text, 1):
        # The width of a line with combining marks or invisible characters differs between terminals.
        if not is_printable(letter):
            raise TemplateError(column, "unprintable character")
        if not letter.isascii() and _is_combining(letter):
            raise TemplateError(column, "combining character")
    nodes, end = _nodes(_Source(text, fields, allowed), 0, "", 0)
    if end < len(text):
        raise TemplateError(end + 1, f"unmatched {text[end]!r}; write \\{text[end]} for the character itself")
    return nodes


def parse_format(text: str) -> tuple[Node, ...]:
    """Parse the setting `format`; if it is not empty, it must have a field. Raises ValueError."""
    for found in re.finditer(r"(?<!\$)\{([\w.]+)\}", text):
        if found[1] in FIELDS:
            raise TemplateError(found.start() + 1, f"{found[0]!r} would be shown as it is; use ${found[1]}")
    nodes = parse(text)
    if text and not names(nodes):
        raise ValueError("has no field; name one, such as $5h")
    return nodes


class _Source(NamedTuple):
    text: str
    fields: tuple[str, ...]
    allowed: str


def _is_combining(letter: str) -> bool:
    from unicodedata import category

    return category(letter).startswith("M")


def _nodes(source: _Source, at: int, close: str, depth: int) -> tuple[tuple[Node, ...], int]:
    """Parse up to `close`, or to the end; return the nodes and the position after them."""
    text = source.text
    if depth > _DEPTH:
        raise TemplateError(at, f"nested deeper than {_DEPTH}")
    found: list[Node] = []
    start = at
    while at < len(text) and text[at] not in ")]":
        node, at = _node(source, at, depth)
        if isinstance(node, str) and found and isinstance(found[-1], str):
            found[-1] += node
        else:
            found.append(node)
    if not close:
        return tuple(found), at
    if text[at : at + 1] != close:
        raise TemplateError(start, f"{text[start - 1]!r} without a closing {close!r}")
    return tuple(found), at + 1


def _node(source: _Source, at: int, depth: int) -> tuple[Node, int]:
    letter = source.text[at]
    if letter == "$":
        return _field(source, at)
    if letter == "[":
        return _styled(source, at, depth)
    if letter == "(":
        inner, at = _nodes(source, at + 1, ")", depth + 1)
        return Group(inner), at
    if letter == "\\":
        letter = source.text[at + 1 : at + 2]
        if not letter or letter not in _SPECIAL:
            raise TemplateError(at + 1, f"a backslash must be followed by one of {' '.join(_SPECIAL)}")
        at += 1
    return letter, at + 1


def _field(source: _Source, at: int) -> tuple[Field, int]:
    text, start = source.text, at
    at += 1
    if text[at : at + 1] == "{":
        end = text.find("}", at)
        if end < 0:
            raise TemplateError(start + 1, "'${' without a closing '}'")
        name, at = text[at + 1 : end], end + 1
    else:
        while _is_word(text[at : at + 1]) or (text[at : at + 1] == "." and _is_word(text[at + 1 : at + 2])):
            at += 1
        name = text[start + 1 : at]
    owner, dot, field = name.partition(".")
    name = _OLD_NAMES.get(owner, owner) + dot + field
    if name not in source.fields:
        from difflib import get_close_matches

        near = get_close_matches(name, source.fields, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}? " if near else ""
        problem = f"unknown field {name!r}" if name else "'$' without the name of a field"
        raise TemplateError(start + 1, f"{problem}; {hint}choose from: {source.allowed}")
    return Field(name), at


def _is_word(letter: str) -> bool:
    return letter == "_" or (letter.isascii() and letter.isalnum())


def _styled(source: _Source, at: int, depth: int) -> tuple[Styled, int]:
    inner, at = _nodes(source, at + 1, "]", depth + 1)
    if source.text[at : at + 1] != "(":
        raise TemplateError(
            at, "']' must be followed by (style); write \\[ and \\] for the characters themselves"
        )
    end = source.text.find(")", at)
    if end < 0:
        raise TemplateError(at + 1, "'(' without a closing ')'")
    style = " ".join(_OLD_NAMES.get(word, word) for word in source.text[at + 1 : end].split(" "))
    column = at + 2
    for word in style.split(" "):
        if word and word not in (*ATTRIBUTES, *WINDOWS) and not is_colour(word):
            raise TemplateError(
                column,
                f"unknown style {word!r}; choose from: {', '.join(ATTRIBUTES)}, the name of a colour, "
                f"0 to 255, #rrggbb, or {', '.join(WINDOWS)} for that window's colour",
            )
        column += len(word) + 1
    return Styled(inner, " ".join(style.split())), end + 1


def names(nodes: tuple[Node, ...]) -> set[str]:
    """Return the names of all fields in a template."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, Field):
            found.add(node.name)
        elif not isinstance(node, str):
            found |= names(node.nodes)
    return found
