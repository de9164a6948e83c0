"""The value of each field that a template may name. Pure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from quotaline.insight.pace import pace
from quotaline.merge import TOO_OLD, current
from quotaline.segment import duration
from quotaline.segment.clocktime import clock_time
from quotaline.segment.span import Span
from quotaline.segment.styles import STYLES
from quotaline.segment.template import SESSION_FIELDS, Value
from quotaline.segment.text import (
    LABELS,
    UNKNOWN,
    label,
    number,
    percent,
    step,
    style,
    symbol,
    tightest,
)
from quotaline.segment.thresholds import COLOURS, OLD, VERY_OLD
from quotaline.usage import FIVE_HOUR, SEVEN_DAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from quotaline.merge import Belief, Told
    from quotaline.segment.look import Look

NOTHING = Value(Span(""), known=False)
_LETTERS = {FIVE_HOUR: "S", SEVEN_DAY: "W"}  # session and week, as aiterm has them
_QUOTAS = {FIVE_HOUR: "5 hour quota", SEVEN_DAY: "7 day quota"}
_BARS = {"ascii": ("#", "."), "unicode": ("█", "░"), "nerd": ("█", "░")}
_AHEAD = {"ascii": "+", "unicode": "⇡", "nerd": "⇡"}
_ICONS = {"ascii": ("", "", "", ""), "unicode": ("○", "◑", "◕", "●"), "nerd": ("\U000f0a9e",) * 4}
_COUNTDOWNS = {
    "reset": (duration.duration, 5),
    "reset_short": (duration.short, 3),
    "reset_long": (duration.spaced, 6),
    "reset_words": (duration.words, 0),
}


class Sight(NamedTuple):
    """
    What there is to see at a time, and how it is looked at.

    `shown` is what is believed at `now`, by window key; `keys` has the key of
    what a template calls `5h`, `further` and so on; `coarse`: this will be
    read for an hour, so a span of time is said in whole hours; `dropped` are
    the fields that there is no room for (`7d.reset`, `pace`, `further`).
    """

    belief: Belief
    shown: dict[str, Told]
    keys: dict[str, str | None]
    now: float
    look: Look
    coarse: bool = False
    dropped: frozenset[str] = frozenset()

    def is_hidden(self, name: str) -> bool:
        """Whether a window is not to be shown: turned off, below its own threshold, or not there."""
        key = self.keys[name]
        if name in self.dropped or name in self.look.hidden or (name == "further" and key is None):
            return True
        told = self.shown.get(key or "")
        # What is not known is not below anything.
        return told is not None and percent(told) < self.look.show_from.get(name, 0)


def look_at(belief: Belief, now: float, look: Look, *, coarse: bool = False) -> Sight:
    """Return the sight of a belief at a time."""
    shown = current(belief, now)
    further = tightest(shown)
    main = sorted(shown.keys() & LABELS.keys(), key=lambda key: (-shown[key].window.utilization, key))
    keys = {
        **{name: key for key, name in LABELS.items()},
        "further": next(iter(further), None),
        "tightest": next(iter(further + main), None),
    }
    return Sight(belief, shown, keys, now, look, coarse)


def value(sight: Sight, name: str) -> Value:
    """Return the value of a field of a `format`: `5h`, `5h.reset`, `credits`."""
    window, _, field = name.partition(".")
    if window in ("5h", "7d", "further", "tightest"):
        return window_value(sight, window, field or "number")
    if window in sight.dropped:
        return NOTHING
    return _said(_LINE_FIELDS[window](sight))


def window_value(sight: Sight, name: str, field: str) -> Value:
    """Return the value of a window's field: `5h` and `reset`."""
    kind = "reset" if field.startswith("reset") else field
    if sight.is_hidden(name) or not sight.dropped.isdisjoint((kind, f"{name}.{kind}")):
        return NOTHING
    key = sight.keys[name]
    if field in ("name", "letter", "quota"):
        return _said(_named(field, key) if key else "")
    told = sight.shown.get(key) if key else None
    title = label(key) if key else ""
    if field == "number":
        return Value(number(told, sight.now, sight.look, title), told is not None)
    if told is None:
        return _unknown(sight, field)
    text = _text(sight, told, field, title)
    if text is None:
        return _unknown(sight, field)
    is_level = field in ("used", "left", "bar", "words")
    return Value(Span(text, style(told, sight.now, sight.look, title) if is_level else ""), bool(text))


def _named(field: str, key: str) -> str:
    if field == "letter":
        return _LETTERS.get(key, label(key))
    return label(key) if field == "name" else _QUOTAS.get(key, f"{label(key)} quota")


def _said(text: str) -> Value:
    return Value(Span(text), bool(text))


def _unknown(sight: Sight, field: str) -> Value:
    if field in ("pace", "calm_pace", "age"):
        return NOTHING
    text = {"words": "unknown", "bar": "-" * sight.look.bar_width}.get(field, UNKNOWN)
    if sight.look.pad and field in ("used", "left"):
        text = text.rjust(3)
    return Value(Span(text), known=False)


def _text(sight: Sight, told: Told, field: str, title: str) -> str | None:
    """Return what a field says, None if it is not known."""
    if field in ("used", "left"):
        return _bare(sight, told, field, title)
    if field == "bar":
        return _bar(told, sight.look)
    if field in ("pace", "calm_pace"):
        return _pace(told, sight.look, asked=field == "pace")
    if field == "words":
        return _words(sight, told, title)
    if field == "age":
        return _span_of_time(sight, "reset_short", sight.now - told.at)
    return _reset(sight, told.window.resets_at, field)


def _bare(sight: Sight, told: Told, field: str, title: str) -> str:
    look = sight.look
    # In a style it is whichever is to be shown; in a format its name says which.
    is_left = look.show_left if look.template is None else field == "left"
    text = f"{'~' if sight.now - told.at >= OLD else ''}{percent(told, left=is_left)}"
    return (text.rjust(3) if look.pad else text) + symbol(told, look, title)


def _reset(sight: Sight, at: float | None, field: str) -> str | None:
    if field == "resets":
        return _resets(sight, at)
    if at is None:
        return None
    if field == "reset_at":
        return clock_time(at, sight.now, twelve_hours=sight.look.twelve_hours)
    return _span_of_time(sight, field, at - sight.now)


def _bar(told: Told, look: Look) -> str:
    full, empty = _BARS[look.icons]
    shown = percent(told, left=look.show_left)
    # A little is not nothing, and nearly all is not all.
    cells = min(look.bar_width, max(shown * look.bar_width // 100, shown > 0))
    return full * cells + empty * (look.bar_width - cells)


def _span_of_time(sight: Sight, form: str, seconds: float) -> str:
    say, columns = _COUNTDOWNS[form]
    text = say(seconds)
    is_coarse = sight.coarse and seconds < TOO_OLD
    if seconds < 60 or (is_coarse and seconds < VERY_OLD):  # noqa: PLR2004
        unit = VERY_OLD if is_coarse else 60
        text = f"less than {duration.words(unit)}" if form == "reset_words" else f"<{duration.short(unit)}"
    elif is_coarse:
        text = (
            duration.words(seconds // VERY_OLD * VERY_OLD)
            if form == "reset_words"
            else duration.short(seconds)
        )
    return text.rjust(columns) if sight.look.pad else text


def _resets(sight: Sight, at: float | None) -> str | None:
    """Return the reset in the form that the style and the setting choose."""
    form = STYLES[sight.look.style]
    mode = sight.look.reset
    if mode == "style":
        mode = "countdown" if form.has_reset else "none"
    if mode == "none":
        return ""
    if at is None:
        return None
    parts = []
    if mode in ("countdown", "both"):
        text = _span_of_time(sight, form.countdown, at - sight.now)
        parts.append(f"in {text}" if form.countdown == "reset_words" else text)
    if mode in ("clock", "both"):
        text = clock_time(at, sight.now, twelve_hours=sight.look.twelve_hours)
        parts.append(f"at {text}" if form.countdown == "reset_words" else text)
    return " ".join(parts)


def _pace(told: Told, look: Look, *, asked: bool) -> str:
    found = pace(told.window, told.at) if look.pace or asked else None
    return f"{_AHEAD[look.icons]}{found.ahead:.0f}" if found and found.notable and found.ahead > 0 else ""


def _words(sight: Sight, told: Told, title: str) -> str:
    age = sight.now - told.at
    left = sight.look.show_left
    text = f"{percent(told, left=left)} percent {'left' if left else 'used'}"
    if OLD <= age < VERY_OLD:
        text = f"about {text}"
    elif age >= VERY_OLD:
        text = f"{text} {duration.words(age // VERY_OLD * VERY_OLD)} ago"
    warning = {"!": ", warning", "!!": ", critical"}.get(symbol(told, sight.look, title), "")
    return text + warning


def _show(sight: Sight) -> str:
    return "left" if sight.look.show_left else ""


def _icon(sight: Sight) -> str:
    key = sight.keys["tightest"]
    if key is None:
        return _ICONS[sight.look.icons][0]
    return _ICONS[sight.look.icons][COLOURS.index(step(sight.shown[key], sight.look, label(key)))]


def _credits(sight: Sight) -> str:
    credits_ = sight.belief.credits
    if not credits_ or not credits_.enabled or credits_.used is None:
        return ""
    if sight.now - sight.belief.credits_at >= TOO_OLD:
        return ""
    limit = "" if credits_.limit is None else f"/{credits_.limit:.2f}"
    currency = credits_.currency or ""
    is_code = len(currency) == 3 and currency.isascii() and currency.isalpha()  # noqa: PLR2004
    return f"{credits_.used:.2f}{limit}{f' {currency}' if is_code else ''}"


def _source(sight: Sight) -> str:
    key = sight.keys["tightest"]
    return sight.shown[key].source if key else ""


def _of_session(name: str, sight: Sight) -> str:
    return sight.look.session.get(name, "")


_LINE_FIELDS: dict[str, Callable[[Sight], str]] = {
    "show": _show,
    "icon": _icon,
    "credits": _credits,
    "account": lambda sight: sight.look.account,
    "source": _source,
    **{name: partial(_of_session, name) for name in SESSION_FIELDS},
}
