"""A device, its user and the provider, put together: the steps that days and scenarios are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from simulation.client import Client, Session
from simulation.device import Device
from simulation.events import Events
from simulation.judge import Judge
from simulation.provider import Account, Provider

if TYPE_CHECKING:
    import pathlib

START = 1_795_300_000.0
_DEBOUNCE = 0.3  # seconds from a reply to the run of the statusLine command (docs/claude-code.md 1.4)


@dataclass
class Scene:
    """
    One simulated user. All steps happen now, or go on while `events.wait` lets time pass.

    `replies` are the times of all replies, `reports` of those that changed a session's numbers, and
    `stirs` of everything else that happened.
    """

    home: pathlib.Path
    seed: int = 1
    start: float = START
    sessions: list[Session] = field(default_factory=list)
    started: int = 0
    replies: list[float] = field(default_factory=list)
    reports: list[float] = field(default_factory=list)
    pending: list[Session] = field(default_factory=list)
    stirs: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        self.events = Events(self.start)
        self.provider = Provider(self.rng)
        self.device = Device(self.events, self.home, self.provider)
        self.client = Client(self.home, self.provider)
        self.judge = Judge(self.device, self.client, free_since=self.start)

    @property
    def now(self) -> float:
        """The true time."""
        return self.events.now

    def stir(self) -> None:
        """Note that something happened now: the hours around it are not idle."""
        self.stirs.append(self.now)
        self.judge.free_since = max(self.judge.free_since, self.now)

    def account(self, **used: float) -> Account:
        """Return a new account that has used so much (`h5`, `d7`, `fable`) of windows that run."""
        names = {"h5": "5h", "d7": "7d", "fable": "Fable"}
        ends = {"5h": 2 * 3600.0, "7d": 3 * 86400.0, "Fable": 3 * 86400.0}
        account = Account.of(
            f"uuid-{len(self.provider.accounts)}",
            self.now,
            {names[name]: percent for name, percent in used.items()},
            ends,
        )
        self.provider.accounts.append(account)
        return account

    def log_in(self, account: Account | None) -> None:
        """Log in as somebody, or out with None."""
        self.client.log_in(account, self.now, self.device.wall)

    def log_in_slowly(self, account: Account | None, seconds: float, *, config_first: bool) -> None:
        """The same with the two files written so far apart."""
        writes = [lambda: self.client.write_credentials(self.device.wall), self.client.write_config]
        if config_first:
            writes.reverse()
        self.stir()
        self.client.account = account
        writes[0]()

        def finish() -> None:
            if self.client.account is account:
                writes[1]()
                self.client.change_login(account, self.now)

        self.events.after(seconds, finish)

    def session(self, *, is_old: bool = False) -> Session:
        """Start a Claude Code session."""
        self.started += 1
        one = Session(f"session-{self.started}", is_old, started=self.device.wall)
        self.sessions.append(one)
        return one

    def reply(self, one: Session, percent: float, takes: float = 5.0) -> None:
        """Begin a request of a session: its limits come with the headers, the run follows its end."""
        if not self.device.has_network or self.client.account is None:
            return
        if self.client.expires <= self.device.wall:
            self.renew()
        account, boots = self.client.account, self.device.boots

        def headers() -> None:
            if boots == self.device.boots and self.device.has_network and self.device.is_awake:
                account.use(self.now, percent)
                before, one.limits = one.limits, account.headers(self.now)
                if one.limits != before:
                    self.reports.append(self.now + takes * 0.8)
                self.events.after(takes * 0.8, finish)

        def finish() -> None:
            if boots == self.device.boots and self.device.is_awake:
                one.worked += int(takes * 1000)
                self.replies.append(self.now)
                self.pending.append(one)
                self.events.after(_DEBOUNCE, self.draw)

        self.events.after(takes * 0.2, headers)

    def draw(self) -> None:
        """Run the command of every session that has had a reply since its last run."""
        while self.pending:
            self.run(self.pending.pop(0))

    def run(self, one: Session) -> str | None:
        """Run the statusLine command of a session, and have its line judged."""
        if not self.device.is_awake or one not in self.sessions:
            return None
        line = self.device.status_line(one)
        if line is not None:
            self.judge.see(one.name, line)
        elif one not in self.pending:  # cancelled by another trigger, which runs it again
            self.pending.append(one)
            self.events.after(_DEBOUNCE, self.draw)
        return line

    def look(self, host: str = "plain") -> str:
        """Draw a prompt, and have its line judged."""
        line = self.device.prompt(host)
        self.judge.see(host, line)
        return line

    def watch(self, seconds: float = 30.0) -> None:
        """Have tmux draw its line again and again while the device is awake."""
        self.events.every(seconds, lambda: self.device.is_awake and self.look())

    def renew(self) -> None:
        """Let the client renew its token, which it does when it uses one that has expired."""
        if self.client.account is not None:
            self.client.write_credentials(self.device.wall)
            self.stir()

    def suspend(self, seconds: float) -> None:
        """Close the lid for a while."""
        self.draw()
        self.device.is_awake, self.device.wakes_at = False, self.now + seconds
        self.stir()
        self.events.after(seconds, self.wake)

    def wake(self) -> None:
        """Open it again. Claude Code draws its line anew when it notices."""
        if not self.device.is_awake and self.device.wakes_at <= self.now:
            self.device.is_awake = True
            self.stir()

    def lose_network(self, seconds: float) -> None:
        """Be without a network for a while."""
        self.device.has_network = False
        self.stir()
        self.events.after(seconds, self.find_network)

    def find_network(self) -> None:
        """Have a network again. A failure backs off for up to 15 minutes, so nothing is owed before that."""
        self.device.has_network = True
        self.stir()

    def set_clock(self, offset: float) -> None:
        """Set the wall clock wrong, or right again with 0."""
        self.device.offset = offset
        self.judge.errors.append((self.now, offset))
        self.judge.excused.append(self.now)
        self.stir()

    def wipe(self) -> None:
        """Remove the cache folder."""
        for path in sorted(self.home.glob(".cache/quotaline/default/*")):
            path.unlink()
        self.judge.excused.append(self.now)
        self.stir()

    def reboot(self) -> None:
        """Start the device anew: no process of before goes on, and no session."""
        self.sessions.clear()
        self.device.reboot()
        self.stir()
