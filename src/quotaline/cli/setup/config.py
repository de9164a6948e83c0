"""``quotaline config``: show and change the settings."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from quotaline.cache import state_file
from quotaline.cache.paths import cache_folder, config_file
from quotaline.cli.topics import FORMAT
from quotaline.setting_table import (
    ALIASES,
    TABLE,
    Setting,
    SettingsError,
    Value,
    find,
    from_alias,
    is_switch,
    to_alias,
)
from quotaline.settings import Settings, load, load_valid

if TYPE_CHECKING:
    import argparse

_VALUE_COLUMNS = 9  # that of "compact"; a longer value moves what is behind it
_SWITCH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = "Show and change the settings in config.toml. A change takes effect at once."
    parser.epilog = FORMAT
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, help_, description, run in (
        ("get", "print a setting", "Print the value of a setting.", _get),
        (
            "set",
            "change a setting",
            "Change a setting and print the new segment. Comments and order of config.toml are kept.",
            _set,
        ),
        (
            "unset",
            "restore a setting's default",
            "Remove a setting from config.toml, so that its default applies, and print the new segment.",
            _unset,
        ),
    ):
        command = commands.add_parser(name, help=help_, description=description)
        command.add_argument("key", metavar="KEY", help="a setting, as `quotaline config list` names it")
        if name == "set":
            command.add_argument(
                "value", metavar="VALUE", help="the new value; for a switch true, false, yes, no, on or off"
            )
        command.set_defaults(run=run)
    for name, help_, description, function in (
        (
            "list",
            "print all settings",
            "Print every setting with its value, where that comes from, what it does and what is valid.",
            _list,
        ),
        ("edit", "open config.toml in your editor", "Open config.toml in $VISUAL or $EDITOR.", _edit),
        ("path", "print the path of config.toml", "Print the path of config.toml.", _path),
    ):
        commands.add_parser(name, help=help_, description=description).set_defaults(run=function)


def _get(chosen: argparse.Namespace) -> int:
    setting = find(chosen.key)
    settings, code = _in_force()
    value = to_alias(chosen.key, settings[setting.key])
    print(value if isinstance(value, str) else toml(value))
    return code


def _in_force() -> tuple[Settings, int]:
    """Return the settings that apply, and the exit code: an invalid key is reported, the others apply."""
    try:
        return load(config_file()), 0
    except SettingsError as error:
        folder = cache_folder(os.environ)
        print(f"quotaline: {error}", file=sys.stderr)
        return load_valid(config_file(), state_file.load(folder).settings if folder else None)[0], 2


def _list(_: argparse.Namespace) -> int:
    settings, code = _in_force()
    rows = []
    for key, setting in TABLE.items():
        unset = f"as {setting.inherits}" if setting.inherits else "default"
        origin = "config.toml" if key in settings.chosen else unset
        rows.append((key, settings[key], origin, f"{setting.about} ({setting.valid})"))
    for alias, key in ALIASES.items():
        rows.append((alias, to_alias(alias, settings[key]), "alias", f"another name of {key}"))
    width = max(len(key) for key, *_ in rows)
    origins = max(len(origin) for _, _, origin, _ in rows)
    for key, value, origin, about in rows:
        print(f"{key:{width}} = {toml(value):{_VALUE_COLUMNS}}  # {origin + ':':{origins + 1}} {about}")
    return code


def _path(_: argparse.Namespace) -> int:
    print(config_file())
    return 0


def _set(chosen: argparse.Namespace) -> int:
    setting = find(chosen.key)
    value = setting.check(from_alias(chosen.key, _parse(chosen.key, setting, chosen.value)))
    from quotaline.cli.setup import config_edit

    config_edit.set_value(setting, value)
    return 0


def _unset(chosen: argparse.Namespace) -> int:
    from quotaline.cli.setup import config_edit

    try:
        setting = find(chosen.key)
    except SettingsError:
        # A misspelt key can be taken out of the file too.
        if not config_edit.unset([chosen.key]):
            raise
        return 0
    config_edit.unset([setting.key, *config_edit.aliases(setting)])
    return 0


def _edit(_: argparse.Namespace) -> int:
    from quotaline.cli.setup import config_editor

    return config_editor.edit()


def toml(value: Value) -> str:
    """Return a value as config.toml has it. By hand: importing tomlkit takes longer than all the rest."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if "\\" in value and "'" not in value:
        return f"'{value}'"  # a template has backslashes, and doubled ones are hard to read
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _parse(key: str, setting: Setting, text: str) -> Value:
    if is_switch(key):
        return _SWITCH.get(text.lower(), text)
    if isinstance(setting.default, int) and not isinstance(setting.default, bool) and text.isdecimal():
        return int(text)
    return text
