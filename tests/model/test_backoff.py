"""When the endpoint may be asked again, case by case."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotaline.model.backoff import (
    Backoff,
    end_idle,
    is_request_allowed,
    record_answer,
    record_attempt,
    record_failure,
    skip_idle_wait,
)
from quotaline.model.errors import (
    LoginExpired,
    MissingScope,
    QuotalineError,
    RateLimited,
    ServerError,
    Unreachable,
    UnreadableAnswer,
)
from quotaline.model.usage import build_dataclass

NOW = 1_795_300_000.0
HOUR, DAY = 3600.0, 86400.0


def waits(error: QuotalineError, times: int, state: Backoff | None = None) -> list[float]:
    """Return the wait after each of `times` failures in a row, each of a request made as soon as allowed."""
    state, now, spans = state or Backoff(), NOW, []
    for _ in range(times):
        state = record_failure(state, error, now, "login")
        spans.append(state.until - now)
        now = state.until
    return spans


@pytest.mark.parametrize("error", [ServerError(500), Unreachable(), UnreadableAnswer()])
def test_failures_wait_a_minute_and_double_to_a_quarter_of_an_hour(error: QuotalineError) -> None:
    assert waits(error, 7) == [60, 120, 240, 480, 900, 900, 900]


def test_rate_limit_waits_five_minutes_at_least_and_doubles_to_six_hours() -> None:
    assert waits(RateLimited(None), 9) == [300, 600, 1200, 2400, 4800, 9600, 19200, 21600, 21600]


def test_rate_limit_waits_as_long_as_retry_after_asks() -> None:
    assert waits(RateLimited(1600), 2) == [1600, 3200]
    assert waits(RateLimited(120), 1) == [300]
    assert waits(RateLimited(21600), 2) == [21600, 21600]


def test_learned_interval_holds_after_an_answer_and_halves_with_each_quiet_day() -> None:
    limited = record_failure(record_failure(Backoff(), RateLimited(), NOW, ""), RateLimited(), NOW + 300, "")

    now, intervals = NOW + 900, []
    for day in range(5):
        state = record_answer(limited, now + day * DAY, ttl=60, changed=True)
        intervals.append(state.until - now - day * DAY)
    assert intervals == [600, 300, 150, 75, 60]


def test_unchanged_answers_stretch_the_interval_and_a_change_resets_it() -> None:
    state, spans = Backoff(), []
    for changed in (False, False, False, False, False, True, False):
        state = record_answer(state, NOW, ttl=60, changed=changed)
        spans.append(state.until - NOW)

    assert spans == [90, 135, 202.5, 300, 300, 60, 90]


def test_idle_hour_costs_at_most_14_requests() -> None:
    state, now, requests = record_answer(Backoff(), NOW, ttl=60, changed=True), NOW, 0
    while now < NOW + HOUR:
        now += 60
        if is_request_allowed(state, now, ""):
            requests += 1
            state = record_answer(state, now, ttl=60, changed=False)
    assert requests <= 14


def test_news_from_another_source_ends_the_idle_interval_but_no_back_off() -> None:
    idle = record_answer(replace(Backoff(), idle_interval=300.0), NOW, ttl=60, changed=False)
    limited = record_failure(idle, RateLimited(), NOW, "")

    assert end_idle(idle, NOW + 10, ttl=60).until == NOW + 60
    assert end_idle(limited, NOW + 10, ttl=60) == limited


def test_end_of_a_window_makes_one_request_due_and_leaves_the_device_idle() -> None:
    idle = record_answer(replace(Backoff(), idle_interval=300.0), NOW, ttl=60, changed=False)
    limited = record_failure(idle, RateLimited(), NOW, "")
    skipped = skip_idle_wait(idle, NOW + 10, ttl=60)

    assert (skipped.until, skipped.idle_interval) == (NOW + 60, 300)
    assert skip_idle_wait(idle, NOW + 100, ttl=60).until == NOW + 100
    assert skip_idle_wait(limited, NOW + 10, ttl=60) == limited


@pytest.mark.parametrize("error", [LoginExpired(), MissingScope()])
def test_refused_login_waits_for_other_credentials_or_an_hour(error: QuotalineError) -> None:
    state = record_failure(Backoff(), error, NOW, "first")

    assert not is_request_allowed(state, NOW + HOUR - 1, "first")
    assert not is_request_allowed(state, NOW + 59, "second")
    assert is_request_allowed(state, NOW + 60, "second")
    assert is_request_allowed(state, NOW + HOUR, "first")


def test_killed_attempts_count_as_failures_and_double_the_wait() -> None:
    killed = record_attempt(record_attempt(Backoff(), NOW), NOW + 60)

    assert not is_request_allowed(killed, NOW + 60 + 119, "")
    assert is_request_allowed(killed, NOW + 60 + 120, "")
    assert killed.reason == "unanswered"


@pytest.mark.parametrize("jump", [-HOUR, -DAY, -1e9, 3e8])
def test_clock_jump_does_not_block_requests(jump: float) -> None:
    state = record_answer(Backoff(), NOW, ttl=60, changed=True)

    assert is_request_allowed(state, NOW + jump, "")


def test_longest_wait_is_not_mistaken_for_a_clock_jump() -> None:
    state = record_failure(Backoff(), RateLimited(6 * HOUR), NOW, "")

    assert not is_request_allowed(state, NOW, "")
    assert not is_request_allowed(state, NOW + 6 * HOUR - 1, "")


errors = st.sampled_from(
    [ServerError(503), Unreachable(), LoginExpired(), MissingScope(), UnreadableAnswer()]
)
limits = st.builds(RateLimited, st.none() | st.floats(0, 1e5))


@given(st.lists(errors | limits, max_size=12))
def test_no_failure_waits_less_than_a_minute_or_more_than_six_hours(failures: list[QuotalineError]) -> None:
    state = Backoff()
    for error in failures:
        state = record_failure(state, error, NOW, "login")
        assert 60 <= state.until - NOW <= 6 * HOUR
    assert build_dataclass(Backoff, json.loads(json.dumps(asdict(state)))) == state
