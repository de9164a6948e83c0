"""The value of each field of a template."""

from __future__ import annotations

import golden
from golden import usage_of
from segment_values import NOW, text_of

from quotaline.model.merge import MergedUsage, Observation
from quotaline.model.usage import Window
from quotaline.segment.options import display_options
from quotaline.segment.rendering import render
from quotaline.settings import check


def test_every_field_has_the_value_that_its_name_promises() -> None:
    def value(field: str, **more: object) -> str:
        options = display_options(check({"format": f"${{{field}}}", **more}), "Acme Org")
        return render(usage_of(8, 77, scoped=91), ("plain",), NOW, options)["plain"]

    expected = {
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
    assert {field: value(field) for field in expected} == expected
    assert value("5h.bar", icons="unicode", bar_width=4) == "█░░░"


def test_field_is_used_or_left_by_its_name_whatever_the_setting_says() -> None:
    assert text_of(usage_of(8), format="$5h.used $5h.left $5h", show="left") == "8 92 92%"


def test_format_of_version_0_1_may_name_the_scoped_window_further() -> None:
    old, new = "[$further.name](further) $further.used", "[$scoped.name](scoped) $scoped.used"

    assert text_of(usage_of(scoped=91), format=old) == text_of(usage_of(scoped=91), format=new) == "Fable 91"


def test_clock_names_the_day_if_that_is_not_today() -> None:
    with golden.utc():
        both = "$5h.reset_at, $7d.reset_at"
        assert text_of(usage_of(), format=both) == "14:15, Tue 16:00"
        assert text_of(usage_of(), format=both, clock="12h") == "2:15pm, Tue 4:00pm"
        merged = MergedUsage(
            observations={"five_hour": (Observation(Window(8, NOW + 8 * 86400 - 0.6), "api", NOW),)}
        )
        assert text_of(merged, format="$5h.reset_at") == "29 Nov"
