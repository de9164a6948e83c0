from __future__ import annotations

import os
import pathlib
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from world import World, world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = pathlib.Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--remake",
        action="store_true",
        help="write the files that are made from the code, then look at git diff",
    )


@pytest.fixture
def as_made(request: pytest.FixtureRequest) -> Callable[[pathlib.Path, str], None]:
    """Hold a file of the repository to what the code makes of it now; `--remake` writes it instead."""

    def compare(path: pathlib.Path, text: str) -> None:
        if request.config.getoption("--remake"):
            path.write_text(text)
        assert path.read_text() == text, f"{path.name} is out of date: tests/run --remake {request.path}"

    return compare


@pytest.fixture(scope="session")
def root() -> pathlib.Path:
    return ROOT


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The wheel of this tree, as it would be published."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT],
        check=True,
        env=plain_environ(),
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def binaries(wheel: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The bin folder of a venv with that wheel in it: what the tests run is what users get."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin/pip", "install", "-q", wheel], check=True, env=plain_environ())
    return folder / "bin"


@pytest.fixture
def live(tmp_path: pathlib.Path, binaries: pathlib.Path) -> Iterator[World]:
    """A world with a logged-in user and an endpoint that answers 8 and 77."""
    with world(tmp_path, binaries) as made:
        made.log_in()
        yield made


def plain_environ() -> dict[str, str]:
    """The environment less what pip would warn about."""
    return {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}


@pytest.fixture(scope="session")
def data() -> pathlib.Path:
    """Real inputs."""
    return ROOT / "tests/data"
