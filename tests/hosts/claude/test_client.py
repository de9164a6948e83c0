"""The screen of a real Claude Code whose statusLine command is quotaline."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from test_launcher import traced

from world import TOKEN, World, until, usage

from .client import API_KEY, COMMAND, PATIENCE, PROMPT, Client

if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN = "[5h:-- 7d:--]"
# With this the client sends no message when it starts, so it knows no limits before the first reply.
SILENT = {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}


def script(client: Client, text: str) -> pathlib.Path:
    """Install a statusLine script that runs quotaline; return the log file that it may write."""
    path, log = client.world.folder / "statusline.sh", client.world.folder / "runs"
    path.write_text(f"#!/bin/sh\nlog={log}\n{text}")
    path.chmod(0o755)
    log.touch()
    client.status_line(str(path))
    return log


def test_segment_is_shown_at_the_first_render_and_follows_the_headers(client: Client) -> None:
    client.world.refresh()
    client.start(**SILENT)
    client.shows("[5h:8% 7d:77%]")

    client.limits(0.31, 0.78)
    client.say("one more, please")
    client.shows("[5h:31% 7d:78%]")

    client.limits(0.96, 0.81)
    client.say("and another one")
    client.shows("[5h:96% 7d:81%]")
    assert len(client.world.requests) == 1  # the one before the client started


def test_segment_keeps_its_colours_in_the_client(client: Client) -> None:
    client.world.endpoint(body=usage(8, 81))
    client.world.refresh()
    client.start(**SILENT)

    client.shows("\x1b[32m8%", "-e")
    client.shows("\x1b[38;5;208m81%", "-e")


def test_each_run_prints_the_limits_in_its_input(client: Client) -> None:
    log = script(
        client,
        'IFS= read -r json\nline=$(printf "%s\\n" "$json" | COLUMNS=100 quotaline --for claude)\n'
        'printf "%s\\n" "$json" "$line" >>"$log"\nprintf "%s\\n" "$line"\n',
    )

    def runs() -> list[tuple[dict[str, Any], str]]:
        lines = log.read_text().splitlines()
        return [(json.loads(given), line) for given, line in zip(lines[::2], lines[1::2], strict=True)]

    client.limits(0.29, 0.57)
    client.start(**SILENT)
    client.shows(UNKNOWN)
    client.say("hello")
    client.shows("[5h:29% 7d:57%]")

    plain = [(given.get("rate_limits"), uncoloured(line)) for given, line in runs()]
    assert plain[0] == (None, UNKNOWN)
    # No run is late: each one that gets limits shows them.
    assert {line for limits, line in plain if limits} == {"[5h:29% 7d:57%]"}
    limits = plain[-1][0] or {}
    assert limits["five_hour"]["used_percentage"] == pytest.approx(29)
    assert limits["seven_day"]["used_percentage"] == pytest.approx(57)
    assert isinstance(limits["five_hour"]["resets_at"], int)


def test_repeated_render_of_a_real_session_costs_one_execve(client: Client, tmp_path: pathlib.Path) -> None:
    log = script(client, f'tee -a "$log" | {COMMAND}\n')
    client.limits(0.08, 0.77)
    client.start(**SILENT)
    client.say("hello")
    client.shows("[5h:8% 7d:77%]")

    last = tmp_path / "last.json"
    last.write_text(log.read_text().splitlines()[-1] + "\n")
    assert "rate_limits" in last.read_text()
    command = shutil.which("quotaline", path=client.world.environ["PATH"])
    assert command
    with last.open() as stdin:
        calls = traced(tmp_path, command, "--for", "claude", environ=client.world.environ, stdin=stdin)
    assert calls == ["execve"]


def test_session_with_an_api_key_shows_dollars_and_never_a_quota(client: Client) -> None:
    client.world.refresh()
    client.limits(0.29, 0.57)
    client.start(ANTHROPIC_API_KEY=API_KEY, **SILENT)
    client.shows("$0.00")

    client.say("hello")
    until(lambda: re.search(r"^ *\$\d+\.(?!00)\d\d", client.screen(), re.MULTILINE), PATIENCE)


def test_refresher_survives_a_burst_of_cancelled_runs(client: Client) -> None:
    # The rest of this status line is slow, so that every trigger cancels a run.
    log = script(client, f'echo begun >>"$log"\n{COMMAND}\nsleep 2\necho ended >>"$log"\n')

    def count(word: str) -> int:
        return log.read_text().split().count(word)

    def trigger() -> None:
        before = count("begun")
        client.keys("BTab")
        until(lambda: count("begun") > before, PATIENCE)

    client.world.endpoint(body=usage(41, 82))
    with silence(client.world):
        client.start()
        refresher = until(lambda: refreshers(client.world), PATIENCE)
        client.shows(PROMPT)
        for _ in range(3):  # not more: the refresher gives up on a silent endpoint after 3 s
            trigger()
        assert refreshers(client.world) == refresher

    until(lambda: not refreshers(client.world))
    client.keys("BTab")
    client.shows("[5h:41% 7d:82%]")
    assert count("begun") - count("ended") >= 2  # these runs were cancelled
    assert [each["headers"]["Authorization"] for each in client.world.requests] == [f"Bearer {TOKEN}"]


@contextmanager
def silence(world: World) -> Iterator[None]:
    """Let the endpoint accept connections without answering, and resume afterwards."""
    os.kill(world.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(world.pid, signal.SIGCONT)


def refreshers(world: World) -> list[str]:
    """Return the process ids of the detached refreshers of this world."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            mine = f"HOME={world.home}".encode() in (process / "environ").read_bytes().split(b"\0")
        except OSError:  # it has ended, or belongs to another user
            continue
        if mine and b"refresh" in words and b"--detached" in words:
            found.append(process.name)
    return found


def uncoloured(line: str) -> str:
    """Return a line without its colours."""
    kept, *pieces = line.split("\x1b[")
    return kept + "".join(piece.partition("m")[2] for piece in pieces)
