"""What can go wrong between the login and the usage answer: one class per case, one line of text each."""

from __future__ import annotations


class QuotalineError(Exception):
    """
    Base class of the errors that quotaline raises on purpose; never raised itself.

    The text is one line: what failed and, where the user can do something, what
    to do. It never contains anything from the network or from the token.
    """

    reason = "error"  # the name of the case in state.json, `status --json` and `why --json`
    problem = "something went wrong"
    remedy = "run `quotaline refresh`"  # empty where quotaline tries again by itself

    def __init__(self, problem: str = "") -> None:
        super().__init__(_sentence(problem or self.problem, self.remedy))


class NotLoggedIn(QuotalineError):
    """Raised if there is no usable login: none at all, one that was ended, or an untrusted file."""

    reason = "not_logged_in"
    problem = "not logged in"
    remedy = "run `claude` and log in with /login"


class LoginExpired(QuotalineError):
    """Raised if the access token has expired, by its date or by the endpoint's answer (401)."""

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
    remedy = ""

    def __init__(self, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(f"{self.problem} (Retry-After: {retry_after:.0f} s)" if retry_after else "")


class ServerError(QuotalineError):
    """Raised if the endpoint answers with any other failure; `status` is the HTTP status."""

    reason = "server_error"
    problem = "the usage endpoint failed"
    remedy = ""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"{self.problem} (HTTP {status})")


class Unreachable(QuotalineError):
    """Raised if there is no answer: no network, no DNS, an untrusted certificate, or a timeout."""

    reason = "unreachable"
    problem = "cannot reach api.anthropic.com"
    remedy = "check the network and the proxy"

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.problem} ({detail})" if detail else "")


class Unanswered(QuotalineError):
    """Never raised: the state during a request, and after one whose process was killed."""

    reason = "unanswered"
    problem = "no answer to the last request yet"
    remedy = ""


class UnreadableAnswer(QuotalineError):
    """Raised if the answer is not a usage answer: a login page, for example."""

    reason = "unreadable_answer"
    problem = "unexpected answer (captive portal or proxy?)"
    remedy = "open a web page to check the connection"

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"unexpected answer: {detail} (captive portal or proxy?)" if detail else "")


def explain(reason: str) -> str:
    """Return the line for a reason that is stored in state.json; empty for an empty or unknown one."""
    for error in QuotalineError.__subclasses__():
        if error.reason == reason:
            return _sentence(error.problem, error.remedy)
    return ""


def _sentence(problem: str, remedy: str) -> str:
    return f"{problem}: {remedy}" if remedy else problem
