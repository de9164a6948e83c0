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

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from quotaline.usage import Credits, Reading, Usage, Window, built

if TYPE_CHECKING:
    from collections.abc import Mapping

SAME_WINDOW = 120  # seconds; the API's resets jitter around the boundary (contract 2.2)
TOO_OLD = 86400  # seconds; after a day a number says nothing (design 7)
CLOCK_SLACK = 2  # seconds that a reading may seem to be ahead of our clock


@dataclass(frozen=True, slots=True)
class Told:
    """One window as one source told it. `at` and `dated` are the reading's."""

    window: Window
    source: str
    at: float
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Belief:
    """What we hold true: for each window key what was told and still counts. Of one account."""

    account: str | None = None
    told: Mapping[str, tuple[Told, ...]] = field(default_factory=dict)
    credits: Credits | None = None
    credits_at: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return plain dicts, lists and numbers that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Belief:
        """Read what `to_json` gave. Raises KeyError, TypeError or AttributeError for anything else."""
        return cls(
            account=document["account"],
            told={
                key: tuple(built(Told, {**one, "window": built(Window, one["window"])}) for one in each)
                for key, each in document["told"].items()
            },
            credits=built(Credits, document["credits"]) if document["credits"] else None,
            credits_at=float(document["credits_at"]),
        )


def believe(belief: Belief, reading: Reading, now: float) -> Belief:
    """
    Return what to hold true once a reading has come in.

    A reading of another account drops all that was held. What claims to be
    from the future is dropped too: it would win for years after a clock that
    was wrong once.
    """
    account = reading.account or belief.account
    if belief.account not in (None, account):
        belief = Belief()
    told = {key: _live(each, now) for key, each in belief.told.items()}
    if reading.at <= now + CLOCK_SLACK:
        for key, window in reading.usage.windows().items():
            new = Told(window, reading.source, reading.at, reading.dated)
            told[key] = _worth_keeping({*told.get(key, ()), *_live((new,), now)})
    credits_, credits_at = belief.credits, belief.credits_at
    if reading.usage.credits and credits_at <= reading.at <= now + CLOCK_SLACK:
        credits_, credits_at = reading.usage.credits, reading.at
    return Belief(account, {key: each for key, each in told.items() if each}, credits_, credits_at)


def objections(belief: Belief, reading: Reading, now: float) -> dict[str, str]:
    """Return, by window key, why a reading's window is not what `current` shows once it was taken in."""
    shown = current(belief, now)
    found = {}
    for key, window in reading.usage.windows().items():
        told = Told(window, reading.source, reading.at, reading.dated)
        if reading.at > now + CLOCK_SLACK:
            found[key] = "dated in the future"
        elif not _live((told,), now):
            found[key] = "the window has ended" if now - told.at < TOO_OLD else "more than a day old"
        elif shown.get(key) not in (None, told):
            found[key] = _objection(told, shown[key])
    return found


def _objection(told: Told, shown: Told) -> str:
    if not told.dated and told.at >= shown.at:
        return f"undated, and says less than {shown.source}"
    return f"older than what {shown.source} told"


def current(belief: Belief, now: float) -> dict[str, Told]:
    """Return, by window key, what to show at `now`; a window that nothing true is known of is absent."""
    shown = {key: _chosen(_live(each, now)) for key, each in belief.told.items()}
    return {key: told for key, told in shown.items() if told}


def current_usage(belief: Belief, now: float) -> Usage:
    """Return `current` as the public type."""
    return Usage.of({key: told.window for key, told in current(belief, now).items()}, belief.credits)


def _live(each: tuple[Told, ...], now: float) -> tuple[Told, ...]:
    return tuple(
        told
        for told in each
        if now - TOO_OLD < told.at <= now + CLOCK_SLACK
        and (told.window.resets_at is None or told.window.resets_at > now)
    )


def _worth_keeping(each: set[Told]) -> tuple[Told, ...]:
    return tuple(sorted((told for told in each if not any(_outdoes(by, told) for by in each)), key=_rank))


def _outdoes(one: Told, other: Told) -> bool:
    if one.dated:
        return one.at >= other.at if not other.dated else _rank(one) > _rank(other)
    if other.dated or one.at < other.at:
        return False
    if _is_newer(one.window, other):
        return True
    return (
        not _is_newer(other.window, one)
        and one.window.utilization >= other.window.utilization
        and _rank(one) > _rank(other)
    )


def _chosen(each: tuple[Told, ...]) -> Told | None:
    best: Told | None = None
    for told in sorted(each, key=lambda told: (not told.dated, *_rank(told))):
        if (
            best is None
            or _is_newer(told.window, best)
            or (not _is_newer(best.window, told) and told.window.utilization >= best.window.utilization)
        ):
            best = told
    return best


def _is_newer(window: Window, than: Told) -> bool:
    # A window that had not started when it was told of (no reset) is older than any that runs later.
    ends = than.at if than.window.resets_at is None else than.window.resets_at
    return window.resets_at is not None and window.resets_at > ends + SAME_WINDOW


def _rank(told: Told) -> tuple[float, float, float, str]:
    return (told.at, told.window.utilization, told.window.resets_at or 0.0, told.source)
