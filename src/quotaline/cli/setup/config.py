"""``quotaline config``: look at the settings and change them; comments and order of the file are kept."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from quotaline.cache.paths import config_file
from quotaline.refresh.detach import start
from quotaline.settings import ALIASES, TABLE, Setting, SettingsError, Value, find, load

if TYPE_CHECKING:
    import argparse

    from tomlkit.items import Item


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the tree."""
    group = commands.add_parser(
        "config",
        help="show and change settings",
        description="Show and change the settings of config.toml. A change is shown at once.",
    )
    verbs = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, does, run in (
        ("get", "print a setting", _get),
        ("set", "change a setting", _set),
        ("unset", "go back to a setting's default", _unset),
    ):
        verb = verbs.add_parser(name, help=does)
        verb.add_argument("key", metavar="KEY", help="a setting, as `quotaline config list` names them")
        if name == "set":
            verb.add_argument("value", metavar="VALUE", help="its new value")
        verb.set_defaults(run=run)
    verbs.add_parser("list", help="print all settings").set_defaults(run=_list)
    verbs.add_parser("path", help="print the path of config.toml").set_defaults(run=_path)


def _get(chosen: argparse.Namespace) -> int:
    setting = find(chosen.key)
    print(_written(load(config_file())[setting.key]))
    return 0


def _set(chosen: argparse.Namespace) -> int:
    setting = find(chosen.key)
    value = setting.check(_parsed(setting, chosen.value))
    document = _open()
    _remove(document, _aliases(setting))  # two names for one value would puzzle whoever reads the file
    *path, name = setting.key.split(".")
    table: Any = document
    for part in path:
        table = table.setdefault(part, tomlkit.table())
    table[name] = _item(value)
    _save(document)
    return 0


def _unset(chosen: argparse.Namespace) -> int:
    setting = find(chosen.key)
    document = _open()
    if _remove(document, [setting.key, *_aliases(setting)]):
        _save(document)
    return 0


def _aliases(setting: Setting) -> list[str]:
    return [alias for alias, key in ALIASES.items() if key == setting.key]


def _remove(document: tomlkit.TOMLDocument, keys: list[str]) -> bool:
    """Take keys out of a document, and say whether one was there."""
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


def _list(_: argparse.Namespace) -> int:
    settings = load(config_file())
    for key, setting in TABLE.items():
        inherited = f"as {setting.like}" if setting.like else "default"
        origin = "config.toml" if key in settings.chosen else inherited
        print(f"{key} = {_written(settings[key])}  # {origin}: {setting.about}")
    return 0


def _path(_: argparse.Namespace) -> int:
    print(config_file())
    return 0


def _parsed(setting: Setting, text: str) -> Value:
    if isinstance(setting.default, bool) and text in ("true", "false"):
        return text == "true"
    if isinstance(setting.default, int) and not isinstance(setting.default, bool) and text.isdecimal():
        return int(text)
    return text


def _written(value: Value) -> str:
    return _item(value).as_string()


def _item(value: Value) -> Item:
    # A template has backslashes, and doubled ones are hard to read.
    is_literal = isinstance(value, str) and "\\" in value and "'" not in value
    return tomlkit.string(str(value), literal=True) if is_literal else tomlkit.item(value)


def _open() -> tomlkit.TOMLDocument:
    load(config_file())  # what is broken is said by the one who knows where, and is not written over
    try:
        with open(config_file(), encoding="utf-8", newline="") as file:
            return tomlkit.load(file)
    except FileNotFoundError:
        return tomlkit.document()
    except (OSError, TOMLKitError) as error:
        raise SettingsError(f"{config_file()}: {error}") from None


def _save(document: tomlkit.TOMLDocument) -> None:
    path = os.path.realpath(config_file())  # a symlink is somebody's dotfiles: the file behind it changes
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
    sys.stdout.flush()
    start()  # every segment is rendered anew
