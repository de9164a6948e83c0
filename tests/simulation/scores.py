"""
Back-test of the forecast on simulated people of our own, against even burn.

    PYTHONPATH=src:tests python -m simulation.scores [--people 64] [--seed 1] [--habit NAME] [--new]
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulation.forecast_module import est_quotaline
from simulation.limits import FULL, windows
from simulation.people import HABITS, WEEK, demand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from simulation.forecast_module import Answer, Past, Readings
    from simulation.limits import Outcome

    Estimator = Callable[[Readings, int, int, int, Past], Answer]

WEEKS = 9
ASKED = 5  # the last weeks, in which questions are asked
KINDS = ("5h", "7d")
QUESTIONS = {"5h": 2, "7d": 6}  # a window


@dataclass
class Question:
    habit: str
    outcome: Outcome
    readings: Readings
    past: Past


@dataclass
class Scores:
    """The figures of one estimator: shares 0-1, minutes, percentage points."""

    errors: list[float] = field(default_factory=list)  # minutes, in windows that reached the limit
    missed: int = 0
    false: int = 0
    squares: float = 0.0
    covered: int = 0
    count: int = 0

    def add(self, outcome: Outcome, now: int, answer: Answer) -> None:
        chance, _, median, _, low, _, high = answer
        left = outcome.end - now
        self.count += 1
        self.squares += (chance - (outcome.hit is not None)) ** 2
        self.covered += low - 0.5 <= min(FULL, outcome.used) <= high + 0.5
        if outcome.hit is None:
            self.false += chance >= 0.5
        else:
            self.missed += chance < 0.5
            self.errors.append(abs(min(median, left) - (outcome.hit - now)))

    @property
    def brier(self) -> float:
        return self.squares / self.count

    @property
    def miss_rate(self) -> float:
        return self.missed / max(1, len(self.errors))

    @property
    def false_rate(self) -> float:
        return self.false / max(1, self.count - len(self.errors))

    @property
    def coverage(self) -> float:
        return self.covered / self.count

    @property
    def median_error(self) -> float:
        return statistics.median(self.errors) if self.errors else 0.0


def est_even(readings: Readings, start: int, end: int, now: int, past: Past) -> Answer:
    """Even burn: use goes on as it did on average since the window's start."""
    used = readings[-1][1]
    rate = used / max(now - start, 1)
    minutes = (FULL - used) / rate if rate else math.inf
    total = min(FULL, used + rate * (end - now))
    until = minutes if minutes <= end - now else math.inf
    return float(minutes <= end - now), until, until, until, total, total, total


def questions(kind: str, seed: int, people: int, habits: Sequence[str]) -> Iterator[Question]:
    """Yield what is asked about some people: a window up to a reading of it, and the windows before it."""
    for person in range(people):
        rng = random.Random(f"{seed} {person}")
        habit = habits[person % len(habits)]
        wanted = demand(rng, habit, WEEKS)
        by_week = [0.0] * WEEKS
        for minute, percent in wanted:
            by_week[minute // WEEK] += percent
        share = rng.uniform(60, 130) / max(statistics.median(by_week), 1)
        found = windows(rng, wanted, WEEKS, share)[KINDS.index(kind)]
        for at, outcome in enumerate(found):
            if outcome.start >= (WEEKS - ASKED) * WEEK:
                past = [(one.readings, one.start, one.end) for one in found[:at]]
                for last in _asked(rng, kind, outcome):
                    yield Question(habit, outcome, outcome.readings[: last + 1], past)


def _asked(rng: random.Random, kind: str, outcome: Outcome) -> list[int]:
    early = (outcome.end - outcome.start) / (10 if kind == "5h" else 20)
    can_be = [
        at
        for at, (minute, used) in enumerate(outcome.readings)
        if minute - outcome.start >= early and 5 <= used < FULL
    ]
    return rng.sample(can_be, min(len(can_be), QUESTIONS[kind]))


def judged(asked: Sequence[Question], estimator: Estimator, *, new: bool = False) -> Scores:
    """Return an estimator's scores; `new` takes the history away."""
    scores = Scores()
    for one in asked:
        now = one.readings[-1][0]
        past = [] if new else one.past
        scores.add(one.outcome, now, estimator(one.readings, one.outcome.start, one.outcome.end, now, past))
    return scores


def row(name: str, scores: Scores, even: Scores) -> str:
    return (
        f"{name:20s} {scores.count:6d} {len(scores.errors) / max(1, scores.count):5.0%}"
        f"  {scores.brier / even.brier if even.brier else math.nan:5.2f}  {scores.miss_rate:6.0%}"
        f" {scores.false_rate:6.1%} / {even.false_rate:5.1%}"
        f"  {scores.median_error:6.0f} / {even.median_error:5.0f}  {scores.coverage:5.0%}"
    )


def main() -> None:
    options = argparse.ArgumentParser(description="Back-test of the forecast on simulated people")
    options.add_argument("--people", type=int, default=64)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--habit", choices=HABITS)
    options.add_argument("--new", action="store_true", help="ask without a history")
    given = options.parse_args()
    habits = [given.habit] if given.habit else list(HABITS)
    for kind in KINDS:
        asked = list(questions(kind, given.seed, given.people, habits))
        print(f"{kind:20s}  asked   hit  Brier  missed  false / even   MedAE / even  in band")
        for name in (*habits, "all"):
            of_it = [one for one in asked if name in (one.habit, "all")]
            if of_it:
                print(row(name, judged(of_it, est_quotaline, new=given.new), judged(of_it, est_even)))


if __name__ == "__main__":
    main()
