"""
Reading config.toml: which settings are in force, and what holds where the file is broken.

No setting changes the host that a token is sent to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quotaline.setting_table import ALIASES, TABLE, SettingsError, Value, find, from_alias

# What is sent, or asked of a program that sends, is off if the user may have turned it off.
_NOTHING_SENT: dict[str, Value] = {
    "sources.api": False,
    "sources.claude_cli": False,
    "sources.keychain": False,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The current settings. `chosen` has those that the user set; the others have their default."""

    chosen: dict[str, Value]

    def __getitem__(self, key: str) -> Any:
        setting = TABLE[key]
        if key not in self.chosen and setting.inherits:
            return self[setting.inherits]
        return self.chosen.get(key, setting.default)


def load(path: str) -> Settings:
    """
    Read config.toml. A missing file counts as an empty one.

    Raises:
        SettingsError: If it can't be read or parsed, or has an unknown key or an invalid value.
    """
    document = _read(path)
    try:
        return check(document)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None


def load_valid(path: str, saved: dict[str, Any] | None) -> tuple[Settings, SettingsError | None]:
    """
    Read what is valid of config.toml, and return it with the first error.

    A typing error, or a key of a newer version, must not turn on a source that the user turned off.

    Args:
        path: The file.
        saved: The settings that the last refresh saved; None if there was none. They apply to an invalid
            value, and to everything if the file can't be parsed. Without them nothing is sent then.
    """
    try:
        document = _read(path)
    except SettingsError as error:
        return Settings(_NOTHING_SENT) if saved is None else saved_settings(saved), error
    settings, invalid = _valid_part(document, saved_settings(saved).chosen)
    return settings, SettingsError(f"{path}: {invalid}") if invalid else None


def check(document: dict[str, Any]) -> Settings:
    """Return the settings of a parsed file, or of the flat form in state.json. Raises SettingsError."""
    settings, error = _valid_part(document, {})
    if error:
        raise error
    return settings


def saved_settings(document: dict[str, Any] | None) -> Settings:
    """Return what is valid of the settings that the last refresh saved in state.json."""
    return _valid_part(document or {}, {})[0]


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            text = file.read()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}") from None
    import tomllib  # 15 ms, which a user without a config.toml need not spend

    try:
        return tomllib.loads(text.decode())
    except (
        ValueError,
        RecursionError,
    ) as error:  # not TOML, not UTF-8, a number that is too long, nesting that is too deep
        raise SettingsError(f"{path} is broken: {error}") from None


def _valid_part(document: dict[str, Any], saved: dict[str, Value]) -> tuple[Settings, SettingsError | None]:
    """Return each setting that is valid by itself, and the first error."""
    chosen: dict[str, Value] = {}
    defaults: dict[str, Value] = {}
    first_error = None
    # Aliases first: if a key is set by both names, our own name takes precedence.
    for key, value in sorted(_flattened(document), key=lambda pair: pair[0] not in ALIASES):
        try:
            setting = find(key)
            chosen[setting.key] = setting.check(from_alias(key, value))
        except SettingsError as error:
            first_error = first_error or error
            name = ALIASES.get(key, key)
            if name in _NOTHING_SENT:
                chosen[name] = False
            elif name in saved:
                chosen[name] = saved[name]
            elif name.split(".")[0] == "sources" and value is not True:
                defaults = _NOTHING_SENT  # it may be a misspelt switch that the user wanted off
    return Settings(defaults | chosen), first_error


def _flattened(document: dict[str, Any], prefix: str = "") -> list[tuple[str, object]]:
    pairs: list[tuple[str, object]] = []
    for key, value in document.items():
        pairs += _flattened(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]
    return pairs
