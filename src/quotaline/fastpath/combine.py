"""
Runs an existing statusLine command and ours, and prints both on one row.

`quotaline install claude` puts it in front of an existing command. Both commands get
the same JSON at the same time. Ours is printed whatever the other one does: it may
fail, print nothing, print without end, leave children behind, or take longer than
TIMEOUT, after which it is killed. The output of a command that fails is not shown,
as in Claude Code itself. The exit code is 0, because any other would hide the row.

Runs at every redraw of Claude Code, so it imports neither subprocess nor argparse.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import suppress

from quotaline.fastpath.stdio import open_closed_streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

TIMEOUT = 1.0  # seconds that the existing command may take
_KILL_DELAY = 0.1  # seconds from SIGTERM to SIGKILL
_EXTRA_TIME = 2.0  # more seconds for our own, which never waits, but may start late on a busy machine
_POLL_INTERVAL = 0.01  # seconds between two checks whether a child with an open pipe has exited
_MAX_OUTPUT = 1 << 18  # bytes; a status line has some hundred
_MARGIN = 4  # columns that Claude Code uses itself
_RESET = b"\x1b[0m"


def combine(words: list[str], environ: Mapping[str, str]) -> int:
    """
    Run `quotaline combine [--below] COMMAND`.

    Returns:
        0, or 2 after a usage error: the installed command then runs the existing one alone.
    """
    below = words[:1] == ["--below"]
    if len(words) != 1 + below:
        print("quotaline: usage: quotaline combine [--below] COMMAND", file=sys.stderr)
        return 2
    open_closed_streams()
    text = b"" if os.isatty(0) else _read(time.monotonic() + TIMEOUT)
    folder = os.path.dirname(os.path.abspath(sys.argv[0]))
    environ = dict(environ)
    if cwd := environ.pop("QUOTALINE_CWD", ""):
        # The launcher left it, so that Python did not import from there.
        environ["PWD"] = cwd
        with suppress(OSError):
            os.chdir(cwd)
    children: list[_Child] = []

    def cancelled(_signal: int, _frame: FrameType | None) -> None:
        # Claude Code kills our process group. The children have groups of their own, so they are killed here.
        for child in children:
            child.kill(signal.SIGTERM)
        os._exit(0)  # after an error the shell would run the existing command again

    signal.signal(signal.SIGTERM, cancelled)
    children.append(theirs := _Child(["/bin/sh", "-c", words[-1]], text, environ))
    children.append(ours := _Child([f"{folder}/quotaline", "--for", "claude"], text, environ))
    deadline = time.monotonic() + TIMEOUT
    _serve((theirs, ours), deadline)
    if theirs.status is None:
        theirs.kill(signal.SIGTERM)
        _serve((theirs,), deadline + _KILL_DELAY)
        theirs.kill(signal.SIGKILL)
    _serve((ours,), deadline + _EXTRA_TIME)
    ours.kill(signal.SIGKILL)
    width = environ.get("COLUMNS", "")
    rows = join(theirs.rows(), ours.rows(), int(width) if width.isdecimal() else None, below=below)
    output = b"".join(row + b"\n" for row in rows)
    while output:
        output = output[os.write(1, output) :]
    return 0


def join(theirs: list[bytes], ours: list[bytes], columns: int | None, *, below: bool) -> list[bytes]:
    """
    Return the rows to print: ours is appended to their last one.

    It goes below if `below` is set, or if Claude Code would cut off the end of the row, which is ours.
    """
    if not theirs or not ours:
        return theirs or ours
    *head, last = theirs
    if b"\x1b" in last:
        last += _RESET  # otherwise a colour that was left on would affect ours
    if below or (columns is not None and _width(last) + 1 + _width(ours[0]) > columns - _MARGIN):
        return [*head, last, *ours]
    return [*head, last + b" " + ours[0], *ours[1:]]


def _width(row: bytes) -> int:
    """Return the columns that a row takes: none for escape sequences, two for wide characters."""
    import re
    from unicodedata import category, east_asian_width

    shown = re.sub(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\].*?(?:\x07|\x1b\\)", b"", row).decode(errors="replace")
    return sum(
        0 if category(character) in ("Mn", "Me", "Cf") else 2 if east_asian_width(character) in "WF" else 1
        for character in shown
    )


def _read(deadline: float) -> bytes:
    """Read stdin to its end, or return what has arrived by the deadline."""
    parts = []
    while (seconds := deadline - time.monotonic()) > 0 and select.select([0], [], [], seconds)[0]:
        part = os.read(0, 65536)
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


class _Child:
    """A command in a process group of its own. It gets a text on stdin, and its output is collected."""

    def __init__(self, command: list[str], text: bytes, environ: Mapping[str, str]) -> None:
        self.unwritten = text
        self.output = b""
        self.status: int | None = None  # as waitpid gives it
        self.stdout, child_stdout = os.pipe()
        child_stdin, self.stdin = os.pipe()
        os.set_blocking(self.stdin, False)
        os.set_blocking(self.stdout, False)
        try:
            self.pid = os.posix_spawn(
                command[0],
                command,
                environ,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, child_stdin, 0),
                    (os.POSIX_SPAWN_DUP2, child_stdout, 1),
                    # Claude Code waits for the end of every stream that a child inherits.
                    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                ],
                setpgroup=0,
                setsigdef=[signal.SIGPIPE],  # Python ignores SIGPIPE, and pipelines need it
            )
        except OSError:
            self.pid, self.status = 0, -1
        os.close(child_stdin)
        os.close(child_stdout)

    def write(self) -> None:
        """Write what fits into the pipe, and close it at the end."""
        try:
            self.unwritten = self.unwritten[os.write(self.stdin, self.unwritten) :] if self.unwritten else b""
        except OSError:  # the command need not read its stdin
            self.unwritten = b""
        if not self.unwritten:
            os.close(self.stdin)
            self.stdin = -1

    def read(self) -> None:
        """Read what has arrived, and close the pipe at the end."""
        try:
            part = os.read(self.stdout, 65536)
        except BlockingIOError:
            return
        self.output += part
        if not part or len(self.output) > _MAX_OUTPUT:
            os.close(self.stdout)
            self.stdout = -1

    def reap(self) -> None:
        """If it has exited, read the rest of its output. A child of its may still hold the pipe open."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            return
        self.status = status
        length = -1
        while self.stdout >= 0 and length != len(self.output):
            length = len(self.output)
            self.read()

    def kill(self, number: int) -> None:
        """Send a signal to the command and its children, if it is still running."""
        if self.status is None:
            os.killpg(self.pid, number)

    def rows(self) -> list[bytes]:
        """Return its rows as Claude Code would show them: none if the command failed."""
        if self.status != 0 or len(self.output) > _MAX_OUTPUT:
            return []
        return [row for row in (line.strip() for line in self.output.split(b"\n")) if row]


def _serve(children: tuple[_Child, ...], deadline: float) -> None:
    """Write to and read from the children until all have exited, or until the deadline."""
    while (seconds := deadline - time.monotonic()) > 0:
        running = [child for child in children if child.status is None]
        if not running:
            return
        readable, writable, _ = select.select(
            [child.stdout for child in running if child.stdout >= 0],
            [child.stdin for child in running if child.stdin >= 0],
            [],
            min(seconds, _POLL_INTERVAL),
        )
        for child in running:
            if child.stdin in writable:
                child.write()
            if child.stdout in readable:
                child.read()
            child.reap()
