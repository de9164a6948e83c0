"""How often the endpoint was asked: in hours in which nothing happened, and in hours of work."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.scene import Scene

HOUR = 3600.0
# Seconds between reports of new numbers, up to which Claude Code works. The launcher compares the numbers
# alone, so it does not notice a reply that changed none.
GAP = 60.0


@dataclass(frozen=True)
class Rates:
    """The most requests of any such hour: the first idle one, a later one, one of work; 0 if there was none."""

    first: int = 0
    later: int = 0
    working: int = 0

    @property
    def are_kept(self) -> bool:
        """Whether they are within what the design promises."""
        return self.first <= 16 and self.later <= 13 and self.working <= 6

    @classmethod
    def columns(cls) -> list[tuple[str, Callable[[Rates], int]]]:
        """Return the names of the figures and how to get them."""
        return [
            ("most in the first idle hour", lambda one: one.first),
            ("most in a later idle hour", lambda one: one.later),
            ("most in an hour of work", lambda one: one.working),
        ]


def rates(scene: Scene) -> Rates:
    """Return the figures of a scene."""
    requests = [one.at for one in scene.provider.requests]
    news = sorted(
        [
            scene.start,
            scene.start + 86400,
            *scene.replies,
            *scene.stirs,
            *(at for at, _ in scene.client.history),
            *(
                at
                for account in scene.provider.accounts
                for one in account.limits.values()
                for at, *_ in one.log
            ),
            *(
                at
                for account in scene.provider.accounts
                for one in account.limits.values()
                for at in one.ended.values()
            ),
        ]
    )
    first, later = [0], [0]
    for since, until in pairwise(news):
        hour = since + GAP
        while hour + HOUR <= until:
            (first if hour == since + GAP else later).append(_count(requests, hour, hour + HOUR))
            hour += HOUR
    return Rates(max(first), max(later), _most_at_work(requests, sorted(scene.reports)))


def _most_at_work(requests: list[float], reports: list[float]) -> int:
    most, begun = 0, 0
    for at in range(1, len(reports)):
        if reports[at] - reports[at - 1] > GAP:
            begun = at
        since = max(reports[begun], reports[at] - HOUR)
        most = max(most, _count(requests, since, reports[at]))
    return most


def _count(requests: list[float], since: float, until: float) -> int:
    return sum(since <= at < until for at in requests)
