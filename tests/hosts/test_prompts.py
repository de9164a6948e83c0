"""bash, zsh and fish in a terminal, with the installed hook and the real refresher."""

from __future__ import annotations

import os
import re
import signal

import pytest
from shells import SHELLS, Shell
from terminal import COLOURS, Terminal

from world import World, until, usage

FRESH = "[5h:8% 7d:77%]"
LATER = "[5h:9% 7d:78%]"
UNKNOWN = "[5h:-- 7d:--]"


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> Shell:
    return SHELLS[request.param]


def assert_in_place(shell: Shell, terminal: Terminal, text: str, columns: int) -> None:
    """Check for a text before the prompt in bash, at the right end in zsh (less one column) and fish."""
    place = terminal.find(text)
    assert place
    end = {"bash": len(text), "zsh": columns - 1, "fish": columns}[shell.name]
    assert place[1] + len(text) == end
    prompt = len(f"{text} $ ") if shell.name == "bash" else len("$ ")
    assert terminal.cursor == (place[0], prompt)


@pytest.mark.quick
def test_new_shell_shows_the_coloured_segment_and_its_changes(shell: Shell, live: World) -> None:
    live.refresh(ago=12)
    with shell.open(live, columns=60) as terminal:
        terminal.wait(lambda: terminal.find(FRESH) and terminal.find("$"))
        assert_in_place(shell, terminal, FRESH, 60)
        assert terminal.colours(FRESH) == {"8%": COLOURS["green"], "77%": COLOURS["yellow"]}

        live.endpoint(body=usage(9, 78))
        live.refresh()
        terminal.type("\n")

        terminal.wait_for(LATER)
        assert_in_place(shell, terminal, LATER, 60)


def test_typed_text_wraps_at_the_right_column(shell: Shell, live: World) -> None:
    live.refresh()
    with shell.open(live, columns=60) as terminal:
        terminal.wait_for(FRESH)
        row, column = terminal.cursor
        terminal.type("x" * (60 - column) + "yyy")

        terminal.wait(lambda: terminal.screen[row + 1].startswith("yyy"))
        assert terminal.screen[row].endswith("x" * (60 - column))


def test_no_color_turns_the_colours_off(shell: Shell, live: World) -> None:
    live.refresh()
    live.environ["NO_COLOR"] = "1"
    with shell.open(live) as terminal:
        terminal.wait_for(FRESH)

        assert set(terminal.colours(FRESH).values()) == {COLOURS["none"]}


@pytest.mark.parametrize("where", ["before", "after"])
def test_hand_placed_segment_keeps_its_place(shell: Shell, live: World, where: str) -> None:
    live.refresh()
    placed = {
        "bash": "PS1='<${QUOTALINE}> '",
        "zsh": "setopt prompt_subst; PROMPT='<${QUOTALINE}> '",
        "fish": 'function fish_prompt; echo -n "<$QUOTALINE> "; end',
    }[shell.name]
    before, after = (placed, "") if where == "before" else ("", placed)
    with shell.open(live, before, after) as terminal:
        terminal.wait_for(f"<{FRESH}>")
        terminal.type("\n")
        terminal.wait(lambda: terminal.cursor[0] >= 1 and terminal.screen[terminal.cursor[0]])

        assert "\n".join(terminal.screen).count("5h") == terminal.cursor[0] + 1


def test_empty_segment_leaves_no_gap(shell: Shell, live: World) -> None:
    live.configure("alert_only = true\n")
    live.refresh()
    placed = {
        "bash": "PS1='<${QUOTALINE}${QUOTALINE:+ there}> '",
        "zsh": "setopt prompt_subst; PROMPT='<${QUOTALINE}${QUOTALINE:+ there}> '",
        "fish": 'function fish_prompt; echo -n "<$QUOTALINE"; test -z "$QUOTALINE"; or echo -n there; echo -n "> "; end',
    }[shell.name]
    with shell.open(live, before=placed) as terminal:
        terminal.wait_for("<>")


def test_theme_that_rebuilds_the_prompt_each_time_shows_the_segment_once(shell: Shell, live: World) -> None:
    live.refresh()
    builder = {
        "bash": "theme() { PS1='T '; }; PROMPT_COMMAND='theme;'",
        "zsh": "theme() { RPROMPT='T' }; precmd_functions+=(theme)",
        "fish": "function fish_right_prompt; echo T; end",
    }[shell.name]
    with shell.open(live, before=builder) as terminal:
        terminal.wait_for(f"{FRESH} T")
        terminal.type("\n")
        terminal.wait(lambda: terminal.cursor[0] == 1 and FRESH in terminal.screen[1])

        assert [row.count("5h") for row in terminal.screen[:2]] == [1, 1]


def test_hook_sourced_twice_works_as_if_sourced_once(shell: Shell, live: World) -> None:
    live.refresh()
    with shell.open(live, after=shell.hook(live).read_text()) as terminal:
        terminal.wait_for(FRESH)
        terminal.type("\n")
        terminal.wait(lambda: terminal.cursor[0] == 1 and FRESH in terminal.screen[1])

        assert "\n".join(terminal.screen).count("5h") == 2
        shown = {
            "bash": 'echo "${PROMPT_COMMAND[*]}"',
            "zsh": "echo $precmd_functions",
            "fish": "echo _quotaline_hook",
        }
        terminal.run(f"{shown[shell.name]} | grep -o _quotaline_ | wc -l | sed s/^/=/", "=")
        terminal.wait(lambda: terminal.find("=2") or terminal.find("=1"))


def test_stale_prompt_comes_at_once_and_silently_while_the_refresher_hangs(shell: Shell, live: World) -> None:
    live.refresh(ago=120)
    live.endpoint("drip-head")
    with shell.open(live) as terminal:
        terminal.wait_for(FRESH)
        until(lambda: len(live.requests) == 2)
        terminal.run("jobs; echo ja''wohl", "jawohl")
        terminal.type("\n\n")
        terminal.wait(lambda: terminal.find("$") and terminal.cursor[0] >= 4)

        assert len(live.refreshers()) == 1  # it still hangs, and the prompts came
        given = "\n".join(terminal.screen).replace("jobs;", "").replace("jobs: There are no jobs", "")
        assert not re.search(r"\[\d+\]|Done|[Jj]ob|rror", given)
        terminal.type("exit\n")
        terminal.wait(lambda: terminal.program.poll() is not None)
        assert len(live.refreshers()) == 1  # it outlives the shell
    assert len(live.requests) == 2
    for one in live.refreshers():
        os.kill(one, signal.SIGKILL)


def test_very_first_prompt_shows_unknown_and_a_later_one_the_numbers(shell: Shell, live: World) -> None:
    with shell.open(live) as terminal:
        terminal.wait_for(UNKNOWN)
        until((live.cache / f"segment.{shell.name}").exists)
        if shell.name != "zsh":  # zsh repaints without a key
            terminal.type("\n")

        terminal.wait_for(FRESH)
    assert len(live.requests) == 1


def test_zsh_repaints_after_a_refresh_and_keeps_the_typed_text(live: World) -> None:
    live.refresh(ago=120)
    live.endpoint(body=usage(9, 78))
    with SHELLS["zsh"].open(live) as terminal:
        terminal.wait_for(FRESH)
        terminal.type("echo half typ")

        terminal.wait_for(LATER)

        assert terminal.find(FRESH) is None
        assert terminal.find("$ echo half typ") == (0, 0)
        terminal.type("ed\n")
        terminal.wait(lambda: "half typed" in terminal.screen)


def test_prompt_costs_no_fork_and_no_exec_while_fresh(shell: Shell, live: World) -> None:
    live.refresh()
    environ = shell.write_rc(live)
    log = live.folder / "strace"
    words = [
        *live.inside("strace", "-f", "-qq", "-e", "trace=fork,vfork,clone,clone3,execve", "-o", str(log))
    ]
    started = shell.command_line(live)
    with_strace = [*words, *started[started.index("--") + 1 :]]
    with Terminal(with_strace, environ) as terminal:
        terminal.wait_for(FRESH)
        before = len(processes(log.read_text()))
        for row in range(1, 11):
            terminal.type("\n")
            terminal.wait(lambda: terminal.cursor[0] == row and FRESH in terminal.screen[row])  # noqa: B023

        assert processes(log.read_text())[before:] == []


def processes(log: str) -> list[str]:
    """Return the calls that create a process or start a program; threads do not count."""
    return [
        line
        for line in log.splitlines()
        if "CLONE_THREAD" not in line and "resumed" not in line and "(" in line
    ]


def test_status_of_the_last_command_is_kept(shell: Shell, live: World) -> None:
    live.refresh()
    with shell.open(live) as terminal:
        terminal.wait_for(FRESH)
        terminal.type("sh -c 'exit 7'\n")
        terminal.run("echo was-$?." if shell.name != "fish" else "echo was-$status.", "was-7.")
