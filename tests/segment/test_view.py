"""The view: the number, age and colour of each window at one moment."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from golden import usage_of
from segment_values import NOW, options_of

from quotaline.model.merge import MergedUsage, Observation, current
from quotaline.model.usage import FIVE_HOUR, SEVEN_DAY, SPEND, Window
from quotaline.segment import thresholds
from quotaline.segment.rendering import HOSTS, render
from quotaline.segment.view import view

if TYPE_CHECKING:
    from quotaline.segment.thresholds import Steps


def observed(**percents: float) -> MergedUsage:
    return MergedUsage(
        observations={
            key: (Observation(Window(percent, NOW + 7200), "api", NOW),) for key, percent in percents.items()
        }
    )


@pytest.mark.parametrize(
    ("used", "step"),
    [
        (0, "green"),
        (49.9, "green"),
        (50, "yellow"),
        (79.9, "yellow"),
        (80, "orange"),
        (94.9, "orange"),
        (95, "red"),
        (130, "red"),
    ],
)
def test_colour_follows_utilization(used: float, step: str) -> None:
    window = view(usage_of(used), NOW).windows[FIVE_HOUR]

    assert (window.step, window.number) == (step, (f"{int(used)}%", step))


def test_number_is_rounded_to_a_tenth_and_then_cut_as_the_client_does() -> None:
    windows = view(usage_of(28.999999999999996, 8.94), NOW).windows

    assert (windows[FIVE_HOUR].used, windows[SEVEN_DAY].used) == (29, 8)


@pytest.mark.parametrize(
    ("age", "number"),
    [
        (599, ("8%", "green")),
        (600, ("~8%", "green")),
        (3600, ("8%~1h", "dim")),
        (86399, ("8%~23h", "dim")),
        (86400, ("--", "")),
    ],
)
def test_number_shows_its_age(age: float, number: tuple[str, str]) -> None:
    assert view(usage_of(age=age), NOW).windows[FIVE_HOUR].number == number


def test_windows_are_listed_from_the_main_ones_known_or_not_to_the_others_by_name() -> None:
    moment = view(observed(spend=5, **{"scoped:Fable": 4, SEVEN_DAY: 3}), NOW)

    assert list(moment.in_order()) == [FIVE_HOUR, SEVEN_DAY, "scoped:Fable", SPEND]
    assert [window.label for window in moment.known()] == ["spend", "Fable", "7d"]


@pytest.mark.parametrize(
    ("percents", "scoped", "tightest"),
    [
        ({FIVE_HOUR: 8, SEVEN_DAY: 77, "scoped:Fable": 91}, "Fable", "Fable"),
        ({FIVE_HOUR: 8, SEVEN_DAY: 77, "scoped:Fable": 77}, None, "7d"),
        ({FIVE_HOUR: 8, SEVEN_DAY: 77, "scoped:Fable": 78, SPEND: 79}, "spend", "spend"),
        ({FIVE_HOUR: 8, SEVEN_DAY: 8}, None, "5h"),
        ({"scoped:Fable": 1}, "Fable", "Fable"),
        ({"scoped:Fable": 0}, None, None),
        ({}, None, None),
    ],
)
def test_scoped_window_is_one_that_is_tighter_than_both_main_ones(
    percents: dict[str, float], scoped: str | None, tightest: str | None
) -> None:
    moment = view(observed(**percents), NOW)

    assert (moment.scoped and moment.scoped.label, moment.tightest and moment.tightest.label) == (
        scoped,
        tightest,
    )


def test_credits_are_unknown_after_a_day() -> None:
    merged = usage_of(scoped=91)

    assert view(merged, NOW + 86399).credits == merged.credits
    assert view(merged, NOW + 86400).credits is None


@pytest.mark.parametrize("columns", [None, 12, 1])
def test_thresholds_are_evaluated_once_for_each_window_for_all_hosts_and_widths(
    columns: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluated: list[float] = []

    def colour(utilization: float, steps: Steps = thresholds.STEPS) -> str:
        evaluated.append(utilization)
        return thresholds.colour(utilization, steps)

    monkeypatch.setattr("quotaline.segment.view.colour", colour)
    options = options_of(format="$icon $5h $5h.bar [$7d.words](7d) $scoped $tightest", symbols=True)
    render(usage_of(8, 77, scoped=91), HOSTS, NOW, options.limited_to(columns))

    assert Counter(evaluated) == {8: 1, 77: 1, 91: 1}


def test_ended_window_is_unknown_and_never_its_old_number() -> None:
    merged = usage_of(later=8200)

    assert FIVE_HOUR not in current(merged, NOW)
    assert view(merged, NOW).windows[FIVE_HOUR].number == ("--", "")
