"""Which number is shown after several readings, case by case, and what holds for any readings."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from quotaline.model.merge import (
    MergedUsage,
    current,
    current_usage,
    has_ended_window,
    merge,
    rejections,
    shows_same_numbers,
)
from quotaline.model.usage import Credits, Reading, ScopedWindow, Usage, Window

NOW = 1_795_300_000.0
RESET = NOW + 7200


def dated(used: float, ago: float, reset: float | None = RESET, account: str | None = None) -> Reading:
    return Reading("api", NOW - ago, Usage(five_hour=Window(used, reset)), account)


def undated(used: float, ago: float, reset: float = RESET) -> Reading:
    return Reading("statusline", NOW - ago, Usage(five_hour=Window(used, reset)), dated=False)


def after(*readings: Reading, now: float = NOW) -> MergedUsage:
    merged = MergedUsage()
    for reading in readings:
        merged = merge(merged, reading, max(reading.observed_at, now))
    return merged


def shown(*readings: Reading, now: float = NOW) -> float | None:
    observation = current(after(*readings, now=now), now).get("five_hour")
    return observation.window.utilization if observation else None


def test_later_dated_reading_wins_up_and_down() -> None:
    assert shown(dated(20, ago=60), dated(30, ago=10)) == 30
    assert shown(dated(20, ago=60), dated(10, ago=10)) == 10


def test_dated_reading_that_arrives_late_changes_nothing() -> None:
    assert shown(dated(20, ago=10), dated(30, ago=60)) == 20


def test_later_reset_is_a_newer_window_whose_number_may_be_lower() -> None:
    assert shown(dated(90, ago=60), undated(2, ago=10, reset=RESET + 18000)) == 2


def test_reset_that_jitters_is_the_same_window() -> None:
    assert shown(dated(90, ago=60), undated(2, ago=10, reset=RESET + 60)) == 90


def test_answer_whose_resets_jitter_shows_the_same_numbers() -> None:
    assert shows_same_numbers(after(dated(90, ago=60)), after(dated(90, ago=10, reset=RESET + 1.9)), NOW)
    assert not shows_same_numbers(after(dated(90, ago=60)), after(dated(91, ago=10)), NOW)
    assert not shows_same_numbers(after(dated(90, ago=60)), after(dated(90, ago=10, reset=RESET + 3600)), NOW)


def test_answer_that_still_has_a_window_that_has_ended_does_not_tell_its_successor() -> None:
    merged = merge(after(dated(97, ago=60)), Reading("api", RESET, Usage(Window(97, RESET - 1.9))), RESET + 1)

    assert has_ended_window(merged, RESET + 1)


def test_window_that_an_answer_after_its_end_leaves_out_is_not_asked_for_again_and_again() -> None:
    merged = merge(after(dated(97, ago=60)), Reading("api", RESET + 130, Usage()), RESET + 131)

    assert not has_ended_window(merged, RESET + 131)


def test_window_that_ended_and_one_that_has_not_started_show_the_same() -> None:
    ended = after(dated(97, ago=60))
    empty = Reading("api", RESET + 5, Usage(five_hour=Window(0, None)))

    assert shows_same_numbers(ended, merge(ended, empty, RESET + 6), RESET + 6)


def test_undated_reading_of_an_older_window_is_not_shown() -> None:
    assert shown(dated(2, ago=60), undated(90, ago=10, reset=RESET - 7000)) == 2


def test_undated_reading_raises_a_dated_one_and_never_lowers_it() -> None:
    assert shown(dated(20, ago=60), undated(30, ago=10)) == 30
    assert shown(dated(20, ago=60), undated(10, ago=10)) == 20


def test_dated_reading_lowers_an_earlier_undated_number() -> None:
    assert shown(undated(30, ago=60), dated(10, ago=10)) == 10


def test_two_sessions_that_alternate_never_lower_the_number() -> None:
    merged, seen = MergedUsage(), []
    for step in range(20):
        merged = merge(merged, undated(20 if step % 2 else 10 + step / 10, ago=100 - step), NOW)
        seen.append(current(merged, NOW)["five_hour"].window.utilization)

    assert all(before <= later for before, later in pairwise(seen[1:]))
    assert seen[-1] == 20


def test_repeated_number_is_younger() -> None:
    assert current(after(dated(20, ago=60), undated(20, ago=5)), NOW)["five_hour"].observed_at == NOW - 5


def test_window_that_has_ended_is_unknown_and_not_its_old_number() -> None:
    merged = after(dated(97, ago=60))

    assert current(merged, RESET) == {}
    assert current_usage(merged, RESET) == Usage()


def test_zero_is_shown_after_a_reset_if_a_dated_reading_reports_it() -> None:
    merged = after(dated(97, ago=60))
    zero = Reading("api", RESET + 5, Usage(five_hour=Window(0, None)))

    assert current(merge(merged, zero, RESET + 6), RESET + 6)["five_hour"].window.utilization == 0


def test_window_that_starts_after_a_dated_zero_is_newer() -> None:
    assert shown(dated(0, ago=60, reset=None), undated(3, ago=10)) == 3


def test_limit_that_was_reset_by_hand_is_shown_although_its_window_had_not_ended() -> None:
    assert shown(dated(80, ago=60, reset=RESET + 9000), dated(0, ago=10, reset=None)) == 0
    assert shown(dated(80, ago=60, reset=RESET + 9000), dated(5, ago=10, reset=RESET)) == 5


def test_reading_of_another_account_replaces_everything() -> None:
    mine = replace(dated(20, ago=60, account="mine"), usage=Usage(Window(20, RESET), Window(70, RESET)))
    merged = merge(merge(MergedUsage(), mine, NOW), dated(5, ago=10, account="yours"), NOW)

    assert merged.account == "yours"
    assert current_usage(merged, NOW) == Usage(five_hour=Window(5, RESET))


def test_reading_dated_in_the_future_is_not_shown() -> None:
    merged = merge(after(dated(20, ago=60)), dated(90, ago=-3600), NOW)

    assert current(merged, NOW)["five_hour"].window == Window(20, RESET)


def test_reading_from_a_clock_that_was_ahead_does_not_win_for_years() -> None:
    ahead = merge(MergedUsage(), Reading("api", NOW + 1e8, Usage(Window(90, None))), NOW + 1e8)

    assert current(merge(ahead, dated(8, ago=1), NOW), NOW)["five_hour"].window.utilization == 8


def test_number_that_is_a_day_old_is_unknown() -> None:
    merged = after(Reading("api", NOW, Usage(seven_day=Window(77, NOW + 300000))))

    assert current(merged, NOW + 86399)["seven_day"].window.utilization == 77
    assert current(merged, NOW + 86400) == {}


def test_credits_are_those_of_the_latest_reading() -> None:
    merged = MergedUsage()
    for at, used in ((NOW - 5, 2.0), (NOW - 9, 1.0)):
        reading = Reading("api", at, Usage(credits=Credits(enabled=True, used=used)))
        merged = merge(merged, reading, NOW)

    assert merged.credits == Credits(enabled=True, used=2.0)


def test_each_window_that_is_not_shown_has_a_reason() -> None:
    merged = after(dated(20, ago=10))
    cases = {
        "older than the number from api": dated(30, ago=60),
        "undated, and lower than the number from api": undated(10, ago=5),
        "of an earlier window than the number from api": undated(90, ago=5, reset=NOW + 60),
        "the window has ended": undated(10, ago=5, reset=NOW - 1),
        "dated in the future": dated(30, ago=-60),
    }

    assert {
        reason: list(rejections(merge(merged, reading, NOW), reading, NOW).values())
        for reason, reading in cases.items()
    } == {reason: [reason] for reason in cases}
    assert rejections(merge(merged, dated(30, ago=5), NOW), dated(30, ago=5), NOW) == {}


# Windows of 5 h: resets are hours apart, or differ by the jitter of at most a minute.
resets = st.builds(
    lambda window, jitter: NOW + window * 18000 + jitter, st.integers(-1, 2), st.floats(-50, 50)
)
readings = st.builds(
    Reading,
    source=st.sampled_from(["api", "snapshot", "statusline"]),
    observed_at=st.floats(NOW - 90000, NOW + 100),
    usage=st.builds(
        Usage.from_windows,
        st.dictionaries(
            st.sampled_from(["five_hour", "seven_day", "scoped:A"]),
            st.builds(Window, st.floats(0, 200), resets),
        ),
    ),
    dated=st.booleans(),
)


@given(
    st.lists(readings, max_size=6).flatmap(lambda order: st.tuples(st.just(order), st.permutations(order)))
)
def test_order_of_arrival_does_not_matter(orders: tuple[list[Reading], list[Reading]]) -> None:
    first, second = (after_at_once(order) for order in orders)

    assert current(first, NOW) == current(second, NOW)


@given(st.lists(readings, max_size=5), readings)
def test_merging_twice_changes_nothing(before: list[Reading], reading: Reading) -> None:
    once = merge(after_at_once(before), reading, NOW)

    assert merge(once, reading, NOW) == once


@given(st.lists(readings, max_size=6))
def test_shown_number_was_reported_and_its_window_has_not_ended(reported: list[Reading]) -> None:
    for key, shown in current(after_at_once(reported), NOW).items():
        assert any(reading.usage.windows().get(key) == shown.window for reading in reported)
        assert shown.window.resets_at is None or shown.window.resets_at > NOW
        assert NOW - 86400 < shown.observed_at <= NOW + 2


@given(st.lists(readings, max_size=5), readings)
def test_undated_reading_never_lowers_a_number_of_the_same_window(
    before: list[Reading], reading: Reading
) -> None:
    earlier = current(after_at_once(before), NOW)
    later = current(merge(after_at_once(before), replace(reading, dated=False), NOW), NOW)

    for key, observation in earlier.items():
        same = abs((later[key].window.resets_at or 0) - (observation.window.resets_at or 0)) <= 120
        assert not same or later[key].window.utilization >= observation.window.utilization


@given(st.lists(readings, max_size=5), readings)
def test_number_never_comes_from_another_account(before: list[Reading], reading: Reading) -> None:
    mine = replace(MergedUsage(), account="mine")
    for earlier in before:
        mine = merge(mine, replace(earlier, account="mine"), NOW)
    yours = merge(mine, replace(reading, account="yours"), NOW)

    assert all(
        observation.window == reading.usage.windows().get(key)
        for key, observation in current(yours, NOW).items()
    )


@given(st.lists(readings, max_size=6))
def test_merged_usage_survives_json(reported: list[Reading]) -> None:
    merged = after_at_once(reported)

    assert MergedUsage.from_json(json.loads(json.dumps(merged.to_json()))) == merged


def after_at_once(reported: list[Reading]) -> MergedUsage:
    merged = MergedUsage()
    for reading in reported:
        merged = merge(merged, reading, NOW)
    return merged


def test_scoped_window_that_the_newest_answer_does_not_name_is_dropped_in_any_order() -> None:
    def scoped(*names: str) -> Usage:
        return Usage(Window(8), scoped=tuple(ScopedWindow(name, Window(9)) for name in names))

    readings = [
        Reading("api", NOW - 30, scoped("Old", "Kept")),
        Reading("snapshot", NOW - 20, scoped("Older")),
        Reading("api", NOW - 10, scoped("Kept", "New")),
    ]
    for order in permutations(readings):
        merged = MergedUsage()
        for reading in order:
            merged = merge(merged, reading, NOW)

        assert set(merged.observations) == {"five_hour", "scoped:Kept", "scoped:New"}
