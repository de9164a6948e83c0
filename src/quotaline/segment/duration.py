"""How a span of time is said."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """Return `45s`, `12m`, `2h15m` or `3d4h`: two units at most, cut and not rounded."""
    return "".join(f"{count}{unit[0]}" for count, unit in _units(seconds))


def spaced(seconds: float) -> str:
    """Return `2h 15m`."""
    return " ".join(f"{count}{unit[0]}" for count, unit in _units(seconds))


def short(seconds: float) -> str:
    """Return the first unit alone: `2h`."""
    count, unit = _units(seconds)[0]
    return f"{count}{unit[0]}"


def words(seconds: float) -> str:
    """Return `2 hours 15 minutes`, without what is 0."""
    return " ".join(
        f"{count} {unit}{'' if count == 1 else 's'}"
        for at, (count, unit) in enumerate(_units(seconds))
        if count or not at
    )


def _units(seconds: float) -> list[tuple[int, str]]:
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
    if days:
        return [(days, "day"), (hours % 24, "hour")]
    if hours:
        return [(hours, "hour"), (minutes % 60, "minute")]
    return [(minutes, "minute")] if minutes else [(int(seconds), "second")]
