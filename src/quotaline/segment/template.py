r"""
The language of `format`: starship's format strings, with the fields of a quota.

    $5h.used or ${5h.used}   a field; `--` if it is not known
    (text $field)            a group: gone if nothing is known of its fields
    [text](style)            text in a style: `bold`, `208`, `#ff8700`; `5h` is that window's colour
    \$ \( \) \[ \] \\        the character itself
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from quotaline.cache.segment_format import is_printable
from quotaline.segment.palette import ATTRIBUTES, is_colour
from quotaline.segment.span import Span

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOWS = ("5h", "7d", "scoped", "tightest")
_OLD_NAMES = {"further": "scoped"}  # a format of version 0.1 stays valid
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
SESSION_FIELDS = ("context", "cost", "model", "tokens")  # known to a Claude Code session's own line only
LINE_FIELDS = ("show", "icon", "credits", "account", "source", *SESSION_FIELDS)
FIELDS = (*WINDOWS, *(f"{one}.{field}" for one in WINDOWS for field in WINDOW_FIELDS), *LINE_FIELDS)
ALLOWED = f"{', '.join(WINDOWS)}, each also with .{', .'.join(WINDOW_FIELDS)}; {', '.join(LINE_FIELDS)}"

_SPECIAL = "$()[]\\"
_DEPTH = 8


class TemplateError(ValueError):
    """Raised for a template that can't be read. `column` counts characters from 1."""

    def __init__(self, column: int, problem: str) -> None:
        super().__init__(f"column {column}: {problem}")
        self.column = column


class Field(NamedTuple):
    """The place of a field."""

    name: str


class Group(NamedTuple):
    """What is gone if nothing is known of its fields."""

    nodes: tuple[Node, ...]


class Styled(NamedTuple):
    """Text in a style."""

    nodes: tuple[Node, ...]
    style: str


Node = str | Field | Group | Styled


class Value(NamedTuple):
    """What a field says; not `known`: it says that it does not know, or nothing."""

    span: Span
    known: bool


def parse(text: str, fields: tuple[str, ...] = FIELDS, allowed: str = ALLOWED) -> tuple[Node, ...]:
    """
    Read a template.

    Args:
        text: The template.
        fields: The names that a field may have.
        allowed: The same in words, for the error.

    Raises:
        TemplateError: Which column is wrong, and what may stand there.
    """
    for column, letter in enumerate(text, 1):
        # Combining marks and invisible characters would make the width a guess.
        if not is_printable(letter):
            raise TemplateError(column, "a character that is not printable")
        if not letter.isascii() and _is_combining(letter):
            raise TemplateError(column, "a combining character")
    nodes, end = _nodes(_Source(text, fields, allowed), 0, "", 0)
    if end < len(text):
        raise TemplateError(end + 1, f"{text[end]!r} closes nothing; \\{text[end]} is the character itself")
    return nodes


class _Source(NamedTuple):
    text: str
    fields: tuple[str, ...]
    allowed: str


def _is_combining(letter: str) -> bool:
    from unicodedata import category

    return category(letter).startswith("M")


def _nodes(source: _Source, at: int, close: str, depth: int) -> tuple[tuple[Node, ...], int]:
    """Read up to `close`, or to the end, and return what was read and where it ended."""
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
        raise TemplateError(start, f"{text[start - 1]!r} is not closed by {close!r}")
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
            raise TemplateError(at + 1, f"after a backslash comes one of {' '.join(_SPECIAL)}")
        at += 1
    return letter, at + 1


def _field(source: _Source, at: int) -> tuple[Field, int]:
    text, start = source.text, at
    at += 1
    if text[at : at + 1] == "{":
        end = text.find("}", at)
        if end < 0:
            raise TemplateError(start + 1, "'${' is not closed by '}'")
        name, at = text[at + 1 : end], end + 1
    else:
        while _is_word(text[at : at + 1]) or (text[at : at + 1] == "." and _is_word(text[at + 1 : at + 2])):
            at += 1
        name = text[start + 1 : at]
    owner, dot, field = name.partition(".")
    name = _OLD_NAMES.get(owner, owner) + dot + field
    if name not in source.fields:
        near = get_close_matches(name, source.fields, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}? " if near else ""
        problem = f"unknown field {name!r}" if name else "a field's name is missing after '$'"
        raise TemplateError(start + 1, f"{problem}; {hint}there are: {source.allowed}")
    return Field(name), at


def _is_word(letter: str) -> bool:
    return letter == "_" or (letter.isascii() and letter.isalnum())


def _styled(source: _Source, at: int, depth: int) -> tuple[Styled, int]:
    inner, at = _nodes(source, at + 1, "]", depth + 1)
    if source.text[at : at + 1] != "(":
        raise TemplateError(at, "after ']' comes '(' and a style; \\[ and \\] are the characters themselves")
    end = source.text.find(")", at)
    if end < 0:
        raise TemplateError(at + 1, "'(' is not closed by ')'")
    style = " ".join(_OLD_NAMES.get(word, word) for word in source.text[at + 1 : end].split(" "))
    column = at + 2
    for word in style.split(" "):
        if word and word not in (*ATTRIBUTES, *WINDOWS) and not is_colour(word):
            raise TemplateError(
                column,
                f"unknown style {word!r}; there are: {', '.join(ATTRIBUTES)}, a colour's name, "
                f"0 to 255, #rrggbb, and {', '.join(WINDOWS)} for that window's colour",
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


def render(
    nodes: tuple[Node, ...], value: Callable[[str], Value], style: str = ""
) -> tuple[list[Span], bool]:
    """
    Fill a template.

    Args:
        nodes: What `parse` returned.
        value: Gives each field's value by name.
        style: What stands around.

    Returns:
        The spans, and whether anything is known of its fields.
    """
    spans: list[Span] = []
    known = False
    for node in nodes:
        if isinstance(node, str):
            spans.append(Span(node, style))
        elif isinstance(node, Field):
            span, is_known = value(node.name)
            spans.append(Span(span.text, _joined(style, span.style)))
            known |= is_known
        else:
            context = style if isinstance(node, Group) else _joined(_resolved(node.style, value), style)
            inner, is_known = render(node.nodes, value, context)
            if is_known or isinstance(node, Styled):
                spans += inner
            known |= is_known
    return [span for span in spans if span.text], known


def _resolved(style: str, value: Callable[[str], Value]) -> str:
    words = (value(word).span.style if word in WINDOWS else word for word in style.split())
    return " ".join(filter(None, words))


def _joined(outer: str, inner: str) -> str:
    """Return both styles in one; of two colours the one of `outer`."""
    has_colour = any(is_colour(word) for word in outer.split())
    words = [*outer.split(), *(word for word in inner.split() if not (has_colour and is_colour(word)))]
    return " ".join(dict.fromkeys(words))
