"""The built-in styles: for each a template of one window, and of the text before and after the windows."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from quotaline.segment.template import LINE_FIELDS, WINDOW_FIELDS, Node, parse

# A style's template of one window names that window's fields, and some that a `format` does not have:
# `number` is what $5h is there; `shown` is `used` or `left`, as the setting `show` wants; `resets` is the
# reset in the form that the style and the setting `reset` choose; `auto_pace` is the pace if the setting
# `pace` is on.
_WINDOW = (*WINDOW_FIELDS, "number", "shown", "resets", "letter", "quota", "auto_pace")
_LINE = (*LINE_FIELDS, "resets")


class Style(NamedTuple):
    """
    One style.

    `window` is filled for each window that is shown, `between` separates
    them; `countdown` is the field whose form its countdowns have, and
    `has_reset` whether it shows resets by default. `scoped` is false if only
    the two main windows are shown.
    """

    window: str
    between: str = " "
    before: str = "($icon )($show )"
    after: str = ""
    countdown: str = "reset"
    has_reset: bool = False
    scoped: bool = True


STYLES = {
    "compact": Style(r"$name:$number(\($resets\))($auto_pace)", before=r"($icon )\[($show )", after=r"\]"),
    "verbose": Style(
        "$name $number( $auto_pace)",
        " | ",
        "($icon )Quota( $show): ",
        "( | resets $resets)",
        countdown="reset_long",
        has_reset=True,
    ),
    "aiterm": Style(r"$letter:$shown/100(\($resets\))( $auto_pace)", countdown="reset_short", has_reset=True),
    "minimal": Style("$shown", "|", "($show )", scoped=False),
    "bar": Style(r"$name( \[$bar\]) $number( \($resets\))( $auto_pace)", "  "),
    "words": Style("$quota $words(, resets $resets)", "; ", "", countdown="reset_words", has_reset=True),
}


@cache
def window_template(name: str) -> tuple[Node, ...]:
    """Return a style's template of one window."""
    return parse(STYLES[name].window, _WINDOW)


@cache
def outer_templates(name: str) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """Return a style's templates of the text before and after the windows."""
    return parse(STYLES[name].before, _LINE), parse(STYLES[name].after, _LINE)
