"""ApiUsage: what a session used can be trusted, added up, and written down without loss."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st

import quotaline
from quotaline import ApiUsage

TOKENS = ("input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens")
DOLLARS = ("estimated_cost", "updated_at", "rate_limit_reset")

counts = st.integers(0, 10**12)
amounts = st.floats(0, 1e9)
usages = st.builds(
    ApiUsage,
    session_id=st.text(),
    input_tokens=counts,
    output_tokens=counts,
    cache_creation_tokens=counts,
    cache_read_tokens=counts,
    estimated_cost=amounts,
    cost_is_partial=st.booleans(),
    rate_limit_reset=st.none() | amounts,
    rate_limit_remaining=st.none() | counts,
    updated_at=amounts,
)


def test_bare_object_is_zero_and_none_and_of_now() -> None:
    before = time.time()

    usage = ApiUsage()

    assert before <= usage.updated_at <= time.time()
    assert {**usage.to_json(), "updated_at": 0} == {
        "session_id": "",
        "input_tokens": 0,
        "output_tokens": 0,
        "total_tokens": 0,
        "cache_creation_tokens": 0,
        "cache_read_tokens": 0,
        "estimated_cost": 0.0,
        "cost_is_partial": False,
        "rate_limit_reset": None,
        "rate_limit_remaining": None,
        "updated_at": 0,
    }


def test_it_is_public() -> None:
    assert quotaline.ApiUsage is ApiUsage
    assert "ApiUsage" in quotaline.__all__


@given(usages)
def test_total_is_always_input_plus_output(usage: ApiUsage) -> None:
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens


@given(usages, st.tuples(counts, counts, counts, counts))
def test_adding_tokens_keeps_the_total_the_sum(usage: ApiUsage, added: tuple[int, int, int, int]) -> None:
    before = [getattr(usage, name) for name in TOKENS]

    usage.add_tokens(*added)

    assert [getattr(usage, name) for name in TOKENS] == [a + b for a, b in zip(before, added, strict=True)]
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens


def test_total_can_not_be_passed_in_nor_assigned() -> None:
    with pytest.raises(TypeError):
        ApiUsage(input_tokens=1, output_tokens=2, total_tokens=99)  # type: ignore[call-arg]
    usage = ApiUsage(input_tokens=1, output_tokens=2)
    with pytest.raises((AttributeError, ValueError)):
        usage.total_tokens = 99  # type: ignore[misc]
    assert usage.total_tokens == 3


def test_total_follows_an_assignment() -> None:
    usage = ApiUsage(input_tokens=1, output_tokens=2)

    usage.input_tokens = 10

    assert usage.total_tokens == 12


def test_adding_tokens_sets_the_time_to_now_and_adds_the_cost() -> None:
    usage = ApiUsage("s", 1, 2, estimated_cost=0.5, updated_at=1.0)

    with freeze_time("2026-11-24T12:00:00Z"):
        usage.add_tokens(10, 20, cache_read_tokens=5, estimated_cost=0.25)
        now = time.time()

    assert usage == ApiUsage("s", 11, 22, 0, 5, 0.75, updated_at=now)


@pytest.mark.parametrize("name", [*TOKENS, *DOLLARS, "rate_limit_remaining"])
def test_negative_value_is_refused_by_name(name: str) -> None:
    values: dict[str, Any] = {name: -1}

    with pytest.raises(ValueError, match=name):
        ApiUsage(**values)


@pytest.mark.parametrize("name", [*TOKENS, *DOLLARS, "rate_limit_remaining"])
@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, "1", True])
def test_value_that_is_no_finite_number_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        ApiUsage(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"), [("session_id", None), ("cost_is_partial", 1), ("input_tokens", 1.5)]
)
def test_value_of_the_wrong_type_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        ApiUsage(**{name: value})


@pytest.mark.parametrize("name", [*TOKENS, "estimated_cost"])
def test_refused_addition_adds_nothing(name: str) -> None:
    usage = ApiUsage("s", 1, 2, 3, 4, 5.0, updated_at=6.0)
    before = usage.to_json()
    added: dict[str, Any] = {**dict.fromkeys(TOKENS, 7), name: -1}

    with pytest.raises(ValueError, match=name):
        usage.add_tokens(**added)

    assert usage.to_json() == before


def test_cost_that_would_overflow_is_refused_and_adds_nothing() -> None:
    usage = ApiUsage(estimated_cost=1.7e308, input_tokens=1)
    before = usage.to_json()

    with pytest.raises(ValueError, match="estimated_cost"):
        usage.add_tokens(5, estimated_cost=1.7e308)

    assert usage.to_json() == before


def test_assignment_is_checked_too() -> None:
    usage = ApiUsage()

    with pytest.raises(ValueError, match="output_tokens"):
        usage.output_tokens = -5

    assert usage.output_tokens == 0


@given(st.lists(usages))
def test_aggregate_equals_the_sum_of_its_parts(parts: list[ApiUsage]) -> None:
    total = ApiUsage.aggregate(parts)

    for name in (*TOKENS, "total_tokens"):
        assert getattr(total, name) == sum(getattr(part, name) for part in parts)
    assert total.estimated_cost == pytest.approx(sum(part.estimated_cost for part in parts))
    assert total.cost_is_partial == any(part.cost_is_partial for part in parts)
    assert (total.session_id, total.rate_limit_reset, total.rate_limit_remaining) == ("aggregate", None, None)
    if parts:
        assert total.updated_at == max(part.updated_at for part in parts)


@given(usages)
def test_round_trip_through_json_is_identity(usage: ApiUsage) -> None:
    assert ApiUsage.from_json(json.loads(json.dumps(usage.to_json()))) == usage


def test_json_with_another_total_is_refused() -> None:
    document = {**ApiUsage("s", 1, 2).to_json(), "total_tokens": 4}

    with pytest.raises(ValueError, match="total_tokens"):
        ApiUsage.from_json(document)


@pytest.mark.parametrize("name", ["total_tokens", "input_tokens", "updated_at"])
def test_json_without_a_field_is_refused_by_name(name: str) -> None:
    document = ApiUsage("s", 1, 2).to_json()
    del document[name]

    with pytest.raises(ValueError, match=name):
        ApiUsage.from_json(document)


def test_json_with_an_unknown_field_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="surprise"):
        ApiUsage.from_json({**ApiUsage().to_json(), "surprise": 1})
