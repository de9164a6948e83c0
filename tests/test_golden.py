"""What is shown is what somebody looked at: tests/data/golden, by `python -m tests.golden`."""

from __future__ import annotations

import pytest

import golden
from quotaline.segment.markup import HOSTS

PAGES = dict(golden.pages())


@pytest.mark.parametrize("host", HOSTS)
def test_every_style_palette_state_and_width_is_as_it_was_looked_at(host: str) -> None:
    assert (golden.FOLDER / f"{host}.txt").read_text().splitlines() == PAGES[host].splitlines()


def test_there_is_no_file_for_a_host_that_is_gone() -> None:
    assert {path.stem for path in golden.FOLDER.iterdir()} == set(HOSTS)
