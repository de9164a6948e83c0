"""
What requests cost through the API: a dated table, for where the client gives no figure of its own. Pure.

Sources: platform.claude.com/docs/en/about-claude/pricing and code.claude.com/docs/en/fast-mode, as of
`TABLE_DATE`; the row of claude-opus-5-5 also meets the real client's own figures (docs/claude-code.md 4.3).
A model that is not in the table has no price. It is never guessed from its name: prices differ by a
factor of 30 within one family.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

TABLE_DATE = 20261124  # year, month, day; the transcript index is rebuilt when it changes
UNPRICED, PRICED, REPORTED = 0, 1, 2  # where a cost is from: nowhere, this table, the client's own line
NANO = 10**9  # money is counted in whole nano-dollars, so that sums are exact in any order

_HAIKU_5_5 = 1791331200.0  # 2026-10-07 00:00 UTC: released, and Sonnet 5.5 got cheaper
_LONG_PROMPT = 100_000  # tokens; above, claude-haiku-5-5 has another price
_ID = re.compile(r"(claude-[a-z0-9-]+?)(?:-20\d{6})?(?:\[1m\])?(-fast)?")


class Tokens(NamedTuple):
    """Tokens by kind; cache writes by how long the cache is kept."""

    input: int
    output: int
    write_5m: int
    write_1h: int
    read: int


class Rates(NamedTuple):
    """US dollars per million tokens of each kind."""

    input: float
    output: float
    write_5m: float
    write_1h: float
    read: float


def _rates(input_: float, output: float, read: float = 0.1) -> Rates:
    """Cache writes cost 1.25 and 2 times the input; `read` is a factor of the input as well."""
    return Rates(input_, output, 1.25 * input_, 2 * input_, read * input_)


_TABLE = {
    "claude-fable-5-2": _rates(8, 40, 0.025),
    "claude-fable-5-1": _rates(10, 50, 0.025),
    "claude-fable-5": _rates(10, 50),
    "claude-mythos-5-1": _rates(10, 50, 0.025),
    "claude-mythos-5": _rates(10, 50),
    "claude-opus-5-5": _rates(4, 20, 0.05),
    **dict.fromkeys(
        ("claude-opus-5", "claude-opus-4-8", "claude-opus-4-7", "claude-opus-4-6", "claude-opus-4-5"),
        _rates(5, 25),
    ),
    **dict.fromkeys(("claude-opus-4-1", "claude-opus-4", "claude-3-opus"), _rates(15, 75)),
    "claude-sonnet-5-5": _rates(2, 10, 0.05),
    "claude-sonnet-5": _rates(2, 10),
    **dict.fromkeys(
        (
            "claude-sonnet-4-6",
            "claude-sonnet-4-5",
            "claude-sonnet-4",
            "claude-3-7-sonnet",
            "claude-3-5-sonnet",
        ),
        _rates(3, 15),
    ),
    "claude-haiku-5-5": _rates(0.1, 0.5),
    "claude-haiku-4-5": _rates(1, 5),
    "claude-3-5-haiku": _rates(0.8, 4),
}
_EARLIER = {"claude-sonnet-5-5": (_HAIKU_5_5, _rates(2, 10))}  # the rates that held before a time
_LONG = {"claude-haiku-5-5": _rates(0.5, 2.5)}  # for every token of a request with a long prompt
_FAST = {  # all prices of a request in fast mode, as a factor
    "claude-opus-5-5": 2,
    "claude-opus-5": 2,
    "claude-opus-4-8": 2,
    "claude-opus-4-7": 6,
    "claude-opus-4-6": 6,
}


def rates(model: str, at: float, prompt: int = 0) -> Rates | None:
    """
    Return the price of a request, None if it is not known.

    Args:
        model: The model's id as a transcript has it; with `-fast` behind it for a request in fast mode.
        at: When the request was made, epoch seconds.
        prompt: Tokens of the whole prompt, those from the cache included.
    """
    name, is_fast = _name(model)
    until, earlier = _EARLIER.get(name, (0.0, None))
    chosen = (earlier if at < until else None) or _TABLE.get(name)
    if prompt > _LONG_PROMPT:
        chosen = _LONG.get(name, chosen)
    if chosen is None or not is_fast:
        return chosen
    factor = _FAST.get(name)
    return Rates(*(factor * rate for rate in chosen)) if factor else None


@lru_cache(64)  # every line has one, and they are few
def _name(model: str) -> tuple[str, bool]:
    """Return the name that a model has in the table, and whether it ran in fast mode."""
    found = _ID.fullmatch(model)
    return (found[1], found[2] is not None) if found else ("", False)


def price(model: str, tokens: Tokens, at: float) -> int | None:
    """Return what a request costs in nano-dollars, None if its price is not known."""
    prompt = tokens.input + tokens.write_5m + tokens.write_1h + tokens.read
    chosen = rates(model, at, prompt)
    return None if chosen is None else worth(tokens, chosen)


def worth(tokens: Tokens, at_rates: Rates) -> int:
    """Return what the tokens cost at these rates, in nano-dollars."""
    return sum(count * round(rate * 1000) for count, rate in zip(tokens, at_rates, strict=True))
