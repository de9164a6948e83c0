"""
Where the cache folder, the config dir and config.toml are.

The launcher and the prompt hooks implement the same rule for the cache folder;
tests/hosts/test_folders.py compares them. Imported on the hot path: only os.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MAC = "/System/Library/CoreServices"  # a shell can't detect the platform otherwise without a fork


def config_dir(environ: Mapping[str, str]) -> str | None:
    """Return Claude Code's config dir: `$CLAUDE_CONFIG_DIR`, else `~/.claude`; None without a home."""
    if chosen := environ.get("CLAUDE_CONFIG_DIR"):
        return chosen
    home = home_folder(environ)
    return f"{home}/.claude" if home is not None else None


def home_folder(environ: Mapping[str, str]) -> str | None:
    """Return `$HOME` if it is absolute. A guess would create folders where nobody expects them."""
    home = environ.get("HOME", "")
    return home.removesuffix("/") if home.startswith("/") else None


def cache_root(environ: Mapping[str, str]) -> str | None:
    """Return the cache folder of all config dirs (docs/architecture.md 3), or None without a home."""
    home = home_folder(environ)
    if home is None:  # even with QUOTALINE_CACHE_DIR: without a home there is no login to show numbers of
        return None
    if (override := environ.get("QUOTALINE_CACHE_DIR", "")).startswith("/"):
        return override
    if (xdg := environ.get("XDG_CACHE_HOME", "")).startswith("/"):
        return f"{xdg}/quotaline"
    return f"{home}/Library/Caches/quotaline" if os.path.isdir(MAC) else f"{home}/.cache/quotaline"


def cache_folder(environ: Mapping[str, str]) -> str | None:
    """
    Return the cache folder of the current config dir, or None without a home.

    It is `default` for `~/.claude`, else the config dir's path mirrored under `dirs`.
    """
    root, config = cache_root(environ), config_dir(environ)
    if root is None or config is None:
        return None
    default = f"{home_folder(environ)}/.claude"
    if config in (default, f"{default}/"):
        return f"{root}/default"
    return f"{root}/dirs{os.path.abspath(config)}"


def config_file() -> str:
    """
    Return the path of config.toml: where platformdirs puts it.

    Importing platformdirs takes 18 ms, more than the rest of most commands. On Linux its rule is
    two lines long; tests/cache/test_paths.py compares them.
    """
    if folder := _xdg_folder("XDG_CONFIG_HOME", ".config"):
        return f"{folder}/config.toml"
    from platformdirs import user_config_dir

    return os.path.join(user_config_dir("quotaline", appauthor=False), "config.toml")


def state_folder() -> str:
    """Return the folder for what is kept longer than a cache; it is where platformdirs puts it."""
    if folder := _xdg_folder("XDG_STATE_HOME", ".local/state"):
        return folder
    from platformdirs import user_state_dir

    return user_state_dir("quotaline", appauthor=False)


def _xdg_folder(variable: str, default: str) -> str | None:
    home, chosen = os.environ.get("HOME", ""), os.environ.get(variable, "")
    if sys.platform == "linux" and home.startswith("/") and (not chosen or chosen.startswith("/")):
        return os.path.join(chosen or f"{home.rstrip('/')}/{default}", "quotaline")
    return None
