"""
The line: the windows in a style, as wide as there is room. Pure.

Where there is not enough, it says less, in this order: the reset of the week,
that of the session, pace, bar, what is said besides, the further window; then
`[5h:8% 7d:77%]`, `8|77`, the tightest number alone, nothing. Never two rows,
and never a number cut.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from quotaline.cache.segment_format import FOR_EVER
from quotaline.segment import styles
from quotaline.segment.fields import RenderContext, render_context, value, window_value
from quotaline.segment.span import Span, width
from quotaline.segment.styles import STYLES
from quotaline.segment.template import SESSION_FIELDS, Value, render
from quotaline.segment.text import DEFAULT_OPTIONS, LABELS, changes, label, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quotaline.model.merge import MergedUsage
    from quotaline.segment.options import DisplayOptions

_LADDER = (
    ("7d.reset", "scoped.reset"),
    ("5h.reset", "tightest.reset"),
    ("pace", "calm_pace"),
    ("bar",),
    ("icon", "credits", "account", "source", "age", *SESSION_FIELDS),
    ("scoped",),
)


def compact(merged: MergedUsage, now: float) -> list[Span]:
    """Return `[5h:8% 7d:77%]`, and a further window that is tighter than both: `[5h:8% 7d:77% Fable:91%]`."""
    return line(merged, now, DEFAULT_OPTIONS)


def line(merged: MergedUsage, now: float, options: DisplayOptions, *, coarse: bool = False) -> list[Span]:
    """
    Return the line at a time.

    Args:
        merged: The merged usage.
        now: Epoch seconds.
        options: How it should look; `options.columns` is kept.
        coarse: Say spans of time in hours, for this will be read for an hour.
    """
    context = render_context(merged, now, options, coarse=coarse)
    if options.alert_only and context.shown and not _is_alert(context):
        return []
    forms = _forms(context)
    if options.columns is None:
        return next(forms)
    room = options.columns
    return next((spans for spans in forms if columns(spans) <= room), [])


def columns(spans: list[Span]) -> int:
    """Return how many columns a line takes."""
    return width("".join(span.text for span in spans))


def timeline(
    merged: MergedUsage, now: float, options: DisplayOptions, precise: float
) -> list[tuple[float, float, list[Span]]]:
    """Return since when, until when (epoch seconds; the last one FOR_EVER), and the line."""
    table = []
    since = now
    for until in (*changes(merged, now, options, precise), FOR_EVER):
        table.append((since, until, line(merged, since, options, coarse=since >= now + precise)))
        since = until
    return table


def _is_alert(context: RenderContext) -> bool:
    keys = [context.keys[name] for name in (*LABELS.values(), "scoped") if not context.is_hidden(name)]
    return any(
        percent(context.shown[key]) >= context.options.steps_of(label(key)).orange
        for key in keys
        if key in context.shown
    )


def _forms(context: RenderContext) -> Iterator[list[Span]]:
    """Yield the line, and then what says less and less."""
    dropped: frozenset[str] = frozenset()
    for fields in ((), *_LADDER):
        dropped |= frozenset(fields)
        yield _form(context._replace(dropped=dropped))
    for name in ("compact", "minimal"):
        context = context._replace(
            options=replace(context.options, style=name, template=None), dropped=dropped
        )
        yield _form(context)
    yield _tightest(context)


def _form(context: RenderContext) -> list[Span]:
    if context.options.template is not None:
        return render(context.options.template, partial(value, context))[0]
    name = context.options.style
    form, template = STYLES[name], styles.window(name)
    parts = [
        render(template, partial(window_value, context, window))[0]
        for window in (*LABELS.values(), *(("scoped",) if form.scoped else ()))
        if not context.is_hidden(window)
    ]
    if not parts:
        return []
    before, after = styles.context(name)
    in_line = partial(_in_line, context)
    spans = render(before, in_line)[0] + parts[0]
    for part in parts[1:]:
        spans += [Span(form.between), *part]
    return spans + render(after, in_line)[0]


def _tightest(context: RenderContext) -> list[Span]:
    before, _ = styles.context(context.options.style)
    number = window_value(context, "tightest", "used").span
    return [*render(before, partial(_in_line, context))[0], number]


def _in_line(context: RenderContext, field: str) -> Value:
    return window_value(context, "5h", field) if field == "resets" else value(context, field)
