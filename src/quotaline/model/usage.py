"""
The data model: windows, credits, usage, and a reading of them. Values only, no rules.

Units: utilization in percent (0-100, above 100 when the limit is exceeded),
times in epoch seconds, lengths in seconds, money in whole units of its currency.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from types import NoneType
from typing import Any, TypeVar

FIVE_HOUR = "five_hour"
SEVEN_DAY = "seven_day"
SPEND = "spend"
SCOPED = "scoped:"  # + name: the key of a scoped weekly window

_Value = TypeVar("_Value")
_FIELD_TYPES: dict[object, tuple[type, ...]] = {  # by annotation, which is a string in this module
    "bool": (bool,),
    "int": (int,),
    "str": (str,),
    "float": (int, float),
    "str | None": (str, NoneType),
    "float | None": (int, float, NoneType),
}

LENGTHS: dict[str, float] = {FIVE_HOUR: 5 * 3600, SEVEN_DAY: 7 * 86400}


def build_dataclass(cls: type[_Value], document: dict[str, Any]) -> _Value:
    """
    Build a flat dataclass from the dict that `asdict` returned for it; a newer version's members are ignored.

    Raises:
        TypeError: If a field is missing or of the wrong type: quotaline did not write that file.
    """
    names = {field.name for field in fields(cls)}  # type: ignore[arg-type]
    value = cls(**{name: member for name, member in document.items() if name in names})
    for field in fields(value):  # type: ignore[arg-type]
        if not isinstance(getattr(value, field.name), _FIELD_TYPES.get(field.type, (object,))):
            raise TypeError(f"{field.name} is not {field.type}")
    return value


def valid_members(cls: type[object], document: object) -> dict[str, Any]:
    """Return the members of a JSON object that are fields of a flat dataclass, and of their types."""
    members = document if isinstance(document, dict) else {}
    return {
        field.name: members[field.name]
        for field in fields(cls)  # type: ignore[arg-type]
        if isinstance(members.get(field.name), _FIELD_TYPES.get(field.type, ()))
    }


@dataclass(frozen=True, slots=True)
class Window:
    """
    One limit.

    `utilization` is in percent. `resets_at` is in epoch seconds, or None while
    the window has not started: the first use starts it. `length` is in seconds,
    or None if it is not known.
    """

    utilization: float
    resets_at: float | None = None
    length: float | None = None

    def time_until_reset(self, now: float) -> float | None:
        """Return the seconds until the reset: 0 once it has passed, None if it is not known."""
        return None if self.resets_at is None else max(0.0, self.resets_at - now)

    def elapsed_percent(self, now: float) -> float | None:
        """Return the elapsed part of the window, in percent 0-100; None if it is not known."""
        left = self.time_until_reset(now)
        if left is None or not self.length:
            return None
        return min(100.0, max(0.0, 100 * (1 - left / self.length)))


@dataclass(frozen=True, slots=True)
class ScopedWindow:
    """A weekly limit on part of the usage, mostly per model. `name` is 1 to 12 of `[A-Za-z0-9 ._-]`."""

    name: str
    window: Window


@dataclass(frozen=True, slots=True)
class Credits:
    """
    Paid usage beyond the plan (`extra_usage`).

    `used` and `limit` are amounts in `currency` (an ISO 4217 code); a `limit`
    of None means no cap. `utilization` is in percent of the cap.
    """

    enabled: bool
    used: float | None = None
    limit: float | None = None
    utilization: float | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """All limits that one source reported. A limit that it did not report is None or absent, never zero."""

    five_hour: Window | None = None
    seven_day: Window | None = None
    scoped: tuple[ScopedWindow, ...] = ()
    spend: Window | None = None
    credits: Credits | None = None

    def windows(self) -> dict[str, Window]:
        """Return the reported windows by key: `five_hour`, `seven_day`, `spend`, `scoped:<name>`."""
        unscoped = {FIVE_HOUR: self.five_hour, SEVEN_DAY: self.seven_day, SPEND: self.spend}
        return {
            **{key: window for key, window in unscoped.items() if window},
            **{SCOPED + scoped.name: scoped.window for scoped in self.scoped},
        }

    @classmethod
    def from_windows(cls, windows: dict[str, Window], credits_: Credits | None = None) -> Usage:
        """Build a usage from windows by key, as `windows()` returns them."""
        return cls(
            five_hour=windows.get(FIVE_HOUR),
            seven_day=windows.get(SEVEN_DAY),
            spend=windows.get(SPEND),
            scoped=tuple(
                ScopedWindow(key.removeprefix(SCOPED), window)
                for key, window in sorted(windows.items())
                if key.startswith(SCOPED)
            ),
            credits=credits_,
        )

    def to_json(self) -> dict[str, Any]:
        """Return a JSON document that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Usage:
        """Read a document of `to_json`. Raises KeyError or TypeError for anything else."""

        def window(members: dict[str, Any] | None) -> Window | None:
            return build_dataclass(Window, members) if members is not None else None

        credits_ = document["credits"]
        return cls(
            five_hour=window(document["five_hour"]),
            seven_day=window(document["seven_day"]),
            scoped=tuple(
                ScopedWindow(scoped["name"], build_dataclass(Window, scoped["window"]))
                for scoped in document["scoped"]
            ),
            spend=window(document["spend"]),
            credits=build_dataclass(Credits, credits_) if credits_ is not None else None,
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What one source reported at one time.

    `observed_at` is when the numbers were observed if `dated`; otherwise it is
    when they arrived, and they may be older. `account` is the accountUuid, None
    if the source does not know it.
    """

    source: str
    observed_at: float
    usage: Usage
    account: str | None = None
    dated: bool = True
