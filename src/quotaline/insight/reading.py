"""
Reading transcripts: each becomes rows for the index. Several processes share a large amount of them.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, NamedTuple

from quotaline.insight.entries import Figure, Line
from quotaline.insight.prices import PRICED, REPORTED, UNPRICED, price
from quotaline.insight.titles import first_prompt
from quotaline.insight.transcripts import File, Position, continues, entries, session_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import ProcessPoolExecutor

_LARGE = 1 << 26  # bytes; to start processes for less takes longer than to read it
_MOST_PROCESSES = 4

Row = tuple[int, int, bool, int, bool, str, str, float, int, int, int, int, int, int, bool, int, int]


class Job(NamedTuple):
    """A file to read: where reading ended the last time, the inode it had, and where its first prompt is."""

    file: File
    inode: int = 0
    known: Position = Position()
    prompt: int = -1


class Reading(NamedTuple):
    """
    What a file has reported since the last time, or all of it if it is not the same any more (`is_new`).

    A row of `rows`: message, request, is_sidechain, a number for a line without an id, is_copy, session,
    model, at, five kinds of tokens, their sum, has_speed, cost in nano-dollars, and where that is from.
    `ended` is the time of the last request, `folder` the first one that a line names.
    """

    file: File
    is_new: bool
    rows: list[Row]
    figures: list[Figure]
    position: Position
    folder: str
    ended: float
    is_fork: bool
    prompt: int


def readings(jobs: list[Job]) -> Iterator[Reading]:
    """Read files, in any order. Those that can't be read are left out."""
    pool = _pool(jobs)
    if pool is None:
        yield from filter(None, map(_read, jobs))
        return
    jobs = sorted(
        jobs, key=lambda job: -job.file.stamp[1]
    )  # so that no process is left alone with a large one
    with pool:
        yield from filter(None, pool.map(_read, jobs, chunksize=4))


def _pool(jobs: list[Job]) -> ProcessPoolExecutor | None:
    """Return processes to read with; None if there is little to read, or if they can't be had."""
    size = sum(max(0, job.file.stamp[1] - job.known.offset) for job in jobs)
    processes = min(_processors(), _MOST_PROCESSES, len(jobs))
    if size < _LARGE or processes == 1:
        return None
    try:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        return ProcessPoolExecutor(processes, get_context("fork"), _ignore_interrupts)
    except (ImportError, OSError, NotImplementedError):  # a system without semaphores
        return None


def _processors() -> int:
    """Return how many processes are worth starting. Elsewhere than on Linux, forking is not safe."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, which ends the pool


def _read(job: Job) -> Reading | None:
    session, is_main = session_of(job.file.path)
    rows: dict[tuple[int, int, bool, int], Row] = {}
    figures: list[Figure] = []
    folder, ended, is_fork, position, number = "", 0.0, False, Position(), 0
    try:
        with open(job.file.path, "rb") as transcript:
            is_new = job.inode != job.file.stamp[0] or not continues(transcript, job.known)
            prompt = -1 if is_new else job.prompt
            if is_main and prompt < 0:
                prompt = first_prompt(transcript)
            for entry in entries(transcript, 0 if is_new else job.known.offset, session):
                if isinstance(entry, Line):
                    number += not entry.message  # lines without an id all count
                    key = (entry.message, entry.request, entry.is_sidechain, 0 if entry.message else number)
                    size = sum(entry.tokens)
                    if key not in rows or (size, entry.has_speed) > (rows[key][13], rows[key][14]):
                        rows[key] = _row(key, entry, size)
                    folder = folder or entry.folder
                    ended = max(ended, entry.at)
                    is_fork = is_fork or entry.is_copy
                elif isinstance(entry, Figure):
                    figures.append(entry)
                else:
                    position = entry
    except OSError:  # removed meanwhile, or not ours to read
        return None
    return Reading(job.file, is_new, list(rows.values()), figures, position, folder, ended, is_fork, prompt)


def _row(key: tuple[int, int, bool, int], line: Line, size: int) -> Row:
    cost, source = line.cost, REPORTED
    if cost is None:
        cost, source = price(line.model, line.tokens, line.at), PRICED
    if cost is None:
        cost, source = 0, UNPRICED
    kept = (line.is_copy, line.session, line.model, line.at)
    return (*key, *kept, *line.tokens, size, line.has_speed, cost, source)
