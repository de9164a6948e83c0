"""The hooks with real prompt frameworks and shell integrations; `run` says where they are."""

from __future__ import annotations

import os
import pathlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from shells import BASH, SHELLS, Shell
from test_preexec import FRESH, THEME, marks

from world import World, world

if TYPE_CHECKING:
    from collections.abc import Iterator

COPIES = pathlib.Path(os.environ.get("QUOTALINE_FRAMEWORKS", ""))
VSCODE = COPIES / "vscode/src/vs/workbench/contrib/terminal/common/scripts/shellIntegration-bash.sh"
PREEXEC = f". {COPIES}/bash-preexec/bash-preexec.sh"
LAST_LINE = (
    PREEXEC
    + r"""
preexec_functions+=(started)
started() { printf '\e]9;%s\a' "$1"; }
"""
)
WEZTERM = f". {COPIES}/wezterm/assets/shell-integration/wezterm.sh"
# It asks the network for the name of the host, if it is not set.
ITERM2 = f"iterm2_hostname=here\n. {COPIES}/iTerm2-shell-integration/shell_integration/bash"
NO_HISTORY = "HISTFILE= HISTCONTROL=\n"
CASES = {
    "VS Code, loaded by .bashrc": (f". {VSCODE}", ""),
    "VS Code, loaded by .bashrc, with a theme": (f"{THEME}. {VSCODE}", ""),
    "VS Code with bash-preexec": (f"{PREEXEC}\n. {VSCODE}", ""),
    "bash-preexec": (LAST_LINE, ""),
    "bash-preexec, with a theme": (THEME + LAST_LINE, ""),
    "bash-preexec, loaded after us": (THEME, LAST_LINE),
    "wezterm": (WEZTERM, ""),
    "wezterm, loaded after us": ("", WEZTERM),
    "wezterm, with a theme": (THEME + WEZTERM, ""),
    "iTerm2": (ITERM2, ""),
    "iTerm2, loaded after us": ("", ITERM2),
    "iTerm2, with a theme": (THEME + ITERM2, ""),
    "iTerm2, loaded after us, with a theme": (f"{THEME}ITERM_SESSION_ID=1", ITERM2),
}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, binaries: pathlib.Path) -> Iterator[World]:
    """A world with fresh numbers, for all of these tests: none of them changes it."""
    with world(tmp_path_factory.mktemp("frameworks"), binaries) as made:
        made.log_in()
        made.refresh()
        made.environ["TERM"] = "xterm-256color"
        yield made


@pytest.mark.parametrize("case", CASES)
def test_shell_integration_prints_the_same_marks_with_us_as_without(fresh: World, case: str) -> None:
    before, after = CASES[case]

    alone = marks(fresh, NO_HISTORY + before, after, loaded=False)

    assert alone
    assert marks(fresh, NO_HISTORY + before, after, loaded=True) == alone


@pytest.mark.parametrize(
    "theme", ["", "PROMPT_COMMAND='seen=$?;'\n", THEME], ids=["plain", "string", "theme"]
)
def test_vscode_that_starts_the_shell_prints_the_same_marks_with_us_as_without(
    fresh: World, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(fresh.environ, "VSCODE_INJECTION", "1")
    shell = Shell(
        "bash", (BASH, "--noprofile", "--rcfile", str(VSCODE), "-i"), f"{fresh.home}/.bashrc", "PS1='$ '"
    )

    alone = marks(fresh, NO_HISTORY + theme, "", loaded=False, shell=shell)

    assert alone
    assert marks(fresh, NO_HISTORY + theme, "", loaded=True, shell=shell) == alone


@pytest.mark.parametrize("order", ["before", "after"])
def test_liquidprompt_shows_the_segment_and_times_commands_only(fresh: World, order: str) -> None:
    lines = f"LP_ENABLE_RUNTIME=1 LP_ENABLE_LOAD=0\n. {COPIES}/liquidprompt/liquidprompt\n"
    ps0 = "PS0='at-prompt=${_LP_AT_PROMPT}\\n'"  # expanded before the DEBUG trap of the command
    before, after = (lines, ps0) if order == "before" else ("", lines + ps0)
    with SHELLS["bash"].open(fresh, before=f"PS1='$ '\n{before}", after=after) as terminal:
        terminal.wait_for(FRESH)
        for _ in range(2):
            terminal.run("echo do''ne", "done")
        terminal.wait(lambda: "\n".join(terminal.screen).count("5h") == 3)

        assert terminal.screen.count("at-prompt=1") == 2


@pytest.mark.parametrize("theme", ["powerline", "powerline-naked", "redline", "bobby", "pure"])
def test_bash_it_theme_has_the_segment_once_and_whole(fresh: World, theme: str) -> None:
    lines = f"export BASH_IT={COPIES}/bash-it BASH_IT_THEME={theme}\n. $BASH_IT/bash_it.sh"
    with SHELLS["bash"].open(fresh, before=lines) as terminal:
        terminal.wait_for(FRESH)
        terminal.run("echo do''ne", "done")
        terminal.wait(lambda: "\n".join(terminal.screen).count(FRESH) == 2)


@pytest.mark.parametrize("style", ["lean", "classic", "rainbow", "pure"])
def test_powerlevel10k_style_shows_the_segment_legibly(fresh: World, style: str) -> None:
    lines = (
        f". {COPIES}/powerlevel10k/powerlevel10k.zsh-theme\n. {COPIES}/powerlevel10k/config/p10k-{style}.zsh\n"
        "POWERLEVEL9K_DISABLE_GITSTATUS=true"
    )
    with SHELLS["zsh"].open(fresh, before=lines) as terminal:
        terminal.wait_for(FRESH)
        terminal.run("echo do''ne", "done")
        terminal.wait(lambda: "\n".join(terminal.screen).count(FRESH) == 2)

        labels = {(fg, bg) for text, fg, bg in terminal.cells(FRESH) if text in "[:]"}
        assert all(fg != "black" and (fg != bg or fg == "default") for fg, bg in labels), labels


@pytest.mark.parametrize(
    "theme", ["af-magic", "afowler", "dpoggi", "gallifrey", "mira", "sunrise", "terminalparty"]
)
def test_oh_my_zsh_theme_keeps_its_right_prompt(fresh: World, theme: str) -> None:
    lines = f"ZSH={COPIES}/ohmyzsh ZSH_THEME={theme} DISABLE_AUTO_UPDATE=true ZSH_DISABLE_COMPFIX=true\n. $ZSH/oh-my-zsh.sh"
    with SHELLS["zsh"].open(fresh, before=f"{lines}\ntheirs=${{RPS1-$RPROMPT}}") as terminal:
        terminal.wait_for(FRESH)
        terminal.run("[[ $RPROMPT == '${QUOTALINE} '$theirs && -n $theirs ]] && echo ke''pt", "kept")


@pytest.mark.parametrize("style", ["lean", "rainbow", "classic"])
def test_tide_shows_the_segment_in_front_of_its_right_prompt(fresh: World, style: str) -> None:
    lines = f"""set -p fish_function_path {COPIES}/tide/functions
if status is-interactive
    functions -e fish_prompt
    source (functions --details _tide_sub_configure)
    _load_config {style}
    _tide_finish
    source {COPIES}/tide/functions/fish_prompt.fish
end"""
    with replace(SHELLS["fish"], prompt="set -g fish_greeting").open(fresh, before=lines) as terminal:
        terminal.wait_for(FRESH)
        terminal.run("echo do''ne", "done")
        terminal.wait(lambda: "\n".join(terminal.screen).count(FRESH) == 2)
