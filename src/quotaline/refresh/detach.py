"""
Runs the refresher, and what a status line does after its line, as a process that no host waits for or kills.

Hosts wait for the end of every stream that a child inherited, and Claude Code kills
the descendants of a cancelled status line (docs/reliability.md A3 and J6,
docs/claude-code.md 1.4).
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

DEADLINE = 15  # seconds that a refresh may take
_MAX_DESCRIPTORS = 1 << 16  # on Linux one system call closes them, whatever the number


def start_refresher(is_wanted: Callable[[], bool] = lambda: True) -> None:
    """
    Start a detached refresher and return at once. If no process can be started, do nothing.

    Args:
        is_wanted: Called in the detached process, where it can claim the refresh of this minute.
            A claim made before that would be lost if the host kills the caller and its children.
    """
    try:
        child = os.fork()
    except OSError:
        return
    if child:
        os.waitpid(child, 0)
        return
    try:
        # A session of its own and no parent: killing the caller's group or descendants does not reach it.
        os.setsid()
        if os.fork() == 0 and is_wanted():
            os.chdir("/")  # the caller's folder may be untrusted or about to be unmounted
            _close_streams(os.open(os.devnull, os.O_RDWR))
            # -P keeps the working directory off sys.path, even "/".
            os.execv(sys.executable, [sys.executable, "-P", "-m", "quotaline", "refresh", "--detached"])
    finally:
        os._exit(0)


def leave_host(lock: int | None) -> bool:
    """
    Go on as a process that no host waits for or kills; the one that the host started ends with 0.

    Between the fork and `setsid` a host can still kill both. Then nothing was written.

    Args:
        lock: The descriptor of the folder's lock. It is the only one that stays open.

    Returns:
        False if no process can be started. The caller then goes on as it was.
    """
    try:
        null = os.open(os.devnull, os.O_RDWR)
        child = os.fork()
    except OSError:
        return False
    if child:
        os._exit(0)
    os.setsid()
    _close_streams(null, lock)
    limit_runtime()  # a hung file system must not keep the lock held for ever
    return True


def become_daemon() -> None:
    """Turn this process into a daemon: own session, no streams, no core dump, killed after DEADLINE."""
    import signal

    try:
        os.setsid()
    except OSError:
        # A group leader can't leave its session, so a closed terminal would end it by SIGHUP.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.chdir("/")
    _close_streams(os.open(os.devnull, os.O_RDWR))
    limit_runtime()


def limit_runtime() -> None:
    """
    Kill this process after DEADLINE, and let it dump no core, which could hold the token.

    The alarm has its default action instead of a handler, because no Python handler
    runs while a name look-up or the Keychain blocks in C.
    """
    import resource
    import signal

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(DEADLINE)


def _close_streams(null: int, keep: int | None = None) -> None:
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    kept = _MAX_DESCRIPTORS if keep is None else keep
    os.closerange(3, kept)
    os.closerange(kept + 1, _MAX_DESCRIPTORS)
