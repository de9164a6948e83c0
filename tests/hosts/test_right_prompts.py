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

# As powerlevel10k: the last hook builds the prompt from two lists of names; text without -f is black.
P10K = r"""
setopt prompt_subst
p10k() {
    local text colour=0
    while (( $# )); do
        case $1 in
            -t) text=$2; shift ;;
            -f) colour=$2; shift ;;
            -c) shift ;;
        esac
        shift
    done
    __side+=" %F{$colour}$text%f"
}
prompt_status() { p10k segment -f 1 -t st }
_p9k_precmd() {
    local element __side
    for element in $POWERLEVEL9K_LEFT_PROMPT_ELEMENTS; do prompt_$element; done
    PROMPT="$__side\$ " __side=''
    for element in $POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS; do prompt_$element; done
    RPROMPT=$__side
}
precmd_functions+=(_p9k_precmd)
"""

# As tide: both prompts are functions that read a variable; a finished line is drawn again, without a right prompt.
TIDE = r"""
set -g _tide_prompt left right
function fish_prompt; echo -n "$_tide_prompt[1] "; end
function fish_right_prompt; set -e _tide_transient; or string unescape "$_tide_prompt[2]"; end
function _tide_enter_transient; set -g _tide_transient; commandline -f repaint execute; end
bind \r _tide_enter_transient; bind \n _tide_enter_transient
"""


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


@pytest.mark.parametrize("lists", ["RIGHT", "LEFT RIGHT"])
def test_powerlevel10k_shows_the_segment_in_front_of_the_right_elements(fresh: World, lists: str) -> None:
    lines = [f"POWERLEVEL9K_{side}_PROMPT_ELEMENTS=(status)" for side in lists.split()]
    with SHELLS["zsh"].open(fresh, before="\n".join([P10K, *lines])) as terminal:
        terminal.wait_for(f"{FRESH} st")

        assert [colour for text, colour, _ in terminal.cells(FRESH) if text in "[:]"] == ["default"] * 4
        terminal.type(". $ZDOTDIR/.zshrc\n")  # as if ~/.p10k.zsh were loaded again
        terminal.wait(lambda: terminal.screen[1].endswith(f"{FRESH} st"))
        assert terminal.screen[1].count("5h") == 1


@pytest.mark.parametrize("name", ["quotaline", "quotaline_joined"])
def test_powerlevel10k_list_that_names_the_segment_stays_as_it_is(fresh: World, name: str) -> None:
    lists = f"POWERLEVEL9K_LEFT_PROMPT_ELEMENTS=({name}) POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS=(status)"
    joined = "prompt_quotaline_joined() { prompt_quotaline }"
    with SHELLS["zsh"].open(fresh, before=f"{P10K}\n{lists}\n{joined}") as terminal:
        terminal.wait_for(f"{FRESH}$")
        terminal.run("echo right=$POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS.", "right=status.")


def test_powerlevel10k_without_lists_is_left_to_its_own_first_configuration(fresh: World) -> None:
    with SHELLS["zsh"].open(fresh, before="p10k() { : }") as terminal:
        terminal.wait_for("$")

        terminal.run("echo lists=${(kM)#parameters:#POWERLEVEL9K*}.", "lists=0.")


def test_tide_shows_the_segment_in_front_of_its_right_prompt(fresh: World) -> None:
    with SHELLS["fish"].open(fresh, before=TIDE) as terminal:
        terminal.wait_for(f"{FRESH} right")
        assert terminal.screen[0].startswith("left")
        assert terminal.cursor == (0, len("left "))

        terminal.type("echo do''ne\n")
        terminal.wait(lambda: terminal.screen[2].endswith(f"{FRESH} right"))
        assert terminal.screen[:2] == ["left echo do''ne", "done"]
