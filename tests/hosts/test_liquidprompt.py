"""liquidprompt, from its package: it builds PS1 anew at each prompt and times commands by a DEBUG trap."""

from __future__ import annotations

import pathlib
import shutil

import pytest
from shells import SHELLS

from world import World, usage

FRESH = "[5h:8% 7d:77%]"


@pytest.mark.quick
@pytest.mark.parametrize("order", ["before", "after"])
def test_liquidprompt_shows_the_segment_and_knows_when_it_is_at_the_prompt(live: World, order: str) -> None:
    live.refresh()
    program = shutil.which("liquidprompt_activate")
    assert program
    script = pathlib.Path(program).parent.parent / "share/liquidprompt/liquidprompt"
    # PS0 is expanded after the typing and before the trap of the command.
    lines = (
        f"LP_ENABLE_RUNTIME=1 LP_ENABLE_LOAD=0\n. {script}\nshopt -s promptvars; PS0='at=$_LP_AT_PROMPT\\n'\n"
    )
    before, after = (lines, "") if order == "before" else ("", lines)
    with SHELLS["bash"].open(live, before, after) as terminal:
        terminal.wait_for(FRESH)
        for number in (1, 2):
            terminal.type("echo\n")
            terminal.wait(lambda: "\n".join(terminal.screen).count(FRESH) == number + 1)  # noqa: B023

        assert terminal.screen.count("at=1") == 2


def test_prompt_without_promptvars_has_the_segment_once_and_its_changes(live: World) -> None:
    live.refresh(ago=12)
    with SHELLS["bash"].open(live, before="shopt -u promptvars") as terminal:
        terminal.wait_for(f"{FRESH} $")
        live.endpoint(body=usage(9, 78))
        live.refresh()
        terminal.type("\n")

        terminal.wait(lambda: terminal.screen[1] == "[5h:9% 7d:78%] $")
        assert terminal.cursor == (1, len("[5h:9% 7d:78%] $ "))
