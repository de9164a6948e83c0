"""
The line: a view in a style or a template, as wide as it may be. Pure.

If the line is too wide, it drops parts in this order: the reset of the week, that of the session, pace,
bar, everything that is not about a window, the scoped window; then it becomes `[5h:8% 7d:77%]`, `8|77`,
the tightest number alone, nothing. It never takes two rows, and a number is never cut.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from quotaline.segment.fields import Value, field_value, window_value
from quotaline.segment.labels import LABELS
from quotaline.segment.palette import is_colour
from quotaline.segment.span import Span, width
from quotaline.segment.styles import STYLES, outer_templates, window_template
from quotaline.segment.template import SESSION_FIELDS, WINDOWS, Field, Group, Node, Styled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quotaline.segment.view import View

_LADDER = (
    (),
    ("7d.reset", "scoped.reset"),
    ("5h.reset", "tightest.reset"),
    ("pace", "auto_pace"),
    ("bar",),
    ("icon", "credits", "account", "source", "age", *SESSION_FIELDS),
    ("scoped",),
)


def line(view: View) -> list[Span]:
    """Return the line of a view, at most `options.columns` wide; empty if there is nothing to show."""
    if view.options.alert_only and view.known() and not _warns(view):
        return []
    forms = _forms(view)
    if view.options.columns is None:
        return next(forms)
    columns = view.options.columns
    return next((spans for spans in forms if width("".join(span.text for span in spans)) <= columns), [])


def _warns(view: View) -> bool:
    """Return whether a window that is shown has reached its warning threshold."""
    windows = (view.named(name) for name in (*LABELS.values(), "scoped") if name not in view.hidden)
    return any(window and window.warns for window in windows)


def _forms(view: View) -> Iterator[list[Span]]:
    """Yield the whole line, and then ever shorter forms of it."""
    dropped: frozenset[str] = frozenset()
    template = view.options.template
    for fields in _LADDER:
        dropped |= frozenset(fields)
        if template is None:
            yield _styled(view, view.options.style, dropped)
        else:
            yield fill(template, partial(field_value, view, dropped=dropped))[0]
    yield _styled(view, "compact", dropped)
    yield _styled(view, "minimal", dropped)
    yield [*_outer(view, "minimal", dropped)[0], window_value(view, "tightest", "shown").span]


def _styled(view: View, name: str, dropped: frozenset[str]) -> list[Span]:
    """Return the line in a built-in style."""
    style, template = STYLES[name], window_template(name)
    hidden = view.hidden | dropped
    parts = [
        fill(template, partial(window_value, view, window, dropped=dropped))[0]
        for window in (*LABELS.values(), *(("scoped",) if style.scoped else ()))
        if window not in hidden
    ]
    if not parts:
        return []
    before, after = _outer(view, name, dropped)
    spans = [*before, *parts[0]]
    for part in parts[1:]:
        spans += [Span(style.between), *part]
    return [*spans, *after]


def _outer(view: View, name: str, dropped: frozenset[str]) -> tuple[list[Span], list[Span]]:
    """Return what a style has before and after the windows."""

    def value(field: str) -> Value:
        if field == "resets":
            return window_value(view, "5h", field, dropped)
        return field_value(view, field, dropped)

    before, after = outer_templates(name)
    return fill(before, value)[0], fill(after, value)[0]


def fill(nodes: tuple[Node, ...], value: Callable[[str], Value], style: str = "") -> tuple[list[Span], bool]:
    """
    Fill a template.

    Args:
        nodes: The template, as `template.parse` returns it.
        value: Returns the value of a field, by its name.
        style: The style of the text that contains it.

    Returns:
        The spans, and whether any of its fields is known.
    """
    spans: list[Span] = []
    known = False
    for node in nodes:
        if isinstance(node, str):
            spans.append(Span(node, style))
        elif isinstance(node, Field):
            span, is_known = value(node.name)
            spans.append(Span(span.text, _joined(style, span.style)))
            known |= is_known
        else:
            outer = style if isinstance(node, Group) else _joined(_resolved(node.style, value), style)
            inner, is_known = fill(node.nodes, value, outer)
            if is_known or isinstance(node, Styled):
                spans += inner
            known |= is_known
    return [span for span in spans if span.text], known


def _resolved(style: str, value: Callable[[str], Value]) -> str:
    """Return a style with the name of a window replaced by that window's style."""
    words = (value(word).span.style if word in WINDOWS else word for word in style.split())
    return " ".join(filter(None, words))


@cache
def _joined(outer: str, inner: str) -> str:
    """Return both styles in one; if both have a colour, that of `outer`."""
    has_colour = any(is_colour(word) for word in outer.split())
    words = [*outer.split(), *(word for word in inner.split() if not (has_colour and is_colour(word)))]
    return " ".join(dict.fromkeys(words))
