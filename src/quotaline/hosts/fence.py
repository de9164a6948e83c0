"""
The fenced block: our lines in a file of somebody else's, so marked that they come out again without a trace.

A note inside the block holds what the text alone no longer tells: that the file
was made by us, or that its last line had no newline.
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
    Return the text with the block at its end, or with this body in the block that it has.

    Args:
        text: The file; None if there is none.
        body: Our lines, each ended by a newline.
        newline: How the block's lines end.

    Raises:
        Refused: If there is a block that is not whole.
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
    # An editor may have turned our line ends: that alone is no reason to touch the file.
    return text if after == before else text[:start] + after.replace("\n", newline) + text[end:]


def remove(text: str) -> str | None:
    """Return the text without the block; None if it is of a file that we made and that holds nothing else."""
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
    """Return the block as it stands in the text; empty if there is none."""
    found = _find(text)
    return text[found[0] : found[1]] if found else ""


def _find(text: str) -> tuple[int, int] | None:
    fences = list(_FENCE.finditer(text))
    if not fences:
        return None
    if [bool(fence["begin"]) for fence in fences] != [True, False]:
        line = text.count("\n", 0, fences[0].start()) + 1
        raise EditRefused(f"line {line}: a quotaline block that is not whole; take it out by hand")
    end = fences[1].end()
    return fences[0].start(), end + (text[end : end + 1] == "\n")
