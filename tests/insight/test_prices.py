"""Prices: the client's own figures are met exactly, and nothing is guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotaline.insight.prices import NANO, Rates, Tokens, price, rates, worth

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 24, tzinfo=UTC).timestamp()
SEPTEMBER = datetime(2026, 9, 24, tzinfo=UTC).timestamp()
MILLION = 10**6

counts = st.integers(0, 10**9)
tokens_of_any_kind = st.builds(Tokens, counts, counts, counts, counts, counts)


def test_real_session_costs_what_its_client_said() -> None:
    of_the_session = Tokens(8036, 836, 8000, 16036, 72036)

    cost = price("claude-opus-5-5", of_the_session, NOW)

    assert cost is not None
    assert cost / NANO == pytest.approx(0.2315592, abs=1e-12)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-opus-5-5", (4, 20, 5, 8, 0.2)),
        ("claude-opus-4-1-20250805", (15, 75, 18.75, 30, 1.5)),
        ("claude-sonnet-4-5-20250929", (3, 15, 3.75, 6, 0.3)),
        ("claude-sonnet-5-5[1m]", (2, 10, 2.5, 4, 0.1)),
        ("claude-haiku-4-5-20251001", (1, 5, 1.25, 2, 0.1)),
        ("claude-fable-5-2", (8, 40, 10, 16, 0.2)),
        ("claude-opus-5-5-fast", (8, 40, 10, 16, 0.4)),
        ("claude-opus-4-6-fast", (30, 150, 37.5, 60, 3)),
    ],
)
def test_published_prices_per_million(model: str, expected: tuple[float, ...]) -> None:
    assert rates(model, NOW) == pytest.approx(expected)


@pytest.mark.parametrize(
    "model",
    [
        "claude-opus-5-6",  # not published: its family does not give it a price
        "claude-opus-6",
        "claude-opus-5-5-preview",
        "claude-sonnet-5-5-fast",  # has no fast mode
        "us.anthropic.claude-opus-4-5-20251101-v1:0",  # another seller, other prices
        "gpt-6",
        "<synthetic>",
        "",
    ],
)
def test_model_that_is_not_in_the_table_has_no_price(model: str) -> None:
    assert price(model, Tokens(MILLION, 0, 0, 0, 0), NOW) is None


def test_price_is_that_of_the_day_of_the_request() -> None:
    read = Tokens(0, 0, 0, 0, MILLION)

    assert price("claude-sonnet-5-5", read, SEPTEMBER) == 0.2 * NANO
    assert price("claude-sonnet-5-5", read, NOW) == 0.1 * NANO


@pytest.mark.parametrize(
    "at_the_limit",
    [
        lambda more: Tokens(100_000 + more, 1000, 0, 0, 0),
        lambda more: Tokens(1, 1000, 0, 9_999, 90_000 + more),
        lambda more: Tokens(1, 1000, 50_000, 0, 49_999 + more),
    ],
)
def test_long_prompt_has_its_own_price_whatever_it_is_made_of(at_the_limit: Callable[[int], Tokens]) -> None:
    short, long = (price("claude-haiku-5-5", at_the_limit(more), NOW) for more in (0, 1))

    assert short is not None
    assert long is not None
    assert long == pytest.approx(5 * short, rel=1e-4)


def test_output_does_not_make_a_prompt_long() -> None:
    assert price("claude-haiku-5-5", Tokens(0, MILLION, 0, 0, 0), NOW) == 0.5 * NANO


@given(tokens_of_any_kind, tokens_of_any_kind)
def test_parts_cost_together_what_their_sum_costs(one: Tokens, other: Tokens) -> None:
    chosen = rates("claude-opus-5-5", NOW)
    assert chosen is not None
    both = Tokens(*(a + b for a, b in zip(one, other, strict=True)))

    assert worth(one, chosen) + worth(other, chosen) == worth(both, chosen)


def test_no_price_of_the_table_is_finer_than_a_nano_dollar() -> None:
    from quotaline.insight import prices

    for row in [*prices._TABLE.values(), *prices._LONG.values()]:
        assert all(rate * 1000 == pytest.approx(round(rate * 1000)) for rate in Rates(*row))
