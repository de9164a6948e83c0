"""Publishing: all hosts are rendered from one evaluation of the merged usage a moment."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from quotaline.cache import store
from quotaline.cache.state_file import State
from quotaline.model import merge
from quotaline.model.merge import MergedUsage, Observation
from quotaline.model.usage import FIVE_HOUR, SEVEN_DAY, Window
from quotaline.refresh.publish import publish
from quotaline.segment.options import DEFAULT_OPTIONS
from quotaline.segment.rendering import HOSTS
from quotaline.segment.schedule import PRECISE_FOR, changes

if TYPE_CHECKING:
    import pathlib

    import pytest

NOW = 1_795_262_400.0
MERGED = MergedUsage(
    observations={
        FIVE_HOUR: (Observation(Window(8, NOW + 8100), "api", NOW - 10),),
        SEVEN_DAY: (
            Observation(Window(77, NOW + 273_600), "api", NOW - 10),
            Observation(Window(78, NOW + 273_600), "statusline", NOW - 5, dated=False),
        ),
    }
)


def test_current_usage_is_evaluated_once_a_moment_for_all_hosts_together(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluated: list[float] = []

    def current(merged: MergedUsage, now: float) -> dict[str, Observation]:
        evaluated.append(now)
        return merge.current(merged, now)

    for name, module in list(sys.modules.items()):
        if name.startswith("quotaline.") and name != merge.__name__ and hasattr(module, "current"):
            monkeypatch.setattr(module, "current", current)
    folder = str(tmp_path / "cache")
    assert store.prepare(folder, str(tmp_path))
    refreshed_at = NOW - 5

    publish(folder, State(merged=MERGED, refreshed_at=refreshed_at), 60, NOW)

    moments = [NOW, *changes(MERGED, NOW, DEFAULT_OPTIONS, PRECISE_FOR)]
    assert sorted(evaluated) == [refreshed_at, *moments]  # the first one is for NEXT
    assert {f"segment.{host}" for host in HOSTS if host != "claude"} <= set(os.listdir(folder))
