"""Parses JSON that other programs wrote: whatever the input, the only exception is ValueError."""

from __future__ import annotations

import json
from typing import Any


def load(text: str | bytes) -> Any:
    """
    Parse JSON.

    Raises:
        ValueError: If the text is not JSON, or defeats the parser: nesting that is too deep
            (RecursionError), numbers that are too long (OverflowError).
    """
    try:
        return json.loads(text)
    except (RecursionError, OverflowError):
        raise ValueError("nested too deeply or too long to parse") from None
