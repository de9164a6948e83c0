"""
The two clocks that a segment is dated by.

A shell reads /proc/uptime without a fork, and that clock counts through
suspend; the boot id says whether it is the writer's. Read from the same files
as the shell does, so that both live in the same time wherever that is faked.
The hot path imports this room.
"""

from __future__ import annotations


def boot_id() -> str:
    """Return the first group of this boot's id, `-` where the system has none."""
    return _first_line("/proc/sys/kernel/random/boot_id").partition("-")[0] or "-"


def uptime() -> int:
    """Return the seconds since boot, suspend counted; 0 where the system does not tell."""
    seconds = _first_line("/proc/uptime").partition(".")[0]
    return int(seconds) if seconds.isdecimal() else 0


def _first_line(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:
            return file.readline(64)
    except (OSError, ValueError):
        return ""
