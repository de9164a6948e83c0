"""The choice of a command: what the help lists, what a mistyped word gets, and what stays unloaded."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from quotaline import __version__
from quotaline.cli.commands import COMMANDS, GROUPS
from quotaline.cli.help import text
from quotaline.cli.main import main
from quotaline.cli.parser import command_parser
from quotaline.cli.topics import EXAMPLES
from quotaline.cli.tree import whole_tree
from quotaline.fastpath.reader import HOSTS


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize("word", ["--version", "-V", "version"])
def test_version_is_printed_by_any_of_its_three_names(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, word) == (0, f"quotaline {__version__}\n", "")


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"], ["help", "help"]])
def test_help_lists_every_command_in_its_group_and_every_host(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, printed, error = run(capsys, *words)

    assert (code, error) == (0, "")
    blocks = {block.partition("\n")[0]: block for block in printed.split("\n\n")}
    for name, command in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(command.help)}$", blocks[f"{command.group}:"], re.MULTILINE)
    for host in HOSTS:
        assert re.search(rf"\b{host}\b", blocks["options:"])


def test_help_fits_80_columns() -> None:
    assert [line for line in text().splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_is_what_its_own_help_option_prints(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, printed, error = run(capsys, "help", name)

    assert (code, error) == (0, "")
    assert printed.startswith(f"usage: quotaline {name} ")
    assert run(capsys, name, "--help") == (0, printed, "")


def test_help_of_a_command_below_another_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "help", "config", "set")[1].startswith("usage: quotaline config set [-h] KEY VALUE")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_group_a_description_and_a_function(name: str) -> None:
    parser = command_parser(name)

    assert COMMANDS[name].group in GROUPS
    assert parser.description
    assert parser.get_default("run") or name == "config"


@pytest.mark.parametrize("name", EXAMPLES)
def test_help_of_a_command_fits_80_columns_and_has_examples_that_parse(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, printed, _ = run(capsys, *name.split(), "--help")

    assert code == 0
    own = printed.split("Save the script")[0]  # commands to copy may not be broken
    assert [line for line in own.splitlines() if len(line) > 80] == []
    assert "\nexamples:\n" in printed
    for example in EXAMPLES[name]:
        assert f"  {example}\n" in printed
        words = re.search(r"quotaline ([^|)]+)", example)
        assert words
        first, *rest = words[1].split()
        command_parser(first).parse_args(rest)


def test_every_command_has_examples() -> None:
    assert COMMANDS.keys() <= EXAMPLES.keys()


def test_the_tree_of_the_man_page_has_every_command_with_the_help_of_the_table() -> None:
    (commands,) = (action for action in whole_tree()._actions if action.metavar == "COMMAND")
    listed = {one.dest: one.help for one in commands._choices_actions}  # type: ignore[attr-defined]

    assert listed == {name: command.help for name, command in COMMANDS.items()} | {
        "help": "explain a command"
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["stauts"], "unknown command 'stauts'; did you mean status?"),
        (["help", "stauts"], "unknown command 'stauts'; did you mean status?"),
        (["xyzzy", "--help"], "unknown command 'xyzzy' (see `quotaline --help`)"),
        (["--hepl"], "unknown option '--hepl'; did you mean --help?"),
        (["--for"], f"--for needs a host; choose from {', '.join(HOSTS)}"),
        (["--for=tnux"], f"unknown host 'tnux'; choose from {', '.join(HOSTS)}"),
        (["--for", "tmux", "status"], "unexpected argument 'status' after --for tmux"),
    ],
)
def test_a_mistyped_word_is_one_line_and_exit_2(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, *words) == (2, "", f"quotaline: {message}\n")


@pytest.mark.parametrize(
    "words", [["--version"], ["-V"], ["version"], ["--help"], ["-h"], ["help"], ["stauts"]]
)
def test_version_help_and_a_mistyped_word_import_no_command_and_no_parser(words: list[str]) -> None:
    code = f"import sys; from quotaline.cli.main import main; main({words!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1].split()

    assert "quotaline.cli.dispatch" in loaded
    assert not [
        name for name in loaded if re.match(r"quotaline\.cli\.(show|setup|demo)|argparse$|json$", name)
    ]
