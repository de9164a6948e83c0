"""Changes of config.toml that keep its comments, its order and, if it is a symlink, the link."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from quotaline.cache.paths import config_file
from quotaline.cli.setup.apply import apply
from quotaline.settings import ALIASES, SettingsError, check, load

if TYPE_CHECKING:
    from tomlkit.items import Item

    from quotaline.settings import Setting, Value


def set_value(setting: Setting, value: Value) -> None:
    """Write a setting, remove its aliases, and render every segment with it."""
    document = _open()
    _remove(document, _aliases(setting))  # two names for one value would confuse the file's next reader
    *path, name = setting.key.split(".")
    table: Any = document
    for part in path:
        table = table.setdefault(part, tomlkit.table())
    table[name] = _item(value)
    _save(document)


def unset(setting: Setting) -> None:
    """Remove a setting and its aliases, and render every segment if there was one."""
    document = _open()
    if _remove(document, [setting.key, *_aliases(setting)]):
        _save(document)


def _aliases(setting: Setting) -> list[str]:
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
    load(
        config_file()
    )  # raises for an invalid file, with a better message; one that is invalid is not replaced
    try:
        with open(config_file(), encoding="utf-8", newline="") as file:
            return tomlkit.load(file)
    except FileNotFoundError:
        return tomlkit.document()
    except (OSError, TOMLKitError) as error:
        raise SettingsError(f"{config_file()}: {error}") from None


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
    apply(check(document.unwrap()))
