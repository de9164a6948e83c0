"""A piece of the line: text in one style. Also how many columns a text takes."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """
    A piece of text in one style.

    The style is words of `palette` (`green`, `bold 208`, `dim`), or empty. The value of a template field is
    always a span of its own, never joined with the text next to it.
    """

    text: str
    style: str = ""


def width(text: str) -> int:
    """Return the columns that a text takes on a terminal: two for a wide character, one for any other."""
    if text.isascii():
        return len(text)
    from unicodedata import east_asian_width  # a megabyte that a line of ASCII does not need

    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
