"""
The commands. This room decides what is hot: a segment is printed before anything else is imported.
"""

from __future__ import annotations

import os
import sys

from quotaline.fastpath.reader import HOSTS, print_segment

_FOR = ["--for"]


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 1 if it failed, 2 if it was asked for wrongly."""
    words = sys.argv[1:] if argv is None else argv
    if not words or (words[:1] == _FOR and len(words) == 2 and words[1] in HOSTS):  # noqa: PLR2004
        if words[1:] == ["claude"]:
            from quotaline.fastpath.statusline import run as run_session

            run_session(os.environ)
        else:
            print_segment(words[1] if words else None, os.environ)
        return 0
    if words == ["refresh", "--detached"]:
        from quotaline.refresh.detach import settle

        settle()  # before the imports: whoever started us may be about to be killed
    if words[:1] in (["combine"], ["beside"]):  # "beside": as version 0.1 installed it
        from quotaline.fastpath.combine import combine

        return combine(words[1:], os.environ)
    from quotaline.cli.commands import run

    return run(words)
