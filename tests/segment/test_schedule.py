"""The schedule of a segment: at every time the text that a rendering at that time would give."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from golden import usage_of
from hypothesis import given, settings
from hypothesis import strategies as st
from segment_values import MERGED, NOW, OPTIONS, options_of

from quotaline.cache.segment_format import FOR_EVER
from quotaline.segment.markup import MARKUPS
from quotaline.segment.rendering import HOSTS, render
from quotaline.segment.schedule import schedules, widest

if TYPE_CHECKING:
    from quotaline.model.merge import MergedUsage
    from quotaline.segment.options import DisplayOptions

_EACH_KIND = ("ansi", "json", "openmetrics")  # hosts that depend on different parts of a view


@settings(deadline=None)
@given(MERGED, OPTIONS, st.integers(0, 100_000), st.sampled_from([900.0, 1800.0]))
def test_schedule_has_for_every_second_what_is_true_then(
    merged: MergedUsage, options: DisplayOptions, ahead: int, precise_for: float
) -> None:
    at = NOW + ahead

    found = schedules(merged, _EACH_KIND, NOW, options, precise_for)

    assert {
        host: next(text for until, text in rows if until > at or until == FOR_EVER)
        for host, rows in found.items()
    } == render(merged, _EACH_KIND, at, options, coarse=ahead >= precise_for)


@settings(deadline=None)
@given(MERGED, OPTIONS)
def test_a_day_of_any_host_is_a_small_file_that_a_hook_reads_to_its_end(
    merged: MergedUsage, options: DisplayOptions
) -> None:
    for host, rows in schedules(merged, tuple(MARKUPS), NOW, options).items():
        assert len(rows) < 500, host  # as many as the hooks read
        assert all(len(text) < 1000 for _, text in rows) or options.template


def test_countdown_goes_by_the_minute_and_without_a_refresh_by_the_hour() -> None:
    rows = schedules(usage_of(), ("plain",), NOW, options_of(style="verbose"))["plain"]

    given = [(until - NOW, text.rpartition("resets ")[2]) for until, text in rows[:20]]
    assert given[:3] == [(1, "2h 15m"), (61, "2h 14m"), (121, "2h 13m")]
    assert given[16:18] == [(900, "2h 0m"), (901, "2h")]
    assert [time for time, text in given if text == "1h"] == [3600, 4501]
    assert len(rows) < 60


def test_rows_of_one_text_are_one_row() -> None:
    for rows in schedules(usage_of(scoped=91), HOSTS, NOW).values():
        texts = [text for _, text in rows]
        assert all(one != other for one, other in pairwise(texts))


def test_widest_text_is_measured_without_its_colours() -> None:
    rows = schedules(usage_of(8, 77, age=700), ("claude",), NOW)["claude"]

    assert "\x1b" in rows[0][1]
    assert widest(rows) == len("[5h:8%~1h 7d:77%~1h]")
