"""Pace: its figures, when it is notable, and when there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotaline.insight.pace import pace
from quotaline.model.usage import FIVE_HOUR, LENGTHS, SEVEN_DAY, Window

NOW = 1_795_300_000.0


def window(key: str, used: float, elapsed: float) -> Window:
    """Return a window with these percentages of its limit used and of its time elapsed."""
    return Window(used, NOW + LENGTHS[key] * (1 - elapsed / 100), LENGTHS[key])


def test_even_use_is_neither_ahead_nor_behind_and_lasts_to_the_reset() -> None:
    run = pace(window(FIVE_HOUR, 40, 40), NOW)

    assert run is not None
    assert (run.ahead, run.projected, run.used_up_at, run.notable) == (0, 100, None, False)


def test_twice_the_even_use_is_used_up_at_half_of_the_window() -> None:
    run = pace(window(FIVE_HOUR, 60, 30), NOW)

    assert run is not None
    assert (run.ahead, run.projected, run.notable) == (30, 200, True)
    assert run.used_up_at == pytest.approx(NOW + 0.2 * LENGTHS[FIVE_HOUR])


@pytest.mark.parametrize(
    ("key", "used", "elapsed", "why"),
    [
        (FIVE_HOUR, 44, 30, "less than 15 points is noise"),
        (FIVE_HOUR, 19, 6, "less than 20 % used is no concern"),
        (FIVE_HOUR, 130, 94, "the window ends soon"),
        (FIVE_HOUR, 25, 80, "unused five hours are no loss"),
        (SEVEN_DAY, 19, 80, "less than 20 % used"),
        (SEVEN_DAY, 60, 95, "the window ends soon"),
    ],
)
def test_pace_is_known_but_not_notable(key: str, used: float, elapsed: float, why: str) -> None:
    run = pace(window(key, used, elapsed), NOW)

    assert run is not None
    assert not run.notable, why


@pytest.mark.parametrize(("key", "elapsed"), [(FIVE_HOUR, 4.9), (SEVEN_DAY, 14.2)])
def test_early_window_has_no_pace(key: str, elapsed: float) -> None:
    assert pace(window(key, 90, elapsed), NOW) is None


def test_unused_week_is_notable() -> None:
    run = pace(window(SEVEN_DAY, 30, 70), NOW)

    assert run is not None
    assert (run.ahead, run.used_up_at, run.notable) == (-40, None, True)


@pytest.mark.parametrize("unknown", [Window(50), Window(50, NOW + 60), Window(50, None, 18000)])
def test_window_without_reset_or_length_has_no_pace(unknown: Window) -> None:
    assert pace(unknown, NOW) is None


@given(st.sampled_from([FIVE_HOUR, SEVEN_DAY]), st.floats(0, 999), st.floats(-50, 150))
def test_time_of_100_percent_is_given_if_and_only_if_it_is_before_the_reset(
    key: str, used: float, elapsed: float
) -> None:
    limit = window(key, used, elapsed)
    run = pace(limit, NOW)

    if run is None or limit.resets_at is None:
        return
    assert (run.used_up_at is not None) == (used > (limit.elapsed_percent(NOW) or 0))
    if run.used_up_at is not None:
        assert limit.resets_at - LENGTHS[key] <= run.used_up_at <= limit.resets_at
