"""
Edit JSON with comments as text: find where each value is, insert and delete a member, keep all else.

Written here because no parser on PyPI keeps the text without Node or a lexer generator.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from quotaline.hosts.errors import EditRefused

_SPACE = " \t\r\n"
_GAP = re.compile(r"[ \t\r\n]+|(?P<comment>//[^\r\n]*|/\*.*?\*/)", re.DOTALL)
_WORD = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Node:
    """A value: `text[start:end]`, decoded as `value`. Only an object has `members` and `content`."""

    start: int
    end: int
    value: Any
    members: tuple[Member, ...] = ()
    content: int = 0  # the end of the last token or comment before the closing brace


@dataclass(frozen=True, slots=True)
class Member:
    """A key that starts at `start`, its value, and where the comma after it is, if there is one."""

    key: str
    start: int
    node: Node
    comma: int | None


def parse(text: str) -> Node:
    """Return the value in the text. Raises EditRefused with line and column if it is not JSON."""
    try:
        at, _ = _skip(text, int(text.startswith("\ufeff")))
        node = _value(text, at)
    except RecursionError:
        raise EditRefused("not JSON: nested too deeply") from None
    at, _ = _skip(text, node.end)
    if at != len(text):
        raise _broken(text, at, "unexpected text after the end")
    return node


def find(obj: Node, key: str) -> Member | None:
    """Return the object's member with this key; of several the last, which is the one in effect."""
    return next((member for member in reversed(obj.members) if member.key == key), None)


def insert(text: str, obj: Node, key: str, value: object) -> str:
    """Return the text with a new member at the end of the object, laid out like the members before it."""
    newline, indent, unit = _layout(text, obj)
    written = f'"{key}": {json.dumps(value, ensure_ascii=False, indent=unit if newline else None)}'
    lead = newline + indent if newline else " " * bool(obj.members)
    member = lead + written.replace("\n", newline + indent)
    if not obj.members:
        return text[: obj.content] + member + text[obj.content :]
    last = obj.members[-1]
    if last.comma is not None:
        return text[: obj.content] + member + "," + text[obj.content :]
    return text[: last.node.end] + "," + text[last.node.end : obj.content] + member + text[obj.content :]


def delete(text: str, obj: Node, key: str) -> str:
    """Return the text without this member, the space before it and one comma; this undoes `insert`."""
    at = next(at for at in reversed(range(len(obj.members))) if obj.members[at].key == key)
    member = obj.members[at]
    start = len(text[: member.start].rstrip(_SPACE))
    cuts = [(start, member.node.end)]
    comma = member.comma if member.comma is not None or at == 0 else obj.members[at - 1].comma
    if comma is not None:
        cuts.append((comma, comma + 1))
    for start, end in sorted(cuts, reverse=True):
        text = text[:start] + text[end:]
    return text


def _layout(text: str, obj: Node) -> tuple[str, str, str]:
    """Return newline, indentation and its unit for a new member; newline is empty if all is on one line."""
    tail = text[obj.content : obj.end - 1]  # has a newline if the closing brace is on its own line
    head = _space_before(text, obj.members[0].start if obj.members else obj.end - 1)
    newline = next((end for end in ("\r\n", "\n", "\r") if end in head or end in tail), "")
    outer = re.split(r"[\r\n]", tail)[-1] if re.search(r"[\r\n]", tail) else ""
    inner = re.split(r"[\r\n]", head)[-1] if obj.members and re.search(r"[\r\n]", head) else outer + "  "
    unit = inner.removeprefix(outer)
    return newline, inner, unit if unit and not unit.strip(" \t") else "  "


def _space_before(text: str, at: int) -> str:
    return text[len(text[:at].rstrip(_SPACE)) : at]


def _value(text: str, at: int) -> Node:
    first = text[at : at + 1]
    if first == "{":
        return _object(text, at)
    if first == "[":
        return _array(text, at)
    if first == '"':
        value, end = _string(text, at)
        return Node(at, end, value)
    word = _WORD.match(text, at)
    if not word:
        raise _broken(text, at, "expected a value")
    return Node(at, word.end(), json.loads(word[0], parse_int=float))


def _object(text: str, start: int) -> Node:
    members: list[Member] = []
    value: dict[str, Any] = {}
    at, content = _skip(text, start + 1)
    while text[at : at + 1] != "}":
        if members and members[-1].comma is None:
            raise _broken(text, at, "expected a comma or a closing brace")
        key_at = at
        if text[at : at + 1] != '"':
            raise _broken(text, at, "expected a key or a closing brace")
        key, at = _string(text, at)
        at, _ = _skip(text, at)
        if text[at : at + 1] != ":":
            raise _broken(text, at, "expected a colon")
        at, _ = _skip(text, at + 1)
        node = _value(text, at)
        value[key] = node.value
        at, content = _skip(text, node.end)
        comma = at if text[at : at + 1] == "," else None
        if comma is not None:
            at, content = _skip(text, at + 1)
        members.append(Member(key, key_at, node, comma))
    return Node(start, at + 1, value, tuple(members), content)


def _array(text: str, start: int) -> Node:
    values: list[Any] = []
    at, _ = _skip(text, start + 1)
    may_continue = True
    while text[at : at + 1] != "]":
        if not may_continue:
            raise _broken(text, at, "expected a comma or a closing bracket")
        node = _value(text, at)
        values.append(node.value)
        at, _ = _skip(text, node.end)
        may_continue = text[at : at + 1] == ","
        if may_continue:
            at, _ = _skip(text, at + 1)
    return Node(start, at + 1, values)


def _string(text: str, at: int) -> tuple[str, int]:
    try:
        value, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _broken(text, error.pos, "invalid string") from None
    return value, end


def _skip(text: str, at: int) -> tuple[int, int]:
    """Skip space and comments. Returns where they end, and where the last comment ends (else `at`)."""
    content = at
    while found := _GAP.match(text, at):
        at = found.end()
        if found["comment"]:
            content = at
    return at, content


def _broken(text: str, at: int, what: str) -> EditRefused:
    line, start = text.count("\n", 0, at) + 1, text.rfind("\n", 0, at) + 1
    return EditRefused(f"line {line}, column {at - start + 1}: not JSON: {what}")
