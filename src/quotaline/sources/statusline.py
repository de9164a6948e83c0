"""
Parses the JSON that Claude Code passes to its statusLine command (docs/claude-code.md 1.1 and 1.2).

The best source: it costs no request, and its numbers are seconds old after a reply.
But they are undated, and an idle session repeats its last ones for ever.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import takewhile

from quotaline.model import json_text
from quotaline.model.usage import FIVE_HOUR, LENGTHS, SEVEN_DAY, SPEND, Usage, Window
from quotaline.sources import payload
from quotaline.sources.payload import as_object

_LIMITS = {FIVE_HOUR: FIVE_HOUR, SEVEN_DAY: SEVEN_DAY, "spend_limit": SPEND}
# More is no amount, and would fill the row.
_MAX_DOLLARS = 1e6
_MAX_TOKENS = 1e12
_MODEL_LENGTH = 24
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class StatuslineInput:
    """
    The input of one run.

    `session` is its id, empty if there is none that is safe as a file name.
    `usage` is None without a valid window; `invalid` are the keys of the windows
    with absurd values. `api_milliseconds` is the API time of the session, which
    grows with every reply, and `milliseconds` the time since its start; `cost` its
    cost in dollars; `context` the used part of its context window in percent, and
    `tokens` the tokens in it; `model` the name of its model, safe to show.
    """

    session: str = ""
    usage: Usage | None = None
    invalid: tuple[str, ...] = ()
    api_milliseconds: int = 0
    milliseconds: int = 0
    cost: float | None = None
    context: float | None = None
    tokens: float | None = None
    model: str = ""

    def template_fields(self) -> dict[str, str]:
        """Return the template fields `context`, `cost`, `model` and `tokens`; empty if unknown."""
        return {
            "context": "" if self.context is None else f"{math.floor(self.context)}%",
            "cost": "" if self.cost is None else dollars(self.cost),
            "model": self.model,
            "tokens": "" if self.tokens is None else _thousands(self.tokens),
        }


def parse(text: bytes, now: float) -> StatuslineInput:
    """Parse the JSON. Whatever is missing, broken or absurd counts as not reported; never raises."""
    try:
        document = json_text.load(text)
    except ValueError:
        return StatuslineInput()
    if not isinstance(document, dict):
        return StatuslineInput()
    limits = as_object(document.get("rate_limits"))
    windows: dict[str, Window] = {}
    for name, key in _LIMITS.items():
        limit = as_object(limits.get(name))
        window = payload.parse_window(
            limit.get("used_percentage"), limit.get("resets_at"), now, LENGTHS.get(key)
        )
        # Claude Code omits a window until it has a reset; without one it can't be compared.
        if window and window.resets_at is not None:
            windows[key] = window
    session = document.get("session_id")
    cost = as_object(document.get("cost"))
    context = as_object(document.get("context_window"))
    tokens = [
        payload.finite_number(context.get(f"total_{direction}_tokens")) for direction in ("input", "output")
    ]
    return StatuslineInput(
        session=session if isinstance(session, str) and _SESSION.fullmatch(session) else "",
        usage=Usage.from_windows(windows) if windows else None,
        invalid=tuple(
            key for name, key in _LIMITS.items() if as_object(limits.get(name)) and key not in windows
        ),
        api_milliseconds=int(payload.finite_number(cost.get("total_api_duration_ms")) or 0),
        milliseconds=int(payload.finite_number(cost.get("total_duration_ms")) or 0),
        cost=payload.finite_number(cost.get("total_cost_usd")),
        context=payload.parse_percent(context.get("used_percentage")),
        tokens=sum(filter(None, tokens)) if any(count is not None for count in tokens) else None,
        model=payload.sanitize_name(as_object(document.get("model")).get("display_name"), _MODEL_LENGTH),
    )


def limits_text(text: bytes) -> str | None:
    """
    Return the text of `rate_limits` as shell/quotaline extracts it, empty if there is none.

    It is the pieces between braces, from the one that ends in `"rate_limits":` to
    the first empty one, where two closing braces meet. None if `rate_limits` is
    there but formatted differently, so that the shell does not find it.
    """
    line, _, rest = text.decode(errors="replace").partition("\n")
    pieces = iter(re.split("[{}]", line))
    if not any(piece.endswith('"rate_limits":') for piece in pieces):
        return None if rest or "rate_limits" in line else ""
    return "".join(takewhile(bool, pieces))


def dollars(amount: float) -> str:
    """Return an amount as `$0.42`, or `$--` if it is not a sensible one."""
    return f"${amount:.2f}" if 0 <= amount < _MAX_DOLLARS else "$--"


def _thousands(tokens: float) -> str:
    if tokens >= _MAX_TOKENS:
        return "--"
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if tokens >= size:
            return f"{tokens / size:.1f}{unit}"
    return f"{max(0.0, tokens):.0f}"
