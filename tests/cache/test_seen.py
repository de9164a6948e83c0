"""Which hosts have a reader: those that prompts read, and for a week those that found no segment."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from quotaline.cache import seen

if TYPE_CHECKING:
    import pathlib

NOW = 1_795_262_400.0
DAY = 86400
HOSTS = (*seen.ALWAYS, "tmux", "json")


def in_use(folder: pathlib.Path, now: float = NOW) -> set[str]:
    found = seen.in_use(str(folder), HOSTS, now)
    assert found[: len(seen.ALWAYS)] == [*seen.ALWAYS]
    return set(found) - set(seen.ALWAYS)


def test_host_without_a_reader_is_not_in_use(tmp_path: pathlib.Path) -> None:
    assert in_use(tmp_path) == set()
    assert os.listdir(tmp_path) == []


def test_host_that_prompts_read_themselves_leaves_no_mark(tmp_path: pathlib.Path) -> None:
    seen.note(str(tmp_path), "zsh", NOW)

    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(("days", "used"), [(0, True), (6.9, True), (7.1, False), (-6.9, True), (-8, False)])
def test_reader_counts_for_a_week_and_one_of_the_far_future_does_not(
    tmp_path: pathlib.Path, days: float, used: bool
) -> None:
    seen.note(str(tmp_path), "tmux", NOW - days * DAY)
    (tmp_path / "segment.tmux").write_bytes(b"text")

    assert in_use(tmp_path) == ({"tmux"} if used else set())
    assert sorted(os.listdir(tmp_path)) == (["seen.tmux", "segment.tmux"] if used else [])


def test_mark_is_renewed_by_the_next_reader(tmp_path: pathlib.Path) -> None:
    for time in (NOW - 8 * DAY, NOW):
        seen.note(str(tmp_path), "tmux", time)

    assert in_use(tmp_path) == {"tmux"}


@pytest.mark.parametrize("umask", [0, 0o777])
def test_mark_is_empty_and_private(tmp_path: pathlib.Path, umask: int) -> None:
    before = os.umask(umask)
    seen.note(str(tmp_path), "tmux", NOW)
    os.umask(before)

    status = (tmp_path / "seen.tmux").stat()
    assert (status.st_size, stat.S_IMODE(status.st_mode)) == (0, 0o600)


def test_anything_else_in_place_of_the_mark_is_no_error(tmp_path: pathlib.Path) -> None:
    (tmp_path / "seen.tmux").mkdir()
    (tmp_path / "seen.json").symlink_to(tmp_path / "elsewhere")
    for host in ("tmux", "json"):
        seen.note(str(tmp_path), host, NOW)

    in_use(tmp_path)
    assert not (tmp_path / "elsewhere").exists()
