"""
fish: a block at the end of config.fish loads the prompt hook.

Not a file in conf.d: fish reads those first, and a right prompt that config.fish
sets (as `starship init fish` does) would replace ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quotaline.hosts import fence, hook
from quotaline.hosts.home import config_home

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.hosts.installation import Installation

AFTER = "open a new shell to see it"


def config(environ: Mapping[str, str]) -> str:
    """Return the path of `$XDG_CONFIG_HOME/fish/config.fish`."""
    return f"{config_home(environ)}/fish/config.fish"


def present(environ: Mapping[str, str]) -> bool:
    """Return whether fish is the login shell."""
    return hook.is_login_shell("fish", environ)


def snippet(installation: Installation) -> str:
    """Return the lines to source."""
    return hook.fish(installation, survives_upgrade=False)


def add(text: str | None, installation: Installation) -> str:
    """Return config.fish with the block."""
    return fence.add(text, hook.fish(installation, survives_upgrade=True))


def remove(text: str) -> str | None:
    """Return config.fish without the block; None if the file is to be deleted."""
    return fence.remove(text)
