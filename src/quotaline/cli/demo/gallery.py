"""``quotaline demo --gallery``: every state of a segment, as it looks and as each host gets it."""

from __future__ import annotations

from typing import NamedTuple

from rich.console import Group
from rich.table import Table
from rich.text import Text

from quotaline.cache.segment_format import NEW_LINE
from quotaline.model.merge import MergedUsage, Observation
from quotaline.model.usage import FIVE_HOUR, SCOPED, SEVEN_DAY, Window
from quotaline.segment.markup import MARKUPS
from quotaline.segment.options import DEFAULT_OPTIONS
from quotaline.segment.rendering import HOSTS, render
from quotaline.sources.statusline import dollars

NOW = 1_795_428_000.0  # epoch seconds; fixed, so that the pictures do not change from day to day
_MINUTE, _HOUR = 60, 3600
_NARROW = 10  # columns
_FIRST = "fresh"
_VISIBLE = str.maketrans({"\x1b": "\\e", "\x01": "\\001", "\x02": "\\002", NEW_LINE: "\n"})


class State(NamedTuple):
    """
    One state.

    `shown` is the segment as it looks, with SGR sequences; `printed` is the text of each host that
    can be in this state.
    """

    name: str
    about: str
    shown: str
    printed: dict[str, str]


def states() -> list[State]:
    """Return all states, from the common to the rare."""
    usual = _merged(8, 77)
    bare = render(usual, ("claude",), NOW, DEFAULT_OPTIONS.limited_to(_NARROW))["claude"]
    return [
        _state(_FIRST, "observed less than 10 minutes ago", usual),
        _state("old", "observed 10 minutes ago or earlier", _merged(8, 77, age=12 * _MINUTE)),
        _state(
            "very old", "observed an hour ago or earlier: dim, with its age", _merged(8, 77, age=2 * _HOUR)
        ),
        _state("unknown", "no current reading: a day old, or none at all", MergedUsage()),
        _state("0 %", "nothing used", _merged(0, 0)),
        _state("50 %", "half is used: yellow", _merged(50, 20)),
        _state("80 %", "a warning: orange", _merged(80, 52)),
        _state("95 %", "nearly used up: red", _merged(95, 61)),
        _state("over 100 %", "as reported, not capped", _merged(104, 100)),
        _state("reset passed", "after a reset the old number is never shown", _merged(None, 77)),
        _state(
            "scoped", "the weekly limit of a model is the tightest", _merged(8, 77, **{f"{SCOPED}Fable": 91})
        ),
        _state("credits", "the limit of paid usage credits is the tightest", _merged(100, 77, spend=103)),
        _state("no login", "`quotaline status` shows what to do", MergedUsage()),
        State(
            "no plan limit",
            "API key, Bedrock or Vertex: the cost of the session",
            dollars(0.42),
            {"claude": dollars(0.42)},
        ),
        State("narrow", f"a terminal of {_NARROW} columns", bare, {"claude": bare}),
    ]


def gallery() -> Group:
    """Return two tables: how the segment looks in each state, and what each host gets for it."""
    all_states = states()
    looks = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("state", "shown", ""):
        looks.add_column(title, no_wrap=title == "shown")
    printed = Table(box=None, pad_edge=False, header_style="dim")
    printed.add_column("state", no_wrap=True)
    printed.add_column("host", max_width=14)
    printed.add_column("printed", overflow="fold")
    for state in all_states:
        looks.add_row(state.name, Text.from_ansi(state.shown), Text(state.about, style="dim"))
        name = state.name
        for text, hosts in _hosts_by_text(state).items():
            printed.add_row(name, " ".join(hosts), Text(text))
            name = ""
        printed.add_row()
    return Group(looks, "", printed)


def _hosts_by_text(state: State) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for host, text in state.printed.items():
        # Three of them take half a page: they are shown once.
        if host in MARKUPS or state.name == _FIRST:
            result.setdefault(text.translate(_VISIBLE), []).append(host)
    return result


def _state(name: str, about: str, merged: MergedUsage) -> State:
    printed = render(merged, HOSTS, NOW)
    return State(name, about, printed["ansi"], printed)


def _merged(five_hour: float | None, seven_day: float, age: float = 0, **scoped: float) -> MergedUsage:
    """Return merged usage with these percentages; a window that is None has ended."""
    percents = {FIVE_HOUR: five_hour, SEVEN_DAY: seven_day, **scoped}
    resets = {FIVE_HOUR: NOW + 2 * _HOUR}
    return MergedUsage(
        observations={
            key: (Observation(Window(percent, resets.get(key, NOW + 72 * _HOUR)), "api", NOW - age),)
            for key, percent in percents.items()
            if percent is not None
        }
    )
