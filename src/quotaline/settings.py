"""
The settings of config.toml: what there is, what is allowed, and what is in force.

No setting can change the host that a token goes to.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

Value = bool | int | str


class SettingsError(Exception):
    """Raised for a file or a value that can't be used. One line that says where and what is allowed."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One key: its default, what it may be, and what it does. `low` and `high` bound a number."""

    key: str
    default: Value
    about: str
    low: int = 0
    high: int = 0

    @property
    def allowed(self) -> str:
        """Say in words what the value may be."""
        if isinstance(self.default, bool):
            return "true or false"
        if isinstance(self.default, int):
            return f"a whole number from {self.low} to {self.high}"
        return "a line of printable ASCII, at most 200 characters"

    def check(self, value: object) -> Value:
        """Return the value, or raise SettingsError if it is not allowed."""
        if isinstance(self.default, bool) or isinstance(value, bool):
            fits = isinstance(self.default, bool) and isinstance(value, bool)
        elif isinstance(self.default, int):
            fits = isinstance(value, int) and self.low <= value <= self.high
        else:
            fits = isinstance(value, str) and value.isascii() and (value == "" or value.isprintable())
            fits = fits and len(str(value)) <= 200  # noqa: PLR2004
        if not fits or not isinstance(value, bool | int | str):
            raise SettingsError(f"{self.key}: {value!r} is not allowed, it is {self.allowed}")
        return value


TABLE = {
    one.key: one
    for one in (
        Setting("ttl", 60, "seconds that a segment is shown before a refresh is asked for", 1, 3600),
        Setting("sources.statusline", default=True, about="believe what Claude Code tells its status line"),
        Setting("sources.snapshot", default=True, about="read the client's last answer in .claude.json"),
        Setting("sources.api", default=True, about="ask the usage endpoint"),
        Setting("sources.claude_cli", default=False, about="run `claude -p /usage`, every 300 s at most"),
        Setting("sources.keychain", default=True, about="read the login from the macOS Keychain"),
        Setting("sources.user_agent", "", "User-Agent of the request; empty: quotaline/<version>"),
    )
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force, by key. What was not set has its default."""

    chosen: dict[str, Value]

    def __getitem__(self, key: str) -> Any:
        return self.chosen.get(key, TABLE[key].default)


def load(path: str) -> Settings:
    """
    Read config.toml. A missing file is one with nothing in it.

    Raises:
        SettingsError: If it can't be read or parsed, or holds an unknown key or a value that is not allowed.
    """
    try:
        with open(path, "rb") as file:
            document = tomllib.load(file)
    except FileNotFoundError:
        return Settings({})
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:  # bad TOML, no UTF-8; a number too long, nesting too deep
        raise SettingsError(f"{path} is broken: {error}") from None
    try:
        return check(document)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None


def check(document: dict[str, Any]) -> Settings:
    """Return the settings of a parsed file, or of the flat form in belief.json. Raises SettingsError."""
    return Settings({key: find(key).check(value) for key, value in _flat(document)})


def kept(document: dict[str, Any]) -> Settings:
    """Return the settings that the last refresh wrote into belief.json; the defaults if that is junk."""
    try:
        return check(document)
    except SettingsError:
        return Settings({})


def find(key: str) -> Setting:
    """Return the setting of that name. Raises SettingsError that names the nearest one."""
    if key in TABLE:
        return TABLE[key]
    near = get_close_matches(key, TABLE, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(TABLE)}"
    raise SettingsError(f"unknown key {key!r}; {hint}")


def _flat(document: dict[str, Any], prefix: str = "") -> list[tuple[str, object]]:
    pairs: list[tuple[str, object]] = []
    for key, value in document.items():
        pairs += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]
    return pairs
