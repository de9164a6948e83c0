"""
What Claude Code does (docs/claude-code.md 1 and 2): replies, the statusLine input, and the files it keeps.

Nothing of quotaline is in here: it writes what the client writes, where the client writes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pathlib

    from simulation.provider import Account, Provider

TOKEN_LIFE = 8 * 3600.0  # seconds (docs/claude-code.md 2.3)
_NAMES = {"5h": "five_hour", "7d": "seven_day"}


@dataclass
class Session:
    """
    One Claude Code session: what its last reply's headers gave, and its API time in milliseconds.

    `started` is by the device's clock.
    `is_old`: a client of 2.1.112, which keeps windows that have ended and does not round.
    """

    name: str
    is_old: bool = False
    limits: dict[str, tuple[float, int]] = field(default_factory=dict)
    worked: int = 0
    started: float = 0.0

    def status(self, clock: float) -> bytes:
        """Return what the statusLine command gets on stdin when the device's clock shows `clock`."""
        windows = {}
        for name, (percent, reset) in self.limits.items():
            if self.is_old or reset > clock:
                used = percent / 100 * 100 if self.is_old else percent
                windows[_NAMES[name]] = {"used_percentage": used, "resets_at": reset}
        document: dict[str, Any] = {
            "session_id": self.name,
            "cwd": "/home/user/project",
            "version": "2.1.112" if self.is_old else "2.1.330",
            "cost": {
                "total_cost_usd": self.worked / 1e5,
                "total_duration_ms": int((clock - self.started) * 1000),
                "total_api_duration_ms": self.worked,
            },
            "context_window": {"used_percentage": 1},
        }
        if windows:
            document["rate_limits"] = windows
        return json.dumps(document, separators=(",", ":")).encode()


@dataclass
class Client:
    """
    The installed client: login and config of one config dir.

    `names_account`: whether the credentials have `accountUuid`, which is optional.
    `since` is when the login changed hands last, in true time.
    """

    home: pathlib.Path
    provider: Provider
    names_account: bool = True
    account: Account | None = None
    token: str = ""
    expires: float = 0.0
    since: float = 0.0
    history: list[tuple[float, Account | None]] = field(default_factory=list)
    snapshot: dict[str, Any] | None = None
    snapshot_account: Account | None = None

    def write_credentials(self, clock: float) -> None:
        """Write a new token for the account, as after /login and at each renewal."""
        path = self.home / ".claude/.credentials.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.account is None:
            path.unlink(missing_ok=True)
            self.token = ""
            return
        self.token = self.provider.issue(self.account)
        self.expires = clock + TOKEN_LIFE
        login: dict[str, Any] = {
            "accessToken": self.token,
            "refreshToken": "r",
            "expiresAt": int(self.expires * 1000),
            "scopes": ["user:inference", "user:profile"],
        }
        if self.names_account:
            login["accountUuid"] = self.account.uuid
        _replace(path, {"claudeAiOauth": login})

    def write_config(self) -> None:
        """Write `.claude.json`: whose login it is, and the last usage answer of the client's own."""
        document: dict[str, Any] = {"numStartups": 5}
        if self.account is not None:
            document["oauthAccount"] = {"accountUuid": self.account.uuid, "emailAddress": "a@b.example"}
        if self.snapshot is not None:
            document["cachedUsageUtilization"] = self.snapshot
        _replace(self.home / ".claude.json", document)

    def change_login(self, account: Account | None, now: float) -> None:
        """Note that the login is another account's from now on. The files are written apart."""
        self.account, self.since = account, now
        self.history.append((now, account))

    def log_in(self, account: Account | None, now: float, clock: float) -> None:
        """Log in, or out with None: both files at once."""
        self.change_login(account, now)
        self.write_credentials(clock)
        self.write_config()

    def keep_usage(self, now: float, clock: float) -> None:
        """Ask for the usage and keep it in `.claude.json`, as /usage does."""
        if self.account is None or self.token not in self.provider.tokens:
            return
        body = self.account.body(now, self.provider.jitter, self.provider.rng)
        self.snapshot_account = self.account
        self.snapshot = {
            "fetchedAtMs": int(clock * 1000),
            "accountUuid": self.account.uuid,
            "utilization": body,
        }
        self.write_config()


def _replace(path: pathlib.Path, document: dict[str, Any]) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(document))
    temporary.chmod(0o600)
    temporary.replace(path)
