"""Files are read as UTF-8 with surrogates for what is not, so that any rc file comes back as it was."""

from __future__ import annotations

from quotaline.hosts.errors import EditRefused


def require_utf8(text: str) -> None:
    """Raise Refused if the file was not UTF-8: for formats that allow nothing else."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise EditRefused(f"line {line}: not UTF-8") from None
