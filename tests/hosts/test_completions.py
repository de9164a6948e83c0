"""What Tab completes, in the real shells, loaded as `quotaline completions --help` shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from shells import SHELLS

from quotaline.cli.commands import COMMANDS
from quotaline.cli.main import main

if TYPE_CHECKING:
    from world import World

FILES = {"zsh": "functions/_quotaline", "fish": "fish/completions/quotaline.fish"}
START = {
    "bash": 'eval "$(quotaline completions bash)"',
    "zsh": "fpath=($ZDOTDIR/functions $fpath); autoload -Uz compinit; compinit -u",
    "fish": "",
}


def completions(world: World, shell: str) -> str:
    done = world.run("quotaline", "completions", shell)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_every_kind_of_word_to_a_command_that_runs(live: World, shell: str) -> None:
    if shell in FILES:
        path = live.folder / "config" / FILES[shell]
        path.parent.mkdir(parents=True)
        path.write_text(completions(live, shell))

    with SHELLS[shell].open(live, after=START[shell]) as terminal:
        for kind, typed, shown in (
            ("subcommand", "config li\t", "# default: "),
            ("markup", "--for wayb\t", '{"text"'),
            ("host", "init clau\t", '"command": "'),
            ("second host", "uninstall fish stars\t--dry-run", "starship: not installed"),
            ("config key", "config get styl\t", "compact"),
            ("value", "get five_hour.so\t", "api"),
            ("choice", "config set style min\t", "8|77"),
            ("switch", "config set usage.compact_format tr\t", "[5h:8% 7d:77%]"),
        ):
            terminal.run(f"clear; echo a' '{kind}", f"a {kind}")
            terminal.wait(lambda: terminal.cursor[0] == 1 and terminal.find("$"))
            terminal.type(f"quotaline {typed}\n")
            terminal.wait_for(shown)


@pytest.mark.quick
@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_of_the_help_is_completed(live: World, shell: str) -> None:
    text = live.run("quotaline", "--help").stdout.decode()
    commands = re.findall(
        r"^  ([a-z]+)  +", text.partition("commands:")[2].partition("options:")[0], re.MULTILINE
    )
    offered = completions(live, shell)

    assert "completions" in commands
    assert [name for name in commands if not re.search(rf"\b{name}\b", offered)] == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_words_have_descriptions_of_their_own(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completions", shell]) == 0
    offered = capsys.readouterr().out

    for command in COMMANDS.values():
        assert command.help in offered.replace("\\", "").replace("'\"'\"'", "'")
    for word, about in (
        ("ttl", "seconds until a segment is refreshed"),
        ("palette", "set of colours"),
        ("seven_day.left", "7-day window: percent left"),
        ("starship", "starship"),
    ):
        pair = f"'{word}:{about}" if shell == "zsh" else f"'{word}' '{about}"
        assert pair in offered


def test_unknown_shell_is_rejected_with_the_known_ones(live: World) -> None:
    done = live.run("quotaline", "completions", "tcsh")

    assert (done.returncode, done.stdout) == (2, b"")
    assert b"bash" in done.stderr
    assert done.stderr.count(b"\n") == 1
