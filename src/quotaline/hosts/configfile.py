"""Config files of other programs: read as they are, kept in a backup, written in one step."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from contextlib import suppress

from quotaline.hosts.errors import EditRefused


def read(path: str) -> str | None:
    """
    Return the text of a file, or None if there is none.

    What is not UTF-8 becomes surrogates, line ends and a byte order mark stay:
    written back it is the same bytes.

    Raises:
        Refused: If it is no file, can't be read, or is behind a loop of symlinks.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # to open a pipe would wait for its writer
            raise EditRefused("it is not a file")
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EditRefused(f"it can't be read: {error.strerror}") from None


def replace(path: str, before: str | None, after: str | None) -> str | None:
    """
    Put a text into a file, in one step, with a backup of what was there.

    A symlink stays; the file behind it changes and keeps its mode and owner.

    Args:
        path: The file. Folders that are missing are made.
        before: What `read` returned: somebody else's change since then is not written over.
        after: What goes in; None takes the file away.

    Returns:
        The path of the backup; None if there was no file, or if it went.

    Raises:
        Refused: If it can't be written, is read-only, or changed meanwhile. Nothing has changed then.
    """
    path = os.path.realpath(path)
    if read(path) != before:
        raise EditRefused("it changed meanwhile; run this again")
    try:
        if before is not None and not os.stat(path).st_mode & 0o222:
            raise EditRefused("it is read-only; change it by hand, or where it is made")
        if after is None:
            os.unlink(path)
            return None
        os.makedirs(os.path.dirname(path), exist_ok=True)
        temporary = _beside(path, after)
        try:
            backup = _backup(path) if before is not None else None
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise EditRefused(f"it can't be written: {error.strerror}") from None
    return backup


def _beside(path: str, text: str) -> str:
    """Write the text into a new file in the same folder, as readable as the old one."""
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".quotaline-")
    try:
        with open(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(path):
            found = os.stat(path)
            with suppress(OSError):  # only root may give a file away
                os.chown(temporary, found.st_uid, found.st_gid)
            os.chmod(temporary, stat.S_IMODE(found.st_mode))
        else:
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(temporary, 0o666 & ~mask)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def _backup(path: str) -> str:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    names = (f"{path}.quotaline-{stamp}{more}" for more in ("", *(f"-{n}" for n in range(2, 100))))
    backup = next(name for name in names if not os.path.lexists(name))
    shutil.copy2(path, backup)
    return backup
