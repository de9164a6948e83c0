"""Usage answers of every shape, from the endpoint, the snapshot or the client."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotaline.model import json_text
from quotaline.model.errors import UnreadableAnswer
from quotaline.model.usage import Credits, ScopedWindow, Usage, Window
from quotaline.sources import payload

if TYPE_CHECKING:
    import pathlib

NOW = 1_795_300_000.0
RESET = "2026-11-22T01:10:00.408408+00:00"
RESET_AT = 1_795_309_800.408408
WEEK = 7 * 86400

numbers = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
anything = st.recursive(numbers, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner))


def parse(body: object) -> Usage:
    return payload.parse(body, NOW)


def test_whole_answer_of_the_real_client_is_read(data: pathlib.Path) -> None:
    document = json.loads((data / "claude.json-cachedUsageUtilization.json").read_text())

    assert parse(document["cachedUsageUtilization"]["utilization"]) == Usage(
        five_hour=Window(8, RESET_AT, 18000),
        seven_day=Window(77, 1_795_569_000.408434, WEEK),
        scoped=(ScopedWindow("Fable", Window(31, None, WEEK)),),
        credits=Credits(enabled=False),
    )


@pytest.mark.parametrize(
    ("reset", "at"),
    [
        (RESET, RESET_AT),
        ("2026-11-22T01:10:00Z", 1_795_309_800),
        ("2026-11-22T02:10:00+01:00", 1_795_309_800),
        ("2026-11-22T01:10:00", 1_795_309_800),
        (1_795_309_800, 1_795_309_800),
        (1_795_309_800_000, 1_795_309_800),
        (None, None),
    ],
)
def test_reset_in_every_form_becomes_epoch_seconds(reset: object, at: float | None) -> None:
    assert parse({"five_hour": {"utilization": 8, "resets_at": reset}}).five_hour == Window(8, at, 18000)


@pytest.mark.parametrize(
    "reset",
    ["", "soon", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "1970-01-01", 0, -1, 1e999, True, [], {}],
)
def test_window_with_a_nonsense_reset_counts_as_not_reported(reset: object) -> None:
    assert parse({"five_hour": {"utilization": 8, "resets_at": reset}}).five_hour is None


@pytest.mark.parametrize(
    "used", [None, True, "8", -1, 1000, float("nan"), float("inf"), 10**400, [], {}, 1_776_950_400]
)
def test_window_with_an_absurd_utilization_counts_as_not_reported(used: object) -> None:
    assert parse({"five_hour": {"utilization": used, "resets_at": RESET}, "limits": []}).five_hour is None


@pytest.mark.parametrize(
    ("used", "shown"), [(0, 0), (29.0, 29), (28.999999999999996, 29), (57.34, 57.3), (105, 105), (999, 999)]
)
def test_utilization_is_rounded_to_a_tenth_and_may_exceed_100(used: float, shown: float) -> None:
    assert parse({"five_hour": {"utilization": used}}).five_hour == Window(shown, None, 18000)


def test_null_windows_unknown_keys_and_code_names_are_ignored() -> None:
    body = {
        "five_hour": None,
        "seven_day": None,
        "tangelo": None,
        "cinder_cove": {"utilization": 5},
        "new": [1],
    }

    assert parse(body) == Usage()


def test_windows_come_from_limits_if_the_old_keys_are_null() -> None:
    limits = [
        {"kind": "session", "percent": 12, "resets_at": RESET},
        {"kind": "weekly_all", "percent": 34.5, "resets_at": RESET},
        {"kind": "spend", "percent": 56, "resets_at": RESET},
    ]

    usage = parse({"five_hour": None, "limits": limits})

    assert usage.five_hour == Window(12, RESET_AT, 18000)
    assert usage.seven_day == Window(34.5, RESET_AT, WEEK)
    assert usage.spend == Window(56, RESET_AT, None)


def test_scoped_limits_are_classified_by_kind_and_named_by_their_scope() -> None:
    def scoped(percent: float, scope: object) -> dict[str, object]:
        return {"kind": "weekly_scoped", "percent": percent, "resets_at": None, "scope": scope}

    usage = parse(
        {
            "limits": [
                scoped(1, {"model": {"display_name": "Current session"}}),
                scoped(2, {"model": {"display_name": " "}, "surface": "Cowork"}),
                scoped(3, {"label": "x\x1b[31m$(id)" + "y" * 40}),
                scoped(4, None),
                scoped(9, {"model": {"display_name": "Fable"}}),
                scoped(5, {"model": {"display_name": "Fable"}}),
                "not an object",
            ]
        }
    )

    assert {scope.name: scope.window.utilization for scope in usage.scoped} == {
        "Current sess": 1,
        "Cowork": 2,
        "x31midyyyyyy": 3,
        "other": 4,
        "Fable": 9,
    }


def test_old_per_model_keys_are_scoped_windows() -> None:
    assert parse({"seven_day_opus": {"utilization": 91, "resets_at": RESET}}).scoped == (
        ScopedWindow("Opus", Window(91, RESET_AT, WEEK)),
    )


@pytest.mark.parametrize(
    ("extra_usage", "credits_"),
    [
        (
            {
                "is_enabled": True,
                "monthly_limit": 5000,
                "used_credits": 1250,
                "utilization": 25.0,
                "currency": "EUR",
            },
            Credits(enabled=True, used=12.5, limit=50, utilization=25, currency="EUR"),
        ),
        ({"is_enabled": True, "monthly_limit": None, "used_credits": 10600}, Credits(enabled=True, used=106)),
        ({"is_enabled": True, "used_credits": 500, "decimal_places": 0}, Credits(enabled=True, used=500)),
        ({"is_enabled": True, "currency": "\x1b[0m", "used_credits": -1}, Credits(enabled=True)),
        ({"is_enabled": "yes"}, None),
        (None, None),
    ],
)
def test_credits_are_money_in_whole_units(extra_usage: object, credits_: Credits | None) -> None:
    assert parse({"extra_usage": extra_usage}).credits == credits_


@pytest.mark.parametrize("body", [None, [], "x", 1, {}, {"error": {"type": "api_error"}}, {"hello": 1}])
def test_body_that_is_not_a_usage_answer_is_refused(body: object) -> None:
    with pytest.raises(UnreadableAnswer):
        parse(body)


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5000, "\ufeff{}", "{", b"\xff\xfe", b"\x00"])
def test_json_that_defeats_the_parser_raises_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        json_text.load(text)


@given(st.dictionaries(st.sampled_from(sorted(payload.KNOWN_KEYS)), anything, min_size=1))
def test_no_answer_raises_or_gives_an_invalid_window(body: dict[str, object]) -> None:
    for window in parse(body).windows().values():
        assert 0 <= window.utilization <= 999
        assert window.resets_at is None or abs(window.resets_at - NOW) <= 370 * 86400


@given(st.text())
def test_scope_names_are_short_and_safe_for_terminals_and_shells(text: str) -> None:
    name = payload.sanitize_scope_name(text)

    assert 1 <= len(name) <= 12
    assert all(letter.isascii() and (letter.isalnum() or letter in " ._-") for letter in name)


def test_tightest_8_of_hundreds_of_scoped_limits_are_kept() -> None:
    limits = [
        {"kind": "weekly_scoped", "percent": number % 100, "scope": {"model": {"display_name": f"m{number}"}}}
        for number in range(500)
    ]

    usage = payload.parse({"five_hour": {"utilization": 8}, "limits": limits}, NOW)

    assert sorted(window.window.utilization for window in usage.scoped) == [98, 98, 98, 99, 99, 99, 99, 99]
    assert usage.five_hour
