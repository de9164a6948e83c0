"""
Claude Code's transcripts: where they are, and what was added to them (docs/claude-code.md 4).

A transcript has one JSON document a line and only grows. It is read from where reading ended the last time.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from quotaline.insight.entries import is_json, reports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quotaline.insight.entries import Figure, Line

_USAGE = b'"usage":{'  # a quotation of this inside a message reads \"usage\":{ and is not found
_FIGURE = b'"cost-state"'
_BLOCK = 1 << 22  # bytes read at a time; 1 MiB is slower, more only costs memory
_LONGEST = 1 << 26  # bytes of a line; a longer one is damage, and is not worth its memory
_TAIL = 256  # bytes before the offset that must be the same for what is behind it to be an addition


class File(NamedTuple):
    """A transcript as the file system sees it. `stamp`: inode, size, time of change in nanoseconds."""

    path: str
    stamp: tuple[int, int, int]


class Position(NamedTuple):
    """How far a file was read: whole lines up to `offset`, and a digest of the last bytes before it."""

    offset: int = 0
    tail: bytes = b""


def files(config_dir: str) -> list[File]:
    """Return all transcripts below a config dir, the last changed one first. Symlinks are not followed."""
    found = list(_walk(os.path.join(config_dir, "projects")))
    return sorted(found, key=lambda file: (-file.stamp[2], file.path))


def _walk(folder: str) -> Iterator[File]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _walk(entry.path)
                elif entry.name.endswith(".jsonl") and entry.is_file(follow_symlinks=False):
                    yield File(entry.path, _stamp(entry.stat(follow_symlinks=False)))
    except OSError:  # removed meanwhile, or not ours to read
        return


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns


def session_of(path: str) -> tuple[str, bool]:
    """Return the session that a path names, and whether this is its main transcript, not a subagent's."""
    folder, name = os.path.split(path)
    parent = os.path.basename(folder)
    if parent == "subagents":
        return os.path.basename(os.path.dirname(folder)), False
    if os.path.basename(os.path.dirname(folder)) != "projects":
        return parent, False
    return name.removesuffix(".jsonl"), True


def continues(transcript: BinaryIO, known: Position) -> bool:
    """Whether what was read up to `known` is unchanged at its end, so that only what follows is new."""
    if not known.offset:
        return False
    start = max(0, known.offset - _TAIL)
    transcript.seek(start)
    return _digest(transcript.read(known.offset - start)) == known.tail


def entries(transcript: BinaryIO, offset: int, session: str) -> Iterator[Line | Figure | Position]:
    """
    Yield what a transcript reports from an offset on, and last the position to continue from.

    A last line without a line feed is half-written, unless it is whole JSON; it is left for the next time.
    `session` is the one that the path names, for lines that name none.
    """
    transcript.seek(max(0, offset - _TAIL))
    tail = transcript.read(min(offset, _TAIL))
    rest = b""
    while block := transcript.read(_BLOCK):
        block = rest + block
        end = block.rfind(b"\n") + 1 or (len(block) if len(block) > _LONGEST else 0)
        yield from reports(_marked(block, end), session)
        offset += end
        tail = (tail + block[max(0, end - _TAIL) : end])[-_TAIL:]
        rest = block[end:]
    if (_USAGE in rest or _FIGURE in rest) and is_json(rest):
        yield from reports([rest], session)
        offset += len(rest)
        tail = (tail + rest)[-_TAIL:]
    yield Position(offset, _digest(tail))


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def _marked(block: bytes, end: int) -> Iterator[bytes]:
    """Yield the lines up to `end` that have a marker in them. To search is ten times faster than to parse."""
    for marker in (_USAGE, _FIGURE):
        at = 0
        while (hit := block.find(marker, at, end)) >= 0:
            start = block.rfind(b"\n", at, hit) + 1 or at
            at = block.find(b"\n", hit, end) + 1 or end
            line = block[start:at]
            if marker is _USAGE or _USAGE not in line:  # a line with both was found already
                yield line
