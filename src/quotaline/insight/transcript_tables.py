"""
The tables of the transcript index: a row for each request that a file reports, and sums of those that count.

Its functions are called in one transaction: `begin`, then `take` and `forget` for each file, then `settle`.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

from quotaline.insight.credit import Copy, credit
from quotaline.insight.prices import TABLE_DATE
from quotaline.insight.reading import Job
from quotaline.insight.transcripts import Position, session_of

if TYPE_CHECKING:
    import sqlite3

    from quotaline.insight.reading import Reading, Row
    from quotaline.insight.transcripts import File

FORM = TABLE_DATE * 10 + 2  # of the tables, and of the prices in them
SLOT = 900  # seconds; in every time zone a day begins with a quarter of an hour

_TABLES = """
create table name (id integer primary key, name text unique);
create table file (
    id integer primary key, path text unique, inode int, size int, changed int, offset int, tail blob,
    session int, is_main int, folder text, ended real, is_fork int, prompt int);
create table line (
    file int, message int, request int, side int, number int, copy int, session int, model int, at real,
    input int, output int, write_5m int, write_1h int, read int, size int, speed int, cost int, source int,
    credited int, primary key (file, message, request, side, number)) without rowid;
create index line_message on line (message);
create index line_credited on line (credited);
create table figure (file int, number int, session int, figure text, primary key (file, number));
create table slot (
    session int, slot int, model int, source int, file int, first real, last real, requests int,
    input int, output int, write_5m int, write_1h int, read int, cost int,
    primary key (session, slot, model, source)) without rowid
"""
_WORKING = """
create temp table touched (message integer primary key);
create temp table affected (session integer primary key)
"""
_ADD = """
insert into line values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict do update set
    copy = excluded.copy, session = excluded.session, model = excluded.model, at = excluded.at,
    input = excluded.input, output = excluded.output, write_5m = excluded.write_5m,
    write_1h = excluded.write_1h, read = excluded.read, size = excluded.size, speed = excluded.speed,
    cost = excluded.cost, source = excluded.source
where (excluded.size, excluded.speed) > (line.size, line.speed)
"""
_KEEP_FILE = """
update file set inode = ?, size = ?, changed = ?, offset = ?, tail = ?, folder = ?, ended = ?, is_fork = ?,
    prompt = ?
where id = ?
"""
_TOUCH = "insert or ignore into touched select message from line where message != 0 and file = ?"
_TOUCH_SHARED = """
insert or ignore into touched select message from line where message != 0 and file = ?
and exists (select 1 from line other where other.message = line.message and other.file != line.file)
"""
_AFFECT_FILE = "insert or ignore into affected select credited from line where credited not null and file = ?"
_AFFECT = """
insert or ignore into affected
select credited from line where message in (select message from touched) and credited not null
"""
_RESET = """
update line set credited = session
where message in (select message from touched) and credited is not session
"""
_COPIES = """
select message, file, request, side, number, copy, speed, line.size, line.session, ended, path, credited
from line join file on file = id
where message in (select message from touched) and exists (
    select 1 from line other where other.message = line.message
    and (other.file, other.request, other.side) != (line.file, line.request, line.side))
order by message
"""
_CREDIT = """
update line set credited = ? where file = ? and message = ? and request = ? and side = ? and number = ?
"""
_SUM = """
insert into slot
select credited, cast(at / ? as int), model, source, min(file), min(at), max(at), count(*),
    sum(input), sum(output), sum(write_5m), sum(write_1h), sum(read), sum(cost)
from line where credited in (select session from affected) group by 1, 2, 3, 4
"""


class Names(dict[str, int]):
    """Numbers for the names of sessions and models, of which there are few."""

    def __init__(self, base: sqlite3.Connection) -> None:
        super().__init__(base.execute("select name, id from name"))
        self._base = base

    def __missing__(self, name: str) -> int:
        printable = name.encode(errors="replace").decode()  # JSON can hold half a character, SQLite can't
        self._base.execute("insert or ignore into name (name) values (?)", (printable,))
        (number,) = self._base.execute("select id from name where name = ?", (printable,)).fetchone()
        self[name] = int(number)
        return self[name]


def create(base: sqlite3.Connection) -> None:
    """Create the tables in an empty file."""
    _execute(base, _TABLES)
    base.execute(f"pragma user_version = {FORM}")


def begin(base: sqlite3.Connection) -> None:
    """Make ready for changes."""
    _execute(base, _WORKING)


def forget(base: sqlite3.Connection, path: str) -> None:
    """Take out a file that is gone."""
    (file,) = base.execute("select id from file where path = ?", (path,)).fetchone()
    _empty(base, file)
    base.execute("delete from file where id = ?", (file,))


def job(base: sqlite3.Connection, file: File) -> Job:
    """Return what is known of a file that is to be read."""
    row = base.execute("select inode, offset, tail, prompt from file where path = ?", (file.path,)).fetchone()
    return Job(file, row[0], Position(row[1], row[2]), row[3]) if row else Job(file)


def take(base: sqlite3.Connection, names: Names, reading: Reading) -> None:
    """Put in what was read of a file."""
    session, is_main = session_of(reading.file.path)
    base.execute(
        "insert or ignore into file values (null, ?, 0, 0, 0, 0, '', ?, ?, '', 0.0, 0, -1)",
        (reading.file.path, names[session], is_main),
    )
    number, folder, before, is_fork = base.execute(
        "select id, folder, ended, is_fork from file where path = ?", (reading.file.path,)
    ).fetchone()
    ended = before
    if reading.is_new:
        _empty(base, number)
        folder, ended, is_fork = "", 0.0, False
    folder, ended, is_fork = folder or reading.folder, max(ended, reading.ended), is_fork or reading.is_fork
    _add(base, names, number, reading.rows)
    for figure in reading.figures:
        row = (number, names[figure.session], json.dumps(figure[1:]), number)
        base.execute("insert into figure select ?, count(*), ?, ? from figure where file = ?", row)
    kept = (*reading.file.stamp, *reading.position, folder, ended, is_fork, reading.prompt, number)
    base.execute(_KEEP_FILE, kept)
    if ended != before:  # which file ended first decides where shared lines belong
        base.execute(_TOUCH_SHARED, (number,))


def settle(base: sqlite3.Connection) -> None:
    """Decide again which lines count, and sum them up, for everything that was changed."""
    base.execute(_AFFECT)
    base.execute(_RESET)
    changes: list[tuple[int | None, ...]] = []
    for message, rows in groupby(base.execute(_COPIES), key=lambda row: row[0]):
        copies, credits_ = [], {}
        for _, file, request, side, number, copy, speed, size, session, ended, path, credited in rows:
            key = (file, message, request, side, number)
            copies.append(Copy(key, request, side, copy, speed, size, session, ended, path))
            credits_[key] = credited
        now = credit(copies)
        changes += [(now.get(key), *key) for key in credits_ if now.get(key) != credits_[key]]
    base.executemany(_CREDIT, changes)
    base.execute(_AFFECT)
    base.execute("delete from slot where session in (select session from affected)")
    base.execute(_SUM, (SLOT,))
    base.execute("drop table touched")
    base.execute("drop table affected")


def _empty(base: sqlite3.Connection, file: int) -> None:
    base.execute(_TOUCH, (file,))
    base.execute(_AFFECT_FILE, (file,))
    base.execute("delete from line where file = ?", (file,))
    base.execute("delete from figure where file = ?", (file,))


def _add(base: sqlite3.Connection, names: Names, file: int, rows: list[Row]) -> None:
    (used,) = base.execute(
        "select coalesce(max(number), 0) from line where file = ? and message = 0", (file,)
    ).fetchone()
    lines, messages, sessions = [], [], []
    for message, request, side, number, copy, session, model, *rest in rows:
        owner = names[session]
        key = (file, message, request, side, number + used if number else 0)
        lines.append((*key, copy, owner, names[model], *rest, owner))
        if message:
            messages.append((message,))
        else:
            sessions.append((owner,))
    base.executemany(_ADD, lines)
    base.executemany("insert or ignore into touched values (?)", messages)
    base.executemany("insert or ignore into affected values (?)", sessions)


def _execute(base: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";"):
        base.execute(statement)
