"""The first minute: what a new user types first shows numbers, or says what is missing."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import pytest

from world import until, usage

if TYPE_CHECKING:
    import pathlib

    from world import World

ASKING = "quotaline: asking api.anthropic.com for the first numbers"


def typed(world: World, command: str, **env: str) -> list[str]:
    """Return the lines that a command shows on a terminal, without its colours."""
    done = world.run("script", "-qec", command, "/dev/null", env=env)
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode()).splitlines()


@pytest.mark.quick
def test_first_quotaline_on_a_terminal_waits_for_the_numbers_and_says_so(live: World) -> None:
    assert typed(live, "quotaline") == [ASKING, "[5h:8% 7d:77%]"]
    assert typed(live, "quotaline") == ["[5h:8% 7d:77%]"]
    assert len(live.requests) == 1


def test_first_command_of_the_readme_ends_with_the_numbers_or_with_what_is_missing(
    live: World, root: pathlib.Path
) -> None:
    command = re.findall(r"^python3 -m venv .*", (root / "README.md").read_text(), re.MULTILINE)[0]
    last = command.rpartition(" && ")[2].replace(".venv/bin/", "")

    assert typed(live, last)[-1].startswith("[5h:8% 7d:77%] (asked the usage endpoint")
    (live.home / ".claude/.credentials.json").unlink()
    live.run("rm", "-r", str(live.cache))
    assert typed(live, last)[-1] == "quotaline: not logged in: run `claude` and log in with /login"


@pytest.mark.parametrize("command", ["quotaline", "quotaline-cli"])
def test_first_quotaline_without_a_login_says_what_to_do_once(live: World, command: str) -> None:
    (live.home / ".claude/.credentials.json").unlink()

    missing = "quotaline: unavailable: not logged in: run `claude` and log in with /login"
    assert typed(live, command) == [ASKING, "[5h:-- 7d:--]", missing]
    assert typed(live, command) == ["[5h:-- 7d:--]"]


def test_first_quotaline_waits_two_seconds_at_most(live: World) -> None:
    live.endpoint("hold")
    started = time.monotonic()

    shown = typed(live, "quotaline")

    assert shown == [ASKING, "[5h:-- 7d:--]", "quotaline: no answer yet: the next `quotaline` shows it"]
    assert 2 <= time.monotonic() - started < 8  # the rest is the start of the programs on a busy machine


def test_only_the_bare_command_waits_only_on_a_terminal_and_only_the_first_time(live: World) -> None:
    live.endpoint(status=500)

    done = live.run("quotaline")
    assert (done.stdout, done.stderr) == (b"[5h:-- 7d:--]\n", b"")
    assert typed(live, "quotaline --for ansi") == ["[5h:-- 7d:--]"]
    until((live.cache / "segment.zsh").exists)
    live.endpoint("hold")
    live.travel(120)
    assert typed(live, "quotaline") == ["[5h:-- 7d:--]"]


def test_changed_setting_is_shown_by_the_command_itself_and_at_once(live: World) -> None:
    live.refresh()

    for style, shown in (("verbose", "Quota: 5h 8% | 7d 77% | resets 1h 59m"), ("minimal", "8|77")):
        done = live.run("quotaline", "config", "set", "style", style)
        assert (done.returncode, done.stdout.decode(), done.stderr) == (0, f"{shown}\n", b"")
        assert live.run("quotaline").stdout.decode() == f"{shown}\n"
    assert live.run("quotaline", "config", "unset", "style").stdout == b"[5h:8% 7d:77%]\n"
    assert not live.processes()
    assert len(live.requests) == 1


def test_refresh_asks_in_spite_of_an_earlier_failure_and_reports_what_happens_now(live: World) -> None:
    for _ in range(3):
        live.endpoint(status=500)
        live.refresh()
        live.travel(11)
    live.endpoint()
    asked = len(live.requests)

    done = live.refresh()

    assert (done.returncode, done.stderr) == (0, b"")
    assert re.fullmatch(rb"\[5h:8% 7d:77%\] \(asked the usage endpoint, .* s\)\n", done.stdout)
    assert len(live.requests) == asked + 1


def test_refresh_asks_once_in_ten_seconds_and_says_so(live: World) -> None:
    live.refresh()

    done = live.refresh()

    assert re.match(rb"\[5h:8% 7d:77%\] \(no request made: the last one was \ds ago, ", done.stdout)
    assert (done.returncode, len(live.requests)) == (0, 1)


def test_earlier_failure_is_reported_with_its_age(live: World) -> None:
    live.endpoint(status=429, body={}, Retry_After="1600")
    live.refresh()
    live.travel(480)

    for command in ("refresh", "status"):
        error = live.run("quotaline", command).stderr.decode()
        assert re.fullmatch(
            r"quotaline: (unavailable: )?last try 8m ago failed: rate-limited by the usage endpoint; "
            r"next try in 18m\n",
            error,
        )


def test_status_says_that_no_source_has_a_number_and_why(live: World) -> None:
    live.configure("[sources]\napi = false\n")
    done = live.run("quotaline", "status")

    assert done.stderr.decode() == (
        "quotaline: unavailable: no source has a number yet: sources.api is off, and Claude Code reports "
        "numbers after its first reply (quotaline install claude)\n"
    )
    assert "░" not in done.stdout.decode()
    document = json.loads(live.run("quotaline", "status", "--json").stdout)
    assert document["problems"] == [done.stderr.decode().removeprefix("quotaline: ").rstrip("\n")]
    assert document["advice"] == []


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"REQUESTS_CA_BUNDLE": ""}, "(untrusted certificate): set REQUESTS_CA_BUNDLE to your organisation"),
        ({"HTTPS_PROXY": "http://127.0.0.1:9"}, "(the proxy failed): check HTTPS_PROXY"),
    ],
)
def test_cause_of_an_unreachable_endpoint_is_known_to_every_command_later(
    live: World, env: dict[str, str], words: str
) -> None:
    live.run("quotaline", "refresh", env=env)
    live.travel(30)

    for command in ("status", "why"):
        done = live.run("quotaline", command)
        assert words in (done.stdout + done.stderr).decode()
    shown = live.run("quotaline", "doctor").stdout.decode()
    problem, _, remedy = words.partition(": ")
    assert problem in shown
    assert remedy in shown


@pytest.mark.parametrize("status", [401, 403])
def test_login_that_the_server_refused_is_not_called_valid(live: World, status: int) -> None:
    live.endpoint(status=status, body={"error": {"type": "x"}})
    live.refresh()

    shown = live.run("quotaline", "doctor").stdout.decode()

    login = next(line for line in shown.splitlines() if " login " in line)
    assert f"the server refused this login ({status}" in login
    assert "may read usage" not in login


def test_status_says_what_it_waits_for(live: World) -> None:
    live.endpoint("hold")

    with live.start("script", "-qec", "quotaline status", "/dev/null") as command:
        assert command.stdout
        assert command.stdout.readline().rstrip() == b"quotaline: asking api.anthropic.com"
        live.endpoint(body=usage(8, 77))
        assert b"77%" in command.stdout.read()
