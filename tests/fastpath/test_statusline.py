"""The statusLine command: the installed `quotaline --for claude` with recorded and hostile inputs."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_launcher import traced

from quotaline.cache import state_file
from quotaline.model.usage import Usage, Window
from quotaline.sources import statusline
from world import World, until, usage

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

SESSION = "f1ffd84e-a313-4f82-b505-6e5d04648986"
UNKNOWN = "[5h:-- 7d:--]"
STARTED_AT = 0


@pytest.fixture(autouse=True)
def fixed_resets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fix the resets for the duration of a test, so that the same call gives the same input a second later."""
    monkeypatch.setattr(sys.modules[__name__], "STARTED_AT", int(time.time()))


def status_json(
    five_hour: object = 8,
    seven_day: object = 77,
    session: str = SESSION,
    api_milliseconds: int = 231,
    **more: Any,
) -> bytes:
    """Return the JSON of one run, with resets 2 hours (less a second) and 3 days after the start of the test."""
    windows = {
        "five_hour": {"used_percentage": five_hour, "resets_at": STARTED_AT + 7199},
        "seven_day": {"used_percentage": seven_day, "resets_at": STARTED_AT + 260040},
    }
    document = {
        "session_id": session,
        "cwd": "/home/fakeuser/project",
        "cost": {"total_cost_usd": 0.4242, "total_api_duration_ms": api_milliseconds},
        "context_window": {"used_percentage": 1, "current_usage": {"input_tokens": 1200}},
        "rate_limits": {key: value for key, value in windows.items() if value["used_percentage"] is not None},
        **more,
    }
    return json.dumps(
        {key: value for key, value in document.items() if value is not None}, separators=(",", ":")
    ).encode()


def shown(world: World, text: bytes, env: dict[str, str] | None = None) -> str:
    """
    Run the command on an input, to the end of what it publishes, and return its line without colours.

    Assert exit 0, one line, no stderr.
    """
    done = subprocess.run(
        world.inside("quotaline", "--for", "claude"),
        env={**world.environ, **(env or {})},
        input=text + b"\n",
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b""), done
    assert done.stdout.endswith(b"\n")
    assert done.stdout.count(b"\n") == 1
    world.published()
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode())[:-1]


def why(world: World) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(world.run("quotaline", "why", "--json").stdout)
    return document


@pytest.fixture
def quiet(live: World) -> World:
    """A world without a login: any number shown comes from Claude Code."""
    (live.home / ".claude/.credentials.json").unlink()
    return live


# The samples were recorded at different times; at this one no window of theirs has ended.
SAMPLED_AT = 1_795_300_000


@pytest.mark.parametrize(
    ("sample", "line"),
    [
        ("v2.1.112-before-first-reply", UNKNOWN),
        ("v2.1.112-float-noise-28.999999999999996", "[5h:29% 7d:57%]"),
        ("v2.1.330-after-429-reply", "[5h:100% 7d:77%]"),
        ("v2.1.330-after-reply", "[5h:8% 7d:77%]"),
        ("v2.1.330-after-reply-no-limit-headers", UNKNOWN),
        ("v2.1.330-api-key-no-rate-limits", UNKNOWN),
        ("v2.1.330-before-first-reply", UNKNOWN),
        ("v2.1.330-five-hour-only-over-limit", "[5h:100% 7d:--]"),
        ("v2.1.330-fractions-29-and-8.5", "[5h:29% 7d:8%]"),
        ("v2.1.330-zero-and-50", "[5h:0% 7d:50%]"),
    ],
)
def test_every_recorded_input_gives_its_line(
    quiet: World, data: pathlib.Path, sample: str, line: str
) -> None:
    quiet.travel(SAMPLED_AT - time.time())

    assert shown(quiet, (data / f"statusline/{sample}.json").read_bytes().strip()) == line


def test_list_of_samples_is_complete(data: pathlib.Path) -> None:
    assert len(list((data / "statusline").glob("*.json"))) == 10


def test_more_than_100_percent_is_shown(quiet: World) -> None:
    assert shown(quiet, status_json(105, 77)) == "[5h:105% 7d:77%]"


@pytest.mark.quick
def test_one_run_updates_every_other_host_without_a_request(live: World) -> None:
    assert shown(live, status_json(8, 77)) == "[5h:8% 7d:77%]"

    assert live.segment("plain") == "[5h:8% 7d:77%]"
    assert "8%" in (table := live.run("quotaline", "status").stdout.decode())
    assert "77%" in table
    assert live.requests == []


def test_repeated_input_is_printed_by_the_shell_alone(live: World, tmp_path: pathlib.Path) -> None:
    text = status_json()
    shown(live, text)
    (tmp_path / "input").write_bytes(text + b"\n")

    with (tmp_path / "input").open() as stdin:
        calls = traced(
            tmp_path,
            live.binaries / "quotaline",
            "--for",
            "claude",
            environ={**live.environ, "PATH": os.environ["PATH"]},
            stdin=stdin,
        )

    assert calls == ["execve"]


def test_unknown_keys_and_the_order_of_keys_change_nothing(quiet: World) -> None:
    shown(quiet, status_json(8))
    document = json.loads(status_json(9))
    backwards = dict(reversed(document.items()))

    assert shown(quiet, json.dumps(backwards, indent=2).encode()) == "[5h:9% 7d:77%]"
    assert (
        shown(quiet, json.dumps({"new": {"rate_limits": {}}, **json.loads(status_json(10))}).encode())
        == "[5h:10% 7d:77%]"
    )


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\x00\xff\x1b[31m{}",
        status_json()[:-40],
        status_json(rate_limits=None),
        status_json(rate_limits="x"),
        status_json(rate_limits={"five_hour": None, "seven_day": {"used_percentage": "8"}}),
        status_json(1_776_950_400, -1),
        status_json(session="../../../etc/passwd", rate_limits=None),
        b'{"a":"' + b"x" * (2 << 20) + b'"}',
    ],
    ids=range(12),
)
def test_input_without_usable_limits_shows_the_current_usage(quiet: World, text: bytes) -> None:
    assert shown(quiet, status_json(8, 77, session="another")) == "[5h:8% 7d:77%]"

    assert shown(quiet, text) == "[5h:8% 7d:77%]"
    assert shown(quiet, text) == "[5h:8% 7d:77%]"


def test_closed_stdin_shows_the_current_usage(quiet: World) -> None:
    shown(quiet, status_json(8, 77))

    done = quiet.run("sh", "-c", "quotaline --for claude <&-")

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"8%" in done.stdout


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_leave_every_file_as_it_should_be(quiet: World, closed: str) -> None:
    text = quiet.folder / "input"
    text.write_bytes(status_json() + b"\n")
    script = f'quotaline --for claude <"$0" {closed}'

    done = quiet.run("sh", "-c", script, str(text))

    quiet.published()
    assert (done.returncode, done.stderr) == (0, b"")
    assert (quiet.cache / "lock").read_bytes() == b""
    json.loads((quiet.cache / "state.json").read_bytes())
    assert quiet.segment() == ("[5h:8% 7d:77%]" if not closed.startswith("<") else UNKNOWN)


def test_line_is_printed_once_on_a_full_disk(quiet: World) -> None:
    text = quiet.folder / "input"
    text.write_bytes(status_json(8, 77) + b"\n")
    with text.open() as stdin:
        done = quiet.run("prlimit", "--fsize=0", "quotaline", "--for", "claude", stdin=stdin)

    assert (done.returncode, done.stderr) == (0, b"")
    assert re.sub(rb"\x1b\[[0-9;]*m", b"", done.stdout) == b"[5h:8% 7d:77%]\n"
    quiet.published()
    assert not list(quiet.cache.glob("segment.*"))

    assert shown(quiet, status_json(8, 77)) == "[5h:8% 7d:77%]"
    assert quiet.segment() == "[5h:8% 7d:77%]"


def test_terminal_as_stdin_is_not_read(quiet: World) -> None:
    shown(quiet, status_json(8, 77))
    ours, theirs = os.openpty()

    done = quiet.run("quotaline", "--for", "claude", stdin=theirs)

    os.close(ours)
    os.close(theirs)
    assert b"8%" in done.stdout


@pytest.mark.parametrize("host", ["plain", "ansi"])
def test_no_other_host_reads_stdin(live: World, host: str) -> None:
    live.refresh()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.send(b"left alone")
        live.segment(host, stdin=theirs)

        assert theirs.recv(100) == b"left alone"


@pytest.mark.parametrize(
    "variable",
    ["ANTHROPIC_API_KEY", "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"],
)
def test_session_without_a_plan_shows_its_cost_and_never_the_quota_of_the_login(
    quiet: World, variable: str
) -> None:
    shown(quiet, status_json(8, 77))

    for _ in range(2):
        assert shown(quiet, status_json(rate_limits=None), env={variable: "1"}) == "$0.42"
    assert quiet.segment() == "[5h:8% 7d:77%]"


def test_alternating_sessions_never_lower_the_number(quiet: World) -> None:
    lines = [
        shown(
            quiet,
            status_json(20 if turn % 2 else 10 + turn / 2, 77, session=f"s{turn % 2}", api_milliseconds=turn),
        )
        for turn in range(6)
    ]

    assert lines == ["[5h:10% 7d:77%]", *["[5h:20% 7d:77%]"] * 5]
    assert why(quiet)["rejected"][0]["why"] == "undated, and lower than the number from statusline"


def test_dated_answer_of_the_endpoint_may_lower_the_number(live: World) -> None:
    shown(live, status_json(20, 77))
    live.endpoint(body=usage(15, 77))
    live.refresh()

    assert live.segment() == "[5h:15% 7d:77%]"
    assert shown(live, status_json(20, 77)) == "[5h:15% 7d:77%]"


def test_repetition_of_an_idle_session_is_no_news_but_that_of_a_working_one_is(live: World) -> None:
    shown(live, status_json(8, 77, api_milliseconds=100))
    live.travel(400)
    shown(live, status_json(8, 77, api_milliseconds=100))
    until(lambda: len(live.requests) == 1)
    live.travel(100)
    shown(live, status_json(8, 77, api_milliseconds=200))

    assert why(live)["windows"]["five_hour"]["source"] == "statusline"
    assert len(live.requests) == 1


def test_another_account_never_sees_the_numbers_of_the_old_one(quiet: World) -> None:
    def log_in_as(account: str) -> None:
        (quiet.home / ".claude.json").write_text(json.dumps({"oauthAccount": {"accountUuid": account}}))

    log_in_as("00000000-mine")
    assert shown(quiet, status_json(8, 77)) == "[5h:8% 7d:77%]"
    log_in_as("11111111-yours")

    assert shown(quiet, status_json(rate_limits=None, session="new")) == UNKNOWN
    assert quiet.segment() == UNKNOWN
    assert why(quiet)["account"] == "11111111"


def test_large_client_file_is_read_by_the_refresher_and_not_before_the_line_is_printed(
    quiet: World, tmp_path: pathlib.Path
) -> None:
    client = quiet.home / ".claude.json"

    def write(account: str) -> None:
        login = {"accountUuid": account, "organizationName": "A"}
        client.write_text(json.dumps({"oauthAccount": login, "history": "x" * (2 << 20)}))

    write("first")
    assert shown(quiet, status_json(8)) == "[5h:8% 7d:77%]"
    quiet.settle()
    quiet.travel(61)  # this minute's refresher is started
    write("second")
    log = tmp_path / "calls"
    trace = ["strace", "-qq", "-f", "-e", "trace=openat,write", "-e", "signal=none", "-o", str(log)]
    (quiet.folder / "input").write_bytes(status_json(9, api_milliseconds=500) + b"\n")
    with (quiet.folder / "input").open("rb") as text:
        done = quiet.run(*trace, "quotaline", "--for", "claude", stdin=text)
    quiet.settle()

    assert done.stderr == b""
    calls = log.read_text().splitlines()
    opened = min(at for at, call in enumerate(calls) if f'"{client}"' in call)
    printed = min(at for at, call in enumerate(calls) if 'write(1, "[' in call)
    assert printed < opened
    assert state_file.load(str(quiet.cache)).merged.account == "second"


def test_two_config_dirs_never_see_each_others_numbers(quiet: World) -> None:
    work = {"CLAUDE_CONFIG_DIR": str(quiet.home / ".claude-work")}

    assert shown(quiet, status_json(8, 77)) == "[5h:8% 7d:77%]"
    assert shown(quiet, status_json(50, 60), env=work) == "[5h:50% 7d:60%]"

    assert quiet.segment() == "[5h:8% 7d:77%]"
    assert quiet.segment(env=work) == "[5h:50% 7d:60%]"


def test_input_arrives_complete_when_the_launcher_leaves_the_config_dir_to_python(quiet: World) -> None:
    odd = {"CLAUDE_CONFIG_DIR": f"{quiet.home}//.claude-work"}

    assert shown(quiet, status_json(50, 60), env=odd) == "[5h:50% 7d:60%]"


def test_every_session_shows_the_highest_number_of_all_sessions(quiet: World) -> None:
    text = status_json(8, 77, session="idle")
    shown(quiet, text)
    shown(quiet, status_json(90, 77, session="busy"))

    assert shown(quiet, text) == "[5h:90% 7d:77%]"


def test_window_that_ended_never_shows_its_old_number_even_without_a_refresher(quiet: World) -> None:
    text = status_json(97, 77)
    shown(quiet, text)
    lone = quiet.folder / "lone"  # a launcher without its quotaline-cli
    lone.mkdir()
    shutil.copy(quiet.binaries / "quotaline", lone)
    quiet.environ["PATH"] = f"{lone}:/usr/bin:/bin"
    quiet.travel(7300)
    lines = shown(quiet, text), quiet.segment()

    assert lines == (UNKNOWN, "[5h:-- 7d:77%~2h]")


def test_narrow_row_drops_the_parts_that_do_not_fit(quiet: World) -> None:
    quiet.configure("style = 'verbose'\n")
    quiet.refresh()
    text = status_json(8, 77)

    lines = [shown(quiet, text, env={"COLUMNS": columns}) for columns in ("80", "30", "80", "20", "x")]

    assert lines == [
        "Quota: 5h 8% | 7d 77% | resets 1h 59m",
        "Quota: 5h 8% | 7d 77%",
        "Quota: 5h 8% | 7d 77% | resets 1h 59m",
        "[5h:8% 7d:77%]",
        "Quota: 5h 8% | 7d 77% | resets 1h 59m",
    ]


def test_template_may_use_the_fields_of_the_session(quiet: World) -> None:
    quiet.configure("format = '\\[$5h( $model)( ctx $context)( $tokens)( $cost)\\]'\n")
    quiet.refresh()
    context = {"used_percentage": 41.7, "total_input_tokens": 13200, "total_output_tokens": 12}
    document = {
        **json.loads(status_json(8, 77)),
        "context_window": context,
        "model": {"display_name": "Opus\x1b[5m 5.5"},
    }
    text = json.dumps(document, separators=(",", ":")).encode()

    assert shown(quiet, text) == "[8% Opus5m 5.5 ctx 41% 13.2k $0.42]"
    assert shown(quiet, text.replace(b"0.4242", b"0.9999")) == "[8% Opus5m 5.5 ctx 41% 13.2k $1.00]"
    assert quiet.segment() == "[8%]"


def test_screen_reader_gets_words_and_other_sessions_still_get_numbers(quiet: World) -> None:
    text = status_json(8, 77)
    words = shown(quiet, text, env={"CLAUDE_AX_SCREEN_READER": "1"})

    assert re.match(
        r"5 hour quota 8 percent used, resets in (2 hours|1 hour 59 minutes); 7 day quota 77", words
    )
    assert shown(quiet, text) == "[5h:8% 7d:77%]"
    assert shown(quiet, text, env={"CLAUDE_AX_SCREEN_READER": "1"}).startswith("5 hour quota")


def test_very_narrow_row_gets_the_numbers_alone(quiet: World) -> None:
    assert shown(quiet, status_json(8, 77), env={"COLUMNS": "10"}) == "8|77"
    assert shown(quiet, status_json(8, 77), env={"COLUMNS": "120"}) == "[5h:8% 7d:77%]"


def test_input_is_ignored_if_the_source_is_turned_off(quiet: World) -> None:
    quiet.configure("[sources]\nstatusline = false\n")
    quiet.refresh()

    assert shown(quiet, status_json(8, 77)) == UNKNOWN


def test_learning_the_account_does_not_delay_the_first_request(live: World) -> None:
    (live.home / ".claude.json").write_text('{"oauthAccount": {"accountUuid": "mine"}}')

    assert shown(live, status_json(rate_limits=None)) == UNKNOWN
    until(lambda: shown(live, status_json(rate_limits=None)) == "[5h:8% 7d:77%]")
    assert len(live.requests) == 1


def test_run_that_is_cancelled_after_its_claim_still_leads_to_a_request(live: World) -> None:
    for run in range(1, 9):
        shutil.rmtree(live.cache, ignore_errors=True)
        command = live.start("quotaline", "--for", "claude", start_new_session=True)
        while not list(live.cache.glob("claim.*")):
            pass
        os.killpg(command.pid, signal.SIGTERM)  # as Claude Code does, at the worst moment
        command.communicate()

        until(lambda: len(live.requests) == run)  # noqa: B023
        live.settle()


def test_numbers_of_a_session_are_shown_while_the_endpoint_hangs(live: World) -> None:
    live.endpoint("hang")
    live.segment()
    until(lambda: live.requests)

    assert shown(live, status_json(8, 77)) == "[5h:8% 7d:77%]"
    assert live.segment() == "[5h:8% 7d:77%]"
    for refresher in live.refreshers():
        os.kill(refresher, signal.SIGKILL)


# -- the line first, the segments after it

CALLS = "write,rename,clone,clone3,fork,vfork,exit_group,setsid,dup2,dup3"


def by_python(world: World, *prefix: str, text: bytes | None = None) -> subprocess.Popen[bytes]:
    """Start the Python of the command, as the launcher does for an input that it does not know."""
    command = world.start(
        *prefix,
        str(world.binaries / "quotaline-cli"),
        *("--for", "claude"),
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    assert command.stdin
    command.stdin.write(status_json() if text is None else text)
    command.stdin.close()
    command.stdin = None
    return command


@contextmanager
def locked(world: World) -> Iterator[None]:
    """Hold the lock, as another writer does."""
    with (world.cache / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_line_is_written_and_the_command_has_ended_before_anything_is_rendered_for_other_hosts(
    quiet: World, tmp_path: pathlib.Path
) -> None:
    shown(quiet, status_json(7))
    log = tmp_path / "strace.log"

    by_python(quiet, "strace", "-f", "-qq", "-e", f"trace={CALLS}", "-o", str(log)).communicate()
    quiet.published()

    calls = [line.split(maxsplit=1) for line in log.read_text().splitlines() if "+++" not in line]
    (command,) = {process for process, call in calls if call.startswith("write(1, ")}
    waited_for = [call.split("(")[0] for process, call in calls if process == command]
    forks = {"clone", "clone3", "fork", "vfork"}
    assert [call for call in waited_for if call in forks or call == "rename"] == [waited_for[-2]]
    assert waited_for[-3] == "write"  # the line, then one process, then the end
    assert waited_for[-1] == "exit_group"
    after = [call.split("(")[0] for process, call in calls if process != command]
    assert after[:4] == ["setsid", "dup2", "dup2", "dup2"]
    assert after.count("rename") > 1
    assert {*after} <= {"setsid", "dup2", "dup3", "write", "rename", "exit_group"}  # and no further process


def test_input_that_comes_while_another_writer_has_the_lock_is_not_lost(quiet: World) -> None:
    shown(quiet, status_json(7))
    with locked(quiet):
        command = by_python(quiet)
        assert b"8%" in command.communicate()[0]  # the end of its streams, too
        (publisher,) = quiet.processes("\0--for\0claude\0")
        assert os.getsid(publisher) == publisher
        streams = {os.readlink(f"/proc/{publisher}/fd/{stream}") for stream in (0, 1, 2)}
        assert streams == {"/dev/null"}
        with pytest.raises(ProcessLookupError):  # all that Claude Code could kill is gone
            os.killpg(command.pid, signal.SIGKILL)
        assert quiet.segment() == "[5h:7% 7d:77%]"

    quiet.published()
    assert quiet.segment() == "[5h:8% 7d:77%]"


def test_second_run_of_a_session_while_the_first_one_publishes_shows_its_own_numbers(quiet: World) -> None:
    shown(quiet, status_json(7, api_milliseconds=100))
    with locked(quiet):
        lines = [
            by_python(quiet, text=status_json(used, api_milliseconds=used * 100)).communicate()[0]
            for used in (8, 9)
        ]

    assert [re.findall(rb"(\d+)%", line)[0] for line in lines] == [b"8", b"9"]
    quiet.published()
    assert quiet.segment() == "[5h:9% 7d:77%]"
    assert shown(quiet, status_json(9, api_milliseconds=900)) == "[5h:9% 7d:77%]"
    assert why(quiet)["rejected"] == []


def test_login_with_another_account_before_the_numbers_are_published_drops_them(quiet: World) -> None:
    def log_in_as(account: str) -> None:
        (quiet.home / ".claude.json").write_text(json.dumps({"oauthAccount": {"accountUuid": account}}))

    log_in_as("00000000-mine")
    shown(quiet, status_json(7))
    with locked(quiet):
        assert b"8%" in by_python(quiet).communicate()[0]
        log_in_as("11111111-yours")

    quiet.published()
    assert quiet.segment() == UNKNOWN


@pytest.mark.parametrize("write", [1, 2, 3, 8])
def test_run_that_is_killed_while_it_publishes_is_made_up_for_by_the_next_one(
    quiet: World, write: int
) -> None:
    shown(quiet, status_json(7))
    inject = f"inject=rename:signal=KILL:when={write}"

    by_python(quiet, "strace", "-f", "-qq", "-o", "/dev/null", "-e", inject).communicate()
    quiet.published()

    assert shown(quiet, status_json(8)) == "[5h:8% 7d:77%]"
    assert quiet.segment() == "[5h:8% 7d:77%]"
    assert why(quiet)["rejected"] == []


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_killing_the_group_right_after_the_line_loses_nothing_for_good(quiet: World, sent: int) -> None:
    shown(quiet, status_json(7))
    command = by_python(quiet)
    assert command.stdout
    assert b"8%" in command.stdout.readline()
    with suppress(ProcessLookupError):
        os.killpg(command.pid, sent)
    command.communicate()
    quiet.published()

    assert shown(quiet, status_json(8)) == "[5h:8% 7d:77%]"
    assert quiet.segment() == "[5h:8% 7d:77%]"


def test_segments_are_written_before_the_end_if_no_process_can_be_started(quiet: World) -> None:
    shown(quiet, status_json(7))
    inject = "inject=clone,clone3,fork,vfork:error=EAGAIN"

    shown_line = by_python(quiet, "strace", "-f", "-qq", "-o", "/dev/null", "-e", inject).communicate()[0]

    assert b"8%" in shown_line
    assert quiet.segment() == "[5h:8% 7d:77%]"


def test_row_of_combine_does_not_wait_for_the_segments(quiet: World) -> None:
    shown(quiet, status_json(7))
    (quiet.folder / "input").write_bytes(status_json(8) + b"\n")
    with locked(quiet), (quiet.folder / "input").open() as stdin:
        done = quiet.run("quotaline-cli", "combine", "echo theirs", stdin=stdin)
        assert quiet.processes("\0--for\0claude\0")
        assert quiet.segment() == "[5h:7% 7d:77%]"

    assert (done.returncode, done.stderr) == (0, b"")
    assert re.sub(rb"\x1b\[[0-9;]*m", b"", done.stdout) == b"theirs [5h:8% 7d:77%]\n"
    quiet.published()
    assert quiet.segment() == "[5h:8% 7d:77%]"


@pytest.mark.parametrize(
    ("variables", "line"),
    [({"COLUMNS": "10"}, "8|77"), ({"CLAUDE_AX_SCREEN_READER": "1"}, "5 hour quota 8 percent used")],
    ids=["narrow", "screen reader"],
)
def test_look_of_one_terminal_is_not_published(quiet: World, variables: dict[str, str], line: str) -> None:
    shown(quiet, status_json(7))

    assert shown(quiet, status_json(8), env=variables).startswith(line)
    assert shown(quiet, status_json(8)) == "[5h:8% 7d:77%]"
    assert quiet.segment() == "[5h:8% 7d:77%]"


# -- the parser


def test_float_noise_and_fractions_are_rounded() -> None:
    text = json.dumps(
        {"rate_limits": {"five_hour": {"used_percentage": 28.999999999999996, "resets_at": 2000}}}
    )

    assert statusline.parse(text.encode(), 1000).usage == Usage(Window(29.0, 2000, 18000))


def test_windows_with_absurd_values_are_named() -> None:
    parsed = statusline.parse(status_json(1_776_950_400, 77), time.time())

    assert parsed.invalid == ("five_hour",)
    assert parsed.usage is not None
    assert parsed.usage.five_hour is None


def test_spend_limit_of_a_gateway_is_a_window_of_its_own() -> None:
    limits = {"spend_limit": {"used_percentage": 40, "resets_at": 2000, "used_usd": 4, "period": "daily"}}

    assert statusline.parse(json.dumps({"rate_limits": limits}).encode(), 1000).usage == Usage(
        spend=Window(40, 2000)
    )


@given(st.binary() | st.text().map(str.encode))
def test_no_input_raises(text: bytes) -> None:
    statusline.limits_text(text)

    assert statusline.parse(text, 1000).usage is None or text


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=8),
        lambda inner: st.dictionaries(st.text(max_size=8), inner),
    )
)
def test_shell_and_python_extract_the_same_limits_text(document: object) -> None:
    text = json.dumps({"before": document, "rate_limits": document, "after": document}, separators=(",", ":"))
    cut = """
IFS= read -r json; set -f; IFS='{}'; set -- $json; unset IFS; memo='' found=''
for piece; do
    if [ -n "$found" ]; then [ -n "$piece" ] || break; memo=$memo$piece
    else case $piece in *'"rate_limits":') found=yes ;; esac; fi
done
printf %s "$memo"
"""
    done = subprocess.run(["dash", "-c", cut], input=f"{text}\n".encode(), capture_output=True, check=True)

    assert done.stdout.decode() == (statusline.limits_text(text.encode()) or "")


@pytest.mark.parametrize("amount", [1e308, 1e7, -1.0, float("inf"), float("nan")])
def test_absurd_cost_does_not_fill_the_row(amount: float) -> None:
    assert statusline.dollars(amount) == "$--"
    if amount > 1:
        fields = statusline.StatuslineInput(tokens=amount * 1e6).template_fields()
        assert fields["tokens"] == "--"
