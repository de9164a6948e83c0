"""How a span of time is said."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """Return `45s`, `12m`, `2h15m` or `3d4h`: two units at most, cut and not rounded."""
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
    if days:
        return f"{days}d{hours % 24}h"
    if hours:
        return f"{hours}h{minutes % 60}m"
    return f"{minutes}m" if minutes else f"{int(seconds)}s"
