"""``quotaline completions``: the completion script of a shell, made from the tree of commands."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from quotaline.cli.show.get import FIELDS
from quotaline.hosts.table import SHELLS, TABLE
from quotaline.model.usage import FIVE_HOUR, SEVEN_DAY, SPEND
from quotaline.settings import TABLE as SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LOADING = """\
Save the script where your shell looks for it.

bash:
  quotaline completions bash > ~/.local/share/bash-completion/completions/quotaline
zsh, in a folder of $fpath that is set before compinit in ~/.zshrc:
  quotaline completions zsh > ~/.zfunc/_quotaline
  fpath=(~/.zfunc $fpath)
fish:
  quotaline completions fish > ~/.config/fish/completions/quotaline.fish

Create the folder first if it does not exist, and repeat this after an update.
Or load it in a start-up file, which starts Python in every new shell:
  eval "$(quotaline completions bash)"      zsh: the same, after compinit
  quotaline completions fish | source
"""
# Words that are not `choices` of the parser, because our error for a wrong one is better than argparse's.
_WORDS: dict[tuple[str, str], Iterable[str]] = {
    ("get", "key"): [
        f"{owner}.{field}"
        for kind, owners in (("windows", (FIVE_HOUR, SEVEN_DAY, SPEND)), ("credits", ("credits",)))
        for owner in owners
        for field in FIELDS[kind]
    ],
    ("install", "hosts"): TABLE,
    ("uninstall", "hosts"): TABLE,
    ("config get", "key"): SETTINGS,
    ("config set", "key"): SETTINGS,
    ("config unset", "key"): SETTINGS,
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = "Print the script that completes commands, hosts and settings in your shell."
    parser.epilog = _LOADING
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    import shtab

    from quotaline.cli.tree import whole_tree

    top = whole_tree()
    for path, command in _walk(top):
        for action in command._actions:  # noqa: SLF001 - argparse has no public way to walk a tree
            words = _WORDS.get((path, action.dest), action.choices)
            if words and not isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
                action.choices = list(words)  # shtab takes a dict of choices for subcommands
    text: str = shtab.complete(top, chosen.shell)
    # shtab's zsh script accepts one word for an argument that takes many: "(*)::" is one, "*:" any number.
    print(text.replace('"(*)::', '"*:') if chosen.shell == "zsh" else text)
    return 0


def _walk(command: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield path, command
    for action in command._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for name, below in action.choices.items():
                yield from _walk(below, f"{path} {name}".strip())
