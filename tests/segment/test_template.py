"""The template language of the setting `format`: what parses, and the errors."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from segment_values import FORMATS, LITERAL

from quotaline.segment.template import TemplateError, parse


def column_of(text: str) -> int | None:
    try:
        parse(text)
    except TemplateError as error:
        return error.column
    return None


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("5h:$", 4, "'$' without the name of a field"),
        ("5h:$5h.usd", 4, "unknown field '5h.usd'; did you mean 5h.used? choose from: 5h, 7d"),
        ("${5h", 1, "without a closing '}'"),
        ("ab($5h", 3, "'(' without a closing ')'"),
        ("ab[$5h](red", 8, "'(' without a closing ')'"),
        ("ab[$5h", 3, "'[' without a closing ']'"),
        ("ab[$5h] x", 7, "']' must be followed by (style)"),
        ("[$5h]", 5, r"write \[ and \] for the characters themselves"),
        ("a)", 2, "unmatched ')'"),
        ("a]", 2, "unmatched ']'"),
        ("(a]", 1, "'(' without a closing ')'"),
        ("a\\n", 2, "a backslash must be followed by"),
        ("a\\", 2, "a backslash must be followed by"),
        ("[a](bold reddish)", 10, "unknown style 'reddish'"),
        ("a\nb", 2, "unprintable"),
        ("a\x1b[31m", 2, "unprintable"),
        ("e\u0301", 2, "combining"),
        ("(" * 30, 9, "nested deeper"),
    ],
)
def test_error_names_the_column_and_what_is_valid_there(text: str, column: int, problem: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(text)

    assert caught.value.column == column
    assert problem in str(caught.value)
    assert str(caught.value).startswith(f"column {column}: ")
    assert "\n" not in str(caught.value)


@given(st.text(st.sampled_from("$(){}[]\\5h7d.ab #\n") | st.characters()))
@example("[" * 5000)
def test_any_text_parses_or_is_an_error_at_a_column_of_it(text: str) -> None:
    column = column_of(text)

    assert column is None or 1 <= column <= len(text)


@given(FORMATS)
def test_every_valid_template_parses(text: str) -> None:
    parse(text)


@given(LITERAL, st.sampled_from(")]"), LITERAL)
def test_column_is_that_of_the_first_character_that_is_wrong(before: str, wrong: str, after: str) -> None:
    assert column_of(before + wrong + after) == len(before) + 1
