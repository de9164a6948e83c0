"""The files of the cache folder: what is in the way is moved, and the lock's time is kept useful."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from quotaline.cache import store

if TYPE_CHECKING:
    import pathlib


@pytest.mark.parametrize("name", ["segment.plain", "state.json", "new", "lock"])
def test_folder_in_place_of_a_file_is_moved_aside_with_what_is_in_it(
    tmp_path: pathlib.Path, name: str
) -> None:
    for text in ("first", "second"):
        (tmp_path / name).unlink(missing_ok=True)
        (tmp_path / name).mkdir()
        (tmp_path / name / "precious").write_text(text)

        with store.locked(str(tmp_path)):
            store.write(str(tmp_path), "segment.plain", b"content")
            store.write(str(tmp_path), "state.json", b"content")

        assert store.read(str(tmp_path), "segment.plain") == b"content"
        assert store.read(str(tmp_path), "state.json") == b"content"
    kept = [path.read_text() for path in tmp_path.glob(f"aside.{name}.*/precious")]
    assert sorted(kept) == ["first", "second"]


def test_lock_that_was_restored_without_its_time_is_newer_than_our_files_again(
    tmp_path: pathlib.Path,
) -> None:
    (tmp_path / "lock").touch()
    os.utime(tmp_path / "lock", (0, 0))

    with store.locked(str(tmp_path)):
        store.write(str(tmp_path), "segment.plain", b"content")

    assert (tmp_path / "lock").stat().st_mtime > (tmp_path / "segment.plain").stat().st_mtime


def test_time_of_the_lock_is_left_alone_otherwise(tmp_path: pathlib.Path) -> None:
    (tmp_path / "lock").touch()
    os.utime(tmp_path / "lock", (1000, 1000))

    with store.locked(str(tmp_path)):
        pass

    assert (tmp_path / "lock").stat().st_mtime == 1000
