"""
fish: a block at the end of config.fish loads the prompt hook.

Not a file in conf.d: those are read first, and what config.fish says about the
right prompt (`starship init fish` does) would win over ours.
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
    """Say whether it is the login shell."""
    return hook.is_login_shell("fish", environ)


def snippet(here: Installation) -> str:
    """Return what to source."""
    return hook.fish(here, lasting=False)


def add(text: str | None, here: Installation) -> str:
    """Return config.fish with the block."""
    return fence.add(text, hook.fish(here, lasting=True))


def remove(text: str) -> str | None:
    """Return config.fish without it."""
    return fence.remove(text)
