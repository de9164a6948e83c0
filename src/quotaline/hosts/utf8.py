"""
The check for formats that must be UTF-8.

Files are read with surrogates for invalid bytes, so that any rc file can be written back unchanged.
"""

from __future__ import annotations

from quotaline.hosts.errors import EditRefused


def require_utf8(text: str) -> None:
    """Raise EditRefused if the text was read from a file that is not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise EditRefused(f"line {line}: not UTF-8") from None
