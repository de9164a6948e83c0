"""Publishing: all hosts are rendered from one evaluation of the merged usage a moment."""

from __future__ import annotations

import os
import re
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from quotaline.cache import seen, segment_file, store
from quotaline.cache.segment_file import Memo
from quotaline.cache.segment_format import FOR_EVER
from quotaline.cache.state_file import State
from quotaline.model import merge
from quotaline.model.merge import MergedUsage, Observation
from quotaline.model.usage import FIVE_HOUR, SEVEN_DAY, Window
from quotaline.refresh.publish import publish, publish_first
from quotaline.segment import rendering, schedule
from quotaline.segment.options import DEFAULT_OPTIONS
from quotaline.segment.rendering import HOSTS
from quotaline.segment.schedule import PRECISE_FOR, changes
from world import World, usage

if TYPE_CHECKING:
    import pathlib

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
    for host in HOSTS:
        seen.note(folder, host, NOW)

    publish(folder, State(merged=MERGED, refreshed_at=refreshed_at), 60, NOW)

    moments = [NOW, *changes(MERGED, NOW, DEFAULT_OPTIONS, PRECISE_FOR)]
    assert sorted(evaluated) == [refreshed_at, *moments]  # the first one is for NEXT
    assert {f"segment.{host}" for host in HOSTS if host != "claude"} <= set(os.listdir(folder))


def tmux(world: World) -> str:
    """Return what tmux would show, without its styles."""
    return re.sub(r"#\[.*?\]", "", world.run("quotaline", "--for", "tmux").stdout.decode()).rstrip("\n")


@pytest.mark.quick
def test_host_is_rendered_from_its_first_reader_until_nobody_has_read_it_for_a_week(live: World) -> None:
    live.refresh()
    live.settle()
    assert not list(live.cache.glob("*.tmux"))

    assert tmux(live) == "[5h:8% 7d:77%]"
    assert {path.name for path in live.cache.glob("*.tmux")} == {"seen.tmux", "segment.tmux"}
    assert len(live.requests) == 1

    live.travel(8 * 86400)
    live.log_in(expiresAt=2**53)
    live.endpoint(body=usage(9, 78, later=live.travelled))
    live.refresh()
    assert not list(live.cache.glob("*.tmux"))
    assert tmux(live) == "[5h:9% 7d:78%]"


def test_installed_host_has_its_segment_before_its_first_prompt(live: World) -> None:
    live.refresh()

    live.run("quotaline", "install", "tmux", "--yes")

    assert {path.name for path in live.cache.glob("*.tmux")} == {"seen.tmux", "segment.tmux"}


@pytest.mark.parametrize(
    ("readers", "rendered"),
    [
        ((), set()),
        (("tmux",), {"tmux"}),
        (("claude", "json"), {"json", "claude"}),
    ],
    ids=["nobody", "tmux", "a session and json"],
)
def test_only_hosts_that_somebody_reads_are_rendered(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, readers: tuple[str, ...], rendered: set[str]
) -> None:
    folder = str(tmp_path / "cache")
    assert store.prepare(folder, str(tmp_path))
    for host in readers:
        if host == "claude":
            memo = segment_file.Memo("x", 1, int(NOW))
            store.write(folder, "segment.claude.s", segment_file.encode([(0, "x")], NOW, NOW, memo))
        else:
            seen.note(folder, host, NOW)
    hosts: set[str] = set()

    def render(merged: MergedUsage, wanted: list[str], *rest: Any, **more: Any) -> dict[str, str]:
        hosts.update(wanted)
        return rendering.render(merged, wanted, *rest, **more)

    monkeypatch.setattr(schedule, "render", render)
    publish(folder, State(merged=MERGED, refreshed_at=NOW), 60, NOW)

    rendered |= set(seen.ALWAYS)
    assert hosts == rendered
    written = {name.split(".")[1] for name in os.listdir(folder) if name.startswith("segment.")}
    assert written == rendered


def test_first_reader_gets_the_segment_that_publishing_would_have_written(tmp_path: pathlib.Path) -> None:
    folder = str(tmp_path / "cache")
    assert store.prepare(folder, str(tmp_path))
    seen.note(folder, "json", NOW)
    publish(folder, State(merged=MERGED, refreshed_at=NOW), 60, NOW)
    published = store.read(folder, "segment.json")
    os.unlink(f"{folder}/segment.json")

    assert publish_first(folder, "json", NOW) == published
    assert store.read(folder, "segment.json") == published


def test_first_reader_gets_its_segment_while_another_writer_has_the_lock(tmp_path: pathlib.Path) -> None:
    folder = str(tmp_path / "cache")
    assert store.prepare(folder, str(tmp_path))
    publish(folder, State(merged=MERGED, refreshed_at=NOW), 60, NOW)

    with store.locked(folder):
        assert publish_first(folder, "json", NOW)
    assert store.read(folder, "segment.json") is None


def write_sessions(folder: str, count: int, seen_at: float) -> None:
    """Write segments of sessions that ran at a time and show an older number."""
    for number in range(count):
        memo = Memo('"five_hour":', 231, int(seen_at))
        content = segment_file.encode([(FOR_EVER, "[5h:1%]")], seen_at + 60, seen_at, memo)
        store.write(folder, f"segment.claude.{int(seen_at)}-{number}", content)


def test_publishing_costs_no_more_with_the_old_sessions_of_a_week(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(tmp_path / "cache")
    assert store.prepare(folder, str(tmp_path))
    write_sessions(folder, 2, NOW - 3600)
    write_sessions(folder, 300, NOW - 4 * 3600)
    write_sessions(folder, 3, NOW - 8 * 86400)
    written, read, real_write, real_read = [], [], store.write, store.read

    def write(folder: str, name: str, content: bytes) -> None:
        written.append(name)
        real_write(folder, name, content)

    def read_(folder: str, name: str) -> bytes | None:
        read.append(name)
        return real_read(folder, name)

    monkeypatch.setattr(store, "write", write)
    monkeypatch.setattr(store, "read", read_)

    publish(folder, State(merged=MERGED, refreshed_at=NOW), 60, NOW)

    sessions = [name for name in written if name.startswith("segment.claude.")]
    assert sorted(sessions) == [f"segment.claude.{int(NOW - 3600)}-{number}" for number in (0, 1)]
    assert len([name for name in os.listdir(folder) if name.startswith("segment.claude.")]) == 302
    # Once the files are old, too, they are not even read.
    real_lstat = os.lstat
    state = tmp_path / "cache/state.json"
    later = real_lstat(state).st_ctime + 4 * 3600

    def lstat(path: str) -> object:
        found = real_lstat(path)
        return SimpleNamespace(st_ctime=later) if path == str(state) else found

    monkeypatch.setattr(os, "lstat", lstat)
    read.clear()
    publish(folder, State(merged=MERGED, refreshed_at=NOW), 60, NOW)
    assert read == []
