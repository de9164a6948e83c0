"""
The uptime clock and the boot id, by which segment files are dated.

A shell can read /proc/uptime without a fork, and that clock counts through
suspend; the boot id shows whether the writer had the same clock. Python reads the
same files as the shell, so that both agree also where a container fakes them.
Imported on the hot path: only builtins.
"""

from __future__ import annotations


def boot_id() -> str:
    """
    Return the first group of the boot id; `-` if the system has none, or no uptime to go with it.

    Some sandboxes deny /proc/uptime alone, or show 0: by that clock no time would ever pass.
    """
    boot = _first_line("/proc/sys/kernel/random/boot_id").partition("-")[0]
    return boot if boot and uptime() else "-"


def uptime() -> int:
    """Return the seconds since boot, including suspend; 0 if the system does not provide them."""
    seconds = _first_line("/proc/uptime").partition(".")[0]
    return int(seconds) if seconds.isdecimal() else 0


def _first_line(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:
            return file.readline(64)
    except (OSError, ValueError):
        return ""
