"""The words for every failure: what failed, and what to do about it."""

from __future__ import annotations

import pytest

from quotaline.model import errors
from quotaline.model.backoff import Backoff, record_answer, record_failure
from quotaline.model.errors import explain

FAILURES = {
    errors.NotLoggedIn(): "not logged in: run `claude` and log in with /login",
    errors.NotLoggedIn("the login file is damaged"): (
        "the login file is damaged: run `claude` and log in with /login"
    ),
    errors.LoginExpired(): "login expired: run `claude` once to renew it",
    errors.LoginExpired(errors.REFUSED_401): (
        "the server refused this login (401): run `claude` once to renew it"
    ),
    errors.MissingScope(errors.REFUSED_403): (
        "the server refused this login (403, no user:profile scope, as with a setup-token): "
        "run `claude` and log in with /login"
    ),
    errors.RateLimited(): "rate-limited by the usage endpoint",
    errors.ServerError(503): "the usage endpoint failed (HTTP 503): see https://status.anthropic.com",
    errors.ServerError(404): "the usage endpoint failed (HTTP 404)",
    errors.Unreachable(): (
        "cannot reach api.anthropic.com: check the network, and HTTPS_PROXY if you need a proxy"
    ),
    errors.Unreachable(errors.UNTRUSTED): (
        "cannot reach api.anthropic.com (untrusted certificate): "
        "set REQUESTS_CA_BUNDLE to your organisation's CA file"
    ),
    errors.Unreachable(errors.PROXY_FAILED): (
        "cannot reach api.anthropic.com (the proxy failed): check HTTPS_PROXY"
    ),
    errors.UnreadableAnswer("HTTP 302"): (
        "unexpected answer: HTTP 302 (captive portal or proxy?): open a web page to check the connection"
    ),
    errors.Unanswered(): "no answer to the last request yet",
}


@pytest.mark.parametrize(("error", "text"), FAILURES.items(), ids=lambda value: str(value)[:40])
def test_failure_is_explained_in_the_same_words_when_it_happens_and_later(
    error: errors.QuotalineError, text: str
) -> None:
    assert str(error) == text
    kept = record_failure(Backoff(), error, 0.0, login="")
    assert explain(kept.reason, kept.detail) == text


def test_answer_clears_the_detail_of_the_last_failure() -> None:
    failed = record_failure(Backoff(), errors.ServerError(500), 0.0, login="")

    assert record_answer(failed, 60.0, 60.0, changed=True).detail == ""


@pytest.mark.parametrize(("reason", "detail"), [("", ""), ("nonsense", ""), ("server_error", "HTTP x")])
def test_unknown_reason_or_damaged_detail_is_no_crash(reason: str, detail: str) -> None:
    assert explain(reason, detail) in ("", "the usage endpoint failed")
