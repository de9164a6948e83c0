"""
Where things are.

The launcher and the prompt hooks have the same rule for the cache folder;
tests/hosts/test_folders.py compares them.
The hot path imports this room: nothing but os.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MAC = "/System/Library/CoreServices"  # a shell can't ask for the platform without a fork


def config_dir(environ: Mapping[str, str]) -> str | None:
    """Return Claude's config dir: `$CLAUDE_CONFIG_DIR`, else `~/.claude`; None without either."""
    if chosen := environ.get("CLAUDE_CONFIG_DIR"):
        return chosen
    home = home_folder(environ)
    return f"{home}/.claude" if home is not None else None


def home_folder(environ: Mapping[str, str]) -> str | None:
    """Return `$HOME` if it is absolute. Never a guess: that would put folders where nobody wants them."""
    home = environ.get("HOME", "")
    return home.removesuffix("/") if home.startswith("/") else None


def cache_root(environ: Mapping[str, str]) -> str | None:
    """Return the cache folder of all config dirs (docs/architecture.md 3), or None where there is no home."""
    home = home_folder(environ)
    if home is None:  # also with the folder named: no home, no login whose numbers these would be
        return None
    if (own := environ.get("QUOTALINE_CACHE_DIR", "")).startswith("/"):
        return own
    if (xdg := environ.get("XDG_CACHE_HOME", "")).startswith("/"):
        return f"{xdg}/quotaline"
    return f"{home}/Library/Caches/quotaline" if os.path.isdir(MAC) else f"{home}/.cache/quotaline"


def cache_folder(environ: Mapping[str, str]) -> str | None:
    """
    Return the folder that holds the segments of the config dir in force, or None.

    `default` for `~/.claude`, else the config dir's path mirrored under `dirs`.
    """
    root, config = cache_root(environ), config_dir(environ)
    if root is None or config is None:
        return None
    if config in (own := f"{home_folder(environ)}/.claude", f"{own}/"):
        return f"{root}/default"
    return f"{root}/dirs{os.path.abspath(config)}"


def config_file() -> str:
    """Return the path of config.toml."""
    from platformdirs import user_config_dir

    return os.path.join(user_config_dir("quotaline", appauthor=False), "config.toml")


def state_folder() -> str:
    """Return the folder for what is kept longer than a cache: the transcript index and the history."""
    from platformdirs import user_state_dir

    return user_state_dir("quotaline", appauthor=False)
