"""
The folder that a config dir's segments and belief live in: claim, lock, read, write.

Everything is written beside its place and renamed into it, mode 0600, and no
name is followed through a symlink. Nothing is synced: a cache may be lost.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from contextlib import contextmanager, suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILE = 1 << 20
# Modification time of what we write: older than the lock, as nothing is that was written in place.
_LONG_AGO = 0.0
_TEMPORARY = "new"  # one fixed name, used under the lock only: a kill leaves at most one behind


class Busy(Exception):
    """Raised if another process holds the lock."""


def prepare(folder: str, home: str | None) -> bool:
    """
    Create the folder, 0700, where it is missing, and say whether it may be written.

    It may not if it is another user's or others can write it. Nothing is created
    for a home that is not there, nor by root inside another user's (sudo keeps HOME).
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
        found = os.stat(folder)
    except (OSError, ValueError):
        return False
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


def claim(folder: str, now: float) -> bool:
    """Claim the right to start the refresher in this minute. False if it is taken or can't be had."""
    path = os.path.join(folder, f"claim.{int(now // 60)}")
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError:
        return False
    return True


def is_claimed(folder: str, now: float) -> bool:
    """Whether this minute's refresher was started already: then there is nothing to fork for."""
    return os.path.lexists(os.path.join(folder, f"claim.{int(now // 60)}"))


def sweep_claims(folder: str, now: float) -> None:
    """Remove the claims of all minutes but this one."""
    kept = f"claim.{int(now // 60)}"
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if name.startswith("claim.") and name != kept:
            with suppress(OSError):
                os.unlink(os.path.join(folder, name))


@contextmanager
def locked(folder: str, wait: float = 0.0) -> Iterator[None]:
    """
    Hold the folder's lock; only its holder writes. The kernel frees it if we die.

    Args:
        folder: One that `prepare` allowed.
        wait: Seconds to wait for another holder.

    Raises:
        Busy: If another process holds it for longer than that.
        OSError: If it can't be locked at all, on some network file systems: then nothing is to be written.
    """
    import fcntl

    descriptor = os.open(
        os.path.join(folder, "lock"),
        os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC,
        0o600,
    )
    try:
        os.fchmod(descriptor, 0o600)  # a umask of 0777, say, would lock us out of it
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
        yield
    finally:
        os.close(descriptor)


def read(folder: str, name: str) -> bytes | None:
    """Return a file's content; None if it is missing, not a plain file, or larger than we ever write."""
    try:
        descriptor = os.open(
            os.path.join(folder, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        )
    except (OSError, ValueError):
        return None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_FILE:
            return None
        return os.read(descriptor, MAX_FILE)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def write(folder: str, name: str, content: bytes) -> None:
    """
    Replace a file, whole or not at all. To be called under the lock.

    Raises:
        OSError: If it can't be written; the old content stands.
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
            os.rmdir(target)
        os.rename(temporary, target)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _remove(path: str) -> None:
    """Remove whatever is there. Raises OSError for a folder with something in it."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError:
        os.rmdir(path)
