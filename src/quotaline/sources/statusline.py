"""
What Claude Code hands to its statusLine command on stdin (docs/claude-code.md 1.1 and 1.2).

The best source: free, and seconds old when the session has just had a reply.
But it is undated, and an idle session repeats its last numbers for ever.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from quotaline.model import json_text
from quotaline.model.usage import FIVE_HOUR, LENGTHS, SEVEN_DAY, SPEND, Usage, Window
from quotaline.sources import payload
from quotaline.sources.payload import members

_LIMITS = {FIVE_HOUR: FIVE_HOUR, SEVEN_DAY: SEVEN_DAY, "spend_limit": SPEND}
_MODEL_LENGTH = 24
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class StatuslineInput:
    """
    What one run was told.

    `session`: its id, empty if it names none that is fit for a file name;
    `usage`: None without any valid window; `invalid`: the windows whose values
    are absurd; `worked`: milliseconds of API time so far, which grow with every
    reply; `cost`: of the session, in dollars; `context`: how much of its
    context window is used, in percent, and `tokens` how many are in it; `model`
    is fit to be shown.
    """

    session: str = ""
    usage: Usage | None = None
    invalid: tuple[str, ...] = ()
    worked: int = 0
    cost: float | None = None
    context: float | None = None
    tokens: float | None = None
    model: str = ""

    def fields(self) -> dict[str, str]:
        """Return what a template's `context`, `cost`, `model` and `tokens` say; empty what is not known."""
        return {
            "context": "" if self.context is None else f"{math.floor(self.context)}%",
            "cost": "" if self.cost is None else dollars(self.cost),
            "model": self.model,
            "tokens": "" if self.tokens is None else _thousands(self.tokens),
        }


def parse(text: bytes, now: float) -> StatuslineInput:
    """Return what the JSON tells. Whatever is missing, broken or absurd in it was not told; never raises."""
    try:
        document = json_text.load(text)
    except ValueError:
        return StatuslineInput()
    if not isinstance(document, dict):
        return StatuslineInput()
    limits = members(document.get("rate_limits"))
    windows: dict[str, Window] = {}
    for name, key in _LIMITS.items():
        observation = members(limits.get(name))
        found = payload.window(
            observation.get("used_percentage"), observation.get("resets_at"), now, LENGTHS.get(key)
        )
        # Claude Code leaves a window out until it has a reset; one without has nothing to be known by.
        if found and found.resets_at is not None:
            windows[key] = found
    session = document.get("session_id")
    cost = members(document.get("cost"))
    context = members(document.get("context_window"))
    tokens = [payload.number(context.get(f"total_{way}_tokens")) for way in ("input", "output")]
    return StatuslineInput(
        session=session if isinstance(session, str) and _SESSION.fullmatch(session) else "",
        usage=Usage.of(windows) if windows else None,
        invalid=tuple(
            key for name, key in _LIMITS.items() if members(limits.get(name)) and key not in windows
        ),
        worked=int(payload.number(cost.get("total_api_duration_ms")) or 0),
        cost=payload.number(cost.get("total_cost_usd")),
        context=payload.percent(context.get("used_percentage")),
        tokens=sum(filter(None, tokens)) if any(one is not None for one in tokens) else None,
        model=payload.safe_name(members(document.get("model")).get("display_name"), _MODEL_LENGTH),
    )


def memo(text: bytes) -> str | None:
    """
    Return the text of `rate_limits` as shell/quotaline cuts it out, empty if there is none.

    The pieces between braces, from the one that ends in `"rate_limits":` to the
    first empty one, which is where its two closing braces meet. None if it is
    there, but not as Claude Code spells it, so that the shell can't find it.
    """
    line, _, rest = text.decode(errors="replace").partition("\n")
    pieces = iter(re.split("[{}]", line))
    if not any(piece.endswith('"rate_limits":') for piece in pieces):
        return None if rest or "rate_limits" in line else ""
    kept = []
    for piece in pieces:
        if not piece:
            break
        kept.append(piece)
    return "".join(kept)


def dollars(amount: float) -> str:
    """Return a cost as people read it: `$0.42`. Digits only, whatever came in."""
    return f"${amount:.2f}" if math.isfinite(amount) and amount >= 0 else "$--"


def _thousands(tokens: float) -> str:
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if tokens >= size:
            return f"{tokens / size:.1f}{unit}"
    return f"{max(0.0, tokens):.0f}"
