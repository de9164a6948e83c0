"""Reads the input of a statusLine command, and prints its line."""

from __future__ import annotations

import os
import select
from contextlib import suppress

_MAX_INPUT = 1 << 20
_TIMEOUT = 0.25  # seconds to wait for the next part of the input


def open_closed_streams() -> None:
    """Open /dev/null for each of stdin, stdout and stderr that is closed, so that no file takes its place."""
    for stream in (0, 1, 2):
        try:
            os.fstat(stream)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free


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
