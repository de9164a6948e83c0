"""
Parses a usage answer: the same body comes from the endpoint, the client's snapshot and `claude -p /usage`.

The rules are those of docs/claude-code.md 2.2: any key may be null or missing, unknown
keys are ignored, and a window with an absurd number is treated as not reported.
"""

from __future__ import annotations

import math
import re
from typing import Any

from quotaline.model.errors import UnreadableAnswer
from quotaline.model.usage import FIVE_HOUR, LENGTHS, SCOPED, SEVEN_DAY, SPEND, Credits, Usage, Window

# The client's own test for a usage answer (docs/claude-code.md 2.1).
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
_MIN_MILLISECONDS = 1e11  # a larger number is not in seconds: that would be the year 5138
_NAME_LENGTH = 12
_MAX_SCOPED = 8


def parse(body: object, now: float) -> Usage:
    """
    Return the usage in the body of an answer.

    Args:
        body: The parsed JSON.
        now: Epoch seconds; resets more than 370 days away from it are invalid.

    Raises:
        UnreadableAnswer: If the body is not an object, or has none of the known keys.
    """
    if not isinstance(body, dict) or KNOWN_KEYS.isdisjoint(body):
        raise UnreadableAnswer("no usage in it")
    windows: dict[str, Window | None] = {}
    for limit in _objects(body.get("limits")):
        key = _limit_key(limit)
        window = parse_window(limit.get("percent"), limit.get("resets_at"), now, _length(key))
        if window and _is_tighter(window, windows.get(key)):
            windows[key] = window
    for name, label in _OLD_SCOPED.items():
        windows.setdefault(SCOPED + label, _named_window(body, name, now, LENGTHS[SEVEN_DAY]))
    windows = _with_few_scoped(windows)
    for name in (FIVE_HOUR, SEVEN_DAY):
        windows[name] = _named_window(body, name, now, LENGTHS[name]) or windows.get(name)
    return Usage.from_windows(
        {key: window for key, window in windows.items() if window}, _credits(body.get("extra_usage"))
    )


def parse_window(utilization: object, resets_at: object, now: float, length: float | None) -> Window | None:
    """Return the window, or None if a value is invalid. A null reset is valid: the window has not started."""
    used = parse_percent(utilization)
    reset = parse_time(resets_at, now)
    if used is None or (reset is None and resets_at is not None):
        return None
    return Window(used, reset, length)


def parse_percent(value: object) -> float | None:
    """Return a percentage, rounded to 0.1, or None if it is not a finite number from 0 to 999."""
    used = finite_number(value)
    if used is None:
        return None
    used = round(used, 1)  # 28.999999999999996 means 29 (docs/claude-code.md 1.1)
    return used if 0 <= used <= _MAX_PERCENT else None


def parse_time(value: object, now: float) -> float | None:
    """Return epoch seconds from ISO 8601, epoch seconds or milliseconds; None if invalid or far from now."""
    when: float | None
    if isinstance(value, str):
        from datetime import UTC, datetime  # most refreshes read no new answer and parse no time

        try:
            parsed = datetime.fromisoformat(value)
            when = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    else:
        when = finite_number(value)
        if when is not None and when > _MIN_MILLISECONDS:
            when /= 1000
    return when if when is not None and abs(when - now) <= _MAX_RESET_AHEAD else None


def sanitize_scope_name(text: object) -> str:
    """Return the label of a scope, safe to show: at most 12 of `[A-Za-z0-9 ._-]`, never empty."""
    return sanitize_name(text, _NAME_LENGTH) or "other"


def sanitize_name(text: object, length: int) -> str:
    """Return a name from outside, safe to show: only `[A-Za-z0-9 ._-]`, at most `length`; empty if none."""
    return re.sub(r"[^A-Za-z0-9 ._-]", "", text)[:length].strip() if isinstance(text, str) else ""


def as_object(value: object) -> dict[str, Any]:
    """Return a JSON object as it is, and an empty one for any other value."""
    return value if isinstance(value, dict) else {}


def finite_number(value: object) -> float | None:
    """Return a finite JSON number as a float, else None. `true` is not a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # an integer with hundreds of digits
        return None
    return number if math.isfinite(number) else None


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _named_window(body: dict[str, Any], name: str, now: float, length: float) -> Window | None:
    limit = as_object(body.get(name))
    return parse_window(limit.get("utilization"), limit.get("resets_at"), now, length)


def _limit_key(limit: dict[str, Any]) -> str:
    kind = limit.get("kind")
    if isinstance(kind, str) and kind in _KINDS:  # by kind, not by label, as the client does
        return _KINDS[kind]
    scope = as_object(limit.get("scope"))
    for part in ("model", "surface"):
        label = scope.get(part)
        name = label if isinstance(label, str) else as_object(label).get("display_name")
        if isinstance(name, str) and name.strip():
            return SCOPED + sanitize_scope_name(name)
    return SCOPED + sanitize_scope_name(scope.get("label"))


def _length(key: str) -> float | None:
    return LENGTHS[SEVEN_DAY] if key.startswith(SCOPED) else LENGTHS.get(key)


def _with_few_scoped(windows: dict[str, Window | None]) -> dict[str, Window | None]:
    """Return the windows with the tightest scoped ones only: each one costs time in every refresh."""
    scoped = [
        (window.utilization, key) for key, window in windows.items() if window and key.startswith(SCOPED)
    ]
    dropped = {key for _, key in sorted(scoped, reverse=True)[_MAX_SCOPED:]}
    return {key: window for key, window in windows.items() if key not in dropped}


def _is_tighter(window: Window, other: Window | None) -> bool:
    return other is None or window.utilization > other.utilization


def _credits(value: object) -> Credits | None:
    extra_usage = as_object(value)
    enabled = extra_usage.get("is_enabled")
    if not isinstance(enabled, bool):
        return None
    places = extra_usage.get("decimal_places")
    unit = 10 ** (places if isinstance(places, int) and 0 <= places <= 4 else 2)  # noqa: PLR2004
    currency = extra_usage.get("currency")
    return Credits(
        enabled=enabled,
        used=_money(extra_usage.get("used_credits"), unit),
        limit=_money(extra_usage.get("monthly_limit"), unit),
        utilization=parse_percent(extra_usage.get("utilization")),
        currency=currency if isinstance(currency, str) and re.fullmatch(r"[A-Z]{3}", currency) else None,
    )


def _money(value: object, unit: int) -> float | None:
    amount = finite_number(value)
    return amount / unit if amount is not None and amount >= 0 else None
