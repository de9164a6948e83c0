"""``quotaline config``: show and change the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quotaline.cache.paths import config_file
from quotaline.settings import TABLE, Setting, Value, find, load

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = "Show and change the settings in config.toml. A change takes effect at once."
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, help_, description, run in (
        ("get", "print a setting", "Print the value of a setting.", _get),
        ("set", "change a setting", "Change a setting; comments and order of config.toml are kept.", _set),
        ("unset", "restore a setting's default", "Remove a setting from config.toml.", _unset),
    ):
        command = commands.add_parser(name, help=help_, description=description)
        command.add_argument("key", metavar="KEY", help="a setting, as `quotaline config list` names it")
        if name == "set":
            command.add_argument("value", metavar="VALUE", help="the new value")
        command.set_defaults(run=run)
    command = commands.add_parser(
        "list",
        help="print all settings",
        description="Print every setting with its value, where that comes from, and what it does.",
    )
    command.set_defaults(run=_list)
    command = commands.add_parser(
        "path", help="print the path of config.toml", description="Print the path of config.toml."
    )
    command.set_defaults(run=_path)


def _get(chosen: argparse.Namespace) -> int:
    value = load(config_file())[find(chosen.key).key]
    print(value if isinstance(value, str) else toml(value))
    return 0


def _list(_: argparse.Namespace) -> int:
    settings = load(config_file())
    for key, setting in TABLE.items():
        unset = f"as {setting.inherits}" if setting.inherits else "default"
        origin = "config.toml" if key in settings.chosen else unset
        print(f"{key} = {toml(settings[key])}  # {origin}: {setting.about}")
    return 0


def _path(_: argparse.Namespace) -> int:
    print(config_file())
    return 0


def _set(chosen: argparse.Namespace) -> int:
    setting = find(chosen.key)
    value = setting.check(_parse(setting, chosen.value))
    from quotaline.cli.setup import config_edit

    config_edit.set_value(setting, value)
    return 0


def _unset(chosen: argparse.Namespace) -> int:
    setting = find(chosen.key)
    from quotaline.cli.setup import config_edit

    config_edit.unset(setting)
    return 0


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


def _parse(setting: Setting, text: str) -> Value:
    if isinstance(setting.default, bool) and text in ("true", "false"):
        return text == "true"
    if isinstance(setting.default, int) and not isinstance(setting.default, bool) and text.isdecimal():
        return int(text)
    return text
