"""
Merges readings into the current usage. Pure: no clock, no files.

For each window all observations are kept that no other one supersedes. `_supersedes`
is a strict partial order, so the result does not depend on the order of arrival:

- A dated observation supersedes every dated one that is older, and every undated
  one that arrived before it, even if its number is lower: limits are sometimes
  reset or changed by hand.
- An undated observation (Claude Code's stdin) supersedes older undated ones with a
  lower number.
- A scoped window that the last full answer does not name is dropped: names come and
  go with the plan, and must not pile up.

The current observation is the dated one, unless a later undated one reports a newer
window or a higher number in the same window. An undated number may be old, so it
may raise the current one but never lower it.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from quotaline.model.usage import SCOPED, Credits, Reading, Usage, Window, build_dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RESET_TOLERANCE = 120  # seconds; the API reports the same reset with a jitter (docs/claude-code.md 2.2)
TOO_OLD = 86400  # seconds; after a day a number says nothing (docs/architecture.md 6)
SCOPED_INTERVAL = 600  # seconds between requests for scoped windows while the others are reported
CLOCK_SLACK = 2  # seconds that a reading may be ahead of our clock


@dataclass(frozen=True, slots=True)
class Observation:
    """One window as one source reported it. `observed_at` and `dated` are those of the reading."""

    window: Window
    source: str
    observed_at: float
    dated: bool = True


@dataclass(frozen=True, slots=True)
class MergedUsage:
    """
    The observations of one account that still count, by window key, and its latest credits.

    `answered_at` is the time of the last full answer, which has every window of the plan.
    """

    account: str | None = None
    observations: Mapping[str, tuple[Observation, ...]] = field(default_factory=dict)
    credits: Credits | None = None
    credits_at: float = 0.0
    answered_at: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return a JSON document that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> MergedUsage:
        """Read a document of `to_json`. Raises KeyError, TypeError or AttributeError for anything else."""
        return cls(
            account=document["account"],
            observations={
                key: tuple(_observation_from_json(members) for members in observations)
                for key, observations in document["observations"].items()
            },
            credits=build_dataclass(Credits, document["credits"]) if document["credits"] else None,
            credits_at=float(document["credits_at"]),
            answered_at=float(document.get("answered_at", 0.0)),
        )


def _observation_from_json(members: dict[str, Any]) -> Observation:
    return build_dataclass(Observation, {**members, "window": build_dataclass(Window, members["window"])})


def merge(merged: MergedUsage, reading: Reading, now: float) -> MergedUsage:
    """
    Return the merged usage with a reading added.

    A reading of another account replaces everything. A reading dated in the
    future is ignored: after a wrong clock it would win for years.
    """
    account = reading.account or merged.account
    if merged.account not in (None, account):
        merged = MergedUsage()
    # An ended window is kept until its successor is known, so that `has_ended_window` can tell.
    observations = {
        key: _unexpired(known, now) or _recent(known, now) for key, known in merged.observations.items()
    }
    credits_, credits_at = merged.credits, merged.credits_at
    answered_at = _unless_future(merged.answered_at, now)
    if reading.observed_at <= now + CLOCK_SLACK:
        for key, new in _observations(reading).items():
            if _unexpired((new,), now):
                observations[key] = _without_superseded({*_unexpired(observations.get(key, ()), now), new})
        if reading.usage.credits and credits_at <= reading.observed_at:
            credits_, credits_at = reading.usage.credits, reading.observed_at
        if reading.dated:
            answered_at = max(answered_at, reading.observed_at)
    observations = {
        key: tuple(each for each in known if not _is_withdrawn(key, each, answered_at))
        for key, known in observations.items()
    }
    observations = {key: known for key, known in observations.items() if known}
    return MergedUsage(account, observations, credits_, credits_at, answered_at)


def _is_withdrawn(key: str, observation: Observation, answered_at: float) -> bool:
    """Whether it is of a scoped window that the last full answer does not have, or reports anew."""
    return key.startswith(SCOPED) and observation.observed_at < answered_at


def rejections(merged: MergedUsage, reading: Reading, now: float) -> dict[str, str]:
    """Return, by window key, why `current` does not show a window of a reading that was merged."""
    shown = current(merged, now)
    reasons = {}
    for key, observation in _observations(reading).items():
        if reading.observed_at > now + CLOCK_SLACK:
            reasons[key] = "dated in the future"
        elif not _unexpired((observation,), now):
            is_old = now - observation.observed_at >= TOO_OLD
            reasons[key] = "more than a day old" if is_old else "the window has ended"
        elif shown.get(key) not in (None, observation):
            reasons[key] = _rejection_reason(observation, shown[key])
    return reasons


def _rejection_reason(observation: Observation, shown: Observation) -> str:
    if _is_later_window(shown.window, observation):
        return f"of an earlier window than the number from {shown.source}"
    if not observation.dated and observation.observed_at >= shown.observed_at:
        return f"undated, and lower than the number from {shown.source}"
    return f"older than the number from {shown.source}"


def current(merged: MergedUsage, now: float) -> dict[str, Observation]:
    """Return the observations to show at `now`, by window key. A window without a valid one is absent."""
    shown = {key: _select(_unexpired(known, now)) for key, known in merged.observations.items()}
    return {key: observation for key, observation in shown.items() if observation}


def current_usage(merged: MergedUsage, now: float) -> Usage:
    """Return `current` as the public type."""
    shown = current(merged, now)
    windows = {key: observation.window for key, observation in shown.items()}
    return replace(
        Usage.from_windows(windows, merged.credits),
        observed_at={key: observation.observed_at for key, observation in shown.items()},
        source={key: observation.source for key, observation in shown.items()},
    )


def shows_same_numbers(one: MergedUsage, other: MergedUsage, now: float) -> bool:
    """
    Whether both show the same numbers at `now`.

    The endpoint computes `resets_at` anew for each answer, up to 2 s apart, so resets are compared with
    their tolerance. A window that has ended and one that has not started are the same.
    """
    before, after = current(one, now), current(other, now)
    not_started = Window(0.0)
    return one.credits == other.credits and all(
        _is_same(*(shown[key].window if key in shown else not_started for shown in (before, after)))
        for key in before.keys() | after.keys()
    )


def _is_same(one: Window, other: Window) -> bool:
    if one.resets_at is None or other.resets_at is None:
        return (one.utilization, one.resets_at) == (other.utilization, other.resets_at)
    return one.utilization == other.utilization and abs(one.resets_at - other.resets_at) <= RESET_TOLERANCE


def has_ended_window(merged: MergedUsage, now: float) -> bool:
    """Whether a window has ended since the last full answer, and its successor is unknown."""
    # An answer of those seconds may still have had the old window, by another reset.
    answered_at = _unless_future(merged.answered_at, now) - RESET_TOLERANCE
    return any(
        not _unexpired(known, now) and any(answered_at < (one.window.resets_at or 0) for one in known)
        for known in merged.observations.values()
    )


def scoped_due_at(merged: MergedUsage, now: float) -> float:
    """
    Return when the scoped windows need a request of their own, in epoch seconds.

    Claude Code reports all others. 0 if no full answer has come yet, infinity if the last one had no
    scoped window.
    """
    if not _unless_future(merged.answered_at, now):
        return 0.0
    shown = current(merged, now)
    return min(
        (
            shown[key].observed_at + SCOPED_INTERVAL if key in shown else 0.0
            for key in merged.observations
            if key.startswith(SCOPED)
        ),
        default=math.inf,
    )


def _unless_future(time: float, now: float) -> float:
    """Return a time, or 0 for one in the future, which comes from a wrong clock."""
    return time if time <= now + CLOCK_SLACK else 0.0


def _observations(reading: Reading) -> dict[str, Observation]:
    return {
        key: Observation(window, reading.source, reading.observed_at, reading.dated)
        for key, window in reading.usage.windows().items()
    }


def _recent(observations: Iterable[Observation], now: float) -> tuple[Observation, ...]:
    return tuple(each for each in observations if now - TOO_OLD < each.observed_at <= now + CLOCK_SLACK)


def _unexpired(observations: Iterable[Observation], now: float) -> tuple[Observation, ...]:
    return tuple(
        observation
        for observation in _recent(observations, now)
        if observation.window.resets_at is None or observation.window.resets_at > now
    )


def _without_superseded(observations: set[Observation]) -> tuple[Observation, ...]:
    remaining = (
        observation
        for observation in observations
        if not any(_supersedes(other, observation) for other in observations)
    )
    return tuple(sorted(remaining, key=_sort_key))


def _supersedes(newer: Observation, older: Observation) -> bool:
    if newer.dated and older.dated:
        return _sort_key(newer) > _sort_key(older)
    if newer.dated:
        return newer.observed_at >= older.observed_at
    if older.dated or newer.observed_at < older.observed_at:
        return False
    if _is_later_window(newer.window, older):
        return True
    return (
        not _is_later_window(older.window, newer)
        and newer.window.utilization >= older.window.utilization
        and _sort_key(newer) > _sort_key(older)
    )


def _select(observations: tuple[Observation, ...]) -> Observation | None:
    """Return the observation to show: start from the dated one and let the undated ones raise it."""
    best: Observation | None = None
    for candidate in sorted(observations, key=lambda item: (not item.dated, *_sort_key(item))):
        if (
            best is None
            or _is_later_window(candidate.window, best)
            or (
                not _is_later_window(best.window, candidate)
                and candidate.window.utilization >= best.window.utilization
            )
        ):
            best = candidate
    return best


def _is_later_window(window: Window, than: Observation) -> bool:
    # A window without a reset had not started when it was observed, so any running one is later.
    end = than.observed_at if than.window.resets_at is None else than.window.resets_at
    return window.resets_at is not None and window.resets_at > end + RESET_TOLERANCE


def _sort_key(observation: Observation) -> tuple[float, float, float, str]:
    return (
        observation.observed_at,
        observation.window.utilization,
        observation.window.resets_at or 0.0,
        observation.source,
    )
