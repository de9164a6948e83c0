"""starship with both forms of the segment, from the snippet that is shipped."""

from __future__ import annotations

import os
import pathlib
import re
import sys
from typing import TYPE_CHECKING

import pytest
from shells import SHELLS
from terminal import COLOURS

from world import until, usage

if TYPE_CHECKING:
    from world import World

FRESH = "[5h:8% 7d:77%]"
LATER = "[5h:9% 7d:78%]"


@pytest.fixture(scope="session")
def starship() -> pathlib.Path:
    path = pathlib.Path(sys.executable).parent / "starship"
    os.chmod(path, 0o755)  # the wheel drops the exec bit
    return path


def configure(world: World, root: pathlib.Path, format_: str) -> None:
    """Write starship.toml: the snippet with both forms in it, and a format."""
    snippet = (root / "shell/starship.toml").read_text()
    snippet = snippet.replace('"quotaline"', f'"{world.binaries}/quotaline"')
    env_var = snippet[snippet.index("# [env_var") :].replace("# ", "")
    custom = snippet[: snippet.index("# Or with")]
    path = world.folder / "starship.toml"
    path.write_text(f"add_newline = false\nformat = '{format_}'\n{custom}\n{env_var}")
    world.environ["STARSHIP_CONFIG"] = str(path)


def at_home(world: World) -> list[str]:
    """Start in the home folder: nsenter starts in a folder outside the mount namespace, unreadable to starship."""
    return ["env", "-C", str(world.home)]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
@pytest.mark.parametrize("order", ["before", "after"])
def test_env_var_form_shows_the_value_of_this_prompt_in_either_load_order(
    live: World, root: pathlib.Path, starship: pathlib.Path, shell: str, order: str
) -> None:
    live.refresh(ago=12)
    configure(live, root, "s${env_var.QUOTALINE}> ")
    start = f'QUOTALINE_EXPORT=1\neval "$({starship} init {shell} --print-full-init)"'
    before, after = (start, "") if order == "before" else ("QUOTALINE_EXPORT=1", start)
    with SHELLS[shell].open(live, before, after) as terminal:
        terminal.wait_for(f"s{FRESH} >")
        assert terminal.colours(FRESH) == {"8%": COLOURS["green"], "77%": COLOURS["yellow"]}

        live.endpoint(body=usage(9, 78))
        live.refresh()
        terminal.type("\n")

        terminal.wait_for(f"s{LATER} >")
        assert "\n".join(terminal.screen).count("5h") == 2
        assert terminal.cursor == (1, len(f"s{LATER} > "))


@pytest.mark.quick
def test_custom_form_shows_the_segment_in_a_shell_without_our_hook(
    live: World, root: pathlib.Path, starship: pathlib.Path
) -> None:
    live.refresh()
    configure(live, root, "s${custom.quotaline}>")

    done = live.run(*at_home(live), str(starship), "prompt", env={"STARSHIP_SHELL": "sh"})

    assert re.sub(rb"\x1b\[[0-9;]*m", b"", done.stdout) == f"s{FRESH} >".encode()
    assert b"\x1b[32m8%" in done.stdout
    assert done.stderr == b""


def test_custom_form_shows_in_the_status_line_of_claude_code(
    live: World, root: pathlib.Path, starship: pathlib.Path
) -> None:
    live.refresh()
    configure(live, root, "x")
    with (live.folder / "starship.toml").open("a") as file:
        file.write("\n[profiles]\nclaude-code = '${custom.quotaline}'\n")
    answer = live.folder / "stdin.json"
    answer.write_text((root / "tests/data/statusline/v2.1.330-after-reply.json").read_text())

    with answer.open() as stdin:
        done = live.run(*at_home(live), str(starship), "statusline", "claude-code", stdin=stdin)

    assert re.sub(rb"\x1b\[[0-9;]*m", b"", done.stdout).strip() == FRESH.encode()


def test_prompt_does_not_wait_for_a_hanging_refresher(
    live: World, root: pathlib.Path, starship: pathlib.Path
) -> None:
    live.travel(-120)
    live.refresh()
    live.travel(120)
    live.endpoint("hang")
    configure(live, root, "s${custom.quotaline}>")

    done = live.run(*at_home(live), str(starship), "prompt", env={"STARSHIP_SHELL": "sh"})

    # starship hides a module that takes more than 500 ms, and warns. It did neither.
    assert re.sub(rb"\x1b\[[0-9;]*m", b"", done.stdout) == f"s{FRESH} >".encode()
    assert done.stderr == b""
    until(lambda: len(live.requests) == 2)  # the refresher still hangs
