"""tmux: a block at the end of tmux.conf runs quotaline.tmux, after all that sets the status line."""

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

AFTER = "for a running tmux: tmux source-file {path}"


def config(environ: Mapping[str, str]) -> str:
    """Return the path of tmux.conf: of those that are there the one that tmux reads last."""
    newer = f"{config_home(environ)}/tmux/tmux.conf"  # read since tmux 3.1, after the other
    return newer if os.path.lexists(newer) else f"{home(environ)}/.tmux.conf"


def present(environ: Mapping[str, str]) -> bool:
    """Say whether tmux runs or has a config."""
    return bool(environ.get("TMUX")) or os.path.lexists(config(environ))


def snippet(here: Installation) -> str:
    """Return the line for tmux.conf."""
    file, command = shlex.quote(f"{here.shell}/quotaline.tmux"), shlex.quote(here.command)
    # sh: an installer may have dropped the file's exec bit. if: tmux shows a failed command on the screen.
    line = f"if [ -r {file} ]; then QUOTALINE_COMMAND={command} sh {file}; fi"
    # Three readers: tmux's parser takes the quotes, run-shell its formats, sh the rest.
    quoted = re.sub(r'(["$\\])', r"\\\1", line.replace("#", "##"))
    return f'run-shell "{quoted}"\n'


def add(text: str | None, here: Installation) -> str:
    """Return tmux.conf with the block."""
    return fence.add(text, snippet(here))


def remove(text: str) -> str | None:
    """Return tmux.conf without it."""
    return fence.remove(text)
