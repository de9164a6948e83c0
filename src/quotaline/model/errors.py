"""What can go wrong between the login and the answer: one class a case, one line each."""

from __future__ import annotations


class QuotalineError(Exception):
    """
    Base of all errors that quotaline raises on purpose; never raised itself.

    Its text is one line that says what is wrong and what to do. It never holds
    anything that came from the network, nor anything of the token.
    """

    reason = "error"  # the word that stands in state.json, `status` and `why`
    what = "something is wrong"
    remedy = "run `quotaline refresh`"

    def __init__(self, what: str = "") -> None:
        super().__init__(f"{what or self.what}: {self.remedy}")


class NotLoggedIn(QuotalineError):
    """Raised if there is no usable login: none, an ended one, or a file that can't be trusted."""

    reason = "not_logged_in"
    what = "not logged in"
    remedy = "run `claude` and log in with /login"


class LoginExpired(QuotalineError):
    """Raised if the access token's time is over, or the endpoint says so (401)."""

    reason = "login_expired"
    what = "login expired"
    remedy = "start `claude` once, it renews the login by itself"


class MissingScope(QuotalineError):
    """Raised if the login may not read usage: no `user:profile` scope, or 403 (docs/claude-code.md 2.1)."""

    reason = "missing_scope"
    what = "this login may not read usage (no user:profile scope, as with a setup-token)"
    remedy = "run `claude` and log in with /login"


class RateLimited(QuotalineError):
    """
    Raised if the endpoint wants fewer requests (429).

    `retry_after` is the wait in seconds that the answer asked for; None if it
    named none that makes sense.
    """

    reason = "rate_limited"
    what = "the usage endpoint limits requests"
    remedy = "nothing to do, quotaline waits"

    def __init__(self, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(f"{self.what} for {retry_after:.0f} s" if retry_after is not None else "")


class ServerError(QuotalineError):
    """Raised if the endpoint answers with any other failure; `status` is its HTTP status."""

    reason = "server_error"
    what = "the usage endpoint failed"
    remedy = "nothing to do, quotaline tries again"

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"{self.what} (HTTP {status})")


class Unreachable(QuotalineError):
    """Raised if no answer came: no network, no name, no trust in the certificate, or too slow."""

    reason = "unreachable"
    what = "api.anthropic.com can't be reached"
    remedy = "check the network or the proxy"

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.what} ({detail})" if detail else "")


class Unanswered(QuotalineError):
    """Never raised: the state while a request is under way, and after one whose process was killed."""

    reason = "unanswered"
    what = "the last request has had no answer yet"
    remedy = "nothing to do, quotaline tries again"


class UnreadableAnswer(QuotalineError):
    """Raised if an answer came that is not one of the usage endpoint: a login page, say."""

    reason = "unreadable_answer"
    what = "the answer is not one of the usage endpoint"
    remedy = "open a web page, a captive portal or a proxy may stand between"

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.what} ({detail})" if detail else "")


def explain(reason: str) -> str:
    """Return the one line that belongs to a reason kept in state.json; empty for an empty or unknown one."""
    return next(
        (f"{one.what}: {one.remedy}" for one in QuotalineError.__subclasses__() if one.reason == reason), ""
    )
