"""The console of the commands: with colours when a segment has them, not by the rule of rich."""

from __future__ import annotations

import os
import sys

from rich.console import Console

from quotaline.fastpath.reader import resolved_host


def console(*, width: int | None = None, soft_wrap: bool = False) -> Console:
    """Return a console for stdout."""
    is_terminal = sys.stdout.isatty()
    is_coloured = resolved_host(None, os.environ) == "ansi"
    return Console(
        highlight=False,
        width=width,
        soft_wrap=soft_wrap,
        force_terminal=is_terminal,
        color_system=("auto" if is_terminal else "256") if is_coloured else None,
    )
