"""Run a program in a pseudo-terminal and read its screen."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from typing import TYPE_CHECKING, Self

import pyte

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

COLOURS = {"green": "green", "yellow": "brown", "none": "default"}  # pyte's words for 32, 33, 39


class Terminal:
    """
    A program in a pseudo-terminal, for use in a `with` block.

    `screen` is the text of each row without trailing blanks, `raw` everything that was printed.
    """

    def __init__(
        self, words: Sequence[str], environ: Mapping[str, str], *, columns: int = 80, rows: int = 24
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._rows: list[str] | None = None  # pyte takes milliseconds to make them
        self.raw = b""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.program = subprocess.Popen(
            words,
            env=environ,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - the only way to set the controlling terminal
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._ours)  # hangs up the terminal
        try:
            self.program.wait(5)
        except subprocess.TimeoutExpired:
            self.program.kill()
            self.program.wait()

    @property
    def screen(self) -> list[str]:
        if self._rows is None:
            self._rows = [row.rstrip() for row in self._screen.display]
        return self._rows

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column, from 0."""
        return self._screen.cursor.y, self._screen.cursor.x

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def wait(self, condition: Callable[[], object], seconds: float = 15) -> None:
        """Read what the program prints until a condition holds; fail with the screen if it never does."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "\n".join(["not on the screen:", *self.screen])
            if select.select([self._ours], [], [], 0.05)[0]:
                try:
                    part = os.read(self._ours, 65536)
                except OSError:  # the program has ended
                    continue
                self.raw += part
                self._stream.feed(part)
                self._rows = None

    def wait_for(self, text: str, seconds: float = 15) -> None:
        """Wait until a row of the screen holds a text."""
        self.wait(lambda: self.find(text), seconds)

    def find(self, text: str) -> tuple[int, int] | None:
        """Return row and column of the last occurrence of a text on the screen."""
        for row in reversed(range(len(self.screen))):
            if (column := self.screen[row].rfind(text)) >= 0:
                return row, column
        return None

    def grounds(self, text: str) -> set[str]:
        """Return the background colours behind a text on the screen."""
        return {ground for _, _, ground in self.cells(text)}

    def cells(self, text: str) -> list[tuple[str, str, str]]:
        """Return character, colour and background colour of each cell of a text on the screen."""
        place = self.find(text)
        assert place, text
        row, column = place
        drawn = (self._screen.buffer[row][at] for at in range(column, column + len(text)))
        return [(cell.data, cell.fg, cell.bg) for cell in drawn]

    def colours(self, text: str) -> dict[str, str]:
        """Return the colour of each word of digits and `%` in a text on the screen."""
        place = self.find(text)
        assert place, text
        row, column = place
        found: dict[str, str] = {}
        cells = self._screen.buffer[row]
        word = ""
        for at in range(column, column + len(text)):
            word = word + cells[at].data if cells[at].data in "0123456789%" else ""
            if cells[at].data == "%":
                found[word] = cells[at].fg
        return found

    def run(self, command: str, marker: str) -> None:
        """Type a command and wait for its output. The marker must not occur in the command itself."""
        self.type(command + "\n")
        self.wait_for(marker)
