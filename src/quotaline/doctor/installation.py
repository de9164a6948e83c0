"""The checks of the installation: Python, the `quotaline` command and PATH."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import sys
import sysconfig
from typing import TYPE_CHECKING

from quotaline import __version__
from quotaline.doctor.check import BROKEN, OK, WARNING, Check
from quotaline.hosts.errors import EditRefused
from quotaline.hosts.installation import installation

if TYPE_CHECKING:
    from quotaline.doctor.check import Context

_REINSTALL = "install quotaline again"


def python(_: Context) -> Check:
    """Return the versions, which a bug report needs. Nothing is checked."""
    system = f"{platform.system()} {platform.machine()}"
    return Check("python", OK, f"quotaline {__version__}, Python {platform.python_version()}, {system}")


def launcher(_: Context) -> Check:
    """Check the files of the command: shell/quotaline as installed, quotaline-cli and the hooks."""
    part = "launcher"
    for folder in (os.path.dirname(os.path.abspath(sys.argv[0])), sysconfig.get_path("scripts")):
        if os.path.isfile(command := f"{folder}/quotaline") and not os.access(command, os.X_OK):
            return Check(part, BROKEN, f"{command} is not executable", f"chmod +x {shlex.quote(command)}")
    try:
        installed = installation()
    except EditRefused as error:
        return Check(part, BROKEN, str(error), _REINSTALL)
    if not os.access(cli := _cli_of(installed.command), os.X_OK):
        return Check(part, BROKEN, f"{cli} is missing, so segments can't be refreshed", _REINSTALL)
    if not os.path.isfile(f"{installed.shell}/quotaline.bash"):
        return Check(part, BROKEN, f"the shell files are missing in {installed.shell}", _REINSTALL)
    return Check(part, OK, installed.command)


def path(context: Context) -> Check:
    """Check that `quotaline` in a shell runs this installation."""
    part = "PATH"
    try:
        command = installation().command
    except EditRefused as error:
        return Check(part, BROKEN, str(error), _REINSTALL)
    found = shutil.which("quotaline", path=context.environ.get("PATH"))
    fix = f'export PATH={shlex.quote(os.path.dirname(command))}:"$PATH"'
    if found is None:
        return Check(part, WARNING, "`quotaline` not found", fix)
    if os.path.realpath(_cli_of(found)) != os.path.realpath(_cli_of(command)):
        return Check(part, WARNING, f"another quotaline comes first: {found}", fix)
    return Check(part, OK, "finds the launcher")


def _cli_of(command: str) -> str:
    """Return the path of quotaline-cli, which the launcher expects next to itself."""
    return os.path.join(os.path.dirname(command), "quotaline-cli")
