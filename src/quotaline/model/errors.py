"""What can go wrong between the login and the usage answer: one class per case, one line of text each."""

from __future__ import annotations

# Details, which also choose the remedy.
UNTRUSTED = "untrusted certificate"
PROXY_FAILED = "the proxy failed"
PROXY_UNSUPPORTED = "unsupported kind of proxy"
REFUSED_401 = "the server refused this login (401)"
REFUSED_403 = "the server refused this login (403, no user:profile scope, as with a setup-token)"

_NETWORK_REMEDIES = {
    UNTRUSTED: "set REQUESTS_CA_BUNDLE to your organisation's CA file",
    PROXY_FAILED: "check HTTPS_PROXY",
    PROXY_UNSUPPORTED: "check HTTPS_PROXY",
}
_SERVER_ERRORS = 500  # HTTP status


class QuotalineError(Exception):
    """
    Base class of the errors that quotaline raises on purpose; never raised itself.

    The text is one line: what failed and, where the user can do something, what
    to do. It never contains anything from the network or from the token.
    """

    reason = "error"  # the name of the case in state.json, `status --json` and `why --json`
    problem = "something went wrong"
    remedy = ""  # empty where waiting is all that the user can do

    def __init__(self, detail: str = "") -> None:
        self.detail = detail  # one of our own phrases: it is kept in state.json and shown
        super().__init__(self._text())

    def _text(self) -> str:
        problem = self.detail or self.problem
        return f"{problem}: {self.remedy}" if self.remedy else problem


class NotLoggedIn(QuotalineError):
    """Raised if there is no usable login: none at all, one that was ended, or an untrusted file."""

    reason = "not_logged_in"
    problem = "not logged in"
    remedy = "run `claude` and log in with /login"


class LoginExpired(QuotalineError):
    """Raised if the access token has expired, by its date or by the answer (detail REFUSED_401)."""

    reason = "login_expired"
    problem = "login expired"
    remedy = "run `claude` once to renew it"


class MissingScope(QuotalineError):
    """Raised if the login may not read usage: no `user:profile` scope, or 403 (docs/claude-code.md 2.1)."""

    reason = "missing_scope"
    problem = "this login may not read usage (no user:profile scope, as with a setup-token)"
    remedy = "run `claude` and log in with /login"


class RateLimited(QuotalineError):
    """
    Raised if the endpoint asks for fewer requests (429).

    `retry_after` is the requested wait in seconds, or None if the answer has no
    usable Retry-After.
    """

    reason = "rate_limited"
    problem = "rate-limited by the usage endpoint"

    def __init__(self, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__()

    def _text(self) -> str:
        # Not a detail: later, the time until the next try says more.
        wait = f" (Retry-After: {self.retry_after:.0f} s)" if self.retry_after else ""
        return f"{self.problem}{wait}"


class ServerError(QuotalineError):
    """Raised if the endpoint answers with any other failure; `status` is the HTTP status."""

    reason = "server_error"
    problem = "the usage endpoint failed"

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"HTTP {status}")

    def _text(self) -> str:
        is_outage = self.status >= _SERVER_ERRORS
        return f"{self.problem} ({self.detail})" + (": see https://status.anthropic.com" if is_outage else "")


class Unreachable(QuotalineError):
    """Raised if there is no answer: no network, no DNS, an untrusted certificate, or a timeout."""

    reason = "unreachable"
    problem = "cannot reach api.anthropic.com"
    remedy = "check the network, and HTTPS_PROXY if you need a proxy"

    def _text(self) -> str:
        problem = f"{self.problem} ({self.detail})" if self.detail else self.problem
        return f"{problem}: {_NETWORK_REMEDIES.get(self.detail, self.remedy)}"


class Unanswered(QuotalineError):
    """Never raised: the state during a request, and after one whose process was killed."""

    reason = "unanswered"
    problem = "no answer to the last request yet"


class UnreadableAnswer(QuotalineError):
    """Raised if the answer is not a usage answer: a login page, for example."""

    reason = "unreadable_answer"
    problem = "unexpected answer (captive portal or proxy?)"
    remedy = "open a web page to check the connection"

    def _text(self) -> str:
        problem = (
            f"unexpected answer: {self.detail} (captive portal or proxy?)" if self.detail else self.problem
        )
        return f"{problem}: {self.remedy}"


def explain(reason: str, detail: str = "") -> str:
    """Return the line for a reason and a detail of state.json; empty for an empty or unknown reason."""
    if reason == ServerError.reason:
        status = detail.removeprefix("HTTP ")
        return str(ServerError(int(status))) if status.isdecimal() else ServerError.problem
    for error in QuotalineError.__subclasses__():
        if error.reason == reason:
            return error.problem if error is RateLimited else str(error(detail))
    return ""
