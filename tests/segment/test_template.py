"""The language of `format`."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quotaline.segment.span import Span
from quotaline.segment.template import FIELDS, TemplateError, Value, parse, render

SPECIAL = "$()[]\\"
LITERAL = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1).map(
    lambda text: "".join(f"\\{letter}" if letter in SPECIAL else letter for letter in text)
)
STYLE = st.sampled_from(["", "bold", "208", "#ff8700", "dim 5h", "tightest", "red underline"])
FORMATS = st.recursive(
    LITERAL | st.sampled_from(FIELDS).map("${{{}}}".format) | st.sampled_from(FIELDS).map("${} ".format),
    lambda inner: (
        st.lists(inner, max_size=4).map("".join)
        | inner.map("({})".format)
        | st.builds("[{}]({})".format, inner, STYLE)
    ),
    max_leaves=8,
)


def filled(text: str, **known: str) -> list[Span]:
    """Fill a template with the fields that are known; `5h` is written `_5h` here."""
    values = {name.removeprefix("_").replace("__", "."): given for name, given in known.items()}

    def value(name: str) -> Value:
        return Value(Span(values.get(name, "--"), "green" if name == "5h" else ""), name in values)

    return render(parse(text), value)[0]


def shown(text: str, **known: str) -> str:
    return "".join(span.text for span in filled(text, **known))


def test_fields_are_filled_with_and_without_braces() -> None:
    assert shown("5h=$5h.used, ${5h.used}0.", _5h__used="8") == "5h=8, 80."


def test_group_is_gone_if_nothing_is_known_of_its_fields_and_there_otherwise() -> None:
    assert shown("a( $5h)( $7d)(text alone)($5h|$7d)", _5h="8%") == "a 8%8%|--"
    assert shown("(($5h)-$7d)", _5h="8%") == "8%---"


def test_unknown_field_outside_a_group_says_so() -> None:
    assert shown("$5h") == "--"


def column_of(text: str) -> int | None:
    try:
        parse(text)
    except TemplateError as error:
        return error.column
    return None


@pytest.mark.parametrize("letter", SPECIAL)
def test_special_character_is_itself_after_a_backslash(letter: str) -> None:
    assert shown(f"a\\{letter}b") == f"a{letter}b"


def test_style_is_for_text_and_fields_and_a_windows_name_is_its_colour() -> None:
    assert filled("[a](bold)", _5h="8%") == [Span("a", "bold")]
    assert filled("[$5h](bold)", _5h="8%") == [Span("8%", "bold green")]
    assert filled("[$5h](blue)", _5h="8%") == [Span("8%", "blue")]
    assert filled("[week](5h)", _5h="8%") == [Span("week", "green")]
    assert filled("[a[b](red)](blue bold)", _5h="8%") == [Span("a", "blue bold"), Span("b", "red bold")]


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("5h:$", 4, "a field's name is missing"),
        ("5h:$5h.usd", 4, "unknown field '5h.usd'; did you mean 5h.used? there are: 5h, 7d"),
        ("${5h", 1, "not closed by '}'"),
        ("ab($5h", 3, "'(' is not closed by ')'"),
        ("ab[$5h](red", 8, "'(' is not closed by ')'"),
        ("ab[$5h", 3, "'[' is not closed by ']'"),
        ("ab[$5h] x", 7, "after ']' comes '('"),
        ("[$5h]", 5, r"\[ and \] are the characters themselves"),
        ("a)", 2, "')' closes nothing"),
        ("a]", 2, "']' closes nothing"),
        ("(a]", 1, "'(' is not closed by ')'"),
        ("a\\n", 2, "after a backslash"),
        ("a\\", 2, "after a backslash"),
        ("[a](bold reddish)", 10, "unknown style 'reddish'"),
        ("a\nb", 2, "not printable"),
        ("a\x1b[31m", 2, "not printable"),
        ("e\u0301", 2, "combining"),
        ("(" * 30, 9, "nested deeper"),
    ],
)
def test_error_names_the_column_and_what_is_allowed(text: str, column: int, problem: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(text)

    assert caught.value.column == column
    assert problem in str(caught.value)
    assert str(caught.value).startswith(f"column {column}: ")
    assert "\n" not in str(caught.value)


@given(st.text(st.sampled_from("$(){}[]\\5h7d.ab #\n") | st.characters()))
@example("[" * 5000)
def test_whatever_is_written_it_parses_or_names_a_column_of_the_text(text: str) -> None:
    column = column_of(text)

    assert column is None or 1 <= column <= len(text)


@given(FORMATS)
def test_what_the_language_allows_parses(text: str) -> None:
    parse(text)


@given(LITERAL, st.sampled_from(")]"), LITERAL)
def test_column_is_that_of_the_first_character_that_is_wrong(before: str, wrong: str, after: str) -> None:
    assert column_of(before + wrong + after) == len(before) + 1
