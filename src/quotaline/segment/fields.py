"""The value of each field that a template may name, from the view of a moment. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from quotaline.insight.pace import pace
from quotaline.model.usage import FIVE_HOUR, SEVEN_DAY
from quotaline.segment import duration
from quotaline.segment.clock_time import clock_time
from quotaline.segment.labels import UNKNOWN
from quotaline.segment.palette import without_inverted
from quotaline.segment.span import Span
from quotaline.segment.styles import STYLES
from quotaline.segment.template import SESSION_FIELDS, WINDOWS
from quotaline.segment.thresholds import COLOURS, OLD, VERY_OLD

if TYPE_CHECKING:
    from collections.abc import Callable

    from quotaline.model.merge import Observation
    from quotaline.segment.options import DisplayOptions
    from quotaline.segment.view import View, WindowView

_LETTERS = {FIVE_HOUR: "S", SEVEN_DAY: "W"}  # session and week, as in the aiterm style
_QUOTAS = {FIVE_HOUR: "5 hour quota", SEVEN_DAY: "7 day quota"}
_BARS = {"ascii": ("#", "."), "unicode": ("█", "░"), "nerd": ("█", "░")}
_AHEAD = {"ascii": "+", "unicode": "⇡", "nerd": "⇡"}
_ICONS = {"ascii": ("", "", "", ""), "unicode": ("○", "◑", "◕", "●"), "nerd": ("\U000f0a9e",) * 4}
_SEVERITIES = {"!": ", warning", "!!": ", critical"}  # a symbol in words
_PERCENT_COLUMNS = 3  # of a padded percentage without its sign
_COLOURED = ("used", "left", "shown", "bar", "words")


class Value(NamedTuple):
    """What a field is replaced by. If it is not `known`, that is a placeholder or empty."""

    span: Span
    known: bool


NOTHING = Value(Span(""), known=False)


def field_value(view: View, name: str, dropped: frozenset[str] = frozenset()) -> Value:
    """
    Return the value of a field of a template: `5h`, `5h.reset`, `credits`.

    Args:
        view: The view of the moment.
        name: The field.
        dropped: Fields that are left out, for the line is too wide: `7d.reset`, `pace` (of every
            window), `scoped` (all of that window).
    """
    owner, _, field = name.partition(".")
    if owner in WINDOWS:
        return window_value(view, owner, field or "number", dropped)
    return NOTHING if owner in dropped else _plain(_LINE_FIELDS[owner](view))


def window_value(view: View, name: str, field: str, dropped: frozenset[str] = frozenset()) -> Value:
    """Return the value of one field (`reset`) of a window (`5h`); see `field_value`."""
    kind = "reset" if field.startswith("reset") else field
    if name in view.hidden or not dropped.isdisjoint((name, kind, f"{name}.{kind}")):
        return NOTHING
    window = view.named(name)
    if window and field in _NAMES:
        return _plain(_NAMES[field](window))
    if window is None or window.observation is None:
        return _unknown(field, view.options)
    if field == "number":
        return Value(window.number, known=True)
    text = _text(view, window, window.observation, field)
    if text is None:
        return _unknown(field, view.options)
    style = window.style if field in _COLOURED else ""
    if field == "bar":
        style = without_inverted(style)
    return Value(Span(text, style), known=bool(text))


def _plain(text: str) -> Value:
    return Value(Span(text), known=bool(text))


def _unknown(field: str, options: DisplayOptions) -> Value:
    if field in ("pace", "auto_pace", "age", *_NAMES):
        return NOTHING
    text = {"words": "unknown", "bar": "-" * options.bar_width}.get(field, UNKNOWN)
    if options.pad and field in ("used", "left", "shown"):
        text = text.rjust(_PERCENT_COLUMNS)
    if options.pad and field == "number":
        text = text.rjust(_PERCENT_COLUMNS + 1)
    return Value(Span(text), known=False)


def _text(view: View, window: WindowView, observation: Observation, field: str) -> str | None:
    """Return the text of a field of a window that is known, None if this field of it is not."""
    options = view.options
    if field in ("used", "left", "shown"):
        return _percent(window, options, field)
    if field in ("pace", "auto_pace"):
        return _pace(observation, options) if field == "pace" or options.pace else ""
    if field in ("bar", "words"):
        return _bar(window.shown, options) if field == "bar" else _words(window, options)
    if field == "age":
        return _countdown(view, window.age, "reset_short")
    return _reset(view, observation.window.resets_at, field)


def _percent(window: WindowView, options: DisplayOptions, field: str) -> str:
    percent = {"used": window.used, "left": max(0, 100 - window.used), "shown": window.shown}[field]
    text = f"{'~' if window.age >= OLD else ''}{percent}"
    return (text.rjust(_PERCENT_COLUMNS) if options.pad else text) + window.symbol


def _bar(percent: int, options: DisplayOptions) -> str:
    full, empty = _BARS[options.icons]
    # At least one cell for anything above 0 %.
    cells = min(options.bar_width, max(percent * options.bar_width // 100, percent > 0))
    return full * cells + empty * (options.bar_width - cells)


def _pace(observation: Observation, options: DisplayOptions) -> str:
    found = pace(observation.window, observation.observed_at)
    return f"{_AHEAD[options.icons]}{found.ahead:.0f}" if found and found.notable and found.ahead > 0 else ""


def _words(window: WindowView, options: DisplayOptions) -> str:
    text = f"{window.shown} percent {'left' if options.show_left else 'used'}"
    if window.age >= VERY_OLD:
        text = f"{text} {duration.words(window.age // 3600 * 3600)} ago"
    elif window.age >= OLD:
        text = f"about {text}"
    return text + _SEVERITIES.get(window.symbol, "")


def _reset(view: View, at: float | None, field: str) -> str | None:
    """Return when a window resets, in the form that the field is named after."""
    if field == "resets":
        return _resets(view, at)
    if at is None:
        return None
    return _clock(view, at) if field == "reset_at" else _countdown(view, at - view.now, field)


def _resets(view: View, at: float | None) -> str | None:
    """Return when a window resets, in the form that the style and the setting choose."""
    form, mode = STYLES[view.options.style], view.options.reset
    if mode == "style":
        mode = "countdown" if form.has_reset else "none"
    if mode == "none":
        return ""
    if at is None:
        return None
    is_sentence = form.countdown == "reset_words"
    parts = []
    if mode in ("countdown", "both"):
        parts.append(f"{'in ' if is_sentence else ''}{_countdown(view, at - view.now, form.countdown)}")
    if mode in ("clock", "both"):
        parts.append(f"{'at ' if is_sentence else ''}{_clock(view, at)}")
    return " ".join(parts)


def _countdown(view: View, seconds: float, form: str) -> str:
    return duration.countdown(seconds, form, coarse=view.coarse, pad=view.options.pad)


def _clock(view: View, at: float) -> str:
    return clock_time(at, view.now, twelve_hours=view.options.twelve_hours)


def _icon(view: View) -> str:
    step = view.tightest.step if view.tightest else COLOURS[0]
    return _ICONS[view.options.icons][COLOURS.index(step)]


def _credits(view: View) -> str:
    credits_ = view.credits
    if not credits_ or not credits_.enabled or credits_.used is None:
        return ""
    limit = "" if credits_.limit is None else f"/{credits_.limit:.2f}"
    currency = credits_.currency or ""
    # Only what looks like an ISO 4217 code: the text comes from the network.
    is_code = len(currency) == 3 and currency.isascii() and currency.isalpha()  # noqa: PLR2004
    return f"{credits_.used:.2f}{limit}{f' {currency}' if is_code else ''}"


def _source(view: View) -> str:
    return view.tightest.observation.source if view.tightest and view.tightest.observation else ""


def _session_field(name: str) -> Callable[[View], str]:
    return lambda view: view.options.session.get(name, "")


_NAMES: dict[str, Callable[[WindowView], str]] = {
    "name": lambda window: window.label,
    "letter": lambda window: _LETTERS.get(window.key, window.label),
    "quota": lambda window: _QUOTAS.get(window.key, f"{window.label} quota"),
}
_LINE_FIELDS: dict[str, Callable[[View], str]] = {
    "show": lambda view: "left" if view.options.show_left else "",
    "icon": _icon,
    "credits": _credits,
    "account": lambda view: view.options.account,
    "source": _source,
    **{name: _session_field(name) for name in SESSION_FIELDS},
}
