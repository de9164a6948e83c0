"""
The lines that load a prompt hook; the hook runs the command in QUOTALINE_COMMAND.

Sourcing the shipped file starts no program. But its path contains the Python version:
after an upgrade of Python the lines run `quotaline init` instead, once per shell, and
if the package is gone they do nothing.
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
    """Return whether new terminals start this shell."""
    return os.path.basename(environ.get("SHELL", "")) == shell


def sh(installation: Installation, shell: str, *, survives_upgrade: bool) -> str:
    """Return the lines for bash or zsh; `survives_upgrade`: they also work after the hook file has moved."""
    file, command = shlex.quote(f"{installation.shell}/quotaline.{shell}"), shlex.quote(installation.command)
    # bash hides the trap from a file that is sourced, which has to know of it.
    trap = "    QUOTALINE_DEBUG_TRAP=$(trap -p DEBUG)\n" if shell == "bash" else ""
    moved = f'elif [ -x {command} ]; then\n    eval "$({command} init {shell})"\n' if survives_upgrade else ""
    return (
        f"if [ -r {file} ]; then\n    QUOTALINE_COMMAND={command}\n{trap}    . {file}\n"
        # `if`, not `&&`: the status of the last line of an rc file is $? at the first prompt.
        f"{moved}fi\n"
    )


def fish(installation: Installation, *, survives_upgrade: bool) -> str:
    """Return the same lines for fish."""
    file, command = _quoted(f"{installation.shell}/quotaline.fish"), _quoted(installation.command)
    moved = f"else if test -x {command}\n    {command} init fish | source\n" if survives_upgrade else ""
    return f"if test -r {file}\n    set -g QUOTALINE_COMMAND {command}\n    source {file}\n{moved}end\n"


def _quoted(path: str) -> str:
    """Quote for fish, where single quotes have two escapes: of the quote and of the backslash."""
    return "'" + re.sub(r"([\\'])", r"\\\1", path) + "'"
