"""Installed by each installer and run as a user would; and README's own commands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conftest import ROOT, once

if TYPE_CHECKING:
    import pathlib


@pytest.fixture(scope="session")
def pip_environ(wheel: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which pip warns about nothing and finds what it needs in a folder, downloaded once."""
    plain = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}

    def download(folder: pathlib.Path) -> None:
        command = [sys.executable, "-m", "pip", "download", "-q", "-d", str(folder)]
        builders = ["hatchling", "editables"]
        subprocess.run([*command, str(wheel), *builders], check=True, env=plain)

    packages = once(tmp_path_factory, "packages", download)
    return {**plain, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(packages), "PIP_NO_COMPILE": "1"}


def installed(
    tool: str, wheel: pathlib.Path, folder: pathlib.Path, request: pytest.FixtureRequest
) -> pathlib.Path:
    """Install by a tool and return the folder that it put the commands into."""
    python = [sys.executable, "-m"]
    environ = {
        **os.environ,
        "UV_TOOL_DIR": f"{folder}/uv",
        "UV_TOOL_BIN_DIR": f"{folder}/bin",
        "PIPX_HOME": f"{folder}/pipx",
        "PIPX_BIN_DIR": f"{folder}/bin",
        "PIPX_MAN_DIR": f"{folder}/man",
    }
    if tool.startswith("pip "):
        subprocess.run([*python, "venv", "--without-pip", folder], check=True)
        pip = [*python, "pip", "--python", f"{folder}/bin/python", "install", "-q"]
        what = [str(wheel)] if tool == "pip wheel" else ["-e", str(ROOT)]
        subprocess.run([*pip, *what], check=True, env=request.getfixturevalue("pip_environ"))
    elif tool == "uv tool":
        subprocess.run([*python, "uv", "tool", "install", "-q", wheel], check=True, env=environ)
    else:
        subprocess.run([*python, "pipx", "install", "-q", wheel], check=True, env=environ)
    return folder / "bin"


@pytest.mark.parametrize(
    "tool", ["pip wheel", "pip editable", pytest.param("uv tool", marks=pytest.mark.quick), "pipx"]
)
def test_every_installer_gives_a_command_that_works(
    tool: str, wheel: pathlib.Path, tmp_path: pathlib.Path, request: pytest.FixtureRequest
) -> None:
    commands = installed(tool, wheel, tmp_path / "installed", request)
    environ = {"HOME": str(tmp_path), "PATH": f"{commands}:/usr/bin:/bin"}

    def run(*words: str) -> str:
        done = subprocess.run(["quotaline", *words], env=environ, capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    assert (commands / "quotaline").read_text().startswith("#!/bin/sh\n")
    assert run() == "[5h:-- 7d:--]\n"
    assert run("--version").startswith("quotaline 0")
    assert "[5h:97% 7d:52%]" in run("demo")


def readme_commands(root: pathlib.Path) -> list[str]:
    """Return the shell blocks of README's first screen."""
    return re.findall(r"```sh\n(.*?)\n```", (root / "README.md").read_text(), re.DOTALL)[:2]


@pytest.mark.long
def test_first_command_of_the_readme_runs_the_main_job_in_a_fresh_clone(
    root: pathlib.Path, tmp_path: pathlib.Path, pip_environ: dict[str, str]
) -> None:
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=root, capture_output=True, text=True, check=True).stdout.split(
        "\0"
    ):
        if name and (root / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, tmp_path / name, follow_symlinks=False)
    environ = {**pip_environ, "HOME": str(tmp_path / "home")}

    done = subprocess.run(
        ["sh", "-c", readme_commands(root)[0]], cwd=tmp_path, env=environ, capture_output=True, check=False
    )

    assert b"[5h:97% 7d:52%]" in done.stdout
    # The last one asks for the numbers of the user's own login, and here is none.
    assert done.returncode == 1
    assert done.stderr == b"quotaline: not logged in: run `claude` and log in with /login\n"


def test_second_command_of_the_readme_is_the_one_that_ci_runs(root: pathlib.Path) -> None:
    assert readme_commands(root)[1] in (root / ".ci/run").read_text().splitlines()
