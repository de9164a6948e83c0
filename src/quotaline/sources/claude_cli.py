"""
Runs ``claude -p /usage``: the client makes the request with its own login (docs/claude-code.md 2.4).

Off by default, because it starts a large program. The output has no date and may
repeat an answer of up to an hour ago, so the reading is undated; the client also
writes a dated copy, which `snapshot` reads.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

from quotaline.model import json_text
from quotaline.model.errors import UnreadableAnswer
from quotaline.model.usage import Reading, Usage
from quotaline.sources import payload

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE = "claude_cli"
MIN_INTERVAL = 300.0  # seconds from one run to the next
TIMEOUT = 12.0  # seconds; shorter than the refresher's own deadline of 15 s
_MAX_OUTPUT = 1 << 20
_COMMAND = ("-p", "/usage", "--output-format", "stream-json", "--verbose")
_QUIET = {"DISABLE_AUTOUPDATER": "1", "DISABLE_TELEMETRY": "1", "DISABLE_ERROR_REPORTING": "1"}


def run(environ: Mapping[str, str], now: float) -> Reading | None:
    """Run the client and return its reading; None if it is not installed, too slow, or reports no usage."""
    import shutil  # these two take 12 ms, and a refresh that does not run the client needs neither
    import subprocess

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
            output = client.communicate(timeout=TIMEOUT)[0]
        except subprocess.TimeoutExpired:
            os.killpg(client.pid, signal.SIGKILL)
            return None
    usage = parse(output[:_MAX_OUTPUT], now)
    return Reading(SOURCE, now, usage, dated=False) if usage else None


def parse(output: bytes, now: float) -> Usage | None:
    """Return the usage in the stream of JSON lines; None if there is none (no login, a setup-token)."""
    for line in output.splitlines():
        try:
            document: Any = json_text.load(line)
            return payload.parse(document["usage_report"]["rate_limits"], now)
        except (ValueError, KeyError, TypeError, UnreadableAnswer):
            continue
    return None
