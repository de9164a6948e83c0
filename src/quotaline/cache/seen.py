"""
Which hosts have a reader. Only their segments are rendered.

`seen.HOST` is empty; its time is when a reader of the host found no segment. After a week the segment is
dropped, and the next reader leaves `seen.HOST` again: by then Python prints for it, once, instead of the
launcher. A fresh segment is therefore read without a trace of the reader.
"""

from __future__ import annotations

import os
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# The prompt hooks read these files themselves: where one is missing, a prompt would be without a number.
ALWAYS = ("ansi", "plain", "bash", "zsh", "fish")
_EXPIRES = 7 * 86400  # seconds
_SEEN = "seen."


def note(folder: str, host: str, now: float) -> None:
    """Leave or renew `seen.HOST`. Needs no lock. If it can't be written, the next reader tries again."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    if host in ALWAYS:
        return
    with suppress(OSError):
        descriptor = os.open(os.path.join(folder, _SEEN + host), flags, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
            os.utime(descriptor, (now, now))
        finally:
            os.close(descriptor)


def in_use(folder: str, hosts: Iterable[str], now: float) -> list[str]:
    """Return those of the hosts whose segments are read, and drop the files of the others. Needs the lock."""
    return [host for host in hosts if host in ALWAYS or _is_in_use(folder, host, now)]


def _is_in_use(folder: str, host: str, now: float) -> bool:
    seen, segment = (os.path.join(folder, name + host) for name in (_SEEN, "segment."))
    try:
        # A time in the future comes from a wrong clock.
        if abs(now - os.lstat(seen).st_mtime) < _EXPIRES:
            return True
    except OSError:
        pass
    for path in (segment, seen):
        with suppress(OSError):
            os.unlink(path)
    return False
