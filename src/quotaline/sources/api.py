"""
One GET of the usage endpoint (docs/claude-code.md 2). The only module that imports requests.

The host is a constant: no variable and no setting can send the token elsewhere.
"""

from __future__ import annotations

import http.client
import math
import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import requests
import urllib3

from quotaline import __version__
from quotaline.model import json_text
from quotaline.model.errors import (
    PROXY_FAILED,
    PROXY_UNSUPPORTED,
    REFUSED_401,
    REFUSED_403,
    UNTRUSTED,
    LoginExpired,
    MissingScope,
    QuotalineError,
    RateLimited,
    ServerError,
    Unreachable,
    UnreadableAnswer,
)
from quotaline.sources import payload

if TYPE_CHECKING:
    from quotaline.model.usage import Usage
    from quotaline.sources.credentials import Token

ENDPOINT = "https://api.anthropic.com/api/oauth/usage"
USER_AGENT = f"quotaline/{__version__}"
DEADLINE = 10.0  # seconds for the whole answer; a call that blocks in C is ended by the refresher's alarm
CONNECT, READ = 0.3, 0.5  # parts of the deadline: to connect, and for each read
MAX_BODY = 64 * 1024
MAX_RETRY_AFTER = 6 * 3600.0  # seconds; a longer one is cut
_IMPLAUSIBLE_RETRY_AFTER = 366 * 86400.0  # seconds; ignored above this
_FAILURES = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)


def fetch(
    token: Token,
    *,
    now: float,
    user_agent: str = "",
    endpoint: str = ENDPOINT,
    timeout: float = DEADLINE,
) -> Usage:
    """
    Make one request and return the usage in the answer.

    Args:
        token: Sent in one header, and used nowhere else.
        now: Epoch seconds.
        user_agent: Replaces the default, which names quotaline and its version.
        endpoint: For the demo, whose endpoint is on loopback.
        timeout: Seconds until Unreachable is raised.

    Raises:
        LoginExpired: The endpoint refused the token (401).
        MissingScope: The token may not read usage (403).
        RateLimited: The endpoint asks for fewer requests (429, or a 403 without an error in it).
        ServerError: The endpoint answered with another failure.
        Unreachable: There was no answer.
        UnreadableAnswer: The answer is not a usage answer.
    """
    detail = ""
    try:
        status, headers, body = _get(token, user_agent or USER_AGENT, endpoint, timeout)
    except _FAILURES as failure:
        detail = _describe(failure)
    # Raised outside of the handler, so that it has no error of the HTTP stack as context: those hold headers.
    if detail:
        raise Unreachable(detail)
    return _parse(status, headers, body, now)


def parse_retry_after(text: str | None, now: float) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110 10.2.3), at most 6 h; None if it is not usable."""
    if text is None:
        return None
    try:
        wait = float(text)
    except ValueError:
        try:
            when = parsedate_to_datetime(text)
            wait = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return None
    return (
        min(wait, MAX_RETRY_AFTER) if math.isfinite(wait) and 0 < wait <= _IMPLAUSIBLE_RETRY_AFTER else None
    )


def _get(
    token: Token, user_agent: str, endpoint: str, timeout: float
) -> tuple[int, requests.structures.CaseInsensitiveDict[str], bytes]:
    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token.reveal()}"
        return request

    started = time.monotonic()
    with requests.get(
        endpoint,
        # Not in `headers`: requests would replace it with the entry of the host in ~/.netrc.
        auth=authorize,
        headers={
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "anthropic-beta": "oauth-2025-04-20",
            "Content-Type": "application/json",
            "User-Agent": user_agent,
        },
        timeout=(CONNECT * timeout, READ * timeout),
        allow_redirects=False,
        stream=True,
    ) as response:
        body = b""
        # read1 returns what has arrived. iter_content waits for 8 KiB, even at one byte per second.
        while part := response.raw.read1(8192, decode_content=True):
            body += part
            if time.monotonic() - started > timeout:
                raise requests.Timeout
            if len(body) > MAX_BODY:
                body = b""  # a usage answer is never that large
                break
        return response.status_code, response.headers, body


def _parse(status: int, headers: Any, body: bytes, now: float) -> Usage:
    try:
        document = json_text.load(body)
    except ValueError:
        document = None
    refusal = document.get("error") if isinstance(document, dict) else None
    if status == requests.codes.ok:
        if refusal and payload.KNOWN_KEYS.isdisjoint(document or ()):
            raise _error_in_answer(refusal, now, headers)
        return payload.parse(document, now)
    if status == requests.codes.unauthorized:
        raise LoginExpired(REFUSED_401)
    if status == requests.codes.forbidden and refusal:
        raise MissingScope(REFUSED_403)
    # A 403 without an error in it is a rate limit too (docs/claude-code.md 2.1).
    if status in (requests.codes.forbidden, requests.codes.too_many):
        raise RateLimited(parse_retry_after(headers.get("Retry-After"), now))
    if status < requests.codes.bad_request:
        raise UnreadableAnswer(f"HTTP {status}")
    raise ServerError(status)


def _error_in_answer(refusal: object, now: float, headers: Any) -> QuotalineError:
    """Return the error in an answer with status 200; it counts like that status (docs/claude-code.md 2.1)."""
    kind = refusal.get("type") if isinstance(refusal, dict) else None
    if kind == "rate_limit_error":
        return RateLimited(parse_retry_after(headers.get("Retry-After"), now))
    if kind == "authentication_error":
        return LoginExpired(REFUSED_401)
    if kind == "permission_error":
        return MissingScope(REFUSED_403)
    return UnreadableAnswer("an error instead of usage")


def _describe(failure: Exception) -> str:
    if isinstance(failure, requests.exceptions.SSLError):
        return UNTRUSTED
    if isinstance(failure, requests.exceptions.ProxyError | requests.exceptions.InvalidProxyURL):
        return PROXY_FAILED
    if isinstance(failure, requests.exceptions.InvalidSchema):
        return PROXY_UNSUPPORTED
    if isinstance(failure, requests.Timeout | urllib3.exceptions.TimeoutError):
        return "timed out"
    return "no connection"
