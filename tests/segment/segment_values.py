"""Random merged usage and display options for property tests, and options from settings written in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import golden
from hypothesis import strategies as st

from quotaline.model.merge import MergedUsage, Observation
from quotaline.model.usage import Credits, Window
from quotaline.segment.options import DisplayOptions, display_options
from quotaline.segment.rendering import render
from quotaline.segment.template import FIELDS
from quotaline.setting_table import TABLE
from quotaline.settings import Settings, check

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = golden.NOW
SPECIAL = "$()[]\\"
NOT_DISPLAY = ("ttl", "sources.")


def options_of(**chosen: object) -> DisplayOptions:
    """Return the display options of settings, whose keys have `__` for a dot."""
    return display_options(
        check({key.replace("__", ".").removeprefix("_"): value for key, value in chosen.items()})
    )


def text_of(merged: MergedUsage, **chosen: object) -> str:
    """Return the plain text with these settings."""
    return fitted(merged, None, options_of(**chosen))


def fitted(merged: MergedUsage, columns: int | None, options: DisplayOptions) -> str:
    """Return the plain text on a terminal of so many columns."""
    return render(merged, ("plain",), NOW, options.limited_to(columns))["plain"]


def texts(merged: MergedUsage, widths: Iterable[int], options: DisplayOptions) -> list[str]:
    """Return the plain text at each width."""
    return [fitted(merged, columns, options) for columns in widths]


LITERAL = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1).map(
    lambda text: "".join(f"\\{letter}" if letter in SPECIAL else letter for letter in text)
)
STYLE = st.sampled_from(["", "bold", "208", "#ff8700", "dim 5h", "tightest", "red underline"])
FORMATS = st.recursive(
    LITERAL | st.sampled_from(FIELDS).map("${{{}}}".format) | st.sampled_from(FIELDS).map("${} ".format),
    lambda inner: (
        st.lists(inner, max_size=4).map("".join)
        | inner.map("({})".format)
        | st.builds("[{}]({})".format, inner, STYLE)
    ),
    max_leaves=8,
)


def values(key: str) -> st.SearchStrategy[Any]:
    setting = TABLE[key]
    if setting.choices:
        return st.sampled_from(setting.choices)
    if isinstance(setting.default, bool):
        return st.booleans()
    if isinstance(setting.default, int):
        return st.integers(setting.low, min(setting.high, 120))
    if key == "format":
        return st.just("") | FORMATS.filter(lambda text: len(text) <= 200)
    return st.sampled_from(["", "blue", "208", "#Ff8700", "bold underline 33", "inverted"])


OPTIONS = st.fixed_dictionaries(
    {}, optional={key: values(key) for key in TABLE if not key.startswith(NOT_DISPLAY)}
).map(lambda chosen: display_options(Settings(chosen), "Acme\x1b[31m Org\n"))
WINDOWS = st.builds(
    Window,
    st.floats(0, 999),
    st.none() | st.floats(NOW - 90000, NOW + 800_000) | st.integers(int(NOW), int(NOW) + 90000).map(float),
    st.sampled_from([None, 18000.0, 604_800.0]),
)
OBSERVATIONS = st.builds(
    Observation,
    WINDOWS,
    st.sampled_from(["api", "statusline"]),
    st.integers(int(NOW) - 90000, int(NOW)).map(float),
)
KEYS = ["five_hour", "seven_day", "spend", "scoped:Fable", "scoped:a b_c.d-e"]
CREDITS = st.builds(
    Credits,
    enabled=st.booleans(),
    used=st.none() | st.floats(0, 1e6),
    limit=st.none() | st.floats(0, 1e6),
    currency=st.sampled_from([None, "EUR", "\x1b[31m", "$$$"]),
)
MERGED = st.builds(
    MergedUsage,
    observations=st.dictionaries(
        st.sampled_from(KEYS), OBSERVATIONS.map(lambda observation: (observation,)), max_size=4
    ),
    credits=st.none() | CREDITS,
    credits_at=st.integers(int(NOW) - 90000, int(NOW)).map(float),
)
