"""The value of each field that a template may name. Pure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from quotaline.insight.pace import pace
from quotaline.model.merge import TOO_OLD, current
from quotaline.model.usage import FIVE_HOUR, SEVEN_DAY
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

if TYPE_CHECKING:
    from collections.abc import Callable

    from quotaline.model.merge import MergedUsage, Observation
    from quotaline.segment.options import DisplayOptions

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


class RenderContext(NamedTuple):
    """
    What there is to see at a time, and how it is looked at.

    `shown` is what is believed at `now`, by window key; `keys` has the key of
    what a template calls `5h`, `scoped` and so on; `coarse`: this will be
    read for an hour, so a span of time is said in whole hours; `dropped` are
    the fields that there is no room for (`7d.reset`, `pace`, `scoped`).
    """

    merged: MergedUsage
    shown: dict[str, Observation]
    keys: dict[str, str | None]
    now: float
    options: DisplayOptions
    coarse: bool = False
    dropped: frozenset[str] = frozenset()

    def is_hidden(self, name: str) -> bool:
        """Whether a window is not to be shown: turned off, below its own threshold, or not there."""
        key = self.keys[name]
        if name in self.dropped or name in self.options.hidden or (name == "scoped" and key is None):
            return True
        observation = self.shown.get(key or "")
        # What is not known is not below anything.
        return observation is not None and percent(observation) < self.options.show_from.get(name, 0)


def render_context(
    merged: MergedUsage, now: float, options: DisplayOptions, *, coarse: bool = False
) -> RenderContext:
    """Return the sight of a belief at a time."""
    shown = current(merged, now)
    scoped = tightest(shown)
    main = sorted(shown.keys() & LABELS.keys(), key=lambda key: (-shown[key].window.utilization, key))
    keys = {
        **{name: key for key, name in LABELS.items()},
        "scoped": next(iter(scoped), None),
        "tightest": next(iter(scoped + main), None),
    }
    return RenderContext(merged, shown, keys, now, options, coarse)


def value(context: RenderContext, name: str) -> Value:
    """Return the value of a field of a `format`: `5h`, `5h.reset`, `credits`."""
    window, _, field = name.partition(".")
    if window in ("5h", "7d", "scoped", "tightest"):
        return window_value(context, window, field or "number")
    if window in context.dropped:
        return NOTHING
    return _said(_LINE_FIELDS[window](context))


def window_value(context: RenderContext, name: str, field: str) -> Value:
    """Return the value of a window's field: `5h` and `reset`."""
    kind = "reset" if field.startswith("reset") else field
    if context.is_hidden(name) or not context.dropped.isdisjoint((kind, f"{name}.{kind}")):
        return NOTHING
    key = context.keys[name]
    if field in ("name", "letter", "quota"):
        return _said(_named(field, key) if key else "")
    observation = context.shown.get(key) if key else None
    title = label(key) if key else ""
    if field == "number":
        return Value(number(observation, context.now, context.options, title), observation is not None)
    if observation is None:
        return _unknown(context, field)
    text = _text(context, observation, field, title)
    if text is None:
        return _unknown(context, field)
    is_level = field in ("used", "left", "bar", "words")
    return Value(
        Span(text, style(observation, context.now, context.options, title) if is_level else ""), bool(text)
    )


def _named(field: str, key: str) -> str:
    if field == "letter":
        return _LETTERS.get(key, label(key))
    return label(key) if field == "name" else _QUOTAS.get(key, f"{label(key)} quota")


def _said(text: str) -> Value:
    return Value(Span(text), bool(text))


def _unknown(context: RenderContext, field: str) -> Value:
    if field in ("pace", "calm_pace", "age"):
        return NOTHING
    text = {"words": "unknown", "bar": "-" * context.options.bar_width}.get(field, UNKNOWN)
    if context.options.pad and field in ("used", "left"):
        text = text.rjust(3)
    return Value(Span(text), known=False)


def _text(context: RenderContext, observation: Observation, field: str, title: str) -> str | None:
    """Return what a field says, None if it is not known."""
    if field in ("used", "left"):
        return _bare(context, observation, field, title)
    if field == "bar":
        return _bar(observation, context.options)
    if field in ("pace", "calm_pace"):
        return _pace(observation, context.options, asked=field == "pace")
    if field == "words":
        return _words(context, observation, title)
    if field == "age":
        return _span_of_time(context, "reset_short", context.now - observation.observed_at)
    return _reset(context, observation.window.resets_at, field)


def _bare(context: RenderContext, observation: Observation, field: str, title: str) -> str:
    options = context.options
    # In a style it is whichever is to be shown; in a format its name says which.
    is_left = options.show_left if options.template is None else field == "left"
    text = (
        f"{'~' if context.now - observation.observed_at >= OLD else ''}{percent(observation, left=is_left)}"
    )
    return (text.rjust(3) if options.pad else text) + symbol(observation, options, title)


def _reset(context: RenderContext, at: float | None, field: str) -> str | None:
    if field == "resets":
        return _resets(context, at)
    if at is None:
        return None
    if field == "reset_at":
        return clock_time(at, context.now, twelve_hours=context.options.twelve_hours)
    return _span_of_time(context, field, at - context.now)


def _bar(observation: Observation, options: DisplayOptions) -> str:
    full, empty = _BARS[options.icons]
    shown = percent(observation, left=options.show_left)
    # A little is not nothing, and nearly all is not all.
    cells = min(options.bar_width, max(shown * options.bar_width // 100, shown > 0))
    return full * cells + empty * (options.bar_width - cells)


def _span_of_time(context: RenderContext, form: str, seconds: float) -> str:
    say, columns = _COUNTDOWNS[form]
    text = say(seconds)
    is_coarse = context.coarse and seconds < TOO_OLD
    if seconds < 60 or (is_coarse and seconds < VERY_OLD):  # noqa: PLR2004
        unit = VERY_OLD if is_coarse else 60
        text = f"less than {duration.words(unit)}" if form == "reset_words" else f"<{duration.short(unit)}"
    elif is_coarse:
        text = (
            duration.words(seconds // VERY_OLD * VERY_OLD)
            if form == "reset_words"
            else duration.short(seconds)
        )
    return text.rjust(columns) if context.options.pad else text


def _resets(context: RenderContext, at: float | None) -> str | None:
    """Return the reset in the form that the style and the setting choose."""
    form = STYLES[context.options.style]
    mode = context.options.reset
    if mode == "style":
        mode = "countdown" if form.has_reset else "none"
    if mode == "none":
        return ""
    if at is None:
        return None
    parts = []
    if mode in ("countdown", "both"):
        text = _span_of_time(context, form.countdown, at - context.now)
        parts.append(f"in {text}" if form.countdown == "reset_words" else text)
    if mode in ("clock", "both"):
        text = clock_time(at, context.now, twelve_hours=context.options.twelve_hours)
        parts.append(f"at {text}" if form.countdown == "reset_words" else text)
    return " ".join(parts)


def _pace(observation: Observation, options: DisplayOptions, *, asked: bool) -> str:
    found = pace(observation.window, observation.observed_at) if options.pace or asked else None
    return f"{_AHEAD[options.icons]}{found.ahead:.0f}" if found and found.notable and found.ahead > 0 else ""


def _words(context: RenderContext, observation: Observation, title: str) -> str:
    age = context.now - observation.observed_at
    left = context.options.show_left
    text = f"{percent(observation, left=left)} percent {'left' if left else 'used'}"
    if OLD <= age < VERY_OLD:
        text = f"about {text}"
    elif age >= VERY_OLD:
        text = f"{text} {duration.words(age // VERY_OLD * VERY_OLD)} ago"
    warning = {"!": ", warning", "!!": ", critical"}.get(symbol(observation, context.options, title), "")
    return text + warning


def _show(context: RenderContext) -> str:
    return "left" if context.options.show_left else ""


def _icon(context: RenderContext) -> str:
    key = context.keys["tightest"]
    if key is None:
        return _ICONS[context.options.icons][0]
    return _ICONS[context.options.icons][COLOURS.index(step(context.shown[key], context.options, label(key)))]


def _credits(context: RenderContext) -> str:
    credits_ = context.merged.credits
    if not credits_ or not credits_.enabled or credits_.used is None:
        return ""
    if context.now - context.merged.credits_at >= TOO_OLD:
        return ""
    limit = "" if credits_.limit is None else f"/{credits_.limit:.2f}"
    currency = credits_.currency or ""
    is_code = len(currency) == 3 and currency.isascii() and currency.isalpha()  # noqa: PLR2004
    return f"{credits_.used:.2f}{limit}{f' {currency}' if is_code else ''}"


def _source(context: RenderContext) -> str:
    key = context.keys["tightest"]
    return context.shown[key].source if key else ""


def _of_session(name: str, context: RenderContext) -> str:
    return context.options.session.get(name, "")


_LINE_FIELDS: dict[str, Callable[[RenderContext], str]] = {
    "show": _show,
    "icon": _icon,
    "credits": _credits,
    "account": lambda context: context.options.account,
    "source": _source,
    **{name: partial(_of_session, name) for name in SESSION_FIELDS},
}
