"""
The refresher as a process of its own, that no host waits for and no host kills.

Measured on the hosts (docs/reliability.md A3 and J6, docs/claude-code.md 1.4): hosts wait for
the end of every stream a child inherited, and a cancelled status line is
killed with all its descendants.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

DEADLINE = 15  # seconds a refresh may take
_MOST_DESCRIPTORS = 1 << 16  # one system call on Linux, whatever the number


def start(may: Callable[[], bool] = lambda: True) -> None:
    """
    Start a detached refresher and return at once. If it can't be started, the next minute tries again.

    Args:
        may: Whether to go on, asked once nobody can kill us with the caller any
            more: a claim that is made sooner would be spent for nothing.
    """
    try:
        child = os.fork()
    except OSError:
        return
    if child:
        os.waitpid(child, 0)
        return
    try:
        # A session of its own and no parent: whoever kills our caller's group or descendants finds neither.
        os.setsid()
        if os.fork() == 0 and may():
            os.chdir("/")  # an untrusted folder must not be on sys.path, nor kept busy
            _let_go()
            # -P: not even the "/" we are in now.
            os.execv(sys.executable, [sys.executable, "-P", "-m", "quotaline", "refresh", "--detached"])
    finally:
        os._exit(0)


def settle() -> None:
    """Make this process the detached refresher: own session, no streams, no core, dead after DEADLINE."""
    import signal

    try:
        os.setsid()
    except OSError:
        signal.signal(
            signal.SIGHUP, signal.SIG_IGN
        )  # a group's leader already, so the terminal's end reaches us
    os.chdir("/")
    _let_go()
    limit()


def limit() -> None:
    """
    End this process after DEADLINE, and let it leave no core.

    The alarm's default action, not a handler: a name look-up or the Keychain
    blocks in C, where no Python handler runs.
    """
    import resource
    import signal

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(DEADLINE)


def _let_go() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.closerange(3, _MOST_DESCRIPTORS)
