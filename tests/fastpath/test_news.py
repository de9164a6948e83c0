"""Which numbers of a session are news, situation by situation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotaline.cache.segment_file import Memo
from quotaline.fastpath import news, session_segment
from quotaline.sources import statusline

if TYPE_CHECKING:
    from quotaline.model.usage import Reading
    from quotaline.sources.statusline import StatuslineInput

NOW = 1_795_300_000.0
HOUR = 3600.0


def run(
    *,
    at: float = NOW,
    worked: int = 60_000,
    lasted: int = 60_000,
    spelling: tuple[str, str] = (",", ":"),
    **windows: float,
) -> tuple[StatuslineInput, Memo]:
    """Return the input of a run and its memo; windows are `five_hour` and `seven_day`."""
    limits = {key: {"used_percentage": used, "resets_at": NOW + 3 * HOUR} for key, used in windows.items()}
    document = {
        "session_id": "one",
        "cost": {"total_duration_ms": lasted, "total_api_duration_ms": worked},
        "rate_limits": limits,
    }
    text = json.dumps(document, separators=spelling).encode()
    parsed = statusline.parse(text, NOW)
    return parsed, session_segment.memo_of(text, parsed, at, shows_session=False)


def reported(
    before: tuple[StatuslineInput, Memo] | None,
    after: tuple[StatuslineInput, Memo],
    account_since: float = 0.0,
) -> Reading | None:
    parsed, memo = after
    return news.reading_of(parsed, memo, before and before[1], NOW, account_since)


def windows(reading: Reading | None) -> dict[str, float]:
    return {key: one.utilization for key, one in reading.usage.windows().items()} if reading else {}


def test_first_run_of_a_new_session_is_news() -> None:
    assert windows(reported(None, run(five_hour=8, seven_day=77))) == {"five_hour": 8, "seven_day": 77}


def test_first_run_that_is_seen_of_an_old_session_is_not() -> None:
    assert reported(None, run(five_hour=8, seven_day=77, lasted=3_600_000)) is None


def test_repetition_is_no_news() -> None:
    assert reported(run(five_hour=8, seven_day=77), run(five_hour=8, seven_day=77)) is None


@pytest.mark.parametrize("spelling", [(",", ":"), (", ", ": ")])
def test_window_that_is_left_out_does_not_make_the_other_one_news(spelling: tuple[str, str]) -> None:
    before = run(five_hour=8, seven_day=77, spelling=spelling)

    assert reported(before, run(seven_day=77, spelling=spelling)) is None


@pytest.mark.parametrize("spelling", [(",", ":"), (", ", ": ")])
def test_without_work_only_the_window_that_changed_is_news(spelling: tuple[str, str]) -> None:
    before = run(five_hour=8, seven_day=77, spelling=spelling)

    assert windows(reported(before, run(five_hour=9, seven_day=77, spelling=spelling))) == {"five_hour": 9}


def test_without_work_a_window_that_appears_is_one_of_a_clock_that_was_set_back() -> None:
    assert reported(run(seven_day=77), run(five_hour=8, seven_day=77)) is None


def test_limits_of_the_request_at_the_start_are_news_before_any_work() -> None:
    assert windows(reported(run(worked=0), run(five_hour=8, worked=0))) == {"five_hour": 8}


def test_work_makes_both_windows_news_although_only_one_has_changed() -> None:
    after = run(five_hour=9, seven_day=77, worked=70_000)

    assert windows(reported(run(five_hour=8, seven_day=77), after)) == {"five_hour": 9, "seven_day": 77}


def test_work_that_changed_nothing_is_news_while_the_session_works_on() -> None:
    reading = reported(run(five_hour=8, at=NOW - 90), run(five_hour=8, worked=70_000))

    assert reading is not None
    assert reading.observed_at == NOW


def test_after_a_pause_it_is_as_old_as_the_last_run() -> None:
    reading = reported(run(five_hour=8, at=NOW - HOUR), run(five_hour=8, worked=70_000))

    assert reading is not None
    assert reading.observed_at == NOW - HOUR


def test_reply_that_the_computer_slept_in_is_as_old_as_its_beginning() -> None:
    reading = reported(run(five_hour=8, at=NOW - 2 * HOUR), run(five_hour=9, worked=60_000 + 3_600_000))

    assert reading is not None
    assert reading.observed_at == NOW - HOUR


def test_headers_of_a_reply_that_the_computer_slept_in_are_as_old_as_the_last_run() -> None:
    reading = reported(run(five_hour=8, at=NOW - 2 * HOUR), run(five_hour=9))

    assert reading is not None
    assert reading.observed_at == NOW - 2 * HOUR


@pytest.mark.parametrize(("ago", "is_news"), [(5, False), (30, False), (50, True)])
def test_reply_that_began_before_the_login_is_the_former_accounts(ago: float, *, is_news: bool) -> None:
    after = run(five_hour=9, worked=60_000 + 30_000)

    assert (reported(run(five_hour=8), after, NOW - ago) is not None) == is_news


def test_headers_of_a_reply_that_goes_on_after_a_login_are_not_believed() -> None:
    assert reported(run(five_hour=8), run(five_hour=9), NOW - 60) is None


def test_login_in_the_future_comes_from_a_wrong_clock() -> None:
    assert reported(run(five_hour=8), run(five_hour=9, worked=70_000), NOW + HOUR) is not None


@given(st.text(), st.text(), st.integers(), st.integers())
def test_no_memo_raises(before: str, after: str, worked: int, seen: int) -> None:
    parsed, _ = run(five_hour=8)

    news.reading_of(parsed, Memo(after, worked, seen), Memo(before, 0, seen), NOW, 0.0)
