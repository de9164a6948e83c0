"""tmux in a terminal, with the installed plugin script."""

from __future__ import annotations

import contextlib
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest
from terminal import COLOURS, Terminal

from world import World, until, usage

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

FRESH = "[5h:8% 7d:77%]"
LATER = "[5h:9% 7d:78%]"


class Tmux:
    """A private tmux server, with a client in a terminal."""

    def __init__(self, world: World, configuration: str, command: pathlib.Path | None = None) -> None:
        self.world = world
        (found,) = world.binaries.parent.glob("lib/python*/site-packages/quotaline/shell/quotaline.tmux")
        load = f"QUOTALINE_COMMAND={shlex.quote(str(command or world.binaries / 'quotaline'))} {found}"
        self.file = world.folder / "tmux.conf"
        quoted = load.replace("\\", "\\\\").replace('"', '\\"').replace("#", "##")
        self.file.write_text(f'set -g status-interval 1\n{configuration}\nrun-shell "{quoted}"\n')
        self._tmux = ["tmux", "-S", str(world.folder / "socket"), "-f", str(self.file)]
        environ = {**world.environ, "SHELL": "/bin/sh", "LC_ALL": "C.UTF-8"}
        self.terminal = Terminal(world.inside(*self._tmux, "new-session"), environ, columns=100, rows=10)

    def run(self, *words: str) -> str:
        """Send a command to the server and return what it prints."""
        return subprocess.run([*self._tmux, *words], check=True, capture_output=True, text=True).stdout


@contextlib.contextmanager
def tmux(world: World, configuration: str = "", command: pathlib.Path | None = None) -> Iterator[Tmux]:
    made = Tmux(world, configuration, command)
    try:
        with made.terminal:
            yield made
            made.run("kill-server")
    finally:
        subprocess.run([*made._tmux, "kill-server"], check=False, capture_output=True)


@pytest.mark.quick
def test_status_line_shows_the_segment_and_its_changes_at_the_right_end(live: World) -> None:
    live.refresh(ago=12)
    with tmux(live) as server:
        server.terminal.wait_for(FRESH)
        assert server.terminal.screen[-1].endswith(FRESH)
        assert len(server.terminal.screen[-1]) == 100
        assert server.terminal.colours(FRESH) == {"8%": COLOURS["green"], "77%": COLOURS["yellow"]}

        live.endpoint(body=usage(9, 78))
        live.refresh()

        server.terminal.wait_for(LATER)


def test_green_number_has_a_dark_background_on_the_green_default_bar(live: World) -> None:
    live.refresh()
    with tmux(live) as server:
        server.terminal.wait_for(FRESH)

        assert server.terminal.grounds(FRESH) == {"1c1c1c"}
        assert server.terminal.grounds("0:") == {"green"}


def test_bar_of_another_colour_is_also_the_background_of_the_segment(live: World) -> None:
    live.refresh()
    with tmux(live, "set -g status-style 'fg=white,bg=blue'") as server:
        server.terminal.wait_for(FRESH)

        assert server.terminal.grounds(FRESH) == {"blue"}


@pytest.mark.parametrize("side", ["left", "right"])
def test_placeholder_is_replaced_once_even_after_a_reload(live: World, side: str) -> None:
    live.refresh()
    with tmux(live, f"set -g status-{side} '<#{{quotaline}}> x'") as server:
        server.terminal.wait_for(f"<{FRESH}> x")
        server.run("source-file", str(server.file))

        server.run("refresh-client", "-S")
        server.terminal.wait_for(f"<{FRESH}> x")
        assert "\n".join(server.terminal.screen).count("5h") == 1


def test_reload_of_a_configuration_without_a_status_line_changes_nothing(live: World) -> None:
    live.refresh()
    with tmux(live) as server:
        server.terminal.wait_for(FRESH)
        before = server.run("show-options", "-g")

        server.run("source-file", str(server.file))
        until(lambda: "quotaline" in server.run("show-options", "-g"))

        assert server.run("show-options", "-g") == before


def test_command_in_a_folder_with_special_characters_is_run(live: World) -> None:
    live.refresh()
    odd = live.folder / "it's %H #S"
    odd.mkdir()
    (odd / "quotaline").symlink_to(live.binaries / "quotaline")
    with tmux(live, command=odd / "quotaline") as server:
        server.terminal.wait_for(FRESH)


def test_status_line_keeps_updating_while_a_refresher_hangs(live: World) -> None:
    live.travel(-120)
    live.refresh()
    live.travel(120)
    live.endpoint("hang")
    with tmux(live, "set -g status-left-length 20\nset -g status-left '<#(date +%%s)>'") as server:
        server.terminal.wait_for(FRESH)
        until(lambda: len(live.requests) == 2)
        seen: set[str] = set()

        def three_different_seconds() -> bool:
            seen.add(server.terminal.screen[-1].partition(">")[0])
            return len(seen) >= 4

        server.terminal.wait(three_different_seconds)
        assert server.terminal.find(FRESH)
    assert len(live.requests) == 2


def test_config_dir_in_the_environment_of_the_server_is_used(live: World) -> None:
    live.refresh()
    (live.home / "work").mkdir()
    with tmux(live, f"set-environment -g CLAUDE_CONFIG_DIR {live.home}/work") as server:
        server.terminal.wait_for("[5h:-- 7d:--]")
