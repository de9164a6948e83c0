"""One simulated day: who works when, and what goes wrong. All of it follows from the seed."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.judge import ORDER
from simulation.provider import DAY, Account
from simulation.rates import Rates, rates
from simulation.scene import START, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.client import Session

HOUR, MINUTE = 3600.0, 60.0


@dataclass(frozen=True)
class Result:
    """What one day came to."""

    seed: int
    minutes: Counter[str]
    lines: int
    requests: int
    rates: Rates
    violations: list[str]
    findings: list[str]


def simulate(seed: int) -> Result:
    """Simulate one day."""
    base = "/dev/shm" if Path("/dev/shm").is_dir() else None
    home = Path(tempfile.mkdtemp(dir=base))
    try:
        day = Day(Scene(home, seed, START + seed % 500 * DAY))
        with day.scene.device.patched():
            day.plan()
            day.scene.events.run_until(day.scene.start + DAY)
        judge = day.scene.judge
        return Result(
            seed,
            judge.summary(),
            judge.lines,
            len(day.scene.provider.requests),
            rates(day.scene),
            judge.violations(),
            [one for one in judge.findings if " wrong: " in one or " avoidable: " in one],
        )
    finally:
        shutil.rmtree(home)


class Day:
    """The schedule of one day."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.rng = scene.rng

    def plan(self) -> None:
        """Put the day into the scene's events."""
        scene, rng = self.scene, self.rng
        scene.provider.jitter = rng.choice([0.0, 0.5, 1.0, 1.9])
        scene.client.names_account = rng.random() < 0.5
        accounts = [self._account() for _ in range(rng.choice([1, 2, 2]))]
        scene.log_in(accounts[0])
        if rng.random() < 0.1:
            scene.device.config.write_text("[sources]\napi = false\n")
            scene.judge.may_ask = False
        scene.watch(rng.choice([15.0, 30.0, 60.0]))
        self._work(accounts)
        self._night()
        for disturb, often in (
            (self._cut_network, 1.5),
            (self._storm, 1.2),
            (self._revoke, 0.4),
            (self._change_clock, 0.4),
            (self._reset_by_hand, 0.4),
            (self._change_plan, 0.2),
            (self._use_elsewhere, 2.0),
            (self._kill, 3.0),
            (scene.wipe, 0.4),
            (self._suspend, 1.0),
            (scene.reboot, 0.4),
            (self._keep_usage, 2.0),
        ):
            self._sometimes(disturb, often)
        self._sometimes(lambda: self._log_in(accounts), 3.0 if len(accounts) > 1 else 0.3)
        self._sometimes(lambda: self._log_out(accounts), 0.3)

    def _account(self) -> Account:
        rng = self.rng
        used = {"5h": rng.uniform(0, 60), "7d": rng.uniform(0, 85)}
        if rng.random() < 0.5:
            used["Fable"] = rng.uniform(0, 95)
        ends = {"5h": rng.uniform(0, 5) * HOUR, "7d": rng.choice([rng.uniform(0, 7), 0.6]) * DAY}
        ends["Fable"] = ends["7d"]
        account = Account.of(f"uuid-{rng.randrange(10**6)}", self.scene.now, used, ends)
        self.scene.provider.accounts.append(account)
        return account

    def _sometimes(self, act: Callable[[], None], often: float) -> None:
        """Do something about `often` times a day, in the waking hours mostly."""
        count = int(often) + (self.rng.random() < often % 1)
        for _ in range(count):
            at = self.scene.now + self.rng.uniform(0.2, 18) * HOUR
            self.scene.events.at(at, self.scene.stir)
            self.scene.events.at(at, act)

    def _work(self, accounts: list[Account]) -> None:
        """Work in blocks, with breaks: at the desk idle, or with the lid closed."""
        at = self.scene.now + self.rng.uniform(0, 2) * HOUR
        end = self.scene.now + self.rng.uniform(9, 16) * HOUR
        while at < end:
            length = self.rng.choice([10, 25, 50, 90]) * MINUTE
            self._block(at, length)
            at += length + self.rng.choice([5, 15, 40, 90, 150]) * MINUTE

    def _block(self, at: float, length: float) -> None:
        scene, rng = self.scene, self.rng
        pause = rng.choice([25.0, 40.0, 50.0, 120.0])
        crew = rng.choice([1, 1, 1, 2, 3])
        is_old = rng.random() < 0.15
        share = rng.choice([0.05, 0.2, 0.6])

        def begin() -> None:
            if len(scene.sessions) > 4:
                del scene.sessions[:2]
            for _ in range(crew):
                one = scene.session(is_old=is_old)
                scene.run(one)
                self._converse(one, at + length * rng.uniform(0.5, 1), pause, share)

        scene.events.at(at, begin)

    def _converse(self, one: Session, end: float, pause: float, share: float) -> None:
        scene, rng = self.scene, self.rng

        def step() -> None:
            if one not in scene.sessions:
                return
            if scene.now > end:
                self._leave_idle(one)
                return
            if scene.device.is_awake:
                takes = min(pause, rng.choice([3.0, 8.0, 20.0, 50.0]))
                scene.reply(one, rng.expovariate(1 / share), takes)
            scene.events.after(rng.uniform(0.5, 1.2) * pause, step)

        step()

    def _leave_idle(self, one: Session) -> None:
        """Leave a session open: it draws its line at times, and when a window of its own ends."""
        scene, rng = self.scene, self.rng

        def draw() -> None:
            if one in scene.sessions:
                scene.run(one)
                scene.events.after(rng.choice([60, 600, 1800]), draw)

        draw()
        for _, reset in one.limits.values():
            scene.events.at(max(scene.now, reset + 1.4), lambda: one in scene.sessions and scene.run(one))

    def _night(self) -> None:
        kind = self.rng.choice(["asleep", "asleep", "awake", "locked"])
        if kind == "asleep":
            self.scene.events.after(18 * HOUR, lambda: self.scene.suspend(5.5 * HOUR))

    def _cut_network(self) -> None:
        self.scene.lose_network(self.rng.choice([2, 20, 60, 200]) * MINUTE)

    def _storm(self) -> None:
        provider = self.scene.provider
        provider.storm = self.rng.choice(
            [(429, None), (429, "0"), (429, "60"), (429, "1600"), (500, None), (429, "3600")]
        )
        self.scene.events.after(self.rng.choice([2, 20, 60]) * MINUTE, self._calm)

    def _calm(self) -> None:
        self.scene.provider.storm = None
        self.scene.stir()

    def _revoke(self) -> None:
        self.scene.provider.tokens.pop(self.scene.client.token, None)
        self.scene.events.after(self.rng.choice([5, 60]) * MINUTE, self.scene.renew)

    def _change_clock(self) -> None:
        self.scene.set_clock(self.rng.choice([-7200.0, -600.0, -30.0, 30.0, 600.0, 7200.0]))
        self.scene.events.after(self.rng.choice([1, 10, 60]) * MINUTE, lambda: self.scene.set_clock(0))

    def _reset_by_hand(self) -> None:
        for account in self.scene.provider.accounts:
            account.reset_by_hand(self.scene.now, keep_end=self.rng.random() < 0.5)

    def _change_plan(self) -> None:
        if self.scene.client.account:
            self.scene.client.account.scale(self.scene.now, self.rng.choice([0.25, 0.5, 2]))

    def _use_elsewhere(self) -> None:
        """Use the account on another device for a while."""
        account = self.rng.choice(self.scene.provider.accounts)
        for _ in range(self.rng.choice([1, 20])):
            self.scene.events.after(
                self.rng.uniform(0, 40) * MINUTE,
                lambda: account.use(self.scene.now, self.rng.uniform(0.1, 4)),
            )

    def _kill(self) -> None:
        if self.rng.random() < 0.5:
            self.scene.device.kill_request = self.rng.choice(["before", "after"])
        else:
            self.scene.device.kill_at = self.rng.randrange(1, 6)
        self.scene.judge.free_since = self.scene.now + 5 * MINUTE

    def _suspend(self) -> None:
        if self.scene.device.is_awake:
            self.scene.suspend(self.rng.choice([1, 30, 120, 400]) * MINUTE)

    def _keep_usage(self) -> None:
        if self.scene.device.is_awake and self.scene.device.has_network:
            self.scene.client.keep_usage(self.scene.now, self.scene.device.wall)

    def _log_in(self, accounts: list[Account]) -> None:
        """Log in as another of the accounts, often while a request is under way; at times only for minutes."""
        scene, rng = self.scene, self.rng
        if not scene.device.is_awake or not scene.device.has_network:
            return
        former = scene.client.account
        account = rng.choice([one for one in accounts if one is not former] or accounts)
        if rng.random() < 0.5:
            scene.log_in(account)
        else:
            scene.log_in_slowly(account, rng.uniform(0.05, 3), config_first=rng.random() < 0.5)
        self._draw_all()
        if former is not None and rng.random() < 0.3:
            scene.events.after(rng.choice([1, 4, 9]) * MINUTE, lambda: self._return(former))

    def _return(self, former: Account) -> None:
        if self.scene.device.is_awake:
            self.scene.log_in(former)
            self._draw_all()

    def _log_out(self, accounts: list[Account]) -> None:
        self.scene.log_in(None)
        self.scene.events.after(self.rng.choice([1, 30]) * MINUTE, lambda: self._log_in(accounts))

    def _draw_all(self) -> None:
        for one in self.scene.sessions:
            self.scene.events.after(self.rng.uniform(0.3, 5), partial(self.scene.run, one))


def table(results: list[Result]) -> str:
    """Return the figures of several days as one table."""
    minutes: Counter[str] = Counter()
    for one in results:
        minutes.update(one.minutes)
    total = sum(minutes.values()) or 1
    rows = [(name, minutes[name], f"{100 * minutes[name] / total:.3f} %") for name in ORDER]
    lines = [f"{len(results)} days, {sum(one.lines for one in results)} lines, {total} host-minutes", ""]
    lines += [f"{name:<32}{count:>10}  {share}" for name, count, share in rows]
    violations = sum(len(one.violations) for one in results)
    lines += [f"{'days with a wrong minute':<32}{sum(bool(one.minutes['wrong']) for one in results):>10}"]
    lines += [f"{'violations':<32}{violations:>10}"]
    lines += [f"{'requests a day':<32}{sum(one.requests for one in results) / len(results):>10.1f}"]
    for label, pick in Rates.columns():
        lines += [f"{label:<32}{max(pick(one.rates) for one in results):>10}"]
    return "\n".join(lines)
