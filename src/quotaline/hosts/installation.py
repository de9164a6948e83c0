"""Where this installation is: what a config names must still be there tomorrow, from any folder."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from dataclasses import dataclass

from quotaline.hosts.errors import EditRefused


@dataclass(frozen=True, slots=True)
class Installation:
    """The absolute paths that go into a config: the command on PATH, and the folder of the shell files."""

    command: str
    shell: str


def installation() -> Installation:
    """Find this installation. Raises Refused if there is no `quotaline` command in it."""
    return Installation(_command(), _shell())


def _command() -> str:
    # First the folder that we were started from: pipx and uv link it to one that outlives an upgrade.
    folders = (os.path.dirname(os.path.abspath(sys.argv[0])), sysconfig.get_path("scripts"))
    for folder in folders:
        if os.access(command := f"{folder}/quotaline", os.X_OK):
            return command
    if found := shutil.which("quotaline"):
        return os.path.abspath(found)
    raise EditRefused("there is no `quotaline` command beside this Python; install the package first")


def _shell() -> str:
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if os.path.isdir(shipped := f"{package}/shell"):
        return shipped
    return os.path.join(os.path.dirname(os.path.dirname(package)), "shell")  # an editable install
