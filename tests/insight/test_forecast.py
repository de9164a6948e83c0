from __future__ import annotations

import math
import time
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotaline.insight.forecast import Forecast, forecast
from quotaline.insight.use import PastWindow
from quotaline.insight.worktime import WorkTime
from quotaline.model.usage import Window
from simulation.forecast_module import est_quotaline
from simulation.people import HABITS
from simulation.scores import est_even, judged, questions

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DrawFn

HOUR = 3600.0
DAY = 24 * HOUR
FIVE, WEEK = 5 * HOUR, 7 * DAY
MONDAY = 1_767_571_200.0  # 2026-01-05 00:00 in UTC
NINE = MONDAY + 28 * DAY + 9 * HOUR  # a Monday, four weeks later

Readings = list[tuple[float, float]]


def climb(begin: float, hours: float, percent: float, used: float = 0.0) -> Readings:
    """Steady use: a reading every 5 minutes."""
    steps = round(hours * 12)
    return [(begin + at * 300, math.floor(used + percent * at / steps)) for at in range(steps + 1)]


def five_hours(begin: float, readings: Readings) -> PastWindow:
    return PastWindow(readings, begin, begin + FIVE)


def asked(
    readings: Readings,
    past: list[PastWindow] | None = None,
    length: float = FIVE,
    start: float = NINE,
    **more: WorkTime,
) -> Forecast:
    """Ask at the last reading of a window."""
    now, used = readings[-1]
    found = forecast(Window(used, start + length, length), readings, past or [], now, **more)
    assert found is not None
    return found


def mornings(percent: float, hours: float = 4.0, clock: float = 9.0) -> list[PastWindow]:
    """Four weeks of windows from Monday to Friday at one time of day, with steady use."""
    starts = [MONDAY + day * DAY + clock * HOUR for day in range(28) if day % 7 < 5]
    return [five_hours(start, climb(start, hours, percent)) for start in starts]


def working_weeks(percent: float, days: int = 5) -> list[PastWindow]:
    """Four weeks with the same use from 9 to 17 on the first days of each."""
    weeks = []
    for week in range(4):
        start = MONDAY + week * WEEK
        readings = [(start, 0.0)]
        for day in range(days):
            begin = start + day * DAY + 9 * HOUR
            readings += climb(begin, 8, percent / days, percent / days * day)
        weeks.append(PastWindow(readings, start, start + WEEK))
    return weeks


# Scenarios


def test_steady_and_fast_use_is_forecast_to_reach_the_limit_at_the_time_that_it_leads_to() -> None:
    found = asked(climb(NINE, 2, 80), mornings(150))

    assert found.probability > 0.9
    assert found.end_low == found.end_median == found.end_high == 100
    assert found.reached_at == pytest.approx(NINE + 2.5 * HOUR, abs=20 * 60)


def test_little_use_lasts_and_no_time_is_named() -> None:
    found = asked(climb(NINE, 2, 10), mornings(20))

    assert found.probability < 0.02
    assert found.reached_at is None
    assert found.end_high < 50


def test_user_who_stops_at_noon_every_day_is_not_warned_of_an_afternoon() -> None:
    stops = asked(climb(NINE, 2.9, 60), mornings(62, hours=3))
    goes_on = asked(climb(NINE, 2.9, 60), mornings(100, hours=5))

    assert stops.probability < 0.25
    assert goes_on.probability > 0.5


def test_history_of_the_same_time_of_day_counts_and_not_that_of_another() -> None:
    heavy_evenings = mornings(150, clock=19) + mornings(20)

    assert asked(climb(NINE, 1, 12), sorted(heavy_evenings, key=starts)).probability < 0.2


def starts(window: PastWindow) -> float:
    return window.starts_at


def test_days_that_stopped_at_the_limit_are_not_taken_for_days_of_low_demand() -> None:
    blocked = [
        five_hours(one.starts_at, [reading for reading in one.readings if reading[1] <= 99])
        for one in mornings(150)
    ]

    assert asked(climb(NINE, 1, 35), blocked).probability > 0.6
    assert asked(climb(NINE, 1, 35), mornings(80, hours=2.2)).probability < 0.3


def test_first_minutes_of_a_new_user_say_almost_nothing() -> None:
    found = asked([(NINE, 0), (NINE + 300, 4)])

    assert found.probability < 0.5
    assert found.end_high - found.end_low > 30


def test_new_user_gets_a_forecast_from_this_window_alone() -> None:
    assert asked(climb(NINE, 2, 75)).probability > 0.8
    assert asked(climb(NINE, 4, 20)).probability < 0.1


def test_single_reading_does_not_make_a_steep_rise_of_what_was_used_before_it() -> None:
    now = NINE + 3 * HOUR
    alone = forecast(Window(45, NINE + FIVE, FIVE), [], [], now)

    assert alone is not None
    assert alone.probability < 0.3


def test_week_of_an_office_worker_counts_no_use_on_the_weekend() -> None:
    friday_evening = MONDAY + 28 * DAY + 4 * DAY + 18 * HOUR
    start = MONDAY + 28 * DAY
    readings = [(start, 0.0)] + [
        reading for day in range(5) for reading in climb(start + day * DAY + 9 * HOUR, 8, 17, 17 * day)
    ]
    found = forecast(Window(85, start + WEEK, WEEK), readings, working_weeks(85), friday_evening)

    assert found is not None
    assert found.probability < 0.1
    assert found.end_median < 90


def test_week_at_twice_the_usual_speed_is_warned_of() -> None:
    start = MONDAY + 28 * DAY
    readings = [
        (start, 0.0),
        *climb(start + 9 * HOUR, 8, 36),
        *climb(start + DAY + 9 * HOUR, 8, 36, 36),
    ]
    found = asked(readings, working_weeks(90), WEEK, start)

    assert found.probability > 0.7
    assert found.reached_at is not None
    assert start + 2 * DAY <= found.reached_at <= start + 5 * DAY
    assert found.reached_at % (DAY / 2) == 0


def test_week_with_a_reset_that_moved_keeps_the_days_of_the_user() -> None:
    moved = MONDAY + 28 * DAY + 5 * DAY  # a Saturday: the weekend comes first now, work follows
    found = asked([(moved, 0.0), (moved + 2 * DAY, 1.0)], working_weeks(90), WEEK, moved)

    assert found.end_median > 60


def test_hours_that_are_never_worked_count_nothing() -> None:
    late = WorkTime(hours=(9, 12), zone=UTC)
    readings = climb(NINE, 2.9, 80)

    assert asked(readings).probability > 0.5
    found = asked(readings, work_time=late)
    assert found.probability < 0.1
    assert found.end_high < 95


def test_days_that_are_never_worked_count_nothing() -> None:
    start = MONDAY + 28 * DAY
    thursday = [
        (start, 0.0),
        *(reading for day in range(4) for reading in climb(start + day * DAY + 9 * HOUR, 8, 16, 16 * day)),
    ]
    any_day = asked(thursday, None, WEEK, start)
    one_day_left = asked(thursday, None, WEEK, start, work_time=WorkTime(frozenset(range(5)), (9, 17), UTC))

    assert any_day.probability > 0.5
    assert one_day_left.probability < 0.2
    assert one_day_left.end_median == pytest.approx(80, abs=8)


@pytest.mark.parametrize(
    ("clock", "share"),
    [(21, 0.0), (22, 1.0), (29, 1.0), (30, 0.0), (-1, 0.0), (5 * 24 + 23, 0.0), (4 * 24 + 27, 1.0)],
)
def test_night_belongs_to_the_day_on_which_it_begins(clock: float, share: float) -> None:
    nights = WorkTime(frozenset(range(5)), (22, 6), UTC)

    assert nights.share(MONDAY + clock * HOUR, MONDAY + (clock + 1) * HOUR) == share


# Where there is nothing to say


def test_window_that_has_ended_has_no_forecast() -> None:
    assert forecast(Window(50, NINE, FIVE), [], [], NINE) is None
    assert forecast(Window(100, NINE, FIVE), [], [], NINE + 1) is None


@pytest.mark.parametrize(
    "window",
    [Window(50), Window(50, NINE + FIVE), Window(50, None, FIVE)],
)
def test_window_of_unknown_reset_or_length_has_no_forecast(window: Window) -> None:
    assert forecast(window, [], [], NINE) is None


@pytest.mark.parametrize("used", [100, 104.0])
def test_limit_that_is_reached_is_reached_now(used: float) -> None:
    found = forecast(Window(used, NINE + FIVE, FIVE), [], mornings(20), NINE + HOUR)

    assert found == Forecast(1.0, used, used, used, NINE + HOUR)


# Properties


@st.composite
def window_readings(draw: DrawFn, start: float, length: float) -> Readings:
    times = sorted(draw(st.lists(st.floats(0, 0.999), min_size=1, max_size=12, unique=True)))
    values = sorted(draw(st.lists(st.integers(0, 99), min_size=len(times), max_size=len(times))))
    return [(start + share * length, float(value)) for share, value in zip(times, values, strict=True)]


@st.composite
def situations(draw: DrawFn) -> tuple[Readings, list[PastWindow], float]:
    length = draw(st.sampled_from([FIVE, WEEK]))
    past = []
    for back in range(draw(st.integers(0, 5)), 0, -1):
        start = NINE - back * length - draw(st.sampled_from([0.0, 3 * HOUR]))
        readings = draw(window_readings(start, length))
        full = draw(st.booleans())
        past.append(
            PastWindow([*readings, (start + length, 100.0)] if full else readings, start, start + length)
        )
    return draw(window_readings(NINE, length)), sorted(past, key=starts), length


@given(situations())
def test_every_forecast_is_a_chance_and_ends_in_order_and_nothing_beyond_the_reset(
    situation: tuple[Readings, list[PastWindow], float],
) -> None:
    readings, past, length = situation
    found = asked(readings, past, length)
    now, used = readings[-1]

    assert 0 <= found.probability <= 1
    assert used <= found.end_low <= found.end_median <= found.end_high <= 100
    if found.reached_at is not None:
        assert now <= found.reached_at <= NINE + length


@given(situations())
def test_forecast_is_one_truth(situation: tuple[Readings, list[PastWindow], float]) -> None:
    found = asked(situation[0], situation[1], situation[2])

    assert (found.reached_at is None) == (found.probability < 0.3)
    for end, share in ((found.end_low, 0.9), (found.end_median, 0.5), (found.end_high, 0.1)):
        if found.probability > share + 0.001:
            assert end == 100
        if found.probability < share - 0.001:
            assert end < 100 or situation[0][-1][1] >= 99


@given(situations(), st.floats(0, 99), st.floats(0, 99))
def test_more_use_never_makes_the_limit_less_likely(
    situation: tuple[Readings, list[PastWindow], float], one: float, other: float
) -> None:
    readings, past, length = situation
    now = readings[-1][0]
    less, more = (
        forecast(Window(used, NINE + length, length), readings[:-1], past, now)
        for used in sorted((one, other))
    )

    assert less is not None
    assert more is not None
    assert less.probability <= more.probability + 0.002


@given(situations())
def test_a_second_call_says_the_same(situation: tuple[Readings, list[PastWindow], float]) -> None:
    assert asked(*situation) == asked(*situation)


# Back-test and speed


@dataclass(frozen=True)
class Bounds:
    """What a back-test must not exceed; the first and third are against even burn."""

    brier: float
    missed: float
    false: float
    band: tuple[float, float] = (0.72, 0.92)


@pytest.mark.parametrize(("kind", "bounds"), [("5h", Bounds(0.55, 0.5, 0.4)), ("7d", Bounds(0.75, 0.6, 0.6))])
def test_back_test_with_a_few_people_is_as_good_as_documented(kind: str, bounds: Bounds) -> None:
    people = list(questions(kind, 77, 8, list(HABITS)))[:: 3 if kind == "5h" else 1]
    ours, even = judged(people, est_quotaline), judged(people, est_even)

    assert len(people) >= 150
    assert ours.brier <= bounds.brier * even.brier
    assert ours.miss_rate <= bounds.missed
    assert ours.false_rate <= bounds.false * even.false_rate
    assert bounds.band[0] <= ours.coverage <= bounds.band[1]


@pytest.mark.parametrize("length", [FIVE, WEEK])
def test_forecast_with_sixty_past_windows_takes_less_than_5_milliseconds(length: float) -> None:
    hours = length / HOUR
    past = [
        PastWindow(
            climb(NINE - back * length, hours * 0.8, 90), NINE - back * length, NINE - (back - 1) * length
        )
        for back in range(60, 0, -1)
    ]
    readings = climb(NINE, hours * 0.4, 45)

    assert fastest(lambda: asked(readings, past, length)) < 0.005


def fastest(call: Callable[[], object]) -> float:
    times = []
    for _ in range(7):
        begin = time.process_time()
        call()
        times.append(time.process_time() - begin)
    return min(times)
