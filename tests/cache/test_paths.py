"""Where config.toml and the state folder are: as platformdirs has it, which is too slow to import for one path."""

from __future__ import annotations

import sys

import platformdirs
import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix

from quotaline.cache.paths import config_file, state_folder

HOMES = [None, "", "/home/ada", "/home/ada/", "/home/ada//", "/", "home/ada"]
CHOICES = [None, "", "/etc/ada", "/etc/ada/", "/", "etc/ada", "~/.config"]


@pytest.mark.parametrize(("platform", "rule"), [("linux", Unix), ("darwin", MacOS)])
@pytest.mark.parametrize("home", HOMES)
@pytest.mark.parametrize("chosen", CHOICES)
def test_config_file_is_where_platformdirs_puts_it(
    platform: str,
    rule: type[Unix | MacOS],
    home: str | None,
    chosen: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("HOME", home), ("XDG_CONFIG_HOME", chosen)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    # platformdirs chooses the platform's class once, when it is imported.
    monkeypatch.setattr(
        platformdirs, "user_config_dir", lambda name, appauthor: rule(name, appauthor).user_config_dir
    )

    assert config_file() == f"{rule('quotaline', False).user_config_dir}/config.toml"


@pytest.mark.parametrize(("platform", "rule"), [("linux", Unix), ("darwin", MacOS)])
@pytest.mark.parametrize("home", HOMES)
@pytest.mark.parametrize("chosen", CHOICES)
def test_state_folder_is_where_platformdirs_puts_it(
    platform: str,
    rule: type[Unix | MacOS],
    home: str | None,
    chosen: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("HOME", home), ("XDG_STATE_HOME", chosen)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(
        platformdirs, "user_state_dir", lambda name, appauthor: rule(name, appauthor).user_state_dir
    )

    assert state_folder() == rule("quotaline", False).user_state_dir
