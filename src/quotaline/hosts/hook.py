"""
The lines that load a prompt hook. The hook files read QUOTALINE_COMMAND for the command to start.

Sourcing the shipped file starts no process. Its path has the Python's version in
it, though: where that has moved on, the command is asked instead, once a shell;
and where the package is gone, nothing is said.
"""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.hosts.installation import Installation


def is_login_shell(shell: str, environ: Mapping[str, str]) -> bool:
    """Say whether new terminals start this shell."""
    return os.path.basename(environ.get("SHELL", "")) == shell


def sh(here: Installation, shell: str, *, lasting: bool) -> str:
    """Return the lines for bash and zsh; `lasting`: for a config, with the way out for a moved file."""
    file, command = shlex.quote(f"{here.shell}/quotaline.{shell}"), shlex.quote(here.command)
    moved = f'elif [ -x {command} ]; then\n    eval "$({command} init {shell})"\n' if lasting else ""
    return (
        f"if [ -r {file} ]; then\n    QUOTALINE_COMMAND={command}\n    . {file}\n"
        # The last line of an rc file is the first prompt's $?.
        f"{moved}fi\n"
    )


def fish(here: Installation, *, lasting: bool) -> str:
    """Return the same for fish."""
    file, command = _quoted(f"{here.shell}/quotaline.fish"), _quoted(here.command)
    moved = f"else if test -x {command}\n    {command} init fish | source\n" if lasting else ""
    return f"if test -r {file}\n    set -g QUOTALINE_COMMAND {command}\n    source {file}\n{moved}end\n"


def _quoted(path: str) -> str:
    """Quote for fish, where a quoted text has two escapes."""
    return "'" + re.sub(r"([\\'])", r"\\\1", path) + "'"
