from __future__ import annotations

import fcntl
import os
import pathlib
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from world import World, world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = pathlib.Path(__file__).parent.parent
UV = (sys.executable, "-m", "uv")
# How long an example takes says how busy the machine is; that a test ends is what `timeout` is for.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--remake",
        action="store_true",
        help="write the files that are made from the code, then look at git diff",
    )


@pytest.hookimpl(tryfirst=True)  # before -m looks at them
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"wheel", "binaries"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.installed)
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture
def as_made(request: pytest.FixtureRequest) -> Callable[[pathlib.Path, str], None]:
    """Hold a file of the repository to what the code makes of it now; `--remake` writes it instead."""

    def compare(path: pathlib.Path, text: str) -> None:
        if request.config.getoption("--remake"):
            path.write_text(text)
        assert path.read_text() == text, f"{path.name} is out of date: tests/run --remake {request.path}"

    return compare


@pytest.fixture(scope="session", autouse=True)
def _signals_reach_what_the_tests_start() -> None:
    """
    Take signals that are ignored, as `nohup` and `&` leave them, and do nothing about them.

    A child would inherit that it ignores them, and hang in a test that interrupts it; a handler it does not.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.fixture(scope="session")
def root() -> pathlib.Path:
    return ROOT


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[pathlib.Path], None]) -> pathlib.Path:
    """Let the first worker that comes make a folder, and return it to all of them."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # it has a folder of its own within that of the run
        shared = shared.parent
    folder = shared / name
    with (shared / f"{name}.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.fstat(lock.fileno()).st_size:
            make(folder)
            lock.write("made")
    return folder


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The wheel of this tree, as it would be published."""

    def make(folder: pathlib.Path) -> None:
        subprocess.run([*UV, "build", "-q", "--wheel", "-o", folder, ROOT], check=True)

    return next(once(tmp_path_factory, "dist", make).glob("*.whl"))


@pytest.fixture(scope="session")
def binaries(wheel: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """
    The bin folder of a venv with that wheel in it: what the tests run is what users get.

    All workers share it, so a test that changes an installation makes one of its own.
    """

    def make(folder: pathlib.Path) -> None:
        subprocess.run([*UV, "venv", "-q", "-p", sys.executable, folder], check=True)
        install = [*UV, "pip", "install", "-q", "--compile-bytecode", "-p", f"{folder}/bin/python"]
        subprocess.run([*install, wheel], check=True)

    return once(tmp_path_factory, "installed", make) / "bin"


@pytest.fixture
def live(tmp_path: pathlib.Path, binaries: pathlib.Path) -> Iterator[World]:
    """A world with a logged-in user and an endpoint that answers 8 and 77."""
    with world(tmp_path, binaries) as made:
        made.log_in()
        yield made


@pytest.fixture(scope="session")
def data() -> pathlib.Path:
    """Real inputs."""
    return ROOT / "tests/data"


@pytest.fixture
def claude_dir(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The config dir of a home folder in which nothing was ever counted."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CLAUDE_CONFIG_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME", "QUOTALINE_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / ".claude"
    folder.mkdir()
    return folder
