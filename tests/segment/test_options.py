"""How people make the segment theirs: thresholds, windows, width, time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unicodedata import category

import golden
import pytest
from golden import believed
from hypothesis import given, settings
from hypothesis import strategies as st
from test_markup import SHOWN
from test_template import FORMATS

from quotaline.cache.segment_format import FOR_EVER
from quotaline.model.merge import MergedUsage, Observation
from quotaline.model.usage import Credits, Window
from quotaline.segment.line import line, timeline
from quotaline.segment.markup import MARKUPS, NOTHING, fitted, plain, render, rows, tables
from quotaline.segment.options import DisplayOptions, display_options
from quotaline.segment.span import width
from quotaline.settings import TABLE, Settings, check

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = golden.NOW
NOT_LOOKS = ("ttl", "sources.")


def looks(**chosen: object) -> DisplayOptions:
    """Return the look of settings, written with `__` for a dot."""
    return display_options(
        check({key.replace("__", ".").removeprefix("_"): value for key, value in chosen.items()})
    )


def shown(merged: MergedUsage, **chosen: object) -> str:
    return render(merged, "plain", NOW, looks(**chosen))


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


LOOKS = st.fixed_dictionaries(
    {}, optional={key: values(key) for key in TABLE if not key.startswith(NOT_LOOKS)}
).map(lambda chosen: display_options(Settings(chosen), "Acme\x1b[31m Org\n"))
WINDOWS = st.builds(
    Window,
    st.floats(0, 999),
    st.none() | st.floats(NOW - 90000, NOW + 800_000) | st.integers(int(NOW), int(NOW) + 90000).map(float),
    st.sampled_from([None, 18000.0, 604_800.0]),
)
TOLD = st.builds(
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
BELIEFS = st.builds(
    MergedUsage,
    observations=st.dictionaries(
        st.sampled_from(KEYS), TOLD.map(lambda observation: (observation,)), max_size=4
    ),
    credits=st.none() | CREDITS,
    credits_at=st.integers(int(NOW) - 90000, int(NOW)).map(float),
)


@settings(deadline=None)
@given(BELIEFS, LOOKS, st.integers(1, 150), st.booleans())
def test_whatever_is_believed_and_chosen_every_host_gets_one_line_that_fits(
    merged: MergedUsage, chosen: DisplayOptions, columns: int, coarse: bool
) -> None:
    wanted = fitted(merged, "plain", NOW, columns, chosen)

    assert not any(category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in wanted)
    assert 1 <= width(wanted) <= min(columns, chosen.columns or columns)
    for host in MARKUPS:
        text = fitted(merged, host, NOW, columns, chosen)
        assert "\n" not in text
        assert SHOWN[host](text) == wanted
    assert chosen.columns is None or width(plain(line(merged, NOW, chosen, coarse=coarse))) <= chosen.columns


@settings(deadline=None)
@given(BELIEFS, LOOKS, st.integers(0, 100_000), st.sampled_from([900.0, 1800.0]))
def test_timetable_says_at_every_second_what_is_true_then(
    merged: MergedUsage, chosen: DisplayOptions, ahead: int, precise: float
) -> None:
    at = NOW + ahead

    table = timeline(merged, NOW, chosen, precise)

    given = next(spans for _, until, spans in table if until > at or until == FOR_EVER)
    assert plain(given) == plain(line(merged, at, chosen, coarse=ahead >= precise))


@settings(deadline=None)
@given(BELIEFS, LOOKS)
def test_a_day_of_any_host_is_a_small_file_that_a_hook_reads_to_its_end(
    merged: MergedUsage, chosen: DisplayOptions
) -> None:
    for host, table in tables(merged, tuple(MARKUPS), NOW, chosen).items():
        assert len(table) < 500, host  # as many as the hooks read
        assert all(len(text) < 1000 for _, text in table) or chosen.template


def test_countdown_goes_by_the_minute_and_once_nobody_refreshes_by_the_hour() -> None:
    table = rows(believed(), "plain", NOW, looks(style="verbose"))

    given = [(until - NOW, text.rpartition("resets ")[2]) for until, text in table[:20]]
    assert given[:3] == [(1, "2h 15m"), (61, "2h 14m"), (121, "2h 13m")]
    assert given[16:18] == [(900, "2h 0m"), (901, "2h")]
    assert [time for time, text in given if text == "1h"] == [3600, 4501]
    assert len(table) < 60


# -- thresholds


@pytest.mark.parametrize(
    ("chosen", "colours"),
    [
        ({}, ("yellow", "orange")),
        ({"warn": 85}, ("yellow", "yellow")),
        ({"thresholds.yellow": 80}, ("green", "orange")),
        ({"thresholds.red": 60}, ("red", "red")),
        ({"5h.warn": 60}, ("orange", "orange")),
        ({"7d.red": 82, "warn": 10}, ("orange", "red")),
        ({"usage.warning_threshold": 60}, ("orange", "orange")),
        ({"thresholds.orange": 60}, ("orange", "orange")),
        ({"colors.orange": "bold #FF0000"}, ("yellow", "bold #FF0000")),
        ({"palette": "mono"}, ("", "bold")),
        ({"palette": "mono", "colors.yellow": "33"}, ("33", "bold")),
    ],
    ids=str,
)
def test_colour_goes_by_the_windows_own_thresholds(
    chosen: Mapping[str, object], colours: tuple[str, str]
) -> None:
    spans = line(believed(70, 82), NOW, display_options(check(dict(chosen))))

    assert tuple(span.style for span in spans if span.text.endswith("%")) == colours


def test_severity_is_a_symbol_too_if_asked() -> None:
    assert shown(believed(80, 95), symbols=True) == "[5h:80%! 7d:95%!!]"
    assert shown(believed(79, 12), symbols=True) == "[5h:79% 7d:12%]"


# -- which windows


def test_window_is_shown_from_its_own_threshold_and_what_is_unknown_is_said() -> None:
    assert shown(believed(8, 77), _7d__show_from=80) == "[5h:8%]"
    assert shown(believed(8, 80), _7d__show_from=80) == "[5h:8% 7d:80%]"
    assert shown(believed(8, None), _7d__show_from=80) == "[5h:8% 7d:--]"
    assert shown(believed(8, 77), _5h__show_from=50) == "[7d:77%]"
    assert shown(believed(8, None), _7d__show=False) == "[5h:8%]"
    assert shown(believed(8, 77), display__show_session_usage=False) == "[7d:77%]"
    assert shown(believed(8, 77), display__show_weekly_usage=False) == "[5h:8%]"
    assert shown(believed(8, 77), usage__compact_format=False).startswith("Quota: ")


def test_alert_only_says_nothing_until_a_window_warns_or_nothing_is_known() -> None:
    assert shown(believed(8, 77), alert_only=True) == NOTHING
    assert shown(believed(8, 77), alert_only=True, warn=77) == "[5h:8% 7d:77%]"
    assert shown(believed(8, 77), alert_only=True, _7d__warn=70) == "[5h:8% 7d:77%]"
    assert shown(believed(8, 77), alert_only=True, warn=70, _7d__show=False) == NOTHING
    assert shown(believed(8, 77, scoped=91), alert_only=True) == "[5h:8% 7d:77% Fable:91%]"
    assert shown(MergedUsage(), alert_only=True) == "[5h:-- 7d:--]"


def test_left_is_said_to_be_left() -> None:
    assert shown(believed(8, 112), show="left") == "[left 5h:92% 7d:0%]"
    assert fitted(believed(8, 77), "plain", NOW, 11, looks(show="left")) == "left 92|23"


# -- width and fixed width


def test_ladder_drops_the_weeks_reset_then_the_sessions_then_pace_then_labels() -> None:
    chosen = looks(style="bar", reset="countdown", pace=True)
    merged = believed(8, 77, scoped=91)

    lines = [fitted(merged, "plain", NOW, columns, chosen) for columns in range(90, 0, -1)]

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
    chosen = looks(format="$5h( in $5h.reset) and $7d( in $7d.reset)")

    lines = [fitted(believed(), "plain", NOW, columns, chosen) for columns in (99, 26, 20, 12, 10)]

    assert lines == [
        "8% in 2h15m and 77% in 3d4h",
        "8% in 2h15m and 77%",
        "8% in 2h15m and 77%",
        "8% and 77%",
        "8% and 77%",
    ]
    assert fitted(believed(), "plain", NOW, 9, chosen) == "8|77"


@pytest.mark.parametrize("style", ["compact", "verbose", "aiterm", "minimal", "bar"])
def test_padded_line_does_not_jump(style: str) -> None:
    chosen = looks(style=style, pad=True, reset="countdown")

    widths = {
        width(render(believed(used, 100 - used, age=age), "plain", NOW, chosen))
        for used, age in ((0, 0), (8, 0), (77, 0), (100, 0), (1, 700), (77, 700))
    }

    assert len(widths) == 1


def test_wide_characters_of_a_format_count_twice() -> None:
    assert width("額8%") == 4
    assert fitted(believed(), "plain", NOW, 3, looks(format="額$5h")) == "77"


# -- fields


def test_every_field_says_what_it_is_called() -> None:
    merged = believed(8, 77, scoped=91)
    chosen = display_options(Settings({"format": ""}), "Acme Org")

    def given(field: str, **more: object) -> str:
        return render(
            merged, "plain", NOW, display_options(check({"format": f"${{{field}}}", **more}), chosen.account)
        )

    assert {
        field: given(field)
        for field in (
            "5h",
            "5h.name",
            "5h.used",
            "5h.left",
            "5h.bar",
            "5h.reset",
            "5h.reset_short",
            "5h.reset_long",
            "5h.reset_words",
            "5h.words",
            "5h.age",
            "7d.pace",
            "tightest.name",
            "scoped.used",
            "credits",
            "account",
            "source",
        )
    } == {
        "5h": "8%",
        "5h.name": "5h",
        "5h.used": "8",
        "5h.left": "92",
        "5h.bar": "#.........",
        "5h.reset": "2h15m",
        "5h.reset_short": "2h",
        "5h.reset_long": "2h 15m",
        "5h.reset_words": "2 hours 15 minutes",
        "5h.words": "8 percent used",
        "5h.age": "<1m",
        "7d.pace": "+22",
        "tightest.name": "Fable",
        "scoped.used": "91",
        "credits": "12.50/50.00 EUR",
        "account": "Acme Org",
        "source": "api",
    }
    assert given("5h.bar", icons="unicode", bar_width=4) == "█░░░"


def test_clock_names_the_day_if_that_is_not_today(monkeypatch: pytest.MonkeyPatch) -> None:
    with golden.utc():
        both = "$5h.reset_at, $7d.reset_at"
        assert shown(believed(), format=both) == "14:15, Tue 16:00"
        assert shown(believed(), format=both, clock="12h") == "2:15pm, Tue 4:00pm"
        merged = MergedUsage(
            observations={"five_hour": (Observation(Window(8, NOW + 8 * 86400 - 0.6), "api", NOW),)}
        )
        assert shown(merged, format="$5h.reset_at") == "29 Nov"
