"""
The body of a usage answer, as the endpoint, the client's snapshot and `claude -p /usage` give it.

Every rule here is from docs/claude-code.md 2.2: all keys may be null or missing, unknown
ones pass, numbers may be absurd. A window with an invalid value was not told.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any

from quotaline.model.errors import UnreadableAnswer
from quotaline.model.usage import FIVE_HOUR, LENGTHS, SCOPED, SEVEN_DAY, SPEND, Credits, Usage, Window

# The client's own test for "this is an answer" (docs/claude-code.md 2.1).
KNOWN_KEYS = frozenset(
    {
        "cinder_cove",
        "extra_usage",
        "five_hour",
        "limits",
        "seven_day",
        "seven_day_oauth_apps",
        "seven_day_opus",
        "seven_day_sonnet",
        "wattle_ember",
    }
)
_OLD_SCOPED = {"seven_day_opus": "Opus", "seven_day_sonnet": "Sonnet", "seven_day_oauth_apps": "OAuth apps"}
_KINDS = {"session": FIVE_HOUR, "weekly_all": SEVEN_DAY, "spend": SPEND}
_MAX_PERCENT = 999
_MAX_RESET_AHEAD = 370 * 86400
_MILLISECONDS = 1e11  # as seconds that would be the year 5138
_NAME_LENGTH = 12


def parse(body: object, now: float) -> Usage:
    """
    Return the usage that an answer's body tells.

    Args:
        body: The parsed JSON.
        now: Epoch seconds; resets more than 370 days away from it are invalid.

    Raises:
        UnreadableAnswer: If the body is no object or has none of the known keys.
    """
    if not isinstance(body, dict) or KNOWN_KEYS.isdisjoint(body):
        raise UnreadableAnswer("no usage in it")
    observation: dict[str, Window | None] = {}
    for limit in _list(body.get("limits")):
        key = _limit_key(limit)
        found = window(limit.get("percent"), limit.get("resets_at"), now, _length(key))
        if found and _is_tighter(found, observation.get(key)):
            observation[key] = found
    for name, label in _OLD_SCOPED.items():
        observation.setdefault(SCOPED + label, _window_at(body, name, now, LENGTHS[SEVEN_DAY]))
    for name in (FIVE_HOUR, SEVEN_DAY):
        observation[name] = _window_at(body, name, now, LENGTHS[name]) or observation.get(name)
    return Usage.of(
        {key: found for key, found in observation.items() if found}, _credits(body.get("extra_usage"))
    )


def window(utilization: object, resets_at: object, now: float, length: float | None) -> Window | None:
    """Return the window, or None if either value is invalid. A null reset is valid: not started yet."""
    used = percent(utilization)
    reset = epoch(resets_at, now)
    if used is None or (reset is None and resets_at is not None):
        return None
    return Window(used, reset, length)


def percent(value: object) -> float | None:
    """Return a percentage rounded to 0.1 if it is a finite number from 0 to 999, else None."""
    used = number(value)
    if used is None:
        return None
    used = round(used, 1)  # 28.999999999999996 is 29 (docs/claude-code.md 1.1)
    return used if 0 <= used <= _MAX_PERCENT else None


def epoch(value: object, now: float) -> float | None:
    """Return epoch seconds from ISO 8601 or from epoch seconds or milliseconds; None if it makes no sense."""
    when: float | None
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value)
            when = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    else:
        when = number(value)
        if when is not None and when > _MILLISECONDS:
            when /= 1000
    return when if when is not None and abs(when - now) <= _MAX_RESET_AHEAD else None


def scope_name(text: object) -> str:
    """Return a scope's label fit to be shown: `[A-Za-z0-9 ._-]`, at most 12 characters, never empty."""
    return safe_name(text, _NAME_LENGTH) or "other"


def safe_name(text: object, length: int) -> str:
    """Return a name from outside as it may be shown: `[A-Za-z0-9 ._-]` of it, at most so long; or nothing."""
    return re.sub(r"[^A-Za-z0-9 ._-]", "", text)[:length].strip() if isinstance(text, str) else ""


def members(value: object) -> dict[str, Any]:
    """Return the members of a JSON object; none for anything else."""
    return value if isinstance(value, dict) else {}


def number(value: object) -> float | None:
    """Return a finite JSON number as a float, else None. `true` is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # an integer of hundreds of digits
        return None
    return number if math.isfinite(number) else None


def _list(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _window_at(body: dict[str, Any], name: str, now: float, length: float) -> Window | None:
    observation = members(body.get(name))
    return window(observation.get("utilization"), observation.get("resets_at"), now, length)


def _limit_key(limit: dict[str, Any]) -> str:
    kind = limit.get("kind")
    if isinstance(kind, str) and kind in _KINDS:  # by kind, never by label: the client's own rule
        return _KINDS[kind]
    scope = members(limit.get("scope"))
    for part in ("model", "surface"):
        label = scope.get(part)
        name = label if isinstance(label, str) else members(label).get("display_name")
        if isinstance(name, str) and name.strip():
            return SCOPED + scope_name(name)
    return SCOPED + scope_name(scope.get("label"))


def _length(key: str) -> float | None:
    return LENGTHS[SEVEN_DAY] if key.startswith(SCOPED) else LENGTHS.get(key)


def _is_tighter(one: Window, other: Window | None) -> bool:
    return other is None or one.utilization > other.utilization


def _credits(value: object) -> Credits | None:
    observation = members(value)
    enabled = observation.get("is_enabled")
    if not isinstance(enabled, bool):
        return None
    places = observation.get("decimal_places")
    unit = 10 ** (places if isinstance(places, int) and 0 <= places <= 4 else 2)  # noqa: PLR2004
    currency = observation.get("currency")
    return Credits(
        enabled=enabled,
        used=_money(observation.get("used_credits"), unit),
        limit=_money(observation.get("monthly_limit"), unit),
        utilization=percent(observation.get("utilization")),
        currency=currency if isinstance(currency, str) and re.fullmatch(r"[A-Z]{3}", currency) else None,
    )


def _money(value: object, unit: int) -> float | None:
    amount = number(value)
    return amount / unit if amount is not None and amount >= 0 else None
