"""The paths of this installation that go into configs: absolute, and stable across upgrades if possible."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from dataclasses import dataclass

from quotaline.hosts.errors import EditRefused


@dataclass(frozen=True, slots=True)
class Installation:
    """Absolute paths: of the `quotaline` command, and of the folder with the shell files."""

    command: str
    shell: str


def installation() -> Installation:
    """Find this installation. Raises EditRefused if there is no `quotaline` command."""
    return Installation(_command(), _shell())


def _command() -> str:
    # The folder of the running command first: pipx and uv put a link there that survives upgrades.
    folders = (os.path.dirname(os.path.abspath(sys.argv[0])), sysconfig.get_path("scripts"))
    for folder in folders:
        if os.access(command := f"{folder}/quotaline", os.X_OK):
            return command
    if found := shutil.which("quotaline"):
        return os.path.abspath(found)
    raise EditRefused("no `quotaline` command next to this Python; install the package first")


def _shell() -> str:
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if os.path.isdir(shipped := f"{package}/shell"):
        return shipped
    return os.path.join(os.path.dirname(os.path.dirname(package)), "shell")  # an editable install
