"""The values: what they compute, and that they can be stored as JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotaline import Credits, ScopedWindow, Usage, Window
from quotaline.model.usage import build_dataclass

percents = st.floats(0, 999)
windows = st.builds(Window, percents, st.none() | st.floats(0, 2e9), st.none() | st.floats(1, 1e6))
usages = st.builds(
    Usage,
    five_hour=st.none() | windows,
    seven_day=st.none() | windows,
    scoped=st.dictionaries(st.text("abcXYZ", min_size=1), windows).map(
        lambda scoped: tuple(ScopedWindow(name, window) for name, window in sorted(scoped.items()))
    ),
    spend=st.none() | windows,
    credits=st.none()
    | st.builds(Credits, st.booleans(), st.none() | percents, currency=st.sampled_from(["EUR", None])),
)


def test_time_until_reset_counts_down_and_stays_at_zero() -> None:
    window = Window(8, 1000)

    assert [window.time_until_reset(now) for now in (400, 1000, 1600)] == [600, 0, 0]
    assert Window(0).time_until_reset(400) is None


def test_elapsed_percent_is_the_elapsed_part_of_the_window() -> None:
    window = Window(8, 18000, 18000)

    assert [window.elapsed_percent(now) for now in (-5, 0, 4500, 18000, 99999)] == [0, 0, 25, 100, 100]
    assert Window(8, 18000).elapsed_percent(0) is None
    assert Window(8, None, 18000).elapsed_percent(0) is None


def test_values_are_immutable() -> None:
    with pytest.raises(AttributeError):
        Window(8).utilization = 9  # type: ignore[misc]


@given(usages)
def test_usage_survives_json(usage: Usage) -> None:
    assert Usage.from_json(json.loads(json.dumps(usage.to_json()))) == usage


@given(usages)
def test_usage_can_be_rebuilt_from_its_windows(usage: Usage) -> None:
    assert Usage.from_windows(usage.windows(), usage.credits) == usage


@pytest.mark.parametrize("document", [{"utilization": "8"}, {"utilization": None}, {}])
def test_missing_or_mistyped_fields_are_refused(document: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        build_dataclass(Window, {"resets_at": None, "length": None, **document})


def test_fields_of_a_newer_version_are_ignored() -> None:
    assert build_dataclass(Window, {"utilization": 8, "other": 1}) == Window(8)
