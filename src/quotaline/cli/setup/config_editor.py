"""``quotaline config edit``: config.toml in the user's editor, checked and applied afterwards."""

from __future__ import annotations

import os
import shlex
import subprocess

from quotaline.cache.paths import config_file
from quotaline.cli.setup.apply import apply
from quotaline.cli.setup.config import toml
from quotaline.setting_table import TABLE, SettingsError
from quotaline.settings import load

_HEADER = "# quotaline's settings; `quotaline config list` explains them.\n"


def edit() -> int:
    """Open the file, with every default as a comment if it is new, and apply it. Returns the exit code."""
    path = config_file()
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        if not os.path.lexists(path):
            with open(path, "x", encoding="utf-8") as file:
                file.write(_template())
        done = subprocess.run([*shlex.split(editor), path], check=False)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(f"{path} can't be edited with {editor!r}: {reason}; set EDITOR") from None
    apply(load(path))
    return 1 if done.returncode else 0


def _template() -> str:
    lines = [f"# {key} = {toml(setting.default)}  # {setting.about}" for key, setting in TABLE.items()]
    return "\n".join([_HEADER, *lines, ""])
