"""tmux: a block at the end of tmux.conf runs quotaline.tmux, after everything that sets the status line."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

from quotaline.hosts import fence
from quotaline.hosts.home import config_home, home

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.hosts.installation import Installation

AFTER = "in a running tmux, load it: tmux source-file {path}"


def config(environ: Mapping[str, str]) -> str:
    """Return the path of tmux.conf; if there are two, of the one that tmux reads last."""
    newer = f"{config_home(environ)}/tmux/tmux.conf"  # since tmux 3.1, read after ~/.tmux.conf
    return newer if os.path.lexists(newer) else f"{home(environ)}/.tmux.conf"


def present(environ: Mapping[str, str]) -> bool:
    """Return whether tmux is running or has a config."""
    return bool(environ.get("TMUX")) or os.path.lexists(config(environ))


def snippet(installation: Installation) -> str:
    """Return the line for tmux.conf."""
    file, command = shlex.quote(f"{installation.shell}/quotaline.tmux"), shlex.quote(installation.command)
    # `sh`: installers may drop the exec bit. `if`: tmux reports a failed command on the screen.
    line = f"if [ -r {file} ]; then QUOTALINE_COMMAND={command} sh {file}; fi"
    # Quoted for three parsers: tmux's own (quotes), run-shell (formats), then sh.
    quoted = re.sub(r'(["$\\])', r"\\\1", line.replace("#", "##"))
    return f'run-shell "{quoted}"\n'


def add(text: str | None, installation: Installation) -> str:
    """Return tmux.conf with the block."""
    return fence.add(text, snippet(installation))


def remove(text: str) -> str | None:
    """Return tmux.conf without the block; None if the file is to be deleted."""
    return fence.remove(text)
