"""
Which reading to believe. Pure: no clock, no files.

For each window we keep what was told, less what something else told makes
worthless (`_outdoes`, a strict order, so the order of arrival does not matter):

- a dated reading outdoes older dated ones, and all that reached us before it,
  whatever they said: limits are at times reset or moved by hand;
- an undated one (Claude Code's stdin) outdoes older undated ones that say less.

What is shown is the dated one, unless an undated one that came later tells of
a newer window, or of more use in the same one: it may be old, so it may raise
a number and never lower it.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from quotaline.model.usage import SCOPED, Credits, Reading, Usage, Window, built

if TYPE_CHECKING:
    from collections.abc import Mapping

SAME_WINDOW = 120  # seconds; the API's resets jitter around the boundary (docs/claude-code.md 2.2)
SCOPED_EVERY = 600  # seconds; as often as scoped windows are asked for while Claude Code reports the others
TOO_OLD = 86400  # seconds; after a day a number says nothing (docs/architecture.md 6)
CLOCK_SLACK = 2  # seconds that a reading may seem to be ahead of our clock


@dataclass(frozen=True, slots=True)
class Observation:
    """One window as one source told it. `at` and `dated` are the reading's."""

    window: Window
    source: str
    observed_at: float
    dated: bool = True


@dataclass(frozen=True, slots=True)
class MergedUsage:
    """
    What we hold true: for each window key what was told and still counts. Of one account.

    `answered_at` is the time of the last full answer, which has every window that the plan has.
    """

    account: str | None = None
    observations: Mapping[str, tuple[Observation, ...]] = field(default_factory=dict)
    credits: Credits | None = None
    credits_at: float = 0.0
    answered_at: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return plain dicts, lists and numbers that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> MergedUsage:
        """Read what `to_json` gave. Raises KeyError, TypeError or AttributeError for anything else."""
        return cls(
            account=document["account"],
            observations={
                key: tuple(
                    built(Observation, {**one, "window": built(Window, one["window"])}) for one in each
                )
                for key, each in document["observations"].items()
            },
            credits=built(Credits, document["credits"]) if document["credits"] else None,
            credits_at=float(document["credits_at"]),
            answered_at=float(document.get("answered_at", 0.0)),
        )


def merge(merged: MergedUsage, reading: Reading, now: float) -> MergedUsage:
    """
    Return what to hold true once a reading has come in.

    A reading of another account drops all that was held. What claims to be
    from the future is dropped too: it would win for years after a clock that
    was wrong once.
    """
    account = reading.account or merged.account
    if merged.account not in (None, account):
        merged = MergedUsage()
    # A window that has ended is kept until its successor is known: `has_ended` tells by it.
    observation = {
        key: _live(each, now) or _recent(each, now) for key, each in merged.observations.items()
    }
    answered_at = merged.answered_at
    if reading.observed_at <= now + CLOCK_SLACK:
        for key, window in reading.usage.windows().items():
            new = Observation(window, reading.source, reading.observed_at, reading.dated)
            if _live((new,), now):
                observation[key] = _worth_keeping({*_live(observation.get(key, ()), now), new})
        if reading.dated:
            answered_at = max(_past(answered_at, now), reading.observed_at)
    credits_, credits_at = merged.credits, merged.credits_at
    if reading.usage.credits and credits_at <= reading.observed_at <= now + CLOCK_SLACK:
        credits_, credits_at = reading.usage.credits, reading.observed_at
    return MergedUsage(
        account, {key: each for key, each in observation.items() if each}, credits_, credits_at, answered_at
    )


def rejections(merged: MergedUsage, reading: Reading, now: float) -> dict[str, str]:
    """Return, by window key, why a reading's window is not what `current` shows once it was taken in."""
    shown = current(merged, now)
    found = {}
    for key, window in reading.usage.windows().items():
        observation = Observation(window, reading.source, reading.observed_at, reading.dated)
        if reading.observed_at > now + CLOCK_SLACK:
            found[key] = "dated in the future"
        elif not _live((observation,), now):
            found[key] = (
                "the window has ended" if now - observation.observed_at < TOO_OLD else "more than a day old"
            )
        elif shown.get(key) not in (None, observation):
            found[key] = _rejection(observation, shown[key])
    return found


def _rejection(observation: Observation, shown: Observation) -> str:
    if not observation.dated and observation.observed_at >= shown.observed_at:
        return f"undated, and says less than {shown.source}"
    return f"older than what {shown.source} told"


def current(merged: MergedUsage, now: float) -> dict[str, Observation]:
    """Return, by window key, what to show at `now`; a window that nothing true is known of is absent."""
    shown = {key: _chosen(_live(each, now)) for key, each in merged.observations.items()}
    return {key: observation for key, observation in shown.items() if observation}


def same_numbers(one: MergedUsage, other: MergedUsage, now: float) -> bool:
    """
    Whether a user sees the same numbers in both.

    The endpoint computes `resets_at` anew for each answer, up to 2 s apart (contract 2.2), so resets are
    compared with their tolerance. A window that has ended and one that has not started are the same.
    """
    before, after = current(one, now), current(other, now)
    return one.credits == other.credits and all(
        _is_same(_window_of(before.get(key)), _window_of(after.get(key)))
        for key in before.keys() | after.keys()
    )


def _window_of(observation: Observation | None) -> Window:
    return observation.window if observation else Window(0.0)


def _is_same(one: Window, other: Window) -> bool:
    if one.resets_at is None or other.resets_at is None:
        return (one.utilization, one.resets_at) == (other.utilization, other.resets_at)
    return one.utilization == other.utilization and abs(one.resets_at - other.resets_at) <= SAME_WINDOW


def has_ended(merged: MergedUsage, now: float) -> bool:
    """Whether a window has ended since the last full answer, and nothing is known of its successor."""
    return any(
        not _live(each, now) and any(_past(merged.answered_at, now) < (one.window.resets_at or 0) for one in each)
        for each in merged.observations.values()
    )


def scoped_due_at(merged: MergedUsage, now: float) -> float:
    """
    Return from when the scoped windows are worth a request of their own: Claude Code reports all others.

    At once if no full answer has come yet, never (infinity) if the last one had none.
    """
    if not _past(merged.answered_at, now):
        return 0.0
    shown = current(merged, now)
    scoped = [key for key in merged.observations if key.startswith(SCOPED)]
    return min((shown[key].observed_at + SCOPED_EVERY if key in shown else 0.0 for key in scoped), default=math.inf)


def _past(when: float, now: float) -> float:
    """Return a time, 0 if a clock that was wrong put it into the future."""
    return when if when <= now + CLOCK_SLACK else 0.0


def current_usage(merged: MergedUsage, now: float) -> Usage:
    """Return `current` as the public type."""
    return Usage.of(
        {key: observation.window for key, observation in current(merged, now).items()}, merged.credits
    )


def _recent(each: tuple[Observation, ...], now: float) -> tuple[Observation, ...]:
    return tuple(one for one in each if now - TOO_OLD < one.observed_at <= now + CLOCK_SLACK)


def _live(each: tuple[Observation, ...], now: float) -> tuple[Observation, ...]:
    return tuple(
        observation
        for observation in each
        if now - TOO_OLD < observation.observed_at <= now + CLOCK_SLACK
        and (observation.window.resets_at is None or observation.window.resets_at > now)
    )


def _worth_keeping(each: set[Observation]) -> tuple[Observation, ...]:
    return tuple(
        sorted(
            (observation for observation in each if not any(_outdoes(by, observation) for by in each)),
            key=_rank,
        )
    )


def _outdoes(one: Observation, other: Observation) -> bool:
    if one.dated:
        return one.observed_at >= other.observed_at if not other.dated else _rank(one) > _rank(other)
    if other.dated or one.observed_at < other.observed_at:
        return False
    if _is_newer(one.window, other):
        return True
    return (
        not _is_newer(other.window, one)
        and one.window.utilization >= other.window.utilization
        and _rank(one) > _rank(other)
    )


def _chosen(each: tuple[Observation, ...]) -> Observation | None:
    best: Observation | None = None
    for observation in sorted(each, key=lambda observation: (not observation.dated, *_rank(observation))):
        if (
            best is None
            or _is_newer(observation.window, best)
            or (
                not _is_newer(best.window, observation)
                and observation.window.utilization >= best.window.utilization
            )
        ):
            best = observation
    return best


def _is_newer(window: Window, than: Observation) -> bool:
    # A window that had not started when it was told of (no reset) is older than any that runs later.
    ends = than.observed_at if than.window.resets_at is None else than.window.resets_at
    return window.resets_at is not None and window.resets_at > ends + SAME_WINDOW


def _rank(observation: Observation) -> tuple[float, float, float, str]:
    return (
        observation.observed_at,
        observation.window.utilization,
        observation.window.resets_at or 0.0,
        observation.source,
    )
