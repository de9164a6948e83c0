"""
zsh and fish prompts that have a right side of their own.

The frameworks here are a few lines each, with the mechanism of a real one; `frameworks/run` runs the real ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shells import SHELLS

from world import World, world

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

FRESH = "[5h:8% 7d:77%]"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, binaries: pathlib.Path) -> Iterator[World]:
    """A world with fresh numbers, for all of these tests: none of them changes it."""
    with world(tmp_path_factory.mktemp("right"), binaries) as made:
        made.log_in()
        made.refresh()
        yield made


@pytest.mark.quick
@pytest.mark.parametrize("name", ["RPROMPT", "RPS1"])
def test_zsh_right_prompt_of_the_user_stays_behind_the_segment(fresh: World, name: str) -> None:
    with SHELLS["zsh"].open(fresh, before=f"{name}=mine") as terminal:
        terminal.wait_for(f"{FRESH} mine")
        terminal.type("\n")
        terminal.wait(lambda: terminal.screen[1].endswith(f"{FRESH} mine"))

        assert terminal.screen[1].startswith("$ ")
