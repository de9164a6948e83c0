"""The short names of the windows, and the order in which they are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quotaline.model.usage import FIVE_HOUR, SCOPED, SEVEN_DAY

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN = "--"  # shown where no current reading has a number
LABELS = {FIVE_HOUR: "5h", SEVEN_DAY: "7d"}  # the two main windows


def label(key: str) -> str:
    """Return the short name of a window: `5h`, `7d`, `spend`, or the name of its scope."""
    return LABELS.get(key, key.removeprefix(SCOPED))


def in_order(keys: Iterable[str]) -> list[str]:
    """Return the keys of the two main windows, known or not, then the others by name."""
    return [*LABELS, *sorted(set(keys) - LABELS.keys())]
