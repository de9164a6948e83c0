"""The table of settings: keys, defaults, valid values and what each does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quotaline.model.command_error import CommandError
from quotaline.segment.options import ICONS, RESETS
from quotaline.segment.palette import ATTRIBUTES, NAMES, PALETTES, is_colour
from quotaline.segment.styles import STYLES
from quotaline.segment.template import parse_format
from quotaline.segment.thresholds import COLOURS

if TYPE_CHECKING:
    from collections.abc import Callable

Value = bool | int | str


class SettingsError(CommandError):
    """Raised for a file or a value that can't be used. One line that names the place and the valid values."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Setting:
    """
    One key: its default, its valid values, and what it does (`about`).

    A number is valid from `low` to `high`; another value only if it is one of
    `choices`, where there are any. Where the key is not set, the value of
    `inherits` applies, if that names a key. `parse` raises ValueError for an
    invalid text; `kind` says what a text is, `hint` what it must be.
    """

    key: str
    default: Value
    about: str
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()
    inherits: str = ""
    parse: Callable[[str], object] | None = None
    kind: str = "text"
    hint: str = "use one line of printable ASCII, at most 200 characters"

    def check(self, value: object) -> Value:
        """Return the value, or raise SettingsError if it is not valid."""
        if (
            isinstance(value, bool | int | str)
            and type(value) is type(self.default)
            and self._is_valid(value)
        ):
            return value
        raise SettingsError(f"{self.key}: {value!r} is not valid; {self._advice()}")

    @property
    def valid(self) -> str:
        """What is valid, in a few words."""
        if self.choices:
            return ", ".join(self.choices)
        if isinstance(self.default, bool):
            return "true, false"
        return f"{self.low} to {self.high}" if isinstance(self.default, int) else self.kind

    def _advice(self) -> str:
        if self.choices:
            return f"choose from {self.valid}"
        if isinstance(self.default, bool):
            return "use true or false"
        if isinstance(self.default, int):
            return f"use a whole number from {self.valid}"
        return self.hint

    def _is_valid(self, value: Value) -> bool:
        if self.choices:
            return value in self.choices
        if isinstance(value, str):
            return len(value) <= _MAX_LENGTH and self._is_valid_text(value)
        return isinstance(value, bool) or self.low <= value <= self.high

    def _is_valid_text(self, text: str) -> bool:
        if self.parse is None:
            return text.isascii() and (text == "" or text.isprintable())
        try:
            self.parse(text)
        except ValueError as error:
            raise SettingsError(f"{self.key}: {error}") from None
        return True


def _parse_colour(text: str) -> None:
    for word in text.split(" ") if text else ():
        if word not in ATTRIBUTES and not is_colour(word):
            raise ValueError(f"{word!r} is not a colour; {_COLOUR_HINT}")


_MAX_LENGTH = 200
_COLOUR_HINT = (
    f"use a name ({', '.join(NAMES)}, bright-..., orange), a number from 0 to 255 or #rrggbb, "
    f"and any of {', '.join(ATTRIBUTES)}"
)


def _percent(key: str, default: int, about: str, inherits: str = "") -> Setting:
    return Setting(key, default, about, 0, 999, inherits=inherits)


def _window_settings(name: str, window: str) -> tuple[Setting, ...]:
    return (
        Setting(f"{name}.show", default=True, about=f"show {window}"),
        _percent(f"{name}.show_from", 0, f"hide {window} below this percent used"),
        _percent(f"{name}.yellow", 50, f"yellow threshold of {window}", "thresholds.yellow"),
        _percent(f"{name}.warn", 80, f"orange threshold of {window}", "warn"),
        _percent(f"{name}.red", 95, f"red threshold of {window}", "thresholds.red"),
    )


TABLE = {
    setting.key: setting
    for setting in (
        Setting("style", "compact", "layout of the segment", choices=tuple(STYLES)),
        Setting(
            "format",
            "",
            "your own template, instead of a style",
            parse=parse_format,
            kind="see `quotaline config --help`",
        ),
        Setting("show", "used", "show the percent used or the percent left", choices=("used", "left")),
        Setting("reset", "style", "how resets are shown; style: as the style does", choices=RESETS),
        Setting("clock", "24h", "how the time of day is written", choices=("24h", "12h")),
        Setting(
            "pace", default=False, about="show how far usage is ahead of an even pace, once it is notable"
        ),
        _percent("warn", 80, "percent used from which the number turns orange"),
        _percent("thresholds.yellow", 50, "percent used from which the number turns yellow"),
        _percent("thresholds.red", 95, "percent used from which the number turns red"),
        *_window_settings("5h", "the 5-hour window"),
        *_window_settings("7d", "the 7-day window"),
        Setting("alert_only", default=False, about="show nothing until a number turns orange"),
        Setting(
            "palette", "default", "set of colours; light: for a light background", choices=tuple(PALETTES)
        ),
        *(
            Setting(
                f"colors.{name}",
                "",
                f"override the palette's {name}",
                parse=_parse_colour,
                kind="a colour",
                hint=_COLOUR_HINT,
            )
            for name in COLOURS
        ),
        Setting("symbols", default=False, about="mark an orange number with `!` and a red one with `!!`"),
        Setting("icons", "ascii", "characters that bars and icons are drawn with", choices=ICONS),
        Setting("width", 0, "maximum width of the segment in columns; 0: no maximum", 0, 500),
        Setting("pad", default=False, about="pad numbers to a fixed width, so that the line does not move"),
        Setting("bar_width", 10, "width of a bar in columns", 2, 40),
        Setting("ttl", 60, "seconds until a segment is refreshed", 1, 3600),
        Setting(
            "sources.statusline",
            default=True,
            about="use the numbers that Claude Code passes to its status line",
        ),
        Setting(
            "sources.snapshot", default=True, about="use the numbers that Claude Code saves in .claude.json"
        ),
        Setting("sources.api", default=True, about="make requests to the usage endpoint"),
        Setting("sources.claude_cli", default=False, about="run `claude -p /usage`, at most every 300 s"),
        Setting("sources.keychain", default=True, about="read the login from the macOS Keychain"),
        Setting("sources.user_agent", "", "User-Agent of requests; empty: quotaline/<version>"),
    )
}

# Other names that config.toml may use: those of aiterm, and the one that matches the other two thresholds.
ALIASES = {
    "display.show_session_usage": "5h.show",
    "display.show_weekly_usage": "7d.show",
    "thresholds.orange": "warn",
    "usage.compact_format": "style",
    "usage.warning_threshold": "warn",
}
_NOT_NEEDED = {"anthropic.api_key": "no API key is needed; quotaline uses Claude Code's login"}
_COMPACT = "usage.compact_format"  # true or false in aiterm; here also the name of a style


def from_alias(key: str, value: object) -> object:
    """Return the value that our own key has for the value of an alias."""
    if key == _COMPACT and isinstance(value, bool):
        return "compact" if value else "verbose"
    return value


def is_switch(key: str) -> bool:
    """Whether the values of a key or an alias are true and false."""
    return key == _COMPACT or isinstance(find(key).default, bool)


def to_alias(key: str, value: Value) -> Value:
    """Return the value that an alias has for the value of our own key."""
    return value == "compact" if key == _COMPACT else value


def find(key: str) -> Setting:
    """Return the setting with this key or alias. Raises SettingsError, which names the closest key."""
    if ALIASES.get(key, key) in TABLE:
        return TABLE[ALIASES.get(key, key)]
    from difflib import get_close_matches

    if key in _NOT_NEEDED:
        raise SettingsError(f"{key}: {_NOT_NEEDED[key]}")
    near = get_close_matches(key, TABLE, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else "see `quotaline config list`"
    raise SettingsError(f"unknown key {key!r}; {hint}")
