"""The cache folder: that it is there, ours, and nobody else's."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from quotaline.cache.paths import cache_folder
from quotaline.doctor.check import BROKEN, OK, UNUSED, WARNING, Check

if TYPE_CHECKING:
    from quotaline.doctor.check import Context

_PART = "cache"
_MINE = 0o700
_OTHERS = 0o077
_OTHERS_WRITE = 0o022


def folder(context: Context) -> Check:
    """Check owner and modes of the folder and its files."""
    place = cache_folder(context.environ)
    if place is None:
        return Check(_PART, BROKEN, "no home folder: HOME is not set to an absolute path", "set HOME")
    quoted = shlex.quote(place)
    try:
        found = os.stat(place)
        modes = [one.stat(follow_symlinks=False).st_mode for one in os.scandir(place)]
    except FileNotFoundError:
        return _missing(place)
    except OSError as error:
        return Check(_PART, BROKEN, f"{place} can't be read: {error.strerror}", f"mv {quoted} {quoted}.old")
    why, command = _rejection(found)
    if why:
        return Check(_PART, BROKEN, f"{place} {why}", f"{command} {quoted}")
    if any(mode & _OTHERS for mode in (found.st_mode, *modes)):
        return Check(_PART, WARNING, f"{place} can be read by others", f"chmod -R go-rwx {quoted}")
    return Check(_PART, OK, f"{place}, for you alone")


def _rejection(found: os.stat_result) -> tuple[str, str]:
    """Return why the store does not use a folder, and what mends it; two empty texts if it does."""
    if found.st_uid != os.geteuid():
        return "is another user's", 'sudo chown -R "$(id -u)"'
    if found.st_mode & _OTHERS_WRITE:
        return "can be written by others, so it is not used", "chmod 700"
    if found.st_mode & _MINE != _MINE:
        return "can't be written", "chmod 700"
    return "", ""


def _missing(place: str) -> Check:
    above = place
    while not os.path.lexists(above):
        above = os.path.dirname(above)
    if not os.path.isdir(above) or not os.access(above, os.W_OK | os.X_OK):
        fix = f"make {above} a folder that you can write, or set QUOTALINE_CACHE_DIR"
        return Check(_PART, BROKEN, f"{place} can't be made", fix)
    return Check(_PART, UNUSED, f"{place} is not there yet", "quotaline refresh")
