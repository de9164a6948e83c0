from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import pathlib


@pytest.fixture
def config(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The config dir of a home folder in which nothing was ever counted."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CLAUDE_CONFIG_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME", "QUOTALINE_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / ".claude"
    folder.mkdir()
    return folder
