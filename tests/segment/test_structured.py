"""JSON, waybar and OpenMetrics: read back by a parser of each."""

from __future__ import annotations

import html
import json

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as metrics

from quotaline.cache.segment_format import NEW_LINE
from quotaline.fastpath import reader
from quotaline.model.merge import MergedUsage, merge
from quotaline.model.usage import Reading, ScopedWindow, Usage, Window
from quotaline.segment.rendering import HOSTS, render
from quotaline.segment.schedule import schedules

NOW = 1_795_300_000.0


def text_of(merged: MergedUsage, host: str, now: float) -> str:
    return render(merged, (host,), now)[host]


def usage_with(*scoped: str, used: float = 8.0) -> MergedUsage:
    usage = Usage(
        five_hour=Window(used, NOW + 7200, 18000),
        seven_day=Window(77.0, NOW + 260000, 604800),
        scoped=tuple(ScopedWindow(name, Window(91.0, NOW + 260000)) for name in scoped),
    )
    return merge(MergedUsage(), Reading("api", NOW, usage), NOW)


def test_json_is_one_object_with_numbers_resets_text_and_class() -> None:
    line = text_of(usage_with(used=28.999999999999996), "json", NOW)

    assert "\n" not in line
    assert json.loads(line) == {
        "version": 1,
        "text": "[5h:29% 7d:77%]",
        "class": "moderate",
        "windows": {
            "five_hour": {"utilization": 29.0, "resets_at": NOW + 7200, "observed_at": NOW},
            "seven_day": {"utilization": 77.0, "resets_at": NOW + 260000, "observed_at": NOW},
        },
    }


@pytest.mark.parametrize(
    ("age", "used", "wanted"),
    [(0, 80, "warning"), (0, 95, "critical"), (0, 8, "moderate"), (3600, 95, "old"), (86400, 95, "unknown")],
)
def test_class_is_the_tightest_windows_colour_or_that_the_numbers_are_old_or_unknown(
    age: float, used: float, wanted: str
) -> None:
    assert json.loads(text_of(usage_with(used=used), "json", NOW + age))["class"] == wanted


def test_waybar_gets_pango_text_tooltip_class_and_percentage() -> None:
    module = json.loads(text_of(usage_with("Fable"), "waybar", NOW))

    assert (module["class"], module["percentage"]) == ("warning", 91)
    assert html.unescape(module["text"]) == "[5h:8% 7d:77% Fable:91%]"
    assert [line.partition(",")[0] for line in module["tooltip"].split("\n")] == [
        "5h 8%",
        "7d 77%",
        "Fable 91%",
    ]


def test_openmetrics_is_what_prometheus_parses() -> None:
    text = text_of(usage_with('a"b\\c'), "openmetrics", NOW).replace(NEW_LINE, "\n")
    found = {
        (sample.name, sample.labels["window"]): sample.value
        for family in metrics(text)  # type: ignore[no-untyped-call]
        for sample in family.samples
    }

    assert found["quotaline_utilization_ratio", "five_hour"] == 0.08
    assert found["quotaline_utilization_ratio", 'scoped:a"b\\c'] == 0.91
    assert found["quotaline_reset_timestamp_seconds", "seven_day"] == NOW + 260000
    assert found["quotaline_observed_timestamp_seconds", "seven_day"] == NOW


def test_metrics_of_an_ended_window_disappear_without_a_refresher() -> None:
    rows = schedules(usage_with(), ("openmetrics",), NOW)["openmetrics"]
    later = next(text for until, text in rows if until > NOW + 7300)

    assert 'window="seven_day"' in later
    assert 'window="five_hour"' not in later


def test_reader_knows_the_hosts_that_are_rendered() -> None:
    assert set(reader.HOSTS) == set(HOSTS)


@pytest.mark.parametrize("host", HOSTS)
def test_neutral_line_is_what_the_refresher_would_write_for_unknown_usage(host: str) -> None:
    assert reader._NEUTRAL.get(host, reader.NEUTRAL) == text_of(MergedUsage(), host, NOW)
