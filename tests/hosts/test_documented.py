"""Each command of shell/README.md prints what the page shows; the launcher prints JSON without Python."""

from __future__ import annotations

import json
import pathlib
import re
from typing import TYPE_CHECKING

import pytest
from terminal import Terminal

if TYPE_CHECKING:
    from world import World

ROOT = pathlib.Path(__file__).parent.parent.parent
PAGE = (ROOT / "shell/README.md").read_text()
EXAMPLES = re.findall(r"```console\n\$ (.*)\n((?:.|\n)*?)```", PAGE)


@pytest.mark.parametrize(("command", "output"), EXAMPLES, ids=[command[:30] for command, _ in EXAMPLES])
def test_documented_command_prints_what_the_page_says(live: World, command: str, output: str) -> None:
    live.refresh()

    done = live.run("sh", "-c", command)

    assert done.stderr == b""
    assert re.fullmatch(re.escape(output).replace(r"\.\.\.", "[^\n]*"), done.stdout.decode()), done.stdout


@pytest.mark.quick
def test_status_line_of_vim_shows_the_segment(live: World) -> None:
    live.refresh()
    (snippet,) = re.findall(r"```vim\n((?:.|\n)*?)```", PAGE)
    vimrc = live.folder / "vimrc"
    vimrc.write_text(snippet)
    with Terminal(live.inside("vim", "-u", str(vimrc), "-N"), {**live.environ, "TERM": "linux"}) as terminal:
        terminal.wait_for("[5h:8% 7d:77%]")

        assert terminal.screen[-2].endswith("[5h:8% 7d:77%]")
        terminal.type(":q!\n")


@pytest.mark.parametrize("host", ["json", "waybar"])
def test_json_hosts_get_valid_json_before_the_first_refresh_and_without_python(
    live: World, host: str
) -> None:
    live.configure("[sources]\napi = false\n")
    launcher = live.folder / "quotaline"
    launcher.write_bytes((live.binaries / "quotaline").read_bytes())
    launcher.chmod(0o755)

    for command in (str(live.binaries / "quotaline"), str(launcher)):
        done = live.run(command, "--for", host)

        assert (done.returncode, done.stderr, done.stdout.count(b"\n")) == (0, b"", 1)
        assert json.loads(done.stdout)["class"] == "unknown"
