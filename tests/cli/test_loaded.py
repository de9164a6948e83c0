"""What each command loads: start-up is most of a command's time, and one import can double it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from quotaline.cache import state_file, store
from quotaline.cache.paths import cache_folder
from quotaline.cli.commands import COMMANDS
from quotaline.model.merge import MergedUsage, Observation
from quotaline.model.usage import Window

if TYPE_CHECKING:
    import pathlib

# Modules of the standard library that take 1 to 40 ms, and that not every command needs.
HEAVY = (
    *("asyncio", "concurrent.futures", "ctypes", "datetime", "difflib", "email", "hashlib", "html"),
    *("http.client", "http.server", "importlib.metadata", "logging", "pathlib", "socket", "ssl"),
    *("subprocess", "tempfile", "tomllib", "unicodedata", "urllib.request", "xml"),
)

# Runs a command and writes down which of these modules, and which third-party packages, were imported, and by whom.
# What a third-party package or a heavy module imports in turn is not counted: the first of them is.
RUN = """
import json, sys

heavy, result, *words = json.loads(sys.argv[1])
culprits = {}
ours = {*sys.stdlib_module_names, "quotaline", "__main__"}

def package(module):
    return "sysconfig" if module.startswith("_sysconfigdata") else module.partition(".")[0]

class Watch:
    def find_spec(self, name, path=None, target=None):
        wanted = name if name in heavy else package(name) if package(name) not in ours else ""
        frame, culprit = sys._getframe(1), ""
        while frame and wanted:
            importer = frame.f_globals["__name__"]
            if package(importer) not in ours or importer in heavy:
                return None
            if importer.startswith("quotaline."):
                culprit = culprit or f"{importer}, line {frame.f_lineno}"
            frame = frame.f_back
        if wanted:
            culprits.setdefault(wanted, culprit)
        return None

sys.meta_path.insert(0, Watch())
from quotaline.cli.main import main
try:
    main(words)
finally:
    # A package that was only looked for, in vain, is not loaded.
    found = {name: by for name, by in culprits.items() if name in sys.modules}
    with open(result, "w") as file:
        json.dump(found, file)
"""


@pytest.fixture
def home(tmp_path: pathlib.Path) -> pathlib.Path:
    """A home with fresh numbers in its cache."""
    now = time.time()
    windows = {
        "five_hour": (Observation(Window(62, now + 7200, 18000), "api", now),),
        "seven_day": (Observation(Window(77, now + 260000, 7 * 86400), "api", now),),
    }
    environ = {"HOME": str(tmp_path)}
    folder = cache_folder(environ)
    assert folder
    assert store.prepare(folder, str(tmp_path))
    state_file.save(folder, state_file.State(merged=MergedUsage(None, windows), refreshed_at=now))
    (tmp_path / ".claude").mkdir()
    return tmp_path


def loaded(home: pathlib.Path, *words: str, heavy: tuple[str, ...] = HEAVY) -> dict[str, str]:
    """Run a command and return what it loaded, each with the importing line."""
    result = home / "loaded.json"
    environ = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",  # no test makes a request
    }
    program = [sys.executable, "-c", RUN, json.dumps([heavy, str(result), *words])]
    done = subprocess.run(program, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert result.exists(), done.stderr.decode()
    found: dict[str, str] = json.loads(result.read_text())
    return found


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("", set()),
        ("--for plain", set()),
        ("--version", set()),
        ("--help", set()),
        ("help why", set()),
        ("stauts", {"difflib"}),
        ("refresh --detached", set()),
        ("status", {"rich"}),
        ("status --json", set()),
        ("sessions", {"rich", "datetime", "hashlib"}),
        ("sessions --json", {"datetime", "hashlib"}),
        ("why", set()),
        ("why --json", set()),
        ("get five_hour.utilization", set()),
        ("refresh", {"subprocess"}),
        ("config get style", set()),
        ("config list", set()),
        ("config path", set()),
        ("config get stile", {"difflib"}),
        ("config set style verbose", {"tomlkit"}),
        ("config unset style", {"tomlkit"}),
        ("init bash", {"tomlkit"}),
        ("install bash --dry-run", {"rich", "tomlkit", "difflib", "tempfile"}),
        ("uninstall --dry-run", {"tomlkit", "tempfile"}),
        ("completions bash", {"shtab", "tomlkit", "subprocess"}),
        ("doctor", {"rich", "tomlkit", "subprocess", "tempfile"}),
        ("doctor --json", {"tomlkit", "subprocess", "tempfile"}),
        ("demo", {"rich", "requests", "http.server", "tempfile", "tomllib"}),
    ],
)
def test_command_loads_this_and_no_more(home: pathlib.Path, command: str, expected: set[str]) -> None:
    found = loaded(home, *command.split())

    extra = {name: by for name, by in found.items() if name not in expected}
    assert extra == {}, f"{command!r} loads more than it needs"
    assert found.keys() == expected, f"{command!r} loads less than is listed here"


def test_settings_file_is_parsed_only_where_there_is_one(home: pathlib.Path) -> None:
    (home / ".config/quotaline").mkdir(parents=True)
    (home / ".config/quotaline/config.toml").write_text("ttl = 120\n")

    assert loaded(home, "config", "get", "ttl").keys() == {"tomllib"}
    assert loaded(home, "why") == {}


def test_the_refresher_that_a_prompt_starts_builds_no_parser(home: pathlib.Path) -> None:
    assert loaded(home, "refresh", "--detached", heavy=("argparse", "quotaline.cli.dispatch")) == {}
    assert "argparse" in loaded(home, "why", heavy=("argparse",))


# All that Claude Code waits for when its numbers have changed. What only publishing needs comes after the line.
UP_TO_THE_LINE = {
    *("", "cache", "cache.clock", "cache.paths", "cache.segment_file", "cache.segment_format"),
    *("cache.state_file", "cache.store", "cli", "cli.main", "fastpath", "fastpath.news", "fastpath.reader"),
    *("fastpath.session_segment", "fastpath.statusline", "fastpath.stdio", "insight", "insight.pace"),
    *("model", "model.backoff", "model.command_error", "model.errors", "model.json_text", "model.merge"),
    *("model.usage", "refresh", "refresh.detach", "refresh.due", "refresh.ingest", "segment"),
    *("segment.clock_time", "segment.duration", "segment.fields", "segment.labels", "segment.line"),
    *("segment.markup", "segment.options", "segment.palette", "segment.rendering", "segment.span"),
    *("segment.styles", "segment.template", "segment.thresholds", "segment.view", "settings", "sources"),
    "setting_table",
    *("sources.credentials", "sources.payload", "sources.snapshot", "sources.statusline"),
}
# Of the standard library, without what an interpreter loads by itself and what these import.
LIBRARY_UP_TO_THE_LINE = {
    *("contextlib", "copy", "dataclasses", "errno", "fcntl", "functools", "itertools", "json", "math", "re"),
    *("select", "typing"),
}

LINE = """
import sys

culprits = {}

class Watch:
    def find_spec(self, name, path=None, target=None):
        frame = sys._getframe(1)
        while frame and frame.f_globals["__name__"].startswith("importlib"):
            frame = frame.f_back
        culprits.setdefault(name, f"{frame.f_globals['__name__']}, line {frame.f_lineno}" if frame else "")

sys.meta_path.insert(0, Watch())
before = set(sys.modules)
import os
from quotaline.cli.main import main
write = os.write

def stop(descriptor, text):
    write(descriptor, text)
    if descriptor == 1:
        with open(sys.argv[1], "w") as file:
            print(*(f"{name}:{culprits.get(name, '')}" for name in set(sys.modules) - before), sep="\\n", file=file)
        os._exit(0)

os.write = stop
main(["--for", "claude"])
"""


def test_changed_numbers_of_claude_load_this_up_to_the_line(home: pathlib.Path) -> None:
    document = {
        "session_id": "s",
        "cost": {"total_api_duration_ms": 100},
        "rate_limits": {"five_hour": {"used_percentage": 63, "resets_at": int(time.time()) + 7200}},
    }
    result = home / "line.json"
    program = [sys.executable, "-c", LINE, str(result)]
    done = subprocess.run(
        program,
        env={"HOME": str(home)},
        input=json.dumps(document).encode(),
        capture_output=True,
        check=True,
    )

    loaded_by = dict(line.split(":") for line in result.read_text().splitlines())
    assert b"63%" in done.stdout
    ours = {name for name in loaded_by if name.partition(".")[0] == "quotaline"}
    expected = {f"quotaline.{name}".rstrip(".") for name in UP_TO_THE_LINE}
    assert {name: loaded_by[name] for name in ours - expected} == {}
    assert expected - ours == set(), "no longer loaded, so take it off the list"
    library = {name: by for name, by in loaded_by.items() if by.startswith("quotaline")}.keys() - ours
    assert {name: loaded_by[name] for name in library - LIBRARY_UP_TO_THE_LINE} == {}
    assert not {*HEAVY, "argparse", "platformdirs"} & loaded_by.keys()


def test_every_command_is_in_the_list_above() -> None:
    marks = test_command_loads_this_and_no_more.pytestmark  # type: ignore[attr-defined]
    listed = {command.split(" ")[0] for command, _ in marks[0].args[1]}

    assert COMMANDS.keys() <= listed
