"""The check of the cache folder: it exists, belongs to the user and is private."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from quotaline.cache.paths import cache_folder
from quotaline.doctor.check import BROKEN, OK, UNUSED, WARNING, Check

if TYPE_CHECKING:
    from quotaline.doctor.check import Context

_PART = "cache"
_NO_HOME = "no home folder: HOME is not set to an absolute path"
_RELATIVE = "CLAUDE_CONFIG_DIR is relative, so it names another folder wherever it is used"
_MINE = 0o700
_OTHERS = 0o077
_OTHERS_WRITE = 0o022


def folder(context: Context) -> Check:
    """Check owner and permissions of the folder and its files."""
    path = cache_folder(context.environ)
    is_relative = not (context.environ.get("CLAUDE_CONFIG_DIR") or "/").startswith("/")
    if path is None or is_relative:
        reason, fix = (
            (_RELATIVE, "set CLAUDE_CONFIG_DIR to an absolute path") if path else (_NO_HOME, "set HOME")
        )
        return Check(_PART, BROKEN, reason, fix)
    quoted = shlex.quote(path)
    try:
        status = os.stat(path)
        modes = [entry.stat(follow_symlinks=False).st_mode for entry in os.scandir(path)]
    except FileNotFoundError:
        return _missing(path)
    except OSError as error:
        return Check(_PART, BROKEN, f"{path} can't be read: {error.strerror}", f"mv {quoted} {quoted}.old")
    reason, command = _rejection(status)
    if reason:
        return Check(_PART, BROKEN, f"{path} {reason}", f"{command} {quoted}")
    if any(mode & _OTHERS for mode in (status.st_mode, *modes)):
        return Check(_PART, WARNING, f"{path} can be read by other users", f"chmod -R go-rwx {quoted}")
    return Check(_PART, OK, f"{path}, private (0700)")


def _rejection(status: os.stat_result) -> tuple[str, str]:
    """Return why `store` rejects the folder, and the command that fixes it; empty strings if it does not."""
    if status.st_uid != os.geteuid():
        return "belongs to another user", 'sudo chown -R "$(id -u)"'
    if status.st_mode & _OTHERS_WRITE:
        return "can be written by other users, so it is not used", "chmod 700"
    if status.st_mode & _MINE != _MINE:
        return "can't be written", "chmod 700"
    return "", ""


def _missing(path: str) -> Check:
    above = path
    while not os.path.lexists(above):
        above = os.path.dirname(above)
    if not os.path.isdir(above) or not os.access(above, os.W_OK | os.X_OK):
        fix = f"make {above} a folder that you can write to, or set QUOTALINE_CACHE_DIR"
        return Check(_PART, BROKEN, f"{path} can't be created", fix)
    return Check(_PART, UNUSED, f"{path} does not exist yet", "quotaline refresh")
