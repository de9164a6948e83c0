"""
The text of every host, in every style and palette, for every state, at every width: tests/data/golden.

test_golden.py compares the files with what the code renders; `--remake` rewrites
them, and the diff shows what a change does. There is one file a host;
palettes and widths that make no difference share a line.
"""

from __future__ import annotations

import os
import pathlib
import time
from contextlib import contextmanager
from itertools import product
from typing import TYPE_CHECKING

from quotaline.model.merge import MergedUsage, merge
from quotaline.model.usage import Credits, Reading, ScopedWindow, Usage, Window
from quotaline.segment.options import DisplayOptions, display_options
from quotaline.segment.palette import PALETTES
from quotaline.segment.rendering import render
from quotaline.segment.styles import STYLES
from quotaline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quotaline.setting_table import Value

FOLDER = pathlib.Path(__file__).parent.parent / "data/golden"
NOW = 1_795_262_400.0  # Saturday, 21 November 2026, 12:00 UTC
WIDTHS = (120, 80, 60)
FORMAT = r"\[$5h( $5h.reset)( $5h.pace)\] [week](7d) $7d.left left( to $7d.reset_at)( $credits)"
VARIANTS: dict[str, dict[str, Value]] = {
    **{style: {"style": style} for style in STYLES},
    "format": {"format": FORMAT},
    "all at once": {
        "style": "bar",
        "show": "left",
        "reset": "both",
        "clock": "12h",
        "pace": True,
        "symbols": True,
        "icons": "unicode",
        "pad": True,
        "7d.show_from": 50,
    },
}


def usage_of(
    five: float | None = 8, seven: float | None = 77, *, age: float = 0, later: float = 0, scoped: float = 0
) -> MergedUsage:
    """Return merged usage of these percentages: `age` seconds old, with the resets `later` seconds nearer."""
    observed_at = NOW - age - later
    usage = Usage(
        None if five is None else Window(five, observed_at + age + 8100, 18000),
        None if seven is None else Window(seven, observed_at + age + 273_600, 604_800),
        (ScopedWindow("Fable", Window(scoped, observed_at + age + 90000, 604_800)),) if scoped else (),
        credits=Credits(enabled=True, used=12.5, limit=50.0, utilization=25.0, currency="EUR")
        if scoped
        else None,
    )
    return merge(MergedUsage(), Reading("api", observed_at, usage), observed_at)


STATES = {
    "fresh": usage_of(),
    "~old": usage_of(age=700),
    "dim": usage_of(age=7300),
    "unknown": MergedUsage(),
    "one unknown": usage_of(seven=None),
    "0": usage_of(0, 0),
    "not started": merge(MergedUsage(), Reading("api", NOW, Usage(Window(0), Window(3, NOW + 9000))), NOW),
    "50": usage_of(50, 49.9),
    "80": usage_of(80, 79.9),
    "95": usage_of(95, 94.9),
    "100+": usage_of(100, 112.3),
    "reset passed": usage_of(later=8200),
    "scoped tighter, credits": usage_of(scoped=91),
}


def text(host: str, state: str, options: DisplayOptions, width: int) -> str:
    """Return the text of a host."""
    return render(STATES[state], (host,), NOW, options.limited_to(width))[host]


def page(host: str) -> str:
    """Return the content of a host's file."""
    lines = [f"# {host}"]
    with utc():
        for name, state in product(VARIANTS, STATES):
            lines += ["", f"## {name}"] if state == "fresh" else []
            lines += [f"{state:24}{line}" for line in _lines(host, name, state)]
    return "\n".join([*lines, ""])


def _lines(host: str, name: str, state: str) -> list[str]:
    same: dict[str, list[tuple[str, int]]] = {}
    for palette, width in product(PALETTES, WIDTHS):
        options = display_options(Settings({**VARIANTS[name], "palette": palette}))
        same.setdefault(text(host, state, options, width), []).append((palette, width))
    return [f"{_where(cases):28}{_visible(shown)}" for shown, cases in same.items()]


def _where(cases: list[tuple[str, int]]) -> str:
    palettes = list(dict.fromkeys(palette for palette, _ in cases))
    widths = list(dict.fromkeys(width for _, width in cases))
    assert len(cases) == len(palettes) * len(widths)
    return f"{'all' if len(palettes) == len(PALETTES) else ' '.join(palettes)} {'/'.join(map(str, widths))}"


def _visible(shown: str) -> str:
    return "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in shown)


@contextmanager
def utc() -> Iterator[None]:
    """Make UTC the local time zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()
