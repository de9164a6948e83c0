"""
The provider: accounts, what they have used, and the usage endpoint. The oracle of the simulation.

It shares no code with quotaline, and it remembers every change, so that the
judge can tell what was true when.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

LENGTHS = {"5h": 5 * 3600.0, "7d": 7 * 86400.0, "Fable": 7 * 86400.0}
DAY = 86400.0


@dataclass
class Limit:
    """
    One window of one account.

    `ends` is None until the first use starts it. `log` has every change: the
    time, the percentage, and the number of the window that it belongs to.
    """

    length: float
    used: float = 0.0
    ends: float | None = None
    number: int = 0
    log: list[tuple[float, float, int]] = field(default_factory=list)
    ended: dict[int, float] = field(default_factory=dict)

    def settle(self, now: float) -> None:
        """End the window if its time is over."""
        if self.ends is not None and self.ends <= now:
            self.ended[self.number] = self.ends
            self.number += 1
            self.log.append((self.ends, 0.0, self.number))
            self.used, self.ends = 0.0, None

    def add(self, now: float, percent: float) -> None:
        """Use some of it, which starts it if it does not run."""
        self.settle(now)
        if self.ends is None:
            self.ends = float(math.floor(now) + self.length)
        self.put(now, min(100.0, self.used + percent))

    def put(self, now: float, used: float) -> None:
        """Set what is used. The window stays the same one, also after a reset by hand."""
        self.used = used
        self.log.append((now, used, self.number))

    @property
    def shown(self) -> float:
        """The percentage as the endpoint and the headers give it, to a tenth."""
        return round(self.used, 1)

    def was(self, percent: int, since: float, now: float, clock: float) -> bool:
        """
        Whether a whole percentage was true at some time from `since` to `now`.

        Windows that have ended do not count, by the true time or by a device's `clock`.
        """
        self.settle(now)
        return any(
            math.floor(round(used, 1)) == percent
            and min(now, clock) <= self.ended.get(number, math.inf) + _GRACE
            for used, number in self.values(since)
        )

    def values(self, since: float) -> list[tuple[float, int]]:
        """Return every percentage since a time, and the number of its window."""
        found = []
        for at, used, number in reversed(self.log):
            found.append((used, number))
            if at < since:
                break
        return found


_GRACE = 5.0  # seconds; resets_at of an answer is up to 1.9 s off, and segments know whole seconds


@dataclass
class Account:
    """One account with its limits by label; `Fable` only if the plan has that one."""

    uuid: str
    limits: dict[str, Limit]

    @classmethod
    def of(cls, uuid: str, now: float, used: dict[str, float], ends: dict[str, float]) -> Account:
        """Return an account that has used so much; a window without an end has not started."""
        account = cls(uuid, {})
        for name, percent in used.items():
            limit = Limit(LENGTHS[name], percent, now + ends[name] if name in ends else None)
            limit.log.append((now - DAY, percent, 0))
            account.limits[name] = limit
        return account

    def use(self, now: float, percent: float) -> None:
        """Use the plan: so much of the 5 hours, and less of the week."""
        for name, limit in self.limits.items():
            limit.add(now, percent * {"5h": 1.0, "7d": 0.17, "Fable": 0.3}[name])

    def scale(self, now: float, factor: float) -> None:
        """Change the plan: the same use is another share of it."""
        for limit in self.limits.values():
            limit.settle(now)
            limit.put(now, min(100.0, limit.used * factor))

    def reset_by_hand(self, now: float, *, keep_end: bool) -> None:
        """Set all limits back, as the provider does after an incident."""
        for limit in self.limits.values():
            limit.settle(now)
            limit.put(now, 0.0)
            if not keep_end:
                limit.ends = None

    def headers(self, now: float) -> dict[str, tuple[float, int]]:
        """Return the limit headers of a reply, by label: percent, reset in epoch seconds."""
        found = {}
        for name in ("5h", "7d"):
            limit = self.limits[name]
            limit.settle(now)
            if limit.ends is not None:
                found[name] = (limit.shown, round(limit.ends))
        return found

    def body(self, now: float, jitter: float, rng: Random) -> dict[str, Any]:
        """Return the body of a usage answer (docs/claude-code.md 2.2), its resets off by up to `jitter` seconds."""

        def window(name: str) -> dict[str, Any]:
            limit = self.limits[name]
            limit.settle(now)
            ends = None if limit.ends is None else limit.ends + rng.uniform(-jitter, jitter)
            reset = None if ends is None else datetime.fromtimestamp(ends, UTC).isoformat()
            return {"utilization": limit.shown, "resets_at": reset}

        body: dict[str, Any] = {"five_hour": window("5h"), "seven_day": window("7d"), "seven_day_opus": None}
        if "Fable" in self.limits:
            scoped = window("Fable")
            body["limits"] = [
                {
                    "kind": "weekly_scoped",
                    "group": "weekly",
                    "percent": scoped["utilization"],
                    "resets_at": scoped["resets_at"],
                    "scope": {"model": {"display_name": "Fable"}},
                }
            ]
        return body


@dataclass(frozen=True)
class Request:
    """
    One request: when it was sent, its token, the status, and what Retry-After asked for.

    The status is 0 where the answer never came: no network, or its process was killed.
    """

    at: float
    token: str
    status: int
    retry_after: float


@dataclass
class Provider:
    """All accounts, whose token is whose, and the endpoint. `storm` is a status with its Retry-After."""

    rng: Random
    jitter: float = 0.0
    accounts: list[Account] = field(default_factory=list)
    tokens: dict[str, Account] = field(default_factory=dict)
    storm: tuple[int, str | None] | None = None
    requests: list[Request] = field(default_factory=list)
    latency: float | None = None

    def issue(self, account: Account) -> str:
        """Return a new token."""
        token = f"token-{len(self.tokens) + len(self.requests)}-{self.rng.randrange(10**9)}"
        self.tokens[token] = account
        return token

    def note(self, now: float, token: str) -> None:
        """Note that a request was sent."""
        self.requests.append(Request(now, token, 0, 0.0))

    def takes(self) -> float:
        """Return how long the next answer will take, in seconds."""
        if self.latency is not None:
            return self.latency
        return self.rng.choice([0.2, 0.4, 0.4, 0.7, 1.5, 4.0, 8.0])

    def answer(self, now: float, token: str) -> tuple[int, dict[str, str], bytes]:
        """Answer a request that arrives now: status, headers, body. It is the last of `requests`."""
        account = self.tokens.get(token)
        headers: dict[str, str] = {}
        if self.storm is not None:
            status, after = self.storm
            headers = {} if after is None else {"Retry-After": after}
            body: dict[str, Any] = {"error": {"type": "rate_limit_error" if status == 429 else "api_error"}}
        elif account is None:
            status, body = 401, {"type": "error", "error": {"type": "authentication_error"}}
        else:
            status, body = 200, account.body(now, self.jitter, self.rng)
        self.requests[-1] = replace(
            self.requests[-1], status=status, retry_after=float(headers.get("Retry-After", 0))
        )
        return status, headers, json.dumps(body).encode()
