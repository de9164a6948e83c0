"""
Which line of a request counts, and for which session: a request is found in several lines and files. Pure.

The client writes one line for each block of a reply, a side question (`/btw`) replays the requests of its
session under ids of its own, and a fork begins with a copy of its parent (docs/claude-code.md 4.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Key = tuple[int, int, int, int, int]


class Copy(NamedTuple):
    """
    One line of a message.

    `key` finds it again; `size` is its sum of tokens; `ended` is when its file's last request was made.
    """

    key: Key
    request: int
    is_sidechain: bool
    is_copy: bool
    has_speed: bool
    size: int
    session: int
    ended: float
    path: str


def credit(copies: Iterable[Copy]) -> dict[Key, int]:
    """
    Return the lines that count, of all lines with one message id, with the session that each counts for.

    The order of the lines does not matter.
    """
    requests: dict[int, list[Copy]] = {}
    for one in copies:
        requests.setdefault(one.request, []).append(one)
    counted: dict[Key, int] = {}
    sides: dict[int, list[Copy]] = {}
    known = {one.session for lines in requests.values() for one in lines if not one.is_sidechain}
    for lines in requests.values():
        if main := [one for one in lines if not one.is_sidechain]:
            counted[_largest(main).key] = _origin(main).session
        elif not any(one.session in known for one in lines):  # else they replay what the session has itself
            sides.setdefault(_origin(lines).session, []).extend(lines)
    for session, lines in sides.items():
        counted[_largest(lines).key] = session
    return counted


def _largest(lines: list[Copy]) -> Copy:
    """Return the line that is complete: the early ones of older clients report an output of 1."""
    return min(lines, key=lambda one: (-one.size, not one.has_speed, one.path, one.key))


def _origin(lines: list[Copy]) -> Copy:
    """Return a line of the session that made the request; if none is marked as a copy, the first to end."""
    return min(lines, key=lambda one: (one.is_copy, one.ended, one.path, one.key))
