"""A change of a file as a unified diff, in colour on a terminal."""

from __future__ import annotations

import difflib
import os
import re

from rich.console import Console
from rich.text import Text

_STYLES = (("+++", "bold"), ("---", "bold"), ("@@", "cyan"), ("+", "green"), ("-", "red"))


def show(path: str, before: str | None, after: str | None) -> None:
    """Print what changes in a file; None is a file that is not there."""
    console = Console(highlight=False, soft_wrap=True)
    for line in lines(path, before, after):
        style = next((style for start, style in _STYLES if line.startswith(start)), "")
        console.print(Text(line, style))


def lines(path: str, before: str | None, after: str | None) -> list[str]:
    """Return the diff's lines. What would act on a terminal is shown as `?`."""
    old = os.devnull if before is None else path
    new = os.devnull if after is None else path
    found = []
    for line in difflib.unified_diff(_lines(before), _lines(after), old, new):
        shown = line.removesuffix("\n").removesuffix("\r")
        found.append("".join(one if one.isprintable() or one == "\t" else "?" for one in shown))
        if not line.endswith("\n"):
            found.append("\\ No newline at end of file")
    return found


def _lines(text: str | None) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text or "")
