"""An existing status line is kept, and nothing that it does hides ours."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
from typing import Any

import pytest

from quotaline.fastpath.combine import join
from world import World, until

OURS = "[5h:\x1b[32m8%\x1b[39m 7d:\x1b[33m77%\x1b[39m]"
INPUT = (pathlib.Path(__file__).parent.parent / "data/statusline/v2.1.330-after-reply.json").read_bytes()


class Claude:
    """
    The status line of Claude Code: its settings, and how it runs the command in them.

    See docs/claude-code.md 1.4.
    """

    def __init__(self, folder: pathlib.Path, binaries: pathlib.Path) -> None:
        self.folder = folder
        self.settings = folder / ".claude/settings.json"
        self.settings.parent.mkdir()
        bin_folder = folder / "bin"
        bin_folder.mkdir()
        shutil.copy(binaries / "quotaline-cli", bin_folder)
        self.replace_ours(f"cat >{folder}/ours; printf '%s\\n' '{OURS}'")
        self.environ = {"HOME": str(folder), "PATH": f"{bin_folder}:/usr/bin:/bin", "QL": str(folder)}

    def replace_ours(self, script: str) -> None:
        """Replace `quotaline --for claude` by a script; every other command is the installed one."""
        command = self.folder / "bin/quotaline"
        command.write_text(
            f'#!/bin/sh\n[ "$*" = "--for claude" ] || exec "${{0%/*}}/quotaline-cli" "$@"\n{script}\n'
        )
        command.chmod(0o755)

    def install_over(self, old: str, *options: str) -> str:
        """Install with an existing status line, and return the command that is in the settings afterwards."""
        line = {"type": "command", "command": old, "padding": 0}
        self.settings.write_text(json.dumps({"statusLine": line}, indent=2))
        done = subprocess.run(
            ["quotaline", "install", "claude", "--yes", *options],
            env=self.environ,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        return str(json.loads(self.settings.read_text())["statusLine"]["command"])

    def start(self, command: str, **env: str) -> subprocess.Popen[bytes]:
        pipe: Any = subprocess.PIPE
        return subprocess.Popen(
            ["/bin/sh", "-c", command],
            env={**self.environ, **env},
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            start_new_session=True,
        )

    def rows(self, old: str, *options: str, stdin: bytes = INPUT, **env: str) -> list[str]:
        """Install with an existing status line and return the rows shown, once both output streams have ended."""
        running = self.start(self.install_over(old, *options), **env)
        shown, error = running.communicate(stdin, timeout=60)
        assert (running.returncode, error) == (0, b"")
        return shown.decode().splitlines()


@pytest.fixture
def claude(tmp_path: pathlib.Path, binaries: pathlib.Path) -> Claude:
    return Claude(tmp_path, binaries)


@pytest.mark.quick
def test_both_texts_are_on_the_row_and_both_commands_got_the_same_json(claude: Claude) -> None:
    old = "cat >\"$QL/theirs\"; printf '\\033[35mopus\\033[0m it'\\''s\\n'"

    assert claude.rows(old) == [f"\x1b[35mopus\x1b[0m it's\x1b[0m {OURS}"]

    assert (claude.folder / "theirs").read_bytes() == INPUT
    assert (claude.folder / "ours").read_bytes() == INPUT


def test_installed_command_shows_the_numbers_of_the_session_after_the_old_text(live: World) -> None:
    settings = live.home / ".claude/settings.json"
    settings.write_text('{"statusLine": {"type": "command", "command": "printf \'\\\\033[35mopus\'"}}')
    live.run("quotaline", "install", "claude", "--yes")
    limits = {
        "five_hour": {"used_percentage": 8, "resets_at": int(time.time()) + 7200},
        "seven_day": {"used_percentage": 77, "resets_at": int(time.time()) + 260000},
    }
    text = live.home / "input.json"
    text.write_text(json.dumps({"session_id": "a-b-c", "rate_limits": limits}) + "\n")
    command = json.loads(settings.read_text())["statusLine"]["command"]

    for _ in range(2):
        with text.open("rb") as stdin:
            done = live.run("/bin/sh", "-c", command, stdin=stdin)

        assert (done.returncode, done.stderr) == (0, b"")
        row = done.stdout.decode()
        assert row.startswith("\x1b[35mopus\x1b[0m [")
        assert re.sub(r"\x1b\[[0-9;]*m", "", row) == "opus [5h:8% 7d:77%]\n"


def test_below_prints_ours_on_its_own_row(claude: Claude) -> None:
    assert claude.rows("echo one; echo two", "--below") == ["one", "two", OURS]


def test_ours_is_appended_to_the_last_of_several_rows(claude: Claude) -> None:
    assert claude.rows("echo one; echo; echo '  two '") == ["one", f"two {OURS}"]


def test_ours_gets_its_own_row_if_the_shared_one_would_be_cut(claude: Claude) -> None:
    assert claude.rows("echo 12345678901234567890", COLUMNS="38") == ["12345678901234567890", OURS]
    assert claude.rows("echo 12345678901234567890", COLUMNS="39") == [f"12345678901234567890 {OURS}"]


def test_old_command_that_sleeps_5_s_is_killed_with_its_children_and_ours_is_shown(
    claude: Claude,
) -> None:
    old = 'sleep 60 & echo $! >"$QL/pid"; sleep 5; touch "$QL/end"; echo late'

    assert claude.rows(old) == [OURS]

    assert not (claude.folder / "end").exists()
    until(lambda: not alive(claude.folder / "pid"))


def test_old_command_that_ignores_sigterm_is_killed(claude: Claude) -> None:
    old = 'trap "" TERM; echo $$ >"$QL/pid"; while :; do sleep 1; done'

    assert claude.rows(old) == [OURS]

    until(lambda: not alive(claude.folder / "pid"))


def test_old_command_that_fails_shows_nothing_and_ours_is_shown(claude: Claude) -> None:
    assert claude.rows("echo half; exit 3") == [OURS]
    assert claude.rows("/no/such/command") == [OURS]
    assert claude.rows("if") == [OURS]


def test_old_command_that_prints_nothing_leaves_the_row_to_ours(claude: Claude) -> None:
    assert claude.rows("echo oops >&2") == [OURS]


def test_old_command_that_prints_without_end_is_killed(claude: Claude) -> None:
    assert claude.rows("yes") == [OURS]


def test_old_command_with_a_background_child_is_shown_without_waiting_for_the_child(
    claude: Claude,
) -> None:
    rows = claude.rows('sleep 60 & echo $! >"$QL/pid"; echo here')

    assert rows == [f"here {OURS}"]
    os.kill(int((claude.folder / "pid").read_text()), signal.SIGKILL)


@pytest.mark.parametrize("old", ["echo unread", "exec 0<&-; echo unread", "wc -c"])
def test_json_larger_than_a_pipe_buffer_arrives_complete(old: str, claude: Claude) -> None:
    text = b'{"x":"' + b"a" * 300_000 + b'"}\n'

    (row,) = claude.rows(old, stdin=text)

    assert row == f"{len(text) if old == 'wc -c' else 'unread'} {OURS}"
    assert (claude.folder / "ours").read_bytes() == text


def test_pipeline_in_the_old_command_ends_by_sigpipe(claude: Claude) -> None:
    assert claude.rows('(yes; echo $? >"$QL/code") | head -n 1 && cat "$QL/code"') == ["y", f"141 {OURS}"]


@pytest.mark.parametrize("script", ["exit 1", "true", "sleep 60", "yes"])
def test_failure_of_ours_does_not_hide_the_old_text(script: str, claude: Claude) -> None:
    claude.replace_ours(script)

    assert claude.rows("echo here") == ["here"]


def test_cancelled_run_kills_the_old_command(claude: Claude) -> None:
    # The old command cancels the run itself, as a test that waits for its start may be later than its time limit.
    cancel = "kill -s TERM -- -$(ps -o pgid= -p $PPID | tr -d ' ')"
    running = claude.start(claude.install_over(f'echo $$ >"$QL/pid"; {cancel}; sleep 60'))

    shown, error = running.communicate(INPUT, timeout=60)

    assert (shown, error, running.returncode) == (b"", b"", -signal.SIGTERM)
    until(lambda: not alive(claude.folder / "pid"))


def test_old_command_still_runs_after_quotaline_was_removed(claude: Claude) -> None:
    command = claude.install_over("cat")
    shutil.rmtree(claude.folder / "bin")

    shown, _ = claude.start(command).communicate(INPUT, timeout=60)

    assert shown == INPUT


def test_command_that_an_older_version_installed_still_shows_both(claude: Claude) -> None:
    command = claude.install_over("cat >/dev/null; echo theirs").replace(
        "quotaline combine", "quotaline beside"
    )
    assert "quotaline beside" in command or "quotaline' beside" in command

    shown, _ = claude.start(command).communicate(INPUT, timeout=60)

    assert shown.decode() == f"theirs {OURS}\n"


def test_usage_error_prints_the_usage(claude: Claude) -> None:
    done = subprocess.run(["quotaline", "combine"], env=claude.environ, capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"quotaline: usage: quotaline combine [--below] COMMAND\n"


@pytest.mark.parametrize(
    ("row", "width"),
    [
        (b"abc", 3),
        (b"\x1b[1;38;5;208mabc\x1b[0m", 3),
        (b"\x1b]8;;https://example.org\x1b\\abc\x1b]8;;\x07", 3),
        ("é日本👍".encode(), 7),
        ("e\N{COMBINING ACUTE ACCENT}\N{ZERO WIDTH JOINER}".encode(), 1),
        (b"\xff\xfe", 2),
    ],
)
def test_row_is_shared_up_to_the_column_where_it_would_be_cut(row: bytes, width: int) -> None:
    fitting = width + len(" ours") + 4

    assert len(join([row], [b"ours"], fitting, below=False)) == 1
    assert len(join([row], [b"ours"], fitting - 1, below=False)) == 2


def alive(pid_file: pathlib.Path) -> bool:
    """Whether the process is running; a zombie is not."""
    try:
        state = pathlib.Path(f"/proc/{pid_file.read_text().strip()}/stat").read_text()
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"
