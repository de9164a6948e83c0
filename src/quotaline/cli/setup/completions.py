"""``quotaline completions``: what makes a shell complete our words, from the tree of commands."""

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
bash:
  quotaline completions bash > ~/.local/share/bash-completion/completions/quotaline
zsh, into any folder of $fpath, and above compinit in ~/.zshrc:
  quotaline completions zsh > ~/.zfunc/_quotaline
  fpath=(~/.zfunc $fpath)
fish:
  quotaline completions fish > ~/.config/fish/completions/quotaline.fish

Make the folder first if it is missing, and do it again after an update.
A start file may hold it too, at the cost of starting Python in every shell:
  eval "$(quotaline completions bash)"      zsh: the same, below compinit
  quotaline completions fish | source
"""
# What the parser does not know as choices: it says more about a wrong one than argparse would.
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
        for action in command._actions:  # noqa: SLF001 - argparse has no public way to look at a tree
            words = _WORDS.get((path, action.dest), action.choices)
            if words and not isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
                action.choices = list(words)  # shtab takes a dict for subcommands
    text: str = shtab.complete(top, chosen.shell)
    # In shtab's zsh a list of words ends after the first: "(*)::" is one word or none, "*:" any number.
    print(text.replace('"(*)::', '"*:') if chosen.shell == "zsh" else text)
    return 0


def _walk(command: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield path, command
    for action in command._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for name, below in action.choices.items():
                yield from _walk(below, f"{path} {name}".strip())
