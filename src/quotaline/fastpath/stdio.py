"""Reads the input of a statusLine command, and prints its line."""

from __future__ import annotations

import os
import select
from contextlib import suppress

_STDERR = 2
_MAX_INPUT = 1 << 20
_TIMEOUT = 0.25  # seconds to wait for the next part of the input


def fill_closed_streams() -> None:
    """Open /dev/null in place of a closed stream. Else a file would get its number, and our line be in it."""
    with suppress(OSError):
        while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
            pass
        os.close(descriptor)


def read_stdin() -> bytes:
    """Return stdin up to its end, 1 MiB, or a pause of 0.25 s; nothing if it is a terminal."""
    text = b""
    with suppress(OSError, ValueError):
        while not os.isatty(0) and len(text) < _MAX_INPUT and select.select([0], [], [], _TIMEOUT)[0]:
            part = os.read(0, 65536)
            if not part:
                break
            text += part
    return text


def print_line(line: str) -> None:
    """Print a line at once. A closed or broken stdout is ignored: it must not become an exit code."""
    with suppress(OSError):
        os.write(1, line.encode() + b"\n")
