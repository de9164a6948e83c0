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

from quotaline.segment import styles
from quotaline.segment.fields import Sight, look_at, value, window_value
from quotaline.segment.span import Span, width
from quotaline.segment.styles import STYLES
from quotaline.segment.template import SESSION_FIELDS, Value, render
from quotaline.segment.text import LABELS, PLAIN, changes, label, percent
from quotaline.timetable import FOR_EVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quotaline.merge import Belief
    from quotaline.segment.look import Look

_LADDER = (
    ("7d.reset", "further.reset"),
    ("5h.reset", "tightest.reset"),
    ("pace", "calm_pace"),
    ("bar",),
    ("icon", "credits", "account", "source", "age", *SESSION_FIELDS),
    ("further",),
)


def compact(belief: Belief, now: float) -> list[Span]:
    """Return `[5h:8% 7d:77%]`, and a further window that is tighter than both: `[5h:8% 7d:77% Fable:91%]`."""
    return line(belief, now, PLAIN)


def line(belief: Belief, now: float, look: Look, *, coarse: bool = False) -> list[Span]:
    """
    Return the line at a time.

    Args:
        belief: What is believed.
        now: Epoch seconds.
        look: How it should look; `look.columns` is kept.
        coarse: Say spans of time in hours, for this will be read for an hour.
    """
    sight = look_at(belief, now, look, coarse=coarse)
    if look.alert_only and sight.shown and not _is_alert(sight):
        return []
    forms = _forms(sight)
    if look.columns is None:
        return next(forms)
    room = look.columns
    return next((spans for spans in forms if columns(spans) <= room), [])


def columns(spans: list[Span]) -> int:
    """Return how many columns a line takes."""
    return width("".join(span.text for span in spans))


def timeline(belief: Belief, now: float, look: Look, precise: float) -> list[tuple[float, float, list[Span]]]:
    """Return since when, until when (epoch seconds; the last one FOR_EVER), and the line."""
    table = []
    since = now
    for until in (*changes(belief, now, look, precise), FOR_EVER):
        table.append((since, until, line(belief, since, look, coarse=since >= now + precise)))
        since = until
    return table


def _is_alert(sight: Sight) -> bool:
    keys = [sight.keys[name] for name in (*LABELS.values(), "further") if not sight.is_hidden(name)]
    return any(
        percent(sight.shown[key]) >= sight.look.steps_of(label(key)).orange
        for key in keys
        if key in sight.shown
    )


def _forms(sight: Sight) -> Iterator[list[Span]]:
    """Yield the line, and then what says less and less."""
    dropped: frozenset[str] = frozenset()
    for fields in ((), *_LADDER):
        dropped |= frozenset(fields)
        yield _form(sight._replace(dropped=dropped))
    for name in ("compact", "minimal"):
        sight = sight._replace(look=replace(sight.look, style=name, template=None), dropped=dropped)
        yield _form(sight)
    yield _tightest(sight)


def _form(sight: Sight) -> list[Span]:
    if sight.look.template is not None:
        return render(sight.look.template, partial(value, sight))[0]
    name = sight.look.style
    form, template = STYLES[name], styles.window(name)
    parts = [
        render(template, partial(window_value, sight, window))[0]
        for window in (*LABELS.values(), *(("further",) if form.further else ()))
        if not sight.is_hidden(window)
    ]
    if not parts:
        return []
    before, after = styles.around(name)
    in_line = partial(_in_line, sight)
    spans = render(before, in_line)[0] + parts[0]
    for part in parts[1:]:
        spans += [Span(form.between), *part]
    return spans + render(after, in_line)[0]


def _tightest(sight: Sight) -> list[Span]:
    before, _ = styles.around(sight.look.style)
    number = window_value(sight, "tightest", "used").span
    return [*render(before, partial(_in_line, sight))[0], number]


def _in_line(sight: Sight, field: str) -> Value:
    return window_value(sight, "5h", field) if field == "resets" else value(sight, field)
