"""``quotaline demo --gallery``: every state of a segment, as people see it and as each host gets it."""

from __future__ import annotations

from typing import NamedTuple

from rich.console import Group
from rich.table import Table
from rich.text import Text

from quotaline.cache.segment_format import NEW_LINE
from quotaline.model.merge import MergedUsage, Observation
from quotaline.model.usage import FIVE_HOUR, SCOPED, SEVEN_DAY, Window
from quotaline.segment.options import DEFAULT_OPTIONS
from quotaline.segment.rendering import HOSTS, render
from quotaline.sources.statusline import dollars

NOW = 1_795_428_000.0  # epoch seconds: not the clock, so that a picture is the same tomorrow
_MINUTE, _HOUR = 60, 3600
_NARROW = 10  # columns
_VISIBLE = str.maketrans({"\x1b": "\\e", "\x01": "\\001", "\x02": "\\002", NEW_LINE: "\n"})


class State(NamedTuple):
    """
    One state.

    `seen` is what people see, with SGR; `printed` the line by host, for those hosts that can be in it.
    """

    name: str
    about: str
    seen: str
    printed: dict[str, str]


def states() -> list[State]:
    """Return all states, from the everyday ones to the rare."""
    usual = _merged(8, 77)
    bare = render(usual, ("claude",), NOW, DEFAULT_OPTIONS.limited_to(_NARROW))["claude"]
    return [
        _state("fresh", "read less than 10 minutes ago", usual),
        _state("old", "from 10 minutes on", _merged(8, 77, age=12 * _MINUTE)),
        _state("very old", "from an hour on, with its age", _merged(8, 77, age=2 * _HOUR)),
        _state("unknown", "nothing true is known: older than a day, or never read", MergedUsage()),
        _state("0 %", "nothing used", _merged(0, 0)),
        _state("50 %", "half of it: yellow", _merged(50, 20)),
        _state("80 %", "take care: orange", _merged(80, 52)),
        _state("95 %", "nearly over: red", _merged(95, 61)),
        _state("over 100 %", "as told, not capped", _merged(104, 100)),
        _state("reset passed", "a window that is over is never its old number", _merged(None, 77)),
        _state("scoped", "a model's weekly limit is the tightest", _merged(8, 77, **{f"{SCOPED}Fable": 91})),
        _state("credits", "the cap of paid credits is the tightest", _merged(100, 77, spend=103)),
        _state("no login", "and `quotaline status` says what to do", MergedUsage()),
        State(
            "no plan limit",
            "API key, Bedrock, Vertex: the session's cost",
            dollars(0.42),
            {"claude": dollars(0.42)},
        ),
        State("narrow", f"a terminal of {_NARROW} columns", bare, {"claude": bare}),
    ]


def gallery() -> Group:
    """Return the two tables: what people see in each state, and what each host is given for it."""
    all_states = states()
    seen = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("state", "seen", ""):
        seen.add_column(title, no_wrap=title == "seen")
    given = Table(box=None, pad_edge=False, header_style="dim")
    given.add_column("state", no_wrap=True)
    given.add_column("host", max_width=14)
    given.add_column("printed", overflow="fold")
    for state in all_states:
        seen.add_row(state.name, Text.from_ansi(state.seen), Text(state.about, style="dim"))
        name = state.name
        for text, hosts in _by_text(state.printed).items():
            given.add_row(name, " ".join(hosts), Text(text))
            name = ""
        given.add_row()
    return Group(seen, "", given)


def _by_text(printed: dict[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for host, text in printed.items():
        found.setdefault(text.translate(_VISIBLE), []).append(host)
    return found


def _state(name: str, about: str, merged: MergedUsage) -> State:
    printed = render(merged, HOSTS, NOW)
    return State(name, about, printed["ansi"], printed)


def _merged(five_hour: float | None, seven_day: float, age: float = 0, **scoped: float) -> MergedUsage:
    """Return a belief of these percentages; a window of None has ended."""
    percents = {FIVE_HOUR: five_hour, SEVEN_DAY: seven_day, **scoped}
    resets = {FIVE_HOUR: NOW + 2 * _HOUR}
    return MergedUsage(
        observations={
            key: (Observation(Window(percent, resets.get(key, NOW + 72 * _HOUR)), "api", NOW - age),)
            for key, percent in percents.items()
            if percent is not None
        }
    )
