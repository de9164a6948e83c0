"""Every text is as it was reviewed: tests/data/golden, written by --remake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import golden
import pytest

from quotaline.segment.rendering import HOSTS

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable


@pytest.mark.parametrize("host", HOSTS)
def test_every_style_palette_state_and_width_is_as_it_was_reviewed(
    host: str, as_made: Callable[[pathlib.Path, str], None]
) -> None:
    as_made(golden.FOLDER / f"{host}.txt", golden.page(host))


def test_every_file_is_of_a_host() -> None:
    assert {path.stem for path in golden.FOLDER.iterdir()} == set(HOSTS)
