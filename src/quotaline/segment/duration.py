"""How a duration is written: in the forms that styles and templates use."""

from __future__ import annotations

_MINUTE, _HOUR, _DAY = 60, 3600, 86400  # seconds


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
    """Return `2 hours 15 minutes`, without a unit whose count is 0."""
    return " ".join(
        f"{count} {unit}{'' if count == 1 else 's'}"
        for at, (count, unit) in enumerate(_units(seconds))
        if count or not at
    )


# By the template field that has the form: its function, and the columns that it is padded to.
_FORMS = {
    "reset": (duration, 5),
    "reset_short": (short, 3),
    "reset_long": (spaced, 6),
    "reset_words": (words, 0),
}


def countdown(seconds: float, form: str, *, coarse: bool = False, pad: bool = False) -> str:
    """
    Return a duration that is part of a line.

    Args:
        seconds: The duration.
        form: The template field that it is for: `reset`, `reset_short`, `reset_long`, `reset_words`.
        coarse: Below a day, count whole hours.
        pad: Make it as wide as the widest common duration of this form.
    """
    write, columns = _FORMS[form]
    is_coarse = coarse and seconds < _DAY
    unit = _HOUR if is_coarse else _MINUTE
    if seconds < unit:
        text = f"less than {words(unit)}" if form == "reset_words" else f"<{short(unit)}"
    elif is_coarse:
        text = words(seconds // _HOUR * _HOUR) if form == "reset_words" else short(seconds)
    else:
        text = write(seconds)
    return text.rjust(columns) if pad else text


def _units(seconds: float) -> list[tuple[int, str]]:
    minutes, hours, days = int(seconds // _MINUTE), int(seconds // _HOUR), int(seconds // _DAY)
    if days:
        return [(days, "day"), (hours % 24, "hour")]
    if hours:
        return [(hours, "hour"), (minutes % 60, "minute")]
    return [(minutes, "minute")] if minutes else [(int(seconds), "second")]
