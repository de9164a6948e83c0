"""The hooks with the user's own settings: strict options, other hooks, plugin managers; and the linters."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess

import pytest
from shells import BASH, SHELLS, Shell

from world import World, until

ROOT = pathlib.Path(__file__).parent.parent.parent
FRESH = "[5h:8% 7d:77%]"


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> Shell:
    return SHELLS[request.param]


@pytest.mark.parametrize(
    "words",
    [[BASH, "-euo", "pipefail"], ["zsh", "-eu"], ["fish"]],
    ids=lambda words: pathlib.Path(words[0]).name,
)
def test_hook_sourced_in_a_script_prints_nothing(words: list[str]) -> None:
    hook = ROOT / f"shell/quotaline.{pathlib.Path(words[0]).name}"

    done = subprocess.run(
        [*words, "-c", f"HOME=; . {hook}; echo end".replace("HOME=; ", "")], capture_output=True, check=True
    )

    assert (done.stdout, done.stderr) == (b"end\n", b"")


@pytest.mark.parametrize(
    ("name", "strict"),
    [
        ("bash", "set -eu; set -o pipefail -o posix"),
        ("zsh", "setopt nounset errexit ksh_arrays sh_word_split"),
    ],
)
@pytest.mark.parametrize("cached", [True, False])
def test_strict_options_neither_end_the_shell_nor_print_errors(
    live: World, name: str, strict: str, cached: bool
) -> None:
    if cached:
        live.refresh()
    with SHELLS[name].open(live, before=strict) as terminal:
        terminal.wait_for(FRESH if cached else "[5h:-- 7d:--]")
        terminal.type("false && true\n")
        terminal.run("echo al''ive", "alive")

        assert "rror" not in "\n".join(terminal.screen)
        assert "unbound" not in "\n".join(terminal.screen)


@pytest.mark.parametrize(
    "form", ["PROMPT_COMMAND=other", "PROMPT_COMMAND='other;'", "PROMPT_COMMAND=(other)"]
)
def test_other_bash_hooks_get_the_status_and_since_bash_5_1_pipestatus(live: World, form: str) -> None:
    live.refresh()
    has_pipestatus = BASH == "bash"  # not when bash 3.2 is tested
    other = 'other() { seen="$? ${PIPESTATUS[*]}"; }'
    with SHELLS["bash"].open(live, before=f"{other}\n{form}") as terminal:
        terminal.wait_for(FRESH)
        terminal.type("(exit 3) | (exit 4) | (exit 5)\n")

        terminal.run('echo "saw-$seen."', "saw-5 3 4 5." if has_pipestatus else "saw-5 5.")


def test_other_bash_hooks_have_the_value_of_this_prompt(live: World) -> None:
    live.refresh()
    with SHELLS["bash"].open(
        live, before='other() { seen=${QUOTALINE:+set}; }; PROMPT_COMMAND="other"'
    ) as terminal:
        terminal.wait_for(FRESH)

        terminal.run('echo "saw-$seen."', "saw-set.")


def test_sourcing_the_rc_file_again_keeps_the_hook(live: World) -> None:
    live.refresh()
    with SHELLS["bash"].open(live, before="PROMPT_COMMAND=:") as terminal:
        terminal.wait_for(FRESH)
        terminal.type(f". {live.folder}/config/bashrc; unset QUOTALINE\n")

        terminal.wait(lambda: terminal.find(FRESH) and (terminal.find(FRESH) or (0, 0))[0] >= 1)


def test_refresher_that_writes_nothing_is_started_once_in_15_seconds(shell: Shell, live: World) -> None:
    log = live.folder / "started"
    stub = live.folder / "stub"
    stub.mkdir()
    for name in ("quotaline", "quotaline-cli"):
        (stub / name).write_text(f"#!/bin/sh\necho started >>{log}\n")
        (stub / name).chmod(0o755)
    override = SHELLS[shell.name].set_variable.format("QUOTALINE_COMMAND", stub / "quotaline")
    with shell.open(live, after=override) as terminal:
        terminal.wait_for("[5h:-- 7d:--]")
        until(log.exists)
        for row in range(1, 6):
            terminal.type("\n")
            terminal.wait(lambda: terminal.cursor[0] == row and "5h" in terminal.screen[row])  # noqa: B023

        assert log.read_text() == "started\n"


def test_missing_command_prints_no_error(shell: Shell, live: World) -> None:
    override = SHELLS[shell.name].set_variable.format("QUOTALINE_COMMAND", "/nowhere/quotaline")
    with shell.open(live, after=override) as terminal:
        terminal.wait_for("[5h:-- 7d:--]")
        terminal.run("echo al''ive", "alive")
        terminal.wait(lambda: "\n".join(terminal.screen).count("5h") == 2)  # the next prompt

        assert len([row for row in terminal.screen if row]) == 3


@pytest.mark.quick
def test_plugin_file_at_the_root_loads_the_zsh_hook(live: World) -> None:
    live.refresh()
    with SHELLS["zsh"].open(live) as terminal:
        terminal.wait_for(FRESH)
        terminal.type(f"unfunction _quotaline_precmd; source {ROOT}/quotaline.plugin.zsh\n")
        terminal.run("whence -w _quotaline_precmd", "_quotaline_precmd: function")


def test_powerlevel10k_has_a_segment_and_keeps_its_prompt(live: World) -> None:
    live.refresh()
    p10k = """p10k() { print -rn -- "<${(e)6}>" }
setopt prompt_subst; PROMPT='$(prompt_quotaline)$ '"""
    with SHELLS["zsh"].open(live, before=p10k) as terminal:
        terminal.wait_for(f"<{FRESH}>$")

        assert "\n".join(terminal.screen).count("5h") == 1


@pytest.mark.parametrize("name", ["quotaline", "quotaline.bash", "quotaline.tmux"])
def test_shell_files_pass_shellcheck_and_shfmt(name: str) -> None:
    path = ROOT / "shell" / name
    linter = ["shellcheck", "--enable=all", "--exclude=SC2249,SC2250", str(path)]

    for words in (linter, ["shfmt", "-i", "4", "-d", str(path)]):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("words", [["zsh", "-n"], ["fish", "-n"], [BASH, "-n"]], ids=lambda words: words[0])
def test_hooks_are_valid_syntax(words: list[str]) -> None:
    name = os.path.basename(words[0])
    subprocess.run([*words, ROOT / f"shell/quotaline.{name}"], check=True)


def test_bash_hook_uses_only_features_of_bash_3_2() -> None:
    code = re.sub(r"(^|\s)#.*", "", (ROOT / "shell/quotaline.bash").read_text())

    for missing in (
        r"[@?+*!]\(",  # extended globs are off when bash 3.2 parses [[ ]]
        r"\$\{[^}]*@[A-Za-z]\}",
        r"\$\{[^}]*(,,|\^\^)",
        r"local -[nA]|declare -[nAg]",
        r"&>>|\|&|;;&|;&",
        r"\b(mapfile|readarray|coproc)\b",
        r"EPOCHSECONDS|EPOCHREALTIME|BASHPID",
        r"\[\[ -v ",
    ):
        assert not re.search(missing, code), missing
    # Newer features are used only behind a version check.
    assert (
        len(re.findall(r"printf -v now", code))
        == len(re.findall(r"_quotaline_epoch_at_0 \+ SECONDS", code))
        == 1
    )
    assert (
        len(re.findall(r"PROMPT_COMMAND\+?=\(", code))
        == len(re.findall(r"BASH_VERSINFO\[1\] >= 1", code))
        == 1
    )
