"""
The data model: windows, credits, usage, and a reading of them. Values only, no rules.

Units: utilization in percent (0-100, above 100 when the limit is exceeded),
times in epoch seconds, lengths in seconds, money in whole units of its currency.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

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
    names = {each.name for each in fields(cls)}  # type: ignore[arg-type]
    value = cls(**{name: member for name, member in document.items() if name in names})
    for each in fields(value):  # type: ignore[arg-type]
        if not isinstance(getattr(value, each.name), _FIELD_TYPES.get(each.type, (object,))):
            raise TypeError(f"{each.name} is not {each.type}")
    return value


def valid_members(cls: type[object], document: object) -> dict[str, Any]:
    """Return the members of a JSON object that are fields of a flat dataclass, and of their types."""
    members = document if isinstance(document, dict) else {}
    return {
        each.name: members[each.name]
        for each in fields(cls)  # type: ignore[arg-type]
        if isinstance(members.get(each.name), _FIELD_TYPES.get(each.type, ()))
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

    def __post_init__(self) -> None:
        """Raise ValueError for a value that no window can have."""
        for name in ("utilization", "resets_at", "length"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < math.inf:  # not NaN either
                raise ValueError(f"{name} must be a finite number, and not negative: {value!r}")

    @property
    def left(self) -> float:
        """The part of the limit that is left, in percent 0-100."""
        return round(max(0.0, 100.0 - self.utilization), 1)

    @property
    def resets_at_datetime(self) -> datetime | None:
        """`resets_at` as an aware datetime in UTC; None if it is not known."""
        if self.resets_at is None:
            return None
        from datetime import UTC, datetime  # 3 ms that no prompt needs

        return datetime.fromtimestamp(self.resets_at, UTC)

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
    """
    All limits that are known. A limit that was not reported is None or absent, never zero.

    `observed_at` (epoch seconds) and `source` (`api`, `statusline`, `snapshot`,
    `claude_cli`) say when and by what each number was reported, by the keys of `windows()`.
    They are empty where that is not known, and two usages with the same numbers are equal.
    """

    five_hour: Window | None = None
    seven_day: Window | None = None
    scoped: tuple[ScopedWindow, ...] = ()
    spend: Window | None = None
    credits: Credits | None = None
    observed_at: Mapping[str, float] = field(default_factory=dict, compare=False)
    source: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def seven_day_sonnet(self) -> Window | None:
        """The weekly limit of Sonnet, as the endpoint names it."""
        return self.windows().get(f"{SCOPED}Sonnet")

    @property
    def seven_day_opus(self) -> Window | None:
        """The weekly limit of Opus, as the endpoint names it."""
        return self.windows().get(f"{SCOPED}Opus")

    @property
    def extra_usage(self) -> Credits | None:
        """The usage credits, as the endpoint names them."""
        return self.credits

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
        """
        Read a document of `to_json`. What an older version did not write is unknown.

        Raises:
            KeyError, TypeError, ValueError: For anything else.
        """
        if not isinstance(document, dict):
            raise TypeError("a usage is an object")

        def window(members: dict[str, Any] | None) -> Window | None:
            return build_dataclass(Window, members) if members is not None else None

        credits_ = document.get("credits")
        return cls(
            five_hour=window(document.get("five_hour")),
            seven_day=window(document.get("seven_day")),
            scoped=tuple(
                ScopedWindow(scoped["name"], build_dataclass(Window, scoped["window"]))
                for scoped in document.get("scoped", ())
            ),
            spend=window(document.get("spend")),
            credits=build_dataclass(Credits, credits_) if credits_ is not None else None,
            observed_at=dict(document.get("observed_at", {})),
            source=dict(document.get("source", {})),
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
