"""Pace: use against time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotaline.insight.pace import pace
from quotaline.usage import Window

NOW = 1_795_262_400.0
SESSION, WEEK = 18000.0, 604_800.0


def window(used: float, elapsed: float, length: float = SESSION) -> Window:
    """Return a window of which `elapsed` percent are over at NOW."""
    return Window(used, NOW + length * (1 - elapsed / 100), length)


def test_use_ahead_of_time_is_projected_to_the_reset_and_to_the_limit() -> None:
    found = pace(window(60, 40), NOW)

    assert found is not None
    assert (round(found.ahead), round(found.projected)) == (20, 150)
    # 60 % took 2 h, so the other 40 % take 80 minutes, and 3 h are left.
    assert found.full_at == pytest.approx(NOW + 80 * 60)


def test_use_behind_time_reaches_no_limit() -> None:
    found = pace(window(20, 40), NOW)

    assert found is not None
    assert (round(found.ahead), found.full_at, found.speaks) == (-20, None, False)


@pytest.mark.parametrize(
    ("used", "elapsed", "length", "speaks"),
    [
        (60, 45, SESSION, True),
        (60, 46, SESSION, False),  # less than 15 points ahead
        (19, 2, SESSION, False),  # little used, and early
        (20, 5.1, SESSION, False),  # not far ahead
        (21, 5.1, SESSION, True),
        (40, 4.9, SESSION, False),  # its first 5 percent
        (40, 14, WEEK, False),  # its first day
        (40, 15, WEEK, True),
    ],
)
def test_pace_speaks_when_it_is_worth_a_word(
    used: float, elapsed: float, length: float, *, speaks: bool
) -> None:
    found = pace(window(used, elapsed, length), NOW)

    assert found is not None
    assert found.speaks == speaks


@pytest.mark.parametrize(
    "unknown", [Window(50), Window(50, NOW + 60), Window(50, None, SESSION), window(50, 0), window(50, -10)]
)
def test_without_reset_length_or_any_time_over_there_is_no_pace(unknown: Window) -> None:
    assert pace(unknown, NOW) is None


@given(st.floats(0, 999), st.floats(0.001, 100), st.sampled_from([SESSION, WEEK]))
def test_the_limit_is_reached_before_the_reset_exactly_if_more_than_all_is_projected(
    used: float, elapsed: float, length: float
) -> None:
    of = window(used, elapsed, length)
    found = pace(of, NOW)

    assert found is not None
    assert of.resets_at is not None
    assert (found.full_at is not None) == (found.projected > 100)
    assert found.full_at is None or found.full_at <= of.resets_at
