"""The simulated time and what happens in it."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Events:
    """
    A queue of actions by time; `now` is the true time, in epoch seconds.

    An action may call `run_until` itself: a request does, and so everything
    else goes on while it waits for its answer.
    """

    def __init__(self, now: float) -> None:
        self.now = now
        self._queue: list[tuple[float, int, Callable[[], object]]] = []
        self._count = 0

    def at(self, when: float, act: Callable[[], object]) -> None:
        """Have an action done at a time."""
        self._count += 1
        heapq.heappush(self._queue, (when, self._count, act))

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        """Have an action done so many seconds from now."""
        self.at(self.now + seconds, act)

    def every(self, seconds: float, act: Callable[[], object]) -> None:
        """Have an action done again and again, from now on."""

        def again() -> None:
            act()
            self.after(seconds, again)

        again()

    def run_until(self, when: float) -> None:
        """Do all that is due up to a time, in order."""
        while self._queue and self._queue[0][0] <= when:
            due, _, act = heapq.heappop(self._queue)
            self.now = max(self.now, due)
            act()
        self.now = max(self.now, when)

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.run_until(self.now + seconds)
