"""JSON from outside: parsing that fails with one exception whatever the input."""

from __future__ import annotations

import json
from typing import Any


def load(text: str | bytes) -> Any:
    """
    Parse JSON.

    Raises:
        ValueError: For text that is not JSON, and for text that only makes the parser
            fail: nesting that is too deep (RecursionError), numbers that are too long.
    """
    try:
        return json.loads(text)
    except (RecursionError, OverflowError):
        raise ValueError("too deep or too long to parse") from None
