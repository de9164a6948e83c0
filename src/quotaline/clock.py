"""
The two clocks that a segment is dated by.

A shell reads /proc/uptime without a fork, and that clock counts through
suspend; the boot id says whether it is the writer's. The hot path imports this
room: nothing but time.
"""

from __future__ import annotations

import time


def boot_id() -> str:
    """Return the first group of this boot's id, `-` where the system has none."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read(64).partition("-")[0]
    except (OSError, ValueError):
        return "-"


def uptime() -> float:
    """Return the seconds since boot, suspend counted; 0 where no shell could read the same."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else 0.0
