"""Installed by each installer and run as a user would; and README's own commands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conftest import plain_environ

if TYPE_CHECKING:
    import pathlib


def installed(tool: str, wheel: pathlib.Path, root: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Install by a tool and return the folder that it put the commands into."""
    python = [sys.executable, "-m"]
    environ = {
        **plain_environ(),
        "UV_TOOL_DIR": f"{folder}/uv",
        "UV_TOOL_BIN_DIR": f"{folder}/bin",
        "PIPX_HOME": f"{folder}/pipx",
        "PIPX_BIN_DIR": f"{folder}/bin",
        "PIPX_MAN_DIR": f"{folder}/man",
    }
    if tool.startswith("pip "):
        subprocess.run([*python, "venv", folder], check=True)
        what = [str(wheel)] if tool == "pip wheel" else ["-e", str(root)]
        subprocess.run([folder / "bin/pip", "install", "-q", *what], check=True, env=environ)
    elif tool == "uv tool":
        subprocess.run([*python, "uv", "tool", "install", "-q", wheel], check=True, env=environ)
    else:
        subprocess.run([*python, "pipx", "install", "-q", wheel], check=True, env=environ)
    return folder / "bin"


@pytest.mark.parametrize("tool", ["pip wheel", "pip editable", "uv tool", "pipx"])
def test_every_installer_gives_a_command_that_works(
    tool: str, wheel: pathlib.Path, root: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    commands = installed(tool, wheel, root, tmp_path / "installed")
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


def test_first_command_of_the_readme_runs_the_main_job_in_a_fresh_clone(
    root: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=root, capture_output=True, text=True, check=True).stdout.split(
        "\0"
    ):
        if name and (root / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, tmp_path / name, follow_symlinks=False)
    environ = {**plain_environ(), "HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]}

    done = subprocess.run(
        ["sh", "-c", readme_commands(root)[0]], cwd=tmp_path, env=environ, capture_output=True, check=True
    )

    assert b"[5h:97% 7d:52%]" in done.stdout


def test_second_command_of_the_readme_is_the_one_that_ci_runs(root: pathlib.Path) -> None:
    assert readme_commands(root)[1] in (root / ".ci/run").read_text().splitlines()
