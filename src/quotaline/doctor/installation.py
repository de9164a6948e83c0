"""The command itself: what runs it, and whether a shell finds it."""

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

_AGAIN = "install quotaline again"


def python(_: Context) -> Check:
    """Check nothing: who reads a pasted report wants to know."""
    system = f"{platform.system()} {platform.machine()}"
    return Check("python", OK, f"quotaline {__version__}, Python {platform.python_version()}, {system}")


def launcher(_: Context) -> Check:
    """Check the command's files: shell/quotaline as it was installed, and what it hands over to."""
    part = "launcher"
    for folder in (os.path.dirname(os.path.abspath(sys.argv[0])), sysconfig.get_path("scripts")):
        if os.path.isfile(command := f"{folder}/quotaline") and not os.access(command, os.X_OK):
            return Check(part, BROKEN, f"{command} may not be executed", f"chmod +x {shlex.quote(command)}")
    try:
        here = installation()
    except EditRefused as error:
        return Check(part, BROKEN, str(error), _AGAIN)
    if not os.access(combine := _handed_to(here.command), os.X_OK):
        return Check(part, BROKEN, f"{combine} is missing: only segments can be printed", _AGAIN)
    if not os.path.isfile(f"{here.shell}/quotaline.bash"):
        return Check(part, BROKEN, f"the shell files are missing in {here.shell}", _AGAIN)
    return Check(part, OK, here.command)


def path(context: Context) -> Check:
    """Check that `quotaline` in a shell is this one."""
    part = "PATH"
    try:
        command = installation().command
    except EditRefused as error:
        return Check(part, BROKEN, str(error), _AGAIN)
    found = shutil.which("quotaline", path=context.environ.get("PATH"))
    fix = f'export PATH={shlex.quote(os.path.dirname(command))}:"$PATH"'
    if found is None:
        return Check(part, WARNING, "no `quotaline` on it", fix)
    if os.path.realpath(_handed_to(found)) != os.path.realpath(_handed_to(command)):
        return Check(part, WARNING, f"another quotaline comes first: {found}", fix)
    return Check(part, OK, "finds the launcher")


def _handed_to(command: str) -> str:
    return os.path.join(os.path.dirname(command), "quotaline-cli")
