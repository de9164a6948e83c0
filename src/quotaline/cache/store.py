"""
The files of a cache folder: claim, lock, read, write.

A file is written under a temporary name with mode 0600 and renamed, and no symlink
is followed. Nothing is synced to disk: a cache may be lost.
Imported on the hot path: only small modules of the standard library.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from contextlib import ExitStack, contextmanager, suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILE = 1 << 20
_SHORT_WAIT = 0.1  # seconds; other writers hold the lock for milliseconds
# The modification time of our files. It is older than the lock's, so that a reader can tell a file
# that something else wrote in place.
_LONG_AGO = 0.0
_TEMPORARY = "new"  # a fixed name, used under the lock only: a kill leaves at most one such file behind


class Busy(Exception):
    """Raised if another process holds the lock."""


def prepare(folder: str, home: str | None) -> bool:
    """
    Create the folder (0700) if it is missing, and return whether it is safe to write to.

    It is not if it belongs to another user or others can write to it. Nothing is
    created if the home does not exist, or by root in another user's home (sudo keeps HOME).
    """
    if home is None or not os.path.isdir(home or "/"):
        return False
    try:
        if not os.path.isdir(folder):
            ancestor = folder
            while not os.path.lexists(ancestor):
                ancestor = os.path.dirname(ancestor)
            if os.geteuid() == 0 != os.stat(ancestor).st_uid:
                return False
            mask = os.umask(0o077)
            try:
                os.makedirs(folder, exist_ok=True)
            finally:
                os.umask(mask)
        status = os.stat(folder)
    except (OSError, ValueError):
        return False
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


def claim(folder: str, now: float) -> bool:
    """Claim the right to start the refresher in this minute. False if it is taken or can't be claimed."""
    path = os.path.join(folder, f"claim.{int(now // 60)}")
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError:
        return False
    return True


def is_claimed(folder: str, now: float) -> bool:
    """Whether a refresher was already started in this minute, so that no fork is needed."""
    return os.path.lexists(os.path.join(folder, f"claim.{int(now // 60)}"))


def sweep_claims(folder: str, now: float) -> None:
    """Remove the claims of all other minutes."""
    current = f"claim.{int(now // 60)}"
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if name.startswith("claim.") and name != current:
            with suppress(OSError):
                os.unlink(os.path.join(folder, name))


@contextmanager
def locked(folder: str, wait: float = 0.0) -> Iterator[int]:
    """
    Hold the folder's lock, and yield its descriptor; only its holder may write.

    The kernel releases it when the last process that has the descriptor ends, so a child goes on holding it.

    Args:
        folder: A folder for which `prepare` returned True.
        wait: Seconds to wait for another holder.

    Raises:
        Busy: If another process holds the lock for longer than that.
        OSError: If the file system has no locks, as some network file systems; do not write then.
    """
    import fcntl

    descriptor = _open_lock(os.path.join(folder, "lock"))
    try:
        os.fchmod(descriptor, 0o600)  # with a umask of 0777 the next process could not open it
        if os.fstat(descriptor).st_mtime <= _LONG_AGO:
            # Restored without its time: no reader could tell our files by their date.
            os.utime(descriptor)
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES):
                    raise
                if time.monotonic() >= deadline:
                    raise Busy from None
                time.sleep(0.02)
        yield descriptor
    finally:
        os.close(descriptor)


def _open_lock(path: str) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o600)
    except IsADirectoryError:
        _set_aside(path)
        return os.open(path, flags, 0o600)


@contextmanager
def try_locked(folder: str) -> Iterator[int | None]:
    """
    Hold the lock if it is free within 0.1 s, and yield its descriptor, else None.

    For what must not wait or fail.
    """
    with ExitStack() as stack:
        lock = None
        with suppress(Busy, OSError):
            lock = stack.enter_context(locked(folder, _SHORT_WAIT))
        yield lock


def read(folder: str, name: str) -> bytes | None:
    """Return a file's content; None if it is missing, another user's, no regular file, or too large."""
    try:
        descriptor = os.open(
            os.path.join(folder, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        )
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        is_ours = status.st_uid == os.geteuid()  # another user's text could hold any number and escape
        if not is_ours or not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE:
            return None
        return os.read(descriptor, MAX_FILE)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def write(folder: str, name: str, content: bytes) -> None:
    """
    Replace a file atomically. The caller holds the lock.

    Raises:
        OSError: If it can't be written; the old content is kept.
    """
    temporary, target = os.path.join(folder, _TEMPORARY), os.path.join(folder, name)
    _remove(temporary)
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)
            file.write(content)
            file.flush()
            os.utime(descriptor, (_LONG_AGO, _LONG_AGO))
        if os.path.isdir(target) and not os.path.islink(target):
            _set_aside(target)
        os.rename(temporary, target)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _remove(path: str) -> None:
    """Remove a file, if there is one, or set a folder aside."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError:
        _set_aside(path)


def _set_aside(path: str) -> None:
    """Remove an empty folder. One with something in it is renamed: that is not ours to delete."""
    try:
        os.rmdir(path)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        folder, name = os.path.split(path)
        os.rename(path, os.path.join(folder, f"aside.{name}.{time.time_ns()}"))
