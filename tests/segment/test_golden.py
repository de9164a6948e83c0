"""What is shown is what somebody looked at: tests/data/golden, written by --remake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import golden
import pytest

from quotaline.segment.markup import HOSTS

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

PAGES = dict(golden.pages())


@pytest.mark.parametrize("host", HOSTS)
def test_every_style_palette_state_and_width_is_as_it_was_looked_at(
    host: str, as_made: Callable[[pathlib.Path, str], None]
) -> None:
    as_made(golden.FOLDER / f"{host}.txt", PAGES[host])


def test_there_is_no_file_for_a_host_that_is_gone() -> None:
    assert {path.stem for path in golden.FOLDER.iterdir()} == set(HOSTS)
