"""
What one Claude Code session used: tokens and their cost.

Units: tokens are whole numbers, money is in US dollars, times are epoch seconds.
"""

from __future__ import annotations

import sys
import time
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

AGGREGATE = "aggregate"  # the session_id of a sum
_TOTAL = "total_tokens"
_WHOLE = ("int", "int | None")
_OPTIONAL = ("int | None", "float | None")
_LARGEST = sys.float_info.max


def _now() -> float:
    return time.time()  # looked up when it is called, so that a test's clock holds here too


@dataclass(slots=True)
class ApiUsage:
    """
    The tokens and the cost of one session, its subagents included.

    Every assignment is checked, in the constructor and later, so that no object
    ever holds a number that would spoil a sum without anybody noticing.

    Attributes:
        session_id: Claude Code's id of the session; "aggregate" for a sum of several.
        input_tokens: Tokens sent, without those that were written to or read from the prompt cache.
        output_tokens: Tokens received.
        cache_creation_tokens: Tokens written to the prompt cache. They cost more than input, and
            are not part of `total_tokens`.
        cache_read_tokens: Tokens read from the prompt cache. They cost a fraction of input and are
            most of the traffic of a long session; in `total_tokens` they would hide everything else.
        estimated_cost: US dollars, finite and not negative. An estimate, because a subscription is
            not billed by tokens: it is what the same requests cost through the API.
        cost_is_partial: Whether a model without a known price was used. The cost is then "at least".
        rate_limit_reset: When the 5-hour window resets that the session last reported, epoch seconds;
            None if it reported none.
        rate_limit_remaining: Requests left. None, since no source counts requests: Claude Code and the
            usage endpoint report percentages. The field is for callers with a source of their own.
        updated_at: When the newest counted request was made, epoch seconds. The current time for an
            object that was just made or added to; the newest part's time for an aggregate.

    Raises:
        ValueError: If a value is negative, not finite or of the wrong type. The message names the field.
    """

    session_id: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cache_creation_tokens: int = 0
    cache_read_tokens: int = 0
    estimated_cost: float = 0.0
    cost_is_partial: bool = False
    rate_limit_reset: float | None = None
    rate_limit_remaining: int | None = None
    updated_at: float = field(default_factory=_now)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, _checked(name, value))

    @property
    def total_tokens(self) -> int:
        """Input plus output tokens. Computed, so that it can't contradict them."""
        return self.input_tokens + self.output_tokens

    def add_tokens(
        self,
        input_tokens: int = 0,
        output_tokens: int = 0,
        cache_creation_tokens: int = 0,
        cache_read_tokens: int = 0,
        *,
        estimated_cost: float = 0.0,
    ) -> None:
        """
        Add the tokens (and dollars) of one more request, and set `updated_at` to the current time.

        Raises:
            ValueError: As the constructor does. Nothing has been added then.
        """
        added = ApiUsage(
            self.session_id,
            input_tokens,
            output_tokens,
            cache_creation_tokens,
            cache_read_tokens,
            estimated_cost,
        )
        self.estimated_cost += added.estimated_cost  # first: the only sum that can overflow
        self.input_tokens += added.input_tokens
        self.output_tokens += added.output_tokens
        self.cache_creation_tokens += added.cache_creation_tokens
        self.cache_read_tokens += added.cache_read_tokens
        self.updated_at = added.updated_at

    @classmethod
    def aggregate(cls, usages: Iterable[ApiUsage]) -> ApiUsage:
        """
        Return the sum of several sessions, with the id "aggregate".

        The rate limits are None: those of different sessions and times do not add up.
        """
        parts = list(usages)
        total = cls(
            AGGREGATE,
            sum(part.input_tokens for part in parts),
            sum(part.output_tokens for part in parts),
            sum(part.cache_creation_tokens for part in parts),
            sum(part.cache_read_tokens for part in parts),
            sum(part.estimated_cost for part in parts),
            any(part.cost_is_partial for part in parts),
        )
        if parts:
            total.updated_at = max(part.updated_at for part in parts)
        return total

    def to_json(self) -> dict[str, Any]:
        """Return plain values, `total_tokens` among them, that `from_json` reads back without loss."""
        return {**asdict(self), _TOTAL: self.total_tokens}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> ApiUsage:
        """
        Read what `to_json` returned.

        Raises:
            ValueError: For anything else. The message names the field.
        """
        names = [one.name for one in fields(cls)]
        if wrong := set(document) ^ {*names, _TOTAL}:
            raise ValueError(f"{min(wrong)} is {'unknown' if min(wrong) in document else 'missing'}")
        usage = cls(**{name: document[name] for name in names})
        if document[_TOTAL] != usage.total_tokens:
            raise ValueError(f"{_TOTAL} is {document[_TOTAL]!r}, not the sum of input and output")
        return usage


_TYPES = {one.name: str(one.type) for one in fields(ApiUsage)}


def _checked(name: str, value: Any) -> Any:
    """Return a field's value, a float where it is one. Raises ValueError if it is not valid."""
    kind = _TYPES.get(name, "")
    if kind in ("str", "bool"):
        if type(value).__name__ != kind:
            raise ValueError(f"{name} must be of the type {kind}, not {value!r}")
        return value
    if value is None and kind in _OPTIONAL:
        return None
    numbers = int if kind in _WHOLE else (int, float)
    if isinstance(value, bool) or not isinstance(value, numbers):
        raise ValueError(f"{name} must be a number, not {value!r}")  # noqa: TRY004  # one error for a bad value
    if value < 0 or not value <= _LARGEST:  # not a number compares as neither
        raise ValueError(f"{name} must be finite and not negative, not {value!r}")
    return value if kind in _WHOLE else float(value)
