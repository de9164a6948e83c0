"""Read, back up and atomically replace config files of other programs, byte for byte."""

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

    Invalid UTF-8 becomes surrogates, and line ends and a byte order mark are kept,
    so that the text can be written back as the same bytes.

    Raises:
        EditRefused: If it is not a regular file, can't be read, or is in a loop of symlinks.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # opening a pipe would wait for a writer
            raise EditRefused("it is not a file")
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EditRefused(f"it can't be read: {error.strerror}") from None


def replace(path: str, before: str | None, after: str | None) -> str | None:
    """
    Replace the text of a file atomically, after making a backup.

    A symlink is kept: the file that it points to is changed, and keeps its mode and owner.

    Args:
        path: The file. Missing folders are created.
        before: What `read` returned; a change made since then is not overwritten.
        after: The new text; None deletes the file.

    Returns:
        The path of the backup; None if there was no file, or if it was deleted.

    Raises:
        EditRefused: If it can't be written, is read-only, or has changed since `before` was read.
    """
    path = os.path.realpath(path)
    if read(path) != before:
        raise EditRefused("it was changed in the meantime; run the command again")
    try:
        if before is not None and not os.stat(path).st_mode & 0o222:
            raise EditRefused("it is read-only; change it by hand, or in whatever generates it")
        if after is None:
            os.unlink(path)
            return None
        os.makedirs(os.path.dirname(path), exist_ok=True)
        temporary = _write_temporary(path, after)
        try:
            backup = _backup(path) if before is not None else None
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise EditRefused(f"it can't be written: {error.strerror}") from None
    return backup


def _write_temporary(path: str, text: str) -> str:
    """Write the text to a new file in the same folder, with the mode and owner of the old one."""
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".quotaline-")
    try:
        with open(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(path):
            old = os.stat(path)
            with suppress(OSError):  # only root may change the owner
                os.chown(temporary, old.st_uid, old.st_gid)
            os.chmod(temporary, stat.S_IMODE(old.st_mode))
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
    names = (f"{path}.quotaline-{stamp}{suffix}" for suffix in ("", *(f"-{n}" for n in range(2, 100))))
    backup = next(name for name in names if not os.path.lexists(name))
    shutil.copy2(path, backup)
    return backup
