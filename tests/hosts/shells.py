"""The shells under test, and how each is started with the installed hook."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal import Terminal

if TYPE_CHECKING:
    import pathlib

    from world import World

BASH = os.environ.get("BASH_UNDER_TEST", "bash")  # bash 3.2 passes the same tests


@dataclass(frozen=True)
class Shell:
    """A shell: `words` start it, `rc` is its start file in `config`, `prompt` sets the prompt to `$ `."""

    name: str
    words: tuple[str, ...]
    rc: str
    prompt: str
    set_variable: str = "{}={}\n"

    def hook(self, world: World) -> pathlib.Path:
        (found,) = world.binaries.parent.glob(
            f"lib/python*/site-packages/quotaline/shell/quotaline.{self.name}"
        )
        return found

    def write_rc(self, world: World, before: str = "", after: str = "") -> dict[str, str]:
        """Write the start file: `before`, the hook, `after`. Return the environment for the shell."""
        config = world.folder / "config"
        rc = config / self.rc
        rc.parent.mkdir(parents=True, exist_ok=True)
        if self.name == "fish":  # otherwise its first start generates completions, with Python
            (world.home / ".local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)
        command = self.set_variable.format("QUOTALINE_COMMAND", world.binaries / "quotaline")
        rc.write_text(f"{self.prompt}\n{before}\n{command}{self.hook(world).read_text()}\n{after}\n")
        return {**world.environ, "ZDOTDIR": str(config), "XDG_CONFIG_HOME": str(config), "LC_ALL": "C.UTF-8"}

    def command_line(self, world: World) -> list[str]:
        return world.inside(*(word.format(config=world.folder / "config") for word in self.words))

    def open(self, world: World, before: str = "", after: str = "", columns: int = 80) -> Terminal:
        """Open a terminal with this shell in it."""
        environ = self.write_rc(world, before, after)
        return Terminal(self.command_line(world), environ, columns=columns)


SHELLS = {
    "bash": Shell("bash", (BASH, "--noprofile", "--rcfile", "{config}/bashrc", "-i"), "bashrc", "PS1='$ '"),
    "zsh": Shell("zsh", ("zsh", "-d", "-i"), ".zshrc", "PROMPT='$ '"),
    "fish": Shell(
        "fish",
        ("fish", "-i"),
        "fish/config.fish",
        "set -g fish_greeting\nfunction fish_prompt; echo -n '$ '; end",
        "set -g {} {}\n",
    ),
}
