"""The change of a file as a unified diff, coloured on a terminal."""

from __future__ import annotations

import difflib
import os
import re

from rich.text import Text

from quotaline.cli.console import make_console

_STYLES = (("+++", "bold"), ("---", "bold"), ("@@", "cyan"), ("+", "green"), ("-", "red"))


def show(path: str, before: str | None, after: str | None) -> None:
    """Print the diff of a file; None is the text of a file that does not exist."""
    console = make_console(soft_wrap=True)
    for line in lines(path, before, after):
        style = next((style for start, style in _STYLES if line.startswith(start)), "")
        console.print(Text(line, style))


def lines(path: str, before: str | None, after: str | None) -> list[str]:
    """Return the lines of the diff. A control character, which a terminal might obey, becomes `?`."""
    old = os.devnull if before is None else path
    new = os.devnull if after is None else path
    result = []
    for line in difflib.unified_diff(_lines(before), _lines(after), old, new):
        text = line.removesuffix("\n").removesuffix("\r")
        result.append("".join(letter if letter.isprintable() or letter == "\t" else "?" for letter in text))
        if not line.endswith("\n"):
            result.append("\\ No newline at end of file")
    return result


def _lines(text: str | None) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text or "")
