"""The styles that there are by name: a template for one window, and what stands around the windows."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from quotaline.segment.template import LINE_FIELDS, WINDOW_FIELDS, Node, parse

# What the templates of this room may name: fields of the window at hand. `number` is $5h and the like in
# a format, `resets` is the reset in the form that the style and the setting `reset` choose.
_WINDOW = (*WINDOW_FIELDS, "number", "resets", "letter", "quota", "calm_pace")
_LINE = (*LINE_FIELDS, "resets")


class Style(NamedTuple):
    """
    One style.

    `window` is filled for each window that is shown, `between` stands between
    them; `countdown` is the field that its countdowns are, and `has_reset`
    whether it shows them unasked. `scoped` is false where no window but the
    two main ones has a place.
    """

    window: str
    between: str = " "
    before: str = "($icon )($show )"
    after: str = ""
    countdown: str = "reset"
    has_reset: bool = False
    scoped: bool = True


STYLES = {
    "compact": Style(r"$name:$number(\($resets\))($calm_pace)", before=r"($icon )\[($show )", after=r"\]"),
    "verbose": Style(
        "$name $number( $calm_pace)",
        " | ",
        "($icon )Quota( $show): ",
        "( | resets $resets)",
        countdown="reset_long",
        has_reset=True,
    ),
    "aiterm": Style(r"$letter:$used/100(\($resets\))( $calm_pace)", countdown="reset_short", has_reset=True),
    "minimal": Style("$used", "|", "($show )", scoped=False),
    "bar": Style(r"$name( \[$bar\]) $number( \($resets\))( $calm_pace)", "  "),
    "words": Style("$quota $words(, resets $resets)", "; ", "", countdown="reset_words", has_reset=True),
}


@cache
def window(name: str) -> tuple[Node, ...]:
    """Return the template of one window in a style."""
    return parse(STYLES[name].window, _WINDOW)


@cache
def context(name: str) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """Return the templates of what stands before and after the windows."""
    return parse(STYLES[name].before, _LINE), parse(STYLES[name].after, _LINE)
