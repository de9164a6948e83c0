"""
What every host shows, in every style and palette, of every state, at every width: tests/data/golden.

test_golden.py compares, and with `--remake` writes the files anew, for a look
at what a change changed. One file a host; palettes and widths that make no
difference share a line.
"""

from __future__ import annotations

import os
import pathlib
import time
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from quotaline.model.merge import MergedUsage, merge
from quotaline.model.usage import Credits, Reading, ScopedWindow, Usage, Window
from quotaline.segment.markup import HOSTS, MARKUPS, fitted, render
from quotaline.segment.options import DisplayOptions, display_options
from quotaline.segment.palette import PALETTES
from quotaline.segment.styles import STYLES
from quotaline.settings import Settings, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = pathlib.Path(__file__).parent.parent / "data/golden"
NOW = 1_795_262_400.0  # Saturday, 21 November 2026, 12:00 UTC
WIDTHS = (120, 80, 60)
FORMAT = r"\[$5h( $5h.reset)( $5h.pace)\] [week](7d) $7d.left left( to $7d.reset_at)( $credits)"
LOOKS: dict[str, dict[str, Value]] = {
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


def believed(
    five: float | None = 8, seven: float | None = 77, *, age: float = 0, later: float = 0, scoped: float = 0
) -> MergedUsage:
    """Return what is believed: percentages, `age` seconds old, `later` seconds after they were told."""
    observation = NOW - age - later
    usage = Usage(
        None if five is None else Window(five, observation + age + 8100, 18000),
        None if seven is None else Window(seven, observation + age + 273_600, 604_800),
        (ScopedWindow("Fable", Window(scoped, observation + age + 90000, 604_800)),) if scoped else (),
        credits=Credits(enabled=True, used=12.5, limit=50.0, utilization=25.0, currency="EUR")
        if scoped
        else None,
    )
    return merge(MergedUsage(), Reading("api", observation, usage), observation)


STATES = {
    "fresh": believed(),
    "~old": believed(age=700),
    "dim": believed(age=7300),
    "unknown": MergedUsage(),
    "one unknown": believed(seven=None),
    "0": believed(0, 0),
    "not started": merge(MergedUsage(), Reading("api", NOW, Usage(Window(0), Window(3, NOW + 9000))), NOW),
    "50": believed(50, 49.9),
    "80": believed(80, 79.9),
    "95": believed(95, 94.9),
    "100+": believed(100, 112.3),
    "reset passed": believed(later=8200),
    "scoped tighter, credits": believed(scoped=91),
}


def text(host: str, state: str, chosen: DisplayOptions, width: int) -> str:
    """Return what a host is given."""
    if host in MARKUPS:
        return fitted(STATES[state], host, NOW, width, chosen)
    return render(STATES[state], host, NOW, replace(chosen, columns=width))


def pages() -> Iterator[tuple[str, str]]:
    """Yield each host and the content of its file."""
    with utc():
        for host in HOSTS:
            lines = [f"# {host}"]
            for name, state in product(LOOKS, STATES):
                lines += ["", f"## {name}"] if state == "fresh" else []
                lines += [f"{state:24}{line}" for line in _lines(host, name, state)]
            yield host, "\n".join([*lines, ""])


def _lines(host: str, name: str, state: str) -> list[str]:
    same: dict[str, list[tuple[str, int]]] = {}
    for palette, width in product(PALETTES, WIDTHS):
        chosen = display_options(Settings({**LOOKS[name], "palette": palette}))
        same.setdefault(text(host, state, chosen, width), []).append((palette, width))
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
    """Have the clock on the wall show UTC."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()
