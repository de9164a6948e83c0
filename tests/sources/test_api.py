"""The request, and every kind of answer. The real TLS endpoint is in test_world.py and test_network.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st

from quotaline import __version__
from quotaline.model.errors import (
    LoginExpired,
    MissingScope,
    QuotalineError,
    RateLimited,
    ServerError,
    Unreachable,
    UnreadableAnswer,
)
from quotaline.model.usage import Usage, Window
from quotaline.sources.api import ENDPOINT, fetch, parse_retry_after
from quotaline.sources.credentials import Token

if TYPE_CHECKING:
    import pathlib

NOW = 1_795_300_000.0
TOKEN = Token("sk-ant-oat01-canary")
RATE_LIMIT = {"error": {"type": "rate_limit_error", "message": "Rate limited. Please try again later."}}
SCOPE = {"type": "error", "error": {"type": "permission_error", "message": "scope requirement user:profile"}}


def fetch_answer(**answer: Any) -> Usage:
    with responses.RequestsMock() as endpoint:
        endpoint.get(ENDPOINT, **answer)
        return fetch(TOKEN, now=NOW)


def test_answer_becomes_usage() -> None:
    assert fetch_answer(json={"five_hour": {"utilization": 8, "resets_at": None}}) == Usage(
        Window(8, None, 18000)
    )


@pytest.mark.parametrize(("setting", "sent"), [("", f"quotaline/{__version__}"), ("mine/1.0", "mine/1.0")])
def test_user_agent_names_quotaline_unless_a_setting_replaces_it(setting: str, sent: str) -> None:
    with responses.RequestsMock() as endpoint:
        endpoint.get(ENDPOINT, json={"limits": []})
        fetch(TOKEN, now=NOW, user_agent=setting)

        headers = endpoint.calls[0].request.headers
    assert headers["User-Agent"] == sent
    assert headers["Authorization"] == "Bearer sk-ant-oat01-canary"
    assert headers["anthropic-beta"] == "oauth-2025-04-20"
    assert headers["Accept-Encoding"] == "identity"


def test_netrc_does_not_replace_our_authorization(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text(
        "machine api.anthropic.com login trap password trap\ndefault login t password t\n"
    )
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with responses.RequestsMock() as endpoint:
        endpoint.get(ENDPOINT, json={"limits": []})
        fetch(TOKEN, now=NOW)

        assert endpoint.calls[0].request.headers["Authorization"] == "Bearer sk-ant-oat01-canary"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 401, "json": {"type": "error", "error": {"type": "authentication_error"}}}, LoginExpired),
        ({"status": 403, "json": SCOPE}, MissingScope),
        ({"status": 403, "body": "<html>blocked</html>"}, RateLimited),
        ({"status": 429, "json": RATE_LIMIT}, RateLimited),
        ({"status": 404}, ServerError),
        ({"status": 500, "body": "oops"}, ServerError),
        ({"status": 529, "json": {"error": {"type": "overloaded_error"}}}, ServerError),
        ({"status": 200, "json": RATE_LIMIT}, RateLimited),
        ({"status": 200, "json": {"error": {"type": "authentication_error"}}}, LoginExpired),
        ({"status": 200, "json": SCOPE}, MissingScope),
        ({"status": 200, "json": {"error": "x"}}, UnreadableAnswer),
        ({"status": 200, "body": "<html>Log in to the hotel</html>"}, UnreadableAnswer),
        ({"status": 200, "json": {}}, UnreadableAnswer),
        ({"status": 200, "json": [1]}, UnreadableAnswer),
        ({"status": 200, "body": ""}, UnreadableAnswer),
        ({"status": 200, "body": b'{"limits": []}' + b" " * 70_000}, UnreadableAnswer),
        ({"status": 204}, UnreadableAnswer),
        ({"status": 206, "json": {"limits": []}}, UnreadableAnswer),
        ({"status": 302, "headers": {"Location": "https://login.hotel.test/"}}, UnreadableAnswer),
        ({"body": requests.ConnectTimeout()}, Unreachable),
        ({"body": requests.exceptions.SSLError()}, Unreachable),
        ({"body": requests.exceptions.ProxyError()}, Unreachable),
        ({"body": requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")}, Unreachable),
        ({"body": OSError("no CA bundle")}, Unreachable),
    ],
)
def test_every_failure_raises_its_own_error_in_one_line_without_the_token(
    answer: dict[str, object], error: type[QuotalineError]
) -> None:
    with pytest.raises(error) as raised:
        fetch_answer(**answer)

    assert "\n" not in str(raised.value)
    assert "canary" not in repr(raised.value)
    assert raised.value.__context__ is None


def test_usage_beside_a_null_error_key_is_read() -> None:
    assert fetch_answer(json={"limits": [], "error": None}) == Usage()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("1.5", 1.5),
        ("Sat, 21 Nov 2026 22:28:40 GMT", 1_795_300_120 - NOW),
        ("86400", 21600),
        (None, None),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("1" + "0" * 20, None),
        ("Sat, 21 Nov 2020 22:28:40 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_nonsense_counts_as_missing(
    header: str | None, seconds: float | None
) -> None:
    assert parse_retry_after(header, NOW) == seconds


def test_rate_limit_error_has_the_requested_seconds() -> None:
    with pytest.raises(RateLimited, match="1600 s") as raised:
        fetch_answer(status=429, headers={"Retry-After": "1600"})

    assert raised.value.retry_after == 1600


@given(st.text(max_size=40))
def test_retry_after_never_raises_and_is_at_most_six_hours(header: str) -> None:
    seconds = parse_retry_after(header, NOW)

    assert seconds is None or 0 < seconds <= 21600
