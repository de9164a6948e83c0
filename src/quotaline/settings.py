"""
The settings of config.toml: what there is, what is allowed, and what is in force.

No setting can change the host that a token goes to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quotaline.model.command_error import CommandError
from quotaline.segment.options import ICONS, RESETS
from quotaline.segment.palette import ATTRIBUTES, NAMES, PALETTES, is_colour
from quotaline.segment.styles import STYLES
from quotaline.segment.template import parse
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
    One key: its default, what it may be, and what it does.

    `low` and `high` bound a number; `choices` are all that there is; `like` is
    the key whose value holds where this one was not set; `read` raises
    ValueError for a text that does not say what it should, and `of` says what
    that is.
    """

    key: str
    default: Value
    about: str
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()
    like: str = ""
    read: Callable[[str], object] | None = None
    of: str = "a line of printable ASCII, at most 200 characters"

    @property
    def allowed(self) -> str:
        """Say in words what the value may be."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if isinstance(self.default, bool):
            return "true or false"
        if isinstance(self.default, int):
            return f"a whole number from {self.low} to {self.high}"
        return self.of

    def check(self, value: object) -> Value:
        """Return the value, or raise SettingsError if it is not allowed."""
        if isinstance(value, bool | int | str) and type(value) is type(self.default) and self._fits(value):
            return value
        raise SettingsError(f"{self.key}: {value!r} is not allowed, it is {self.allowed}")

    def _fits(self, value: Value) -> bool:
        if self.choices:
            return value in self.choices
        if isinstance(value, str):
            return len(value) <= _LONGEST and self._is_readable(value)
        return isinstance(value, bool) or self.low <= value <= self.high

    def _is_readable(self, value: str) -> bool:
        if self.read is None:
            return value.isascii() and (value == "" or value.isprintable())
        try:
            self.read(value)
        except ValueError as error:
            raise SettingsError(f"{self.key}: {error}") from None
        return True


def _read_colour(text: str) -> None:
    for word in text.split(" ") if text else ():
        if word not in ATTRIBUTES and not is_colour(word):
            raise ValueError(f"{word!r} is no colour; it is {_COLOUR}")


_LONGEST = 200
_COLOUR = (
    f"a name ({', '.join(NAMES)}, bright-..., orange), 0 to 255 or #rrggbb; with {', '.join(ATTRIBUTES)}"
)


def _percent(key: str, default: int, about: str, like: str = "") -> Setting:
    return Setting(key, default, about, 0, 999, like=like)


def _of_window(name: str, given: str) -> tuple[Setting, ...]:
    return (
        Setting(f"{name}.show", default=True, about=f"show {given}"),
        _percent(f"{name}.show_from", 0, f"show {given} only from this percentage used"),
        _percent(f"{name}.yellow", 50, f"the same of {given} alone", "thresholds.yellow"),
        _percent(f"{name}.warn", 80, f"the same of {given} alone", "warn"),
        _percent(f"{name}.red", 95, f"the same of {given} alone", "thresholds.red"),
    )


TABLE = {
    one.key: one
    for one in (
        Setting("style", "compact", "how the segment is written", choices=tuple(STYLES)),
        Setting("format", "", "a template of your own, in place of the style", read=parse),
        Setting("show", "used", "show what is used, or what is left", choices=("used", "left")),
        Setting("reset", "style", "when a window resets; style: as the style has it", choices=RESETS),
        Setting("clock", "24h", "how a time of day is written", choices=("24h", "12h")),
        Setting("pace", default=False, about="show by how many points use is ahead of time, if far ahead"),
        _percent("warn", 80, "percentage used from which it is a warning: orange, `!`, an alert"),
        _percent("thresholds.yellow", 50, "percentage used from which it is yellow"),
        _percent("thresholds.red", 95, "percentage used from which it is red"),
        *_of_window("5h", "the 5 hour window"),
        *_of_window("7d", "the 7 day window"),
        Setting("alert_only", default=False, about="show nothing until a window reaches its warning"),
        Setting("palette", "default", "the colours", choices=tuple(PALETTES)),
        *(
            Setting(f"colors.{name}", "", f"in place of the palette's {name}", read=_read_colour, of=_COLOUR)
            for name in COLOURS
        ),
        Setting("symbols", default=False, about="mark a warning with `!` and red with `!!`"),
        Setting("icons", "ascii", "what bars and marks are drawn with", choices=ICONS),
        Setting("width", 0, "columns that the segment may take; 0: any", 0, 500),
        Setting("pad", default=False, about="give numbers a fixed width, so that the line does not jump"),
        Setting("bar_width", 10, "columns of a bar", 2, 40),
        Setting("ttl", 60, "seconds that a segment is shown before a refresh is asked for", 1, 3600),
        Setting("sources.statusline", default=True, about="believe what Claude Code tells its status line"),
        Setting("sources.snapshot", default=True, about="read the client's last answer in .claude.json"),
        Setting("sources.api", default=True, about="ask the usage endpoint"),
        Setting("sources.claude_cli", default=False, about="run `claude -p /usage`, every 300 s at most"),
        Setting("sources.keychain", default=True, about="read the login from the macOS Keychain"),
        Setting("sources.user_agent", "", "User-Agent of the request; empty: quotaline/<version>"),
    )
}

# Keys that a config.toml may have as well: those of aiterm, and the name of the colour beside its siblings.
ALIASES = {
    "display.show_session_usage": "5h.show",
    "display.show_weekly_usage": "7d.show",
    "thresholds.orange": "warn",
    "usage.compact_format": "style",
    "usage.warning_threshold": "warn",
}
_COMPACT = "usage.compact_format"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force, by key. What was not set has its default."""

    chosen: dict[str, Value]

    def __getitem__(self, key: str) -> Any:
        setting = TABLE[key]
        if key not in self.chosen and setting.like:
            return self[setting.like]
        return self.chosen.get(key, setting.default)


def load(path: str) -> Settings:
    """
    Read config.toml. A missing file is one with nothing in it.

    Raises:
        SettingsError: If it can't be read or parsed, or holds an unknown key or a value that is not allowed.
    """
    try:
        with open(path, "rb") as file:
            text = file.read()
    except FileNotFoundError:
        return Settings({})
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}") from None
    import tomllib  # 15 ms, which a user without a config.toml need not spend

    try:
        document = tomllib.loads(text.decode())
    except (ValueError, RecursionError) as error:  # bad TOML, no UTF-8; a number too long, nesting too deep
        raise SettingsError(f"{path} is broken: {error}") from None
    try:
        return check(document)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None


def check(document: dict[str, Any]) -> Settings:
    """Return the settings of a parsed file, or of the flat form in state.json. Raises SettingsError."""
    chosen = {}
    # Aliases first: where a key is there by both names, our own one holds.
    for key, value in sorted(_flat(document), key=lambda pair: pair[0] not in ALIASES):
        setting = find(key)
        chosen[setting.key] = setting.check(_translated(key, value))
    return Settings(chosen)


def saved_settings(document: dict[str, Any]) -> Settings:
    """Return the settings that the last refresh wrote into state.json; the defaults if that is junk."""
    try:
        return check(document)
    except SettingsError:
        return Settings({})


def _translated(key: str, value: object) -> object:
    if key == _COMPACT and isinstance(value, bool):
        return "compact" if value else "verbose"
    return value


def find(key: str) -> Setting:
    """Return the setting of that name or alias. Raises SettingsError that names the nearest one."""
    if ALIASES.get(key, key) in TABLE:
        return TABLE[ALIASES.get(key, key)]
    from difflib import get_close_matches

    near = get_close_matches(key, TABLE, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(TABLE)}"
    raise SettingsError(f"unknown key {key!r}; {hint}")


def _flat(document: dict[str, Any], prefix: str = "") -> list[tuple[str, object]]:
    pairs: list[tuple[str, object]] = []
    for key, value in document.items():
        pairs += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]
    return pairs
