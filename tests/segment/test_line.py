"""The line: what it has, what it drops if it is too wide, and how a template is filled."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import category

import pytest
from golden import usage_of
from hypothesis import given, settings
from hypothesis import strategies as st
from segment_values import MERGED, NOW, OPTIONS, fitted, options_of, text_of, texts
from test_markup import SHOWN

from quotaline.model.merge import MergedUsage
from quotaline.segment.fields import Value
from quotaline.segment.line import fill, line
from quotaline.segment.markup import MARKUPS
from quotaline.segment.rendering import NOTHING, render
from quotaline.segment.span import Span, width
from quotaline.segment.template import parse
from quotaline.segment.view import view

if TYPE_CHECKING:
    from quotaline.segment.options import DisplayOptions


@settings(deadline=None)
@given(MERGED, OPTIONS, st.integers(1, 150), st.booleans())
def test_with_any_usage_and_options_every_host_gets_one_line_that_fits(
    merged: MergedUsage, options: DisplayOptions, columns: int, coarse: bool
) -> None:
    limited = options.limited_to(columns)
    rendered = render(merged, ("plain", *MARKUPS), NOW, limited, coarse=coarse)
    wanted = rendered["plain"]

    assert not any(category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in wanted)
    assert 1 <= width(wanted) <= min(columns, options.columns or columns)
    for host in MARKUPS:
        assert "\n" not in rendered[host]
        assert SHOWN[host](rendered[host]) == wanted
    whole = "".join(span.text for span in line(view(merged, NOW, options, coarse=coarse)))
    assert options.columns is None or width(whole) <= options.columns


def test_unknown_is_not_zero() -> None:
    assert text_of(MergedUsage()) == "[5h:-- 7d:--]"
    assert text_of(usage_of(0, None)) == "[5h:0% 7d:--]"


def test_scoped_window_appears_when_it_is_tighter_than_both() -> None:
    assert text_of(usage_of(8, 77, scoped=91)) == "[5h:8% 7d:77% Fable:91%]"
    assert text_of(usage_of(8, 77, scoped=77)) == "[5h:8% 7d:77%]"


def test_value_of_a_field_is_a_span_of_its_own() -> None:
    spans = line(view(usage_of(), NOW, options_of(palette="mono")))

    assert [span.text for span in spans] == ["[", "5h", ":", "8%", " ", "7d", ":", "77%", "]"]


# -- width


def test_narrow_terminal_gets_a_shorter_line_and_always_one() -> None:
    merged = usage_of(8, 77, scoped=91)

    lines = {columns: fitted(merged, columns, options_of()) for columns in (None, 80, 23, 14, 13, 4, 3, 1)}

    assert lines == {
        None: "[5h:8% 7d:77% Fable:91%]",
        80: "[5h:8% 7d:77% Fable:91%]",
        23: "[5h:8% 7d:77%]",
        14: "[5h:8% 7d:77%]",
        13: "8|77",
        4: "8|77",
        3: "91",
        1: NOTHING,  # rather than half a number
    }


def test_line_drops_the_weeks_reset_then_the_sessions_then_pace_then_labels() -> None:
    options = options_of(style="bar", reset="countdown", pace=True)

    lines = texts(usage_of(8, 77, scoped=91), range(90, 0, -1), options)

    assert list(dict.fromkeys(lines)) == [
        "5h [#.........] 8% (2h15m)  7d [#######...] 77% (3d4h) +22  Fable [#########.] 91% (1d1h)",
        "5h [#.........] 8% (2h15m)  7d [#######...] 77% +22  Fable [#########.] 91%",
        "5h [#.........] 8%  7d [#######...] 77% +22  Fable [#########.] 91%",
        "5h [#.........] 8%  7d [#######...] 77%  Fable [#########.] 91%",
        "5h 8%  7d 77%  Fable 91%",
        "5h 8%  7d 77%",
        "8|77",
        "91",
        NOTHING,
    ]


def test_format_is_shortened_too_and_falls_back_to_a_style_that_fits() -> None:
    options = options_of(format="$5h( in $5h.reset) and $7d( in $7d.reset)")

    assert texts(usage_of(), (99, 26, 20, 12, 10, 9), options) == [
        "8% in 2h15m and 77% in 3d4h",
        "8% in 2h15m and 77%",
        "8% in 2h15m and 77%",
        "8% and 77%",
        "8% and 77%",
        "8|77",
    ]


@pytest.mark.parametrize("style", ["compact", "verbose", "aiterm", "minimal", "bar"])
def test_padded_line_has_one_width_for_all_numbers(style: str) -> None:
    widths = {
        width(text_of(usage_of(used, 100 - used, age=age), style=style, pad=True, reset="countdown"))
        for used, age in ((0, 0), (8, 0), (77, 0), (100, 0), (1, 700), (77, 700))
    }

    assert len(widths) == 1


def test_wide_characters_of_a_format_count_twice() -> None:
    assert width("額8%") == 4
    assert fitted(usage_of(), 3, options_of(format="額$5h")) == "77"


# -- filling a template


def filled(text: str, **known: str) -> list[Span]:
    """Fill a template with the fields that are known; `5h` is written `_5h` here."""
    values = {name.removeprefix("_").replace("__", "."): given for name, given in known.items()}

    def value(name: str) -> Value:
        return Value(Span(values.get(name, "--"), "green" if name == "5h" else ""), name in values)

    return fill(parse(text), value)[0]


def shown(text: str, **known: str) -> str:
    return "".join(span.text for span in filled(text, **known))


def test_fields_are_filled_with_and_without_braces() -> None:
    assert shown("5h=$5h.used, ${5h.used}0.", _5h__used="8") == "5h=8, 80."


def test_group_is_left_out_if_all_of_its_fields_are_unknown() -> None:
    assert shown("a( $5h)( $7d)(text alone)($5h|$7d)", _5h="8%") == "a 8%8%|--"
    assert shown("(($5h)-$7d)", _5h="8%") == "8%---"


def test_unknown_field_outside_a_group_is_shown_as_unknown() -> None:
    assert shown("$5h") == "--"


@pytest.mark.parametrize("letter", "$()[]\\")
def test_special_character_is_itself_after_a_backslash(letter: str) -> None:
    assert shown(f"a\\{letter}b") == f"a{letter}b"


def test_style_is_for_text_and_fields_and_a_windows_name_is_its_colour() -> None:
    assert filled("[a](bold)", _5h="8%") == [Span("a", "bold")]
    assert filled("[$5h](bold)", _5h="8%") == [Span("8%", "bold green")]
    assert filled("[$5h](blue)", _5h="8%") == [Span("8%", "blue")]
    assert filled("[week](5h)", _5h="8%") == [Span("week", "green")]
    assert filled("[a[b](red)](blue bold)", _5h="8%") == [Span("a", "blue bold"), Span("b", "red bold")]
