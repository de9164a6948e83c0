"""README is true: its settings are those of the code, and its links and commands exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import tomlkit

from quotaline.cli.commands import COMMANDS
from quotaline.setting_table import TABLE

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

MARKED = re.compile(r"(<!-- settings: [^\n]*-->\n).*?(<!-- end of settings -->)", re.DOTALL)


def table() -> str:
    """Return the table of settings for README."""
    rows = ["| key | default | what it does |", "| --- | --- | --- |"]
    for key, setting in TABLE.items():
        choices = f" ({', '.join(f'`{choice}`' for choice in setting.choices)})" if setting.choices else ""
        rows.append(f"| `{key}` | `{tomlkit.item(setting.default).as_string()}` | {setting.about}{choices} |")
    return "\n".join(["", *rows, "", ""])


def test_settings_in_the_readme_match_the_code(
    root: pathlib.Path, as_made: Callable[[pathlib.Path, str], None]
) -> None:
    text = (root / "README.md").read_text()

    as_made(root / "README.md", MARKED.sub(lambda found: found[1] + table() + found[2], text))


def test_files_that_the_readme_links_to_exist(root: pathlib.Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", (root / "README.md").read_text(), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#]+)\)", text)

    assert len(links) >= 5
    assert [link for link in links if not (root / link).exists()] == []


def test_commands_in_the_readme_exist(root: pathlib.Path) -> None:
    text = (root / "README.md").read_text()
    commands = set(re.findall(r"(?:`|^|/)quotaline ([a-z]+)", text, re.MULTILINE))

    assert len(commands) > 5
    assert commands <= {*COMMANDS, "help"}
