"""
bash next to tools that learn of the user's commands by a DEBUG trap, and next to prompts that are built anew.

The tools here are a few lines each, with the mechanism of a real one; `frameworks/run` runs the real ones.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from shells import SHELLS, Shell

from world import World, world

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

FRESH = "[5h:8% 7d:77%]"
BASH = SHELLS["bash"]

# As VS Code: one function in place of PROMPT_COMMAND's first element, marks A and B around any PS1 that is not its own.
VSCODE = r"""
__vsc_custom_PS1='' __vsc_in_command_execution=1 __vsc_first_prompt=''
__vsc_update_prompt() {
    [[ $__vsc_in_command_execution == 1 ]] || return
    if [[ $__vsc_custom_PS1 != "$PS1" ]]; then
        __vsc_original_PS1=$PS1
        PS1="\[$(printf '\e]633;A\a')\]$PS1\[$(printf '\e]633;B\a')\]"
        __vsc_custom_PS1=$PS1
    fi
    __vsc_in_command_execution=0
}
__vsc_preexec_only() {
    [[ $__vsc_in_command_execution == 0 ]] || return
    __vsc_in_command_execution=1
    local command=$BASH_COMMAND
    if [[ $command == __vsc_prompt* ]]; then command=''; fi
    [[ -z $__vsc_first_prompt ]] || printf '\e]633;E;%s\a\e]633;C\a' "$command"
}
__vsc_precmd() { printf '\e]633;D;%s\a' "$__vsc_status"; __vsc_first_prompt=1; __vsc_update_prompt; }
__vsc_prompt_cmd_original() {
    __vsc_status=$?
    for cmd in "${__vsc_original_prompt_command[@]}"; do eval "$cmd"; done
    __vsc_precmd
}
__vsc_prompt_cmd() { __vsc_status=$?; __vsc_precmd; }
trap '__vsc_preexec_only' DEBUG
__vsc_update_prompt
__vsc_original_prompt_command=${PROMPT_COMMAND:-}
PROMPT_COMMAND=__vsc_prompt_cmd
[[ -z $__vsc_original_prompt_command ]] || PROMPT_COMMAND=__vsc_prompt_cmd_original
"""

# As bash-preexec: the first prompt puts its two functions around what is in PROMPT_COMMAND by then.
PREEXEC = r"""
bash_preexec_imported=defined __bp_on='' precmd_functions=() preexec_functions=()
__bp_precmd_invoke_cmd() { __bp_status=$?; for f in "${precmd_functions[@]}"; do (exit $__bp_status); $f; done; return $__bp_status; }
__bp_interactive_mode() { __bp_on=1; }
__bp_preexec_invoke_exec() { [[ $__bp_on ]] || return; __bp_on=; for f in "${preexec_functions[@]}"; do $f; done; }
__bp_install() {
    trap __bp_preexec_invoke_exec DEBUG
    for i in "${!PROMPT_COMMAND[@]}"; do
        PROMPT_COMMAND[i]=${PROMPT_COMMAND[i]//"$__bp_install_string"/:}
    done
    PROMPT_COMMAND="__bp_precmd_invoke_cmd${PROMPT_COMMAND:+$'\n'$PROMPT_COMMAND}"
    PROMPT_COMMAND+=(__bp_interactive_mode)
    __bp_precmd_invoke_cmd
    __bp_interactive_mode
}
declare -ft __bp_install
__bp_install_string=$'__bp_trap_string="$(trap -p DEBUG)"\ntrap - DEBUG\n__bp_install'
if [[ $(declare -p PROMPT_COMMAND 2>/dev/null) == 'declare -a'* ]]; then
    PROMPT_COMMAND+=("$__bp_install_string")
else
    PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}$__bp_install_string
fi
"""

LAST_LINE = r"""
preexec_functions=(started) HISTFILE=
started() { printf '\e]9;%s\a' "$(history 1)"; }
"""

# As iTerm2: PS1 is decorated at each prompt, and as the user left it while a command runs.
ITERM = (
    "PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\\n'}__iterm2_prompt_command\n"
    + PREEXEC
    + r"""
__iterm2_preexec() {
    printf '\e]133;C;%s\a' "$BASH_COMMAND"
    if [[ ${ORIG_PS1+x} && $PS1 == "$PREV_PS1" ]]; then PS1=$ORIG_PS1; fi
}
__iterm2_prompt_command() {
    local status=$?
    [[ ${ORIG_PS1+x} && $PS1 == "$PREV_PS1" ]] || ORIG_PS1=$PS1
    PS1="\[$(printf '\e]133;D;%s\a\e]133;A\a' $status)\]$ORIG_PS1\[$(printf '\e]133;B\a')\]"
    PREV_PS1=$PS1
}
preexec_functions+=(__iterm2_preexec)
"""
)

# As many a .bashrc: the trap knows what is no command of the user's by comparing it to PROMPT_COMMAND.
COMPARING = r"""
started() { [[ $BASH_COMMAND == "$PROMPT_COMMAND" ]] || printf '\e]9;%s\a' "$BASH_COMMAND"; }
"""
THEME = "theme() { PS1='T '; }; PROMPT_COMMAND=theme\n"
OWN_TRAP = "trap started DEBUG\n"

CASES = {
    "VS Code, which reads .bashrc first": ("VSCODE_SHELL_INTEGRATION=1", VSCODE),
    "VS Code, with a string": ("VSCODE_SHELL_INTEGRATION=1; PROMPT_COMMAND='seen=$?;'", VSCODE),
    "VS Code, with a theme": (THEME + "VSCODE_SHELL_INTEGRATION=1", VSCODE),
    "VS Code, loaded by .bashrc": ("VSCODE_SHELL_INTEGRATION=1" + VSCODE, ""),
    "VS Code, loaded by .bashrc, with a theme": (THEME + "VSCODE_SHELL_INTEGRATION=1" + VSCODE, ""),
    "bash-preexec": (PREEXEC + LAST_LINE, ""),
    "bash-preexec, with a theme": (
        THEME + PREEXEC + LAST_LINE,
        "",
    ),
    "bash-preexec, loaded after us": (
        THEME,
        PREEXEC + LAST_LINE,
    ),
    "iTerm2": (ITERM, ""),
    "iTerm2, with a theme": (THEME + ITERM, ""),
    "iTerm2, loaded after us": ("", ITERM),
    "iTerm2, loaded after us, with a theme": (f"{THEME}ITERM_SESSION_ID=1", ITERM),
    "a trap of the user's": (COMPARING + OWN_TRAP, ""),
    "a trap of the user's, with a theme": (THEME + COMPARING + OWN_TRAP, ""),
}
# What .bashrc's block does before it loads the file, where the trap of .bashrc can be seen.
BLOCK = "QUOTALINE_DEBUG_TRAP=$(trap -p DEBUG)"
READY = r"printf '\e]9;ready\a'"  # from here on nothing of .bashrc is a command to a trap


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, binaries: pathlib.Path) -> Iterator[World]:
    """A world with fresh numbers, for all of these tests: none of them changes it."""
    with world(tmp_path_factory.mktemp("preexec"), binaries) as made:
        made.log_in()
        made.refresh()
        yield made


def marks(made: World, before: str, after: str, *, loaded: bool, shell: Shell = BASH) -> list[str]:
    """Return what a tool prints during the same five lines of a session, in order."""
    if loaded:
        opened = shell.open(made, f"{before}\n{BLOCK}", f"{after}\n{READY}")
    else:
        opened = shell.open(made, f"{before}\nif false; then", f"fi\n{after}\n{READY}")
    with opened as terminal:
        terminal.wait(lambda: terminal.screen[0].endswith((" $", " T", "$", "T")))
        for number, line in enumerate(("true", "PS1='new '", "", "(exit 3)"), 1):
            terminal.type(line + "\n")
            terminal.wait(lambda: terminal.cursor[0] == number and terminal.cursor[1] > 1)  # noqa: B023
        terminal.run("echo en''d", "end")
        terminal.wait(lambda: terminal.cursor[0] == 6 and terminal.cursor[1] > 1)
        if loaded:
            assert [row.count(FRESH) for row in terminal.screen[:5]] == [1] * 5
        printed = terminal.raw.rpartition(b"ready\x07")[2]
        printed = re.sub(rb"aid=[^;\x07]*", b"", printed)  # a number of its own for each shell
        return [mark.decode() for mark in re.findall(rb"\x1b\]([0-9]+;[^\x07\x1b]*)", printed)]


@pytest.mark.quick
@pytest.mark.parametrize("case", CASES)
def test_tool_with_a_debug_trap_prints_the_same_marks_with_us_as_without(fresh: World, case: str) -> None:
    before, after = CASES[case]

    alone = marks(fresh, before, after, loaded=False)

    assert alone
    assert marks(fresh, before, after, loaded=True) == alone
