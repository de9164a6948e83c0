"""The settings that choose thresholds, windows, symbols and what is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from golden import usage_of
from segment_values import NOW, fitted, options_of, text_of

from quotaline.model.merge import MergedUsage
from quotaline.segment.line import line
from quotaline.segment.options import display_options
from quotaline.segment.rendering import NOTHING
from quotaline.segment.view import view
from quotaline.settings import check

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    spans = line(view(usage_of(70, 82), NOW, display_options(check(dict(chosen)))))

    assert tuple(span.style for span in spans if span.text.endswith("%")) == colours


def test_severity_is_a_symbol_too_if_asked() -> None:
    assert text_of(usage_of(80, 95), symbols=True) == "[5h:80%! 7d:95%!!]"
    assert text_of(usage_of(79, 12), symbols=True) == "[5h:79% 7d:12%]"


def test_window_is_shown_from_its_own_threshold_and_an_unknown_one_always() -> None:
    assert text_of(usage_of(8, 77), _7d__show_from=80) == "[5h:8%]"
    assert text_of(usage_of(8, 80), _7d__show_from=80) == "[5h:8% 7d:80%]"
    assert text_of(usage_of(8, None), _7d__show_from=80) == "[5h:8% 7d:--]"
    assert text_of(usage_of(8, 77), _5h__show_from=50) == "[7d:77%]"
    assert text_of(usage_of(8, None), _7d__show=False) == "[5h:8%]"
    assert text_of(usage_of(8, 77), display__show_session_usage=False) == "[7d:77%]"
    assert text_of(usage_of(8, 77), display__show_weekly_usage=False) == "[5h:8%]"
    assert text_of(usage_of(8, 77), usage__compact_format=False).startswith("Quota: ")


def test_alert_only_shows_nothing_until_a_window_warns_or_nothing_is_known() -> None:
    assert text_of(usage_of(8, 77), alert_only=True) == NOTHING
    assert text_of(usage_of(8, 77), alert_only=True, warn=77) == "[5h:8% 7d:77%]"
    assert text_of(usage_of(8, 77), alert_only=True, _7d__warn=70) == "[5h:8% 7d:77%]"
    assert text_of(usage_of(8, 77), alert_only=True, warn=70, _7d__show=False) == NOTHING
    assert text_of(usage_of(8, 77, scoped=91), alert_only=True) == "[5h:8% 7d:77% Fable:91%]"
    assert text_of(MergedUsage(), alert_only=True) == "[5h:-- 7d:--]"


def test_alert_goes_by_the_warning_threshold_even_if_red_is_set_below_it() -> None:
    assert text_of(usage_of(8, 70), alert_only=True, thresholds__red=60) == NOTHING


def test_percentage_left_is_labelled_left() -> None:
    assert text_of(usage_of(8, 112), show="left") == "[left 5h:92% 7d:0%]"
    assert fitted(usage_of(8, 77), 11, options_of(show="left")) == "left 92|23"


def test_of_the_terminals_width_and_the_setting_the_smaller_one_limits_the_line() -> None:
    assert options_of(width=40).limited_to(80).columns == 40
    assert options_of(width=80).limited_to(40).columns == 40
    assert options_of(width=80).limited_to(None).columns == 80
    assert options_of().limited_to(40).columns == 40
    assert options_of().limited_to(None).columns is None
