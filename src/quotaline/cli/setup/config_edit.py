"""Changes of config.toml that keep its comments, its order and, if it is a symlink, the link."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from quotaline.cache import state_file
from quotaline.cache.paths import cache_folder, config_file
from quotaline.cli.setup.apply import apply
from quotaline.setting_table import ALIASES, SettingsError
from quotaline.settings import check, load_valid

if TYPE_CHECKING:
    from tomlkit.items import Item

    from quotaline.setting_table import Setting, Value


def set_value(setting: Setting, value: Value) -> None:
    """Write a setting, remove its aliases, and render every segment with it."""
    document = _open()
    _remove(document, aliases(setting))  # two names for one value would confuse the file's next reader
    *path, name = setting.key.split(".")
    table: Any = document
    for part in path:
        table = table.setdefault(part, tomlkit.table())
    table[name] = _item(value)
    _save(document)


def unset(keys: list[str]) -> bool:
    """Remove keys, render every segment if there was one of them, and return whether there was."""
    document = _open()
    found = _remove(document, keys)
    if found:
        _save(document)
    return found


def aliases(setting: Setting) -> list[str]:
    """Return the other names of a setting."""
    return [alias for alias, key in ALIASES.items() if key == setting.key]


def _remove(document: tomlkit.TOMLDocument, keys: list[str]) -> bool:
    """Remove keys from a document, and return whether there was one of them."""
    found = False
    for key in keys:
        *path, name = key.split(".")
        table: Any = document
        for part in path:
            table = table.get(part, {})
        if name in table:
            del table[name]
            found = True
    return found


def _item(value: Value) -> Item:
    # As `config.toml` prints it: no doubled backslashes.
    is_literal = isinstance(value, str) and "\\" in value and "'" not in value
    return tomlkit.string(str(value), literal=True) if is_literal else tomlkit.item(value)


def _open() -> tomlkit.TOMLDocument:
    try:
        with open(config_file(), encoding="utf-8", newline="") as file:
            return tomlkit.load(file)
    except FileNotFoundError:
        return tomlkit.document()
    except OSError as error:
        raise SettingsError(f"{config_file()} can't be read: {error.strerror}") from None
    except (TOMLKitError, ValueError, RecursionError) as error:  # it is not replaced
        raise SettingsError(f"{config_file()} is broken: {error}") from None


def _save(document: tomlkit.TOMLDocument) -> None:
    path = os.path.realpath(config_file())  # replacing a symlink would cut it off from the user's dotfiles
    temporary = f"{path}.new"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(temporary, "w", encoding="utf-8", newline="") as file:
            file.write(tomlkit.dumps(document))
        if os.path.exists(path):
            os.chmod(temporary, os.stat(path).st_mode & 0o777)
        os.replace(temporary, path)
    except OSError as error:
        raise SettingsError(f"{path} can't be written: {error.strerror}") from None
    try:
        settings = check(document.unwrap())
    except SettingsError as error:  # of another key, which the user has to correct
        print(f"quotaline: {path}: {error}", file=sys.stderr)
        folder = cache_folder(os.environ)
        settings, _ = load_valid(path, state_file.load(folder).settings if folder else None)
    apply(settings)
