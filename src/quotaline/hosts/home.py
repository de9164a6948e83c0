"""The user's home folder and config folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quotaline.cache.paths import home_folder
from quotaline.hosts.errors import EditRefused

if TYPE_CHECKING:
    from collections.abc import Mapping


def home(environ: Mapping[str, str]) -> str:
    """Return `$HOME`. Raises EditRefused if it is not set: a guess could be the wrong place."""
    found = home_folder(environ)
    if found is None:
        raise EditRefused("HOME is not set to an absolute path")
    return found


def config_home(environ: Mapping[str, str]) -> str:
    """Return `$XDG_CONFIG_HOME` if it is absolute (the specification requires that), else `~/.config`."""
    chosen = environ.get("XDG_CONFIG_HOME", "")
    return chosen.removesuffix("/") if chosen.startswith("/") else f"{home(environ)}/.config"
