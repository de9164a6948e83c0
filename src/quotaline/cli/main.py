"""
The entry point. It decides what is fast: a segment is printed before anything else is imported.
"""

from __future__ import annotations

import os
import sys


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 1 if it failed, 2 for a usage error."""
    words = sys.argv[1:] if argv is None else argv
    if len(words) == 1 and words[0].startswith("--for="):
        words = words[0].split("=", 1)
    if not words or (words[0] == "--for" and _is_host(words[1:])):
        return _print_segment(words[1] if words else None)
    if words == ["refresh", "--detached"]:
        return _refresh_detached()
    if words[0] in ("combine", "beside"):  # "beside": as version 0.1 installed it
        from quotaline.fastpath.combine import combine

        return combine(words[1:], os.environ)
    from quotaline.cli.dispatch import run

    return run(words)


def _is_host(words: list[str]) -> bool:
    from quotaline.fastpath.reader import HOSTS

    return len(words) == 1 and words[0] in HOSTS


def _print_segment(host: str | None) -> int:
    if host == "claude":
        from quotaline.fastpath.statusline import run

        run(os.environ)
        return 0
    from quotaline.fastpath.reader import is_terminal, print_segment

    is_first = False
    if host is None and is_terminal():
        from quotaline.cli.show import first_run

        is_first = first_run.wait_for_first_numbers(os.environ)
    print_segment(host, os.environ)
    if is_first:
        first_run.explain_what_is_missing(os.environ)
    return 0


def _refresh_detached() -> int:
    """Run the refresher that a prompt started: no parser and no command, for it runs every minute."""
    from quotaline.refresh.detach import become_daemon

    become_daemon()  # before the imports: what started us may be killed at any moment, with its process group
    from quotaline.cache.paths import config_file
    from quotaline.cache.store import Busy
    from quotaline.refresh.cycle import CacheFolderError, Job, refresh

    try:
        refresh(Job(os.environ, config_file()))
    except (Busy, CacheFolderError):
        return 1
    return 0
