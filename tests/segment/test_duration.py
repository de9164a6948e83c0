"""How a duration is written."""

from __future__ import annotations

import pytest

from quotaline.segment.duration import countdown, duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59.9, "59s"), (60, "1m"), (3599, "59m"), (8100, "2h15m"), (86400, "1d0h"), (273600, "3d4h")],
)
def test_duration_has_two_units_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "form", "fine", "coarse"),
    [
        (59, "reset", "<1m", "<1h"),
        (59, "reset_words", "less than 1 minute", "less than 1 hour"),
        (3599, "reset_long", "59m", "<1h"),
        (8100, "reset", "2h15m", "2h"),
        (8100, "reset_words", "2 hours 15 minutes", "2 hours"),
        (90000, "reset", "1d1h", "1d1h"),
    ],
)
def test_countdown_that_is_shown_for_an_hour_counts_whole_hours_below_a_day(
    seconds: float, form: str, fine: str, coarse: str
) -> None:
    assert countdown(seconds, form) == fine
    assert countdown(seconds, form, coarse=True) == coarse
