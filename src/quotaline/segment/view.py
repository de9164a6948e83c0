"""
The view: everything about the merged usage that can be shown at one moment. Pure.

It is computed once for each moment. The steps after it (line, markup, structured) read the view and
nothing else, so that the numbers, ages and colours are the same in every style and for every host.
Nothing in it comes from outside but numbers and scope names, and the names were reduced to
`[A-Za-z0-9 ._-]` when they were read.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from quotaline.model.merge import TOO_OLD, current
from quotaline.segment.labels import LABELS, UNKNOWN, in_order, label
from quotaline.segment.options import DEFAULT_OPTIONS, DisplayOptions
from quotaline.segment.span import Span
from quotaline.segment.thresholds import COLOURS, OLD, VERY_OLD, colour

if TYPE_CHECKING:
    from quotaline.model.merge import MergedUsage, Observation
    from quotaline.model.usage import Credits

_SYMBOLS = {"orange": "!", "red": "!!"}
_NUMBER_COLUMNS = 4  # of a padded number: `100%`
_KEYS = {name: key for key, name in LABELS.items()}


class WindowView(NamedTuple):
    """
    One window at the moment of the view.

    `observation` is None if there is no current reading; the fields after
    `number` mean something only if there is one. `number` is the percentage
    as a line shows it: `8%`, `~8%` from 10 minutes of age, dim `8%~2h` from an
    hour, `--` if unknown. `age` is in seconds. `used` is the whole percentage
    used, `shown` the one to show (used or left). `step` is the colour step
    that is reached, `style` what it looks like (or `dim`), `symbol` the step as
    `!` or `!!` if that is wanted, `warns` whether the warning threshold is
    reached.
    """

    key: str
    label: str
    observation: Observation | None
    number: Span
    age: float = TOO_OLD
    used: int = 0
    shown: int = 0
    step: str = COLOURS[0]
    style: str = ""
    symbol: str = ""
    warns: bool = False


class View(NamedTuple):
    """
    The merged usage at one moment.

    `windows` has all windows that are known, by key and in the order in which
    they were reported, and the two main ones, known or not. `scoped` is the
    scoped or spend window that is tighter than both main ones; `tightest` is
    the one with the highest utilization. `credits` is None once it is too old.
    `hidden` has the names (`5h`, `7d`, `scoped`) of windows that the options do
    not show, or that do not exist. `coarse`: the text will be shown for an
    hour, so durations are in whole hours.
    """

    windows: dict[str, WindowView]
    scoped: WindowView | None
    tightest: WindowView | None
    credits: Credits | None
    hidden: frozenset[str]
    now: float
    options: DisplayOptions
    coarse: bool

    def named(self, name: str) -> WindowView | None:
        """Return the window that a template calls `5h`, `7d`, `scoped` or `tightest`, if there is one."""
        if name == "scoped":
            return self.scoped
        return self.tightest if name == "tightest" else self.windows[_KEYS[name]]

    def in_order(self) -> dict[str, WindowView]:
        """Return the windows by key, in the order in which they are listed."""
        return {key: self.windows[key] for key in in_order(self.windows)}

    def known(self) -> list[WindowView]:
        """Return the windows that have a current reading."""
        return [window for window in self.windows.values() if window.observation]


def view(
    merged: MergedUsage, now: float, options: DisplayOptions = DEFAULT_OPTIONS, *, coarse: bool = False
) -> View:
    """
    Return the view of a moment.

    Args:
        merged: The merged usage.
        now: The moment, epoch seconds.
        options: How the user wants the segment.
        coarse: Write durations in whole hours.
    """
    shown = current(merged, now)
    windows = {key: _window(key, shown.get(key), now, options) for key in dict.fromkeys((*shown, *LABELS))}
    tightest = _tightest(shown)
    scoped = None if tightest in (None, *LABELS) else tightest
    return View(
        windows=windows,
        scoped=windows[scoped] if scoped else None,
        tightest=windows[tightest] if tightest else None,
        credits=merged.credits if now - merged.credits_at < TOO_OLD else None,
        hidden=_hidden(windows, options) if scoped else _hidden(windows, options) | {"scoped"},
        now=now,
        options=options,
        coarse=coarse,
    )


def _window(key: str, observation: Observation | None, now: float, options: DisplayOptions) -> WindowView:
    name = label(key)
    if observation is None:
        return WindowView(key, name, None, Span(UNKNOWN.rjust(_NUMBER_COLUMNS) if options.pad else UNKNOWN))
    age = now - observation.observed_at
    # As Claude Code's own /usage rounds it: the API's 28.999999999999996 is 29, and 28.9 is 28.
    used = math.floor(round(observation.window.utilization, 1))
    shown = max(0, 100 - used) if options.show_left else used
    steps = options.steps_of(name)
    step = colour(used, steps)
    style = "dim" if age >= VERY_OLD else options.colours[step]
    symbol = _SYMBOLS.get(step, "") if options.symbols else ""
    text = f"{'~' if OLD <= age < VERY_OLD else ''}{shown}%"
    if age >= VERY_OLD:
        text += f"~{age // 3600:.0f}h"
    number = Span((text.rjust(_NUMBER_COLUMNS) if options.pad else text) + symbol, style)
    return WindowView(
        key, name, observation, number, age, used, shown, step, style, symbol, used >= steps.orange
    )


def _tightest(shown: dict[str, Observation]) -> str | None:
    """Return the key of the window with the highest utilization; of equal ones, a main one."""
    # An unused limit beside the main ones is of no interest, even if no main one is known.
    keys = [key for key in shown if key in LABELS or shown[key].window.utilization > 0]
    return min(keys, key=lambda key: (-shown[key].window.utilization, key not in LABELS, key), default=None)


def _hidden(windows: dict[str, WindowView], options: DisplayOptions) -> frozenset[str]:
    """Return the names of the main windows that are turned off, or used less than they are shown from."""
    return frozenset(name for key, name in LABELS.items() if _is_hidden(windows[key], options))


def _is_hidden(window: WindowView, options: DisplayOptions) -> bool:
    # An unknown number is not below anything.
    is_below = window.observation is not None and window.used < options.show_from.get(window.label, 0)
    return is_below or window.label in options.hidden
