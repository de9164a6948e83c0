"""
The fenced block: quotaline's lines in the user's file, marked so that they can be removed without a trace.

Notes inside the block record what removal needs to know: that quotaline made the
file, or that its last line had no newline.
"""

from __future__ import annotations

import re

from quotaline.hosts.errors import EditRefused

BEGIN = "# >>> quotaline >>>"
END = "# <<< quotaline <<<"
_MADE = "# (quotaline made this file)"
_UNENDED = "# (the line above had no newline at its end)"
_FENCE = re.compile(rf"^(?:(?P<begin>{BEGIN})|{END})\r?$", re.MULTILINE)


def add(text: str | None, body: str, newline: str = "\n") -> str:
    """
    Return the text with the block at its end, or with a new body in its existing block.

    Args:
        text: The file; None if there is no file.
        body: Our lines, each ended by a newline.
        newline: The line end of the block.

    Raises:
        EditRefused: If the text has an incomplete block.
    """
    found = _find(text or "")
    if text is None or found is None:
        notes = _MADE + "\n" if text is None else ""
        gap = ""
        if text and not text.endswith("\n"):
            notes, gap = _UNENDED + "\n", newline
        return (text or "") + gap + f"{BEGIN}\n{notes}{body}{END}\n".replace("\n", newline)
    start, end = found
    before = text[start:end].replace("\r\n", "\n")
    notes = "".join(f"{note}\n" for note in (_MADE, _UNENDED) if f"\n{note}\n" in before)
    after = f"{BEGIN}\n{notes}{body}{END}" + ("\n" if before.endswith("\n") else "")
    # An editor may have converted the line ends; that alone is no reason to change the file.
    return text if after == before else text[:start] + after.replace("\n", newline) + text[end:]


def remove(text: str) -> str | None:
    """Return the text without the block; None if quotaline made the file and nothing else is in it."""
    found = _find(text)
    if found is None:
        return text
    start, end = found
    block = text[start:end].replace("\r\n", "\n")
    before, after = text[:start], text[end:]
    if f"\n{_UNENDED}\n" in block and not after:
        before = before.removesuffix("\r\n" if "\r\n" in text[start:end] else "\n")
    rest = before + after
    return None if f"\n{_MADE}\n" in block and not rest.strip() else rest


def block(text: str) -> str:
    """Return the block exactly as it is in the text; empty if there is none."""
    found = _find(text)
    return text[found[0] : found[1]] if found else ""


def _find(text: str) -> tuple[int, int] | None:
    fences = list(_FENCE.finditer(text))
    if not fences:
        return None
    if [bool(fence["begin"]) for fence in fences] != [True, False]:
        line = text.count("\n", 0, fences[0].start()) + 1
        raise EditRefused(f"line {line}: incomplete quotaline block; remove it by hand")
    end = fences[1].end()
    return fences[0].start(), end + (text[end : end + 1] == "\n")
