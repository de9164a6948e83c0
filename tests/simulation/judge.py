"""
The judge: every printed line against what was true, and every request against the rules.

- An unmarked number was true within the last 10 minutes and a TTL.
- `~N` was true within the last hour and a TTL.
- `~Nh` is not older than it says (and a TTL).
- A window that has ended is never shown, nor a number of another account; the
  old account's is a lag, counted apart, for one TTL after /login, and in the
  one print after it that starts the refresher; two more if that one is killed.
- The scoped window is hidden if it has been the tightest for that long and is not printed.
- `--` is avoidable if the tool was free to ask for a TTL, a prompt's turn and an
  answer since the window began: awake, with a network, a good login, the right
  time, and no refusal that it has to wait for.
- A request comes a minute after the last one at the soonest, and not before
  the end of what a refusal asks for. After a wiped cache or a moved clock
  nobody can keep this, so requests there are not held to it.

A device whose wall clock is wrong is given that error on top.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.client import Client
    from simulation.device import Device
    from simulation.provider import Account, Request

TTL = 60.0
PROMPT = 3.0  # seconds that a refresher needs to start and to publish
FREE = TTL + 75.0  # seconds of being free to ask, from which an unknown number is avoidable
_FIELD = re.compile(r"(5h|7d|Fable):(--|(~?)(\d+)%(?:~(\d+)h)?)")
_SGR = re.compile(r"\x1b\[[0-9;]*m")
ORDER = (
    "right",
    "marked",
    "hidden",
    "unknown",
    "lag",
    "avoidable",
    "wrong",
)  # of verdicts, the worst one last


@dataclass
class Judge:
    """What was seen, minute by minute, and what was found wrong with it."""

    device: Device
    client: Client
    may_ask: bool = True
    free_since: float = 0.0
    excused: list[float] = field(default_factory=list)
    errors: list[tuple[float, float]] = field(default_factory=list)
    minutes: dict[tuple[str, int], str] = field(default_factory=dict)
    lines: int = 0
    overdue: float = 0.0
    findings: list[str] = field(default_factory=list)

    def see(self, host: str, line: str) -> None:
        """Judge one printed line."""
        self.lines += 1
        text = _SGR.sub("", line)
        now = self.device.events.now
        if self.overdue <= self.client.since + TTL < now:
            self.overdue = now
        found = [self._verdict(match, now) for match in _FIELD.finditer(text)]
        if "Fable" not in text and self._is_hiding(now):
            found.append("hidden")
        worst = max(found or ["wrong"], key=ORDER.index)
        if worst in ("wrong", "avoidable"):
            self.findings.append(f"{now:.0f} {host} {worst}: {text} (true: {self.truth(now)})")
        key = (host, int(now // 60))
        self.minutes[key] = max(worst, self.minutes.get(key, "right"), key=ORDER.index)

    def truth(self, now: float) -> str:
        """Return the numbers of the account that is logged in, for a finding's text."""
        account = self.client.account
        if account is None:
            return "nobody is logged in"
        for limit in account.limits.values():
            limit.settle(now)
        return " ".join(f"{name}:{limit.shown:g}" for name, limit in account.limits.items())

    def truth_line(self, now: float) -> str:
        """Return the line that a plan without a scoped window has now."""
        account = self.client.account
        assert account is not None
        return f"[{' '.join(f'{name}:{int(limit.shown)}%' for name, limit in account.limits.items())}]"

    def _verdict(self, match: re.Match[str], now: float) -> str:
        name, number, old, percent, hours = match.groups()
        account = self._account(now)
        if number == "--":
            began = self._began(account, name, now)
            is_free = account is self.client.account and self._is_free(now) and now - began > FREE
            return "avoidable" if is_free else "unknown"
        span = 600.0
        if old:
            span = 3600.0
        if hours:
            span = 3600.0 * (int(hours) + 1)
        span += TTL
        since = now - span - self._error(now - span)
        # While the two files of a login are written, either account is the right one.
        if any(self._held(one, name, int(percent), since) for one in (account, self.client.account)):
            return "marked" if old or hours else "right"
        if now <= self._lag_ends() and any(
            self._held(former, name, int(percent), now - span) for _, former in self.client.history
        ):
            return "lag"
        return "wrong"

    def _began(self, account: Account | None, name: str, now: float) -> float:
        if account is None or name not in account.limits:
            return now
        limit = account.limits[name]
        limit.settle(now)
        if limit.ends is not None and limit.ends - now < PROMPT:
            return now  # by the reset of some answer it has ended already
        return max(limit.ended.values(), default=0.0)

    def _lag_ends(self) -> float:
        ends = max(self.client.since + TTL, self.overdue) + PROMPT
        return ends if self.device.killed < self.client.since else max(ends, self.device.killed + 2 * TTL)

    def _is_hiding(self, now: float) -> bool:
        """Whether the scoped window has been the tightest for so long that it should be known."""
        account = self.client.account
        if account is None or "Fable" not in account.limits or not self._is_free(now - 600):
            return False
        scoped = account.limits["Fable"]
        least = max(account.limits[name].used for name in ("5h", "7d"))
        return min(used for used, _ in scoped.values(now - 660)) >= least + 1

    def _held(self, account: Account | None, name: str, percent: int, since: float) -> bool:
        if account is None or name not in account.limits:
            return False
        return account.limits[name].was(percent, since, self.device.events.now, self.device.wall)

    def _account(self, now: float) -> Account | None:
        """Return whose numbers are right to show: nobody's being logged in leaves the last one's."""
        return next((one for _, one in reversed(self.client.history) if one is not None), None)

    def _error(self, since: float) -> float:
        """Return the largest error of the device's clock since a time."""
        standing = [error for at, error in self.errors if at < since][-1:]
        return max(
            (abs(error) for error in standing + [one for at, one in self.errors if at >= since]), default=0
        )

    def _is_free(self, now: float) -> bool:
        device, client = self.device, self.client
        if not (self.may_ask and device.is_awake and device.has_network and client.account is not None):
            return False
        if client.token not in device.provider.tokens or client.expires <= device.wall or device.offset:
            return False
        return now - max(self.free_since, client.since, self._waits_until(now)) > FREE

    def _waits_until(self, now: float) -> float:
        """Return until when a refusal keeps a careful client from asking."""
        until, interval, failed = 0.0, TTL, 0
        for request in self.device.provider.requests:
            if request.status == 429:
                interval = max(request.retry_after, 300.0, 2 * interval if interval > TTL else 0.0)
            failed = 0 if request.status in (200, 401, 429) else failed + 1
            wait = {401: 3600.0, 0: 60.0 * 2**failed, 500: 60.0 * 2**failed}.get(request.status, TTL)
            until = request.at + max(interval, min(wait, 900.0 if failed else wait))
        return until

    def violations(self) -> list[str]:
        """Return the requests that came too soon."""
        found = []
        for one, other in pairwise(self.device.provider.requests):
            if any(one.at <= at <= other.at for at in self.excused):
                continue
            if other.at < one.at + _least(one, other) - 1:
                found.append(f"{other.at:.0f} request {other.at - one.at:.0f} s after one with {one.status}")
        return found

    def summary(self) -> Counter[str]:
        """Count the host-minutes by verdict."""
        return Counter(self.minutes.values())


def _least(one: Request, other: Request) -> float:
    """Return how many seconds after one request the other may come."""
    if one.status == 429:
        return max(300.0, min(one.retry_after, 6 * 3600.0))
    if one.status in (401, 403) and one.token == other.token:
        return 3600.0
    return TTL
