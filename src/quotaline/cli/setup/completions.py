"""``quotaline completions``: the completion script of a shell, made from the tree of commands."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from quotaline.hosts.table import SHELLS

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = (
        "Print the script that completes commands, hosts, settings and their values in your shell."
    )
    parser.epilog = _LOADING
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    import shtab

    from quotaline.cli.setup.completion_words import completers
    from quotaline.cli.tree import whole_tree

    top = whole_tree()
    found = completers()
    for path, command in _walk(top):
        for action in command._actions:  # noqa: SLF001 - argparse has no public way to walk a tree
            if completer := found.get((path, action.dest)):
                action.complete = completer  # type: ignore[attr-defined]
                action.choices = None  # shtab takes a dict of choices for subcommands
    text: str = shtab.complete(top, chosen.shell)
    # shtab's zsh script accepts one word for an argument that takes many: "(*)::" is one, "*:" any number.
    print(text.replace('"(*)::', '"*:') if chosen.shell == "zsh" else text)
    return 0


def _walk(command: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield path, command
    for action in command._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            helps = {each.dest: each.help for each in action._choices_actions}  # noqa: SLF001
            for name, below in action.choices.items():
                below.description = helps[name]  # shtab shows the description, which is too long for a menu
                yield from _walk(below, f"{path} {name}".strip())
