"""Launcher, hooks and Python find the same cache folder in every environment."""

from __future__ import annotations

import itertools
import os
import pathlib
import shlex
import subprocess
import time

import pytest
from shells import BASH

from quotaline.cache.paths import cache_folder

ROOT = pathlib.Path(__file__).parent.parent.parent

HOMES = (None, "", "relative", "{}/home", "{}/home/", "{}/a b'$(id)")
XDG = (None, "", "relative", "{}/xdg")
CACHE = (None, "", "relative", "{}/own cache")
CONFIG = (
    None,
    "",
    "relative",
    "{}/home/.claude",
    "{}/home/.claude/",
    "{}/home/.claude-work",
    "{}/home/.claude-work/",
    "{}/home//.claude",
    "{}/home/./x/../.claude-work/.",
    "/",
    "{}/c d'$(id)",
)
NAMES = ("HOME", "XDG_CACHE_HOME", "QUOTALINE_CACHE_DIR", "CLAUDE_CONFIG_DIR")


def matrix(folder: pathlib.Path) -> list[dict[str, str]]:
    """Return every combination of the values, as environments."""
    return [
        {name: value.format(folder) for name, value in zip(NAMES, values, strict=True) if value is not None}
        for values in itertools.product(HOMES, XDG, CACHE, CONFIG)
    ]


def expected(environ: dict[str, str]) -> str:
    """Return what a hook has to find: the folder that Python finds, but none for a relative config dir."""
    config = environ.get("CLAUDE_CONFIG_DIR", "")
    if config and not config.startswith("/"):
        return ""
    return os.path.normpath(cache_folder(environ) or ".").removeprefix(".")


def assignments(environ: dict[str, str], form: str, without: str) -> str:
    return "; ".join(
        form.format(name, shlex.quote(environ[name])) if name in environ else without.format(name)
        for name in NAMES
    )


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_hooks_find_the_folder_that_python_finds(shell: str, tmp_path: pathlib.Path) -> None:
    environs = matrix(tmp_path)
    lines = [f". {ROOT}/shell/quotaline.{shell}"]
    for environ in environs:
        if shell == "fish":
            quoted = {name: value.replace("'", "\\'") for name, value in environ.items()}
            sets = "; ".join(
                f"set -g {name} '{quoted[name]}'" if name in quoted else f"set -e {name}" for name in NAMES
            )
            lines.append(f"{sets}; set folder (_quotaline_folder); printf '%s\\n' \"$folder\"")
        else:
            sets = assignments(environ, "{}={}", "unset {}")
            lines.append(f"{sets}; folder=; _quotaline_find_folder; printf '%s\\n' \"$folder\"")
    script = tmp_path / "script"
    script.write_text("\n".join([*lines, ""]))
    words = {"bash": [BASH, "--norc", "-i"], "zsh": ["zsh", "-f", "-i"], "fish": ["fish", "-N", "-i"]}[shell]

    done = subprocess.run(
        [*words, script], capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]}
    )

    found = [os.path.normpath(line or ".").removeprefix(".") for line in done.stdout.splitlines()]
    assert found == [expected(environ) for environ in environs]


@pytest.mark.long
@pytest.mark.parametrize(
    "shell",
    [pytest.param(("dash",), marks=pytest.mark.quick), ("busybox", "sh"), ("bash", "--posix")],
    ids=lambda words: words[0],
)
def test_launcher_finds_the_folder_that_python_finds_or_hands_over_to_python(
    shell: tuple[str, ...], tmp_path: pathlib.Path
) -> None:
    launcher = tmp_path / "quotaline"
    launcher.write_bytes((ROOT / "shell/quotaline").read_bytes())
    (tmp_path / "quotaline-cli").write_text("#!/bin/sh\necho handed over\n")
    (tmp_path / "quotaline-cli").chmod(0o755)
    far = int(time.time()) + 999
    answers = set()
    for environ in matrix(tmp_path):
        folder = cache_folder({**environ})
        if folder and folder.startswith(str(tmp_path)) and environ.get("CLAUDE_CONFIG_DIR") != "relative":
            segment = pathlib.Path(folder, "segment.plain")
            segment.parent.mkdir(parents=True, exist_ok=True)
            segment.with_name("lock").touch()
            segment.write_text(f"1 {far} - {far}\n0 0\n{os.path.normpath(folder)}\n")
            os.utime(segment, (1, 1))

        done = subprocess.run(
            [*shell, launcher, "--for", "plain"],
            capture_output=True,
            text=True,
            check=True,
            env={**environ, "PATH": os.environ["PATH"]},
            cwd=tmp_path,
        )

        assert done.stderr == ""
        assert done.stdout.rstrip("\n") in (os.path.normpath(folder or "."), "handed over"), environ
        answers.add(done.stdout == "handed over\n")
    assert answers == {True, False}
