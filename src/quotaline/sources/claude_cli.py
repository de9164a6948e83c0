"""
``claude -p /usage``: the client asks by itself, with its own login (docs/claude-code.md 2.4).

Off by default, for it starts a large program. It tells no time, and it may
repeat what the client asked up to an hour ago, so its reading is undated; the
client also keeps a dated copy where `snapshot` finds it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Any

from quotaline.model import json_text
from quotaline.model.errors import UnreadableAnswer
from quotaline.model.usage import Reading, Usage
from quotaline.sources import payload

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE = "claude_cli"
EVERY = 300.0  # seconds, at least, from one run to the next
LIMIT = 12.0  # seconds a run may take; within the refresher's own 15
_MAX_OUTPUT = 1 << 20
_COMMAND = ("-p", "/usage", "--output-format", "stream-json", "--verbose")
_QUIET = {"DISABLE_AUTOUPDATER": "1", "DISABLE_TELEMETRY": "1", "DISABLE_ERROR_REPORTING": "1"}


def ask(environ: Mapping[str, str], now: float) -> Reading | None:
    """Run the client and return what it tells; None if it is not there, too slow, or tells no usage."""
    program = shutil.which("claude", path=environ.get("PATH"))
    if program is None:
        return None
    with subprocess.Popen(
        [program, *_COMMAND],
        env={**environ, **_QUIET},
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as client:
        try:
            output = client.communicate(timeout=LIMIT)[0]
        except subprocess.TimeoutExpired:
            os.killpg(client.pid, signal.SIGKILL)
            return None
    usage = parse(output[:_MAX_OUTPUT], now)
    return Reading(SOURCE, now, usage, dated=False) if usage else None


def parse(output: bytes, now: float) -> Usage | None:
    """Return the usage in the stream of JSON lines; None without any (no login, a setup-token)."""
    for line in output.splitlines():
        try:
            document: Any = json_text.load(line)
            return payload.parse(document["usage_report"]["rate_limits"], now)
        except (ValueError, KeyError, TypeError, UnreadableAnswer):
            continue
    return None
