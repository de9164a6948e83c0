"""
Somebody else's statusLine command and ours on one row: what `quotaline install claude` puts before a command.

Both get the same JSON at the same time. Whatever the other one does, ours is
printed: it may fail, print nothing, print without end, leave children behind or
take longer than LIMIT, and then it is killed. What Claude Code does with a
command that fails is kept: its text is not shown. Exit code 0 always, anything
else would hide the row.

It runs at every redraw of Claude Code: hence no subprocess, no argparse.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

LIMIT = 1.0  # seconds that the other command has
_MERCY = 0.1  # seconds from SIGTERM to SIGKILL
_OURS = 2.0  # seconds that our own has on top; it never waits, a busy machine does
_TICK = 0.01  # seconds between two looks whether a child that keeps its pipe open has exited
_MOST = 1 << 18  # bytes of output; a status line has some hundred
_MARGIN = 4  # columns that Claude Code keeps for itself
_RESET = b"\x1b[0m"


def combine(words: list[str], environ: Mapping[str, str]) -> int:
    """
    Run `quotaline combine [--below] COMMAND`.

    Returns:
        0, or 2 if it was asked for wrongly: the caller's `||` then runs the command alone.
    """
    below = words[:1] == ["--below"]
    if len(words) != 1 + below:
        print("quotaline: usage: quotaline combine [--below] COMMAND", file=sys.stderr)
        return 2
    given = b"" if os.isatty(0) else _read(time.monotonic() + LIMIT)
    folder = os.path.dirname(os.path.abspath(sys.argv[0]))
    children: list[_Child] = []

    def cancelled(_signal: int, _frame: FrameType | None) -> None:
        # Claude Code kills our group; each child has its own, so that LIMIT ends its children too.
        for child in children:
            child.kill(signal.SIGTERM)
        os._exit(0)  # an error would have the shell start the command once more

    signal.signal(signal.SIGTERM, cancelled)
    children.append(theirs := _Child(["/bin/sh", "-c", words[-1]], given, environ))
    children.append(ours := _Child([f"{folder}/quotaline", "--for", "claude"], given, environ))
    deadline = time.monotonic() + LIMIT
    _serve((theirs, ours), deadline)
    if theirs.status is None:
        theirs.kill(signal.SIGTERM)
        _serve((theirs,), deadline + _MERCY)
        theirs.kill(signal.SIGKILL)
    _serve((ours,), deadline + _OURS)
    ours.kill(signal.SIGKILL)
    width = environ.get("COLUMNS", "")
    rows = join(theirs.rows(), ours.rows(), int(width) if width.isdecimal() else None, below=below)
    text = b"".join(row + b"\n" for row in rows)
    while text:
        text = text[os.write(1, text) :]
    return 0


def join(theirs: list[bytes], ours: list[bytes], columns: int | None, *, below: bool) -> list[bytes]:
    """
    Return the rows to print: ours at the end of their last one.

    Below it, if asked for or if the row would be cut: what is cut is the end, and that is ours.
    """
    if not theirs or not ours:
        return theirs or ours
    *head, last = theirs
    if b"\x1b" in last:
        last += _RESET  # a colour left on would run into ours
    if below or (columns is not None and _width(last) + 1 + _width(ours[0]) > columns - _MARGIN):
        return [*head, last, *ours]
    return [*head, last + b" " + ours[0], *ours[1:]]


def _width(row: bytes) -> int:
    """Return how many columns a row takes: escapes take none, wide characters two."""
    import re
    from unicodedata import category, east_asian_width

    shown = re.sub(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\].*?(?:\x07|\x1b\\)", b"", row).decode(errors="replace")
    return sum(
        0 if category(one) in ("Mn", "Me", "Cf") else 2 if east_asian_width(one) in "WF" else 1
        for one in shown
    )


def _read(deadline: float) -> bytes:
    """Read stdin to its end; what has come by the deadline, if that does not."""
    parts = []
    while (left := deadline - time.monotonic()) > 0 and select.select([0], [], [], left)[0]:
        part = os.read(0, 65536)
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


class _Child:
    """A command in a process group of its own that gets a text and whose output is collected."""

    def __init__(self, command: list[str], given: bytes, environ: Mapping[str, str]) -> None:
        self.given = given  # what is still to be handed over
        self.output = b""
        self.status: int | None = None  # as waitpid gives it
        self.stdout, out = os.pipe()
        into, self.stdin = os.pipe()
        os.set_blocking(self.stdin, False)
        os.set_blocking(self.stdout, False)
        try:
            self.pid = os.posix_spawn(
                command[0],
                command,
                environ,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, into, 0),
                    (os.POSIX_SPAWN_DUP2, out, 1),
                    # Claude Code waits for the end of every stream that a child has.
                    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                ],
                setpgroup=0,
                setsigdef=[signal.SIGPIPE],  # Python ignores it, and a pipeline in the command relies on it
            )
        except OSError:
            self.pid, self.status = 0, -1
        os.close(into)
        os.close(out)

    def write(self) -> None:
        """Hand over what fits, and close at the end."""
        try:
            self.given = self.given[os.write(self.stdin, self.given) :] if self.given else b""
        except OSError:  # it does not read: its business
            self.given = b""
        if not self.given:
            os.close(self.stdin)
            self.stdin = -1

    def read(self) -> None:
        """Take what is there; at the end, close."""
        try:
            part = os.read(self.stdout, 65536)
        except BlockingIOError:
            return
        self.output += part
        if not part or len(self.output) > _MOST:
            os.close(self.stdout)
            self.stdout = -1

    def reap(self) -> None:
        """See whether it has exited, and if so take what it left: a child of its may hold the pipe open."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            return
        self.status = status
        length = -1
        while self.stdout >= 0 and length != len(self.output):
            length = len(self.output)
            self.read()

    def kill(self, number: int) -> None:
        """Send a signal to it and its children, if it still runs."""
        if self.status is None:
            os.killpg(self.pid, number)

    def rows(self) -> list[bytes]:
        """Return its rows as Claude Code would: none of a command that failed."""
        if self.status != 0 or len(self.output) > _MOST:
            return []
        return [row for row in (line.strip() for line in self.output.split(b"\n")) if row]


def _serve(children: tuple[_Child, ...], deadline: float) -> None:
    """Feed the children and read from them until all have exited, or until the deadline."""
    while (left := deadline - time.monotonic()) > 0:
        running = [one for one in children if one.status is None]
        if not running:
            return
        readable, writable, _ = select.select(
            [one.stdout for one in running if one.stdout >= 0],
            [one.stdin for one in running if one.stdin >= 0],
            [],
            min(left, _TICK),
        )
        for one in running:
            if one.stdin in writable:
                one.write()
            if one.stdout in readable:
                one.read()
            one.reap()
