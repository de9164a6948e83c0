"""
One GET of the usage endpoint (docs/claude-code.md 2). The only room that imports requests.

The host is a constant: no variable and no setting may send a token elsewhere.
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
TIMEOUT = (3.0, 5.0)  # seconds to connect, and between two parts of the answer
DEADLINE = 10.0  # seconds for the whole body; what blocks in C is up to the refresher's alarm
MAX_BODY = 64 * 1024
LONGEST_RETRY_AFTER = 6 * 3600.0
_ABSURD_RETRY_AFTER = 366 * 86400.0
_FAILURES = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)


def fetch(token: Token, *, now: float, user_agent: str = "", endpoint: str = ENDPOINT) -> Usage:
    """
    Ask once and return what the answer tells.

    Args:
        token: Goes into one header, and nowhere else.
        now: Epoch seconds.
        user_agent: Replaces our own, which names quotaline and its version.
        endpoint: For the demo, which brings its own on loopback.

    Raises:
        LoginExpired, MissingScope, RateLimited, ServerError, Unreachable, UnreadableAnswer: As they say.
    """
    detail = ""
    try:
        status, headers, body = _get(token, user_agent or USER_AGENT, endpoint)
    except _FAILURES as failure:
        detail = _cause(failure)
    # Raised out here, so that no error of the HTTP stack is its context: their texts hold headers.
    if detail:
        raise Unreachable(detail)
    return _read(status, headers, body, now)


def retry_after(text: str | None, now: float) -> float | None:
    """Return a Retry-After header in seconds (RFC 9110 10.2.3), at most 6 h; None if it makes no sense."""
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
    return min(wait, LONGEST_RETRY_AFTER) if math.isfinite(wait) and 0 < wait <= _ABSURD_RETRY_AFTER else None


def _get(
    token: Token, user_agent: str, endpoint: str
) -> tuple[int, requests.structures.CaseInsensitiveDict[str], bytes]:
    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token.reveal()}"
        return request

    started = time.monotonic()
    with requests.get(
        endpoint,
        # Not a header: requests replaces that by what ~/.netrc has for the host.
        auth=authorize,
        headers={
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "anthropic-beta": "oauth-2025-04-20",
            "Content-Type": "application/json",
            "User-Agent": user_agent,
        },
        timeout=TIMEOUT,
        allow_redirects=False,
        stream=True,
    ) as response:
        body = b""
        # read1 returns what is there; iter_content waits for its 8 KiB, at 1 byte a second if need be.
        while part := response.raw.read1(8192, decode_content=True):
            body += part
            if time.monotonic() - started > DEADLINE:
                raise requests.Timeout
            if len(body) > MAX_BODY:
                body = b""  # no usage answer is that large
                break
        return response.status_code, response.headers, body


def _read(status: int, headers: Any, body: bytes, now: float) -> Usage:
    try:
        document = json_text.load(body)
    except ValueError:
        document = None
    refusal = document.get("error") if isinstance(document, dict) else None
    if status == requests.codes.ok:
        if refusal and payload.KNOWN_KEYS.isdisjoint(document or ()):
            raise _in_band(refusal, now, headers)
        return payload.parse(document, now)
    if status == requests.codes.unauthorized:
        raise LoginExpired
    if status == requests.codes.forbidden and refusal:
        raise MissingScope
    if status in (
        requests.codes.forbidden,
        requests.codes.too_many,
    ):  # a bare 403 is a limit too (docs/claude-code.md 2.1)
        raise RateLimited(retry_after(headers.get("Retry-After"), now))
    if status < requests.codes.bad_request:
        raise UnreadableAnswer(f"HTTP {status}")
    raise ServerError(status)


def _in_band(refusal: object, now: float, headers: Any) -> QuotalineError:
    """A 200 that carries an error counts as that error (docs/claude-code.md 2.1)."""
    kind = refusal.get("type") if isinstance(refusal, dict) else None
    if kind == "rate_limit_error":
        return RateLimited(retry_after(headers.get("Retry-After"), now))
    if kind == "authentication_error":
        return LoginExpired()
    if kind == "permission_error":
        return MissingScope()
    return UnreadableAnswer("an error in place of usage")


def _cause(failure: Exception) -> str:
    if isinstance(failure, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(failure, requests.exceptions.ProxyError | requests.exceptions.InvalidProxyURL):
        return "the proxy failed"
    if isinstance(failure, requests.exceptions.InvalidSchema):
        return "no support for that kind of proxy"
    if isinstance(failure, requests.Timeout | urllib3.exceptions.TimeoutError):
        return "timed out"
    return "no connection"
