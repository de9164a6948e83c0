"""The versions of the hosts' programs. A program may hang, so each has a time limit."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIMIT = 3.0  # seconds
_OPTION = {"tmux": "-V"}
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6}){1,3}[a-z]?")


def version(name: str, environ: Mapping[str, str]) -> str | None:
    """Return a program's version, `unknown version` if it prints none in time, None if not on PATH."""
    program = shutil.which(name, path=environ.get("PATH"))
    if program is None:
        return None
    unknown = "unknown version"
    try:
        process = subprocess.Popen(
            [program, _OPTION.get(name, "--version")],
            env={**environ, "DISABLE_AUTOUPDATER": "1"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:  # for example, built for another architecture
        return unknown
    try:
        output = process.communicate(timeout=_LIMIT)[0]
    except subprocess.TimeoutExpired:
        # Its whole group, because its children hold the pipe open too.
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        output = b""
    process.wait()
    found = _NUMBER.search(output[:4096].decode(errors="replace"))
    return found[0] if found else unknown
