"""A piece of the line: text in one style; and how many columns text takes."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """A piece of text in one style: words of `palette` (`green`, `bold 208`, `dim`), or none."""

    text: str
    style: str = ""


def width(text: str) -> int:
    """Return the columns that text takes on a terminal: two for a wide character, one for any other."""
    if text.isascii():
        return len(text)
    from unicodedata import east_asian_width  # a megabyte that a line of ASCII does without

    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
