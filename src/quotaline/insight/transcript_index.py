"""
What was read of the transcripts, in a private SQLite file in the state folder: numbers, ids and paths only.

It may be lost at any time: it is made again from the transcripts, and it forgets what they forget.
One transaction holds all that one run read, so a killed run leaves the file as it was before.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing, suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from quotaline.cache import store
from quotaline.cache.paths import config_dir, home_folder, state_folder
from quotaline.insight import transcript_tables, transcripts
from quotaline.insight.entries import Figure
from quotaline.insight.prices import Tokens
from quotaline.insight.reading import readings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.insight.transcripts import File

_PATIENCE = 60.0  # seconds to wait for another run, which may be the first one and read everything


class Slot(NamedTuple):
    """
    What one session used of one model in one quarter of an hour.

    `slot` counts the quarters since the epoch, `source` is one of `prices`, `file` is a key of
    `Contents.transcripts`, `first` and `last` are when its requests were made, `cost` is in nano-dollars.
    """

    session: str
    slot: int
    model: str
    source: int
    file: int
    first: float
    last: float
    requests: int
    tokens: Tokens
    cost: int


class Transcript(NamedTuple):
    """
    A file that was read.

    `is_main`: of the session itself, not of a subagent; `folder`: where it ran; `prompt`: where its first
    prompt is, -1 if it has none.
    """

    path: str
    session: str
    is_main: bool
    folder: str
    is_fork: bool
    prompt: int


class Contents(NamedTuple):
    """Everything that a report is made of. `figures` has for each session those of each file, in order."""

    slots: list[Slot]
    figures: dict[str, dict[int, list[Figure]]]
    transcripts: dict[int, Transcript]


def contents(environ: Mapping[str, str]) -> Contents:
    """
    Read what was added to the transcripts of the config dir in force, and return what they report together.

    Where no index can be kept (no home, a full disk, another run for too long) all of them are read.
    """
    folder = config_dir(environ)
    if folder is None:
        return Contents([], {}, {})
    found = transcripts.files(folder)
    path = _path(environ, folder)
    try:
        if path is not None:
            return _updated(path, found)
    except sqlite3.OperationalError:  # locked for too long, a full disk
        path = None
    except sqlite3.DatabaseError:  # damaged, or of another version
        with suppress(OSError, sqlite3.DatabaseError):
            os.unlink(path or "")
            return _updated(_private(path or ""), found)
    return _updated(":memory:", found)


def _path(environ: Mapping[str, str], folder: str) -> str | None:
    """Return the path of the index, private and ready to be opened; None if there can't be one."""
    name = blake2b(os.fsencode(os.path.realpath(folder)), digest_size=6).hexdigest()
    try:
        state = state_folder()
        if store.prepare(state, home_folder(environ)):
            return _private(os.path.join(state, f"transcripts.{name}.sqlite3"))
    except OSError:
        pass
    return None


def _private(path: str) -> str:
    """Create the file, so that SQLite does not do it with the umask's mode, nor through a symlink."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    os.fchmod(descriptor, 0o600)
    os.close(descriptor)
    return path


def _updated(path: str, found: list[File]) -> Contents:
    with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as base:
        base.execute("pragma synchronous = off")  # to lose it is cheap
        base.execute("pragma temp_store = memory")
        if _known(base) != {file.path: file.stamp for file in found}:
            _update(base, found)
        return _read(base)


def _known(base: sqlite3.Connection) -> dict[str, tuple[int, ...]] | None:
    """Return the stamps of the files as they were when they were read; None if the index is new."""
    (form,) = base.execute("pragma user_version").fetchone()
    if form == 0:
        return None
    if form != transcript_tables.FORM:
        raise sqlite3.DatabaseError("of another version")
    return {
        path: tuple(stamp) for path, *stamp in base.execute("select path, inode, size, changed from file")
    }


def _update(base: sqlite3.Connection, found: list[File]) -> None:
    base.execute("begin immediate")
    known = _known(base)  # again: another run may have read the files while this one waited for it
    if known is None:
        transcript_tables.create(base)
        known = {}
    transcript_tables.begin(base)
    for path in known.keys() - {file.path for file in found}:
        transcript_tables.forget(base, path)
    jobs = [transcript_tables.job(base, file) for file in found if known.get(file.path) != file.stamp]
    names = transcript_tables.Names(base)
    for reading in readings(jobs):
        transcript_tables.take(base, names, reading)
    transcript_tables.settle(base)
    base.execute("commit")


def _read(base: sqlite3.Connection) -> Contents:
    names: dict[int, str] = dict(base.execute("select id, name from name"))
    figures: dict[str, dict[int, list[Figure]]] = {}
    for file, session, text in base.execute("select file, session, figure from figure order by file, number"):
        cost, is_partial, models = json.loads(text)
        used = {model: (Tokens(*tokens), dollars) for model, (tokens, dollars) in models.items()}
        figure = Figure(names[session], cost, is_partial, used)
        figures.setdefault(names[session], {}).setdefault(file, []).append(figure)
    return Contents(
        [
            Slot(names[session], slot, names[model], source, file, first, last, count, Tokens(*tokens), cost)
            for session, slot, model, source, file, first, last, count, *tokens, cost in base.execute(
                "select * from slot"
            )
        ],
        figures,
        {
            number: Transcript(path, names[session], bool(is_main), folder, bool(is_fork), prompt)
            for number, path, session, is_main, folder, is_fork, prompt in base.execute(
                "select id, path, session, is_main, folder, is_fork, prompt from file"
            )
        },
    )
