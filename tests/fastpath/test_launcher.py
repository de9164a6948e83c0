"""shell/quotaline: the same folder as Python, no fork for a fresh segment, all else left to Python."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from quotaline.cache import segment_file, store
from quotaline.cache.paths import cache_folder
from quotaline.cache.segment_format import FOR_EVER
from quotaline.segment.markup import MARKUPS
from quotaline.segment.span import Span
from world import until

SHELLS = (["/bin/sh"], ["dash"], ["busybox", "sh"], ["bash", "--posix"])
HANDED_OVER = "handed over: --for plain"
STUB = '#!/bin/sh\n[ "$1" = refresh ] || echo "handed over: $*"\n'


@pytest.fixture
def command(tmp_path: pathlib.Path, root: pathlib.Path) -> pathlib.Path:
    """The launcher, with a fake quotaline-cli next to it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "quotaline").write_text((root / "shell/quotaline").read_text())
    (folder / "quotaline-cli").write_text(STUB)
    for file in folder.iterdir():
        file.chmod(0o755)
    return folder / "quotaline"


def write_segment(
    folder: str, text: str = "[5h:8% 7d:77%]", due: float = 60, host: str = "plain"
) -> pathlib.Path:
    """Write a segment as a refresher does, and return its path."""
    now = time.time()
    os.makedirs(folder, exist_ok=True)
    with store.locked(folder):
        store.write(folder, f"segment.{host}", segment_file.encode([(FOR_EVER, text)], now + due, now))
    return pathlib.Path(folder) / f"segment.{host}"


def run(command: pathlib.Path, environ: dict[str, str], *words: str, shell: list[str] | None = None) -> str:
    done = subprocess.run(
        [*(shell or []), command, *words], env=environ, capture_output=True, text=True, check=False, cwd="/"
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.rstrip("\n")


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"XDG_CACHE_HOME": "{}/xdg"},
        {"XDG_CACHE_HOME": "relative"},
        {"XDG_CACHE_HOME": "{}/xdg", "QUOTALINE_CACHE_DIR": "{}/own"},
        {"QUOTALINE_CACHE_DIR": "relative"},
        {"QUOTALINE_CACHE_DIR": ""},
        {"CLAUDE_CONFIG_DIR": ""},
        {"CLAUDE_CONFIG_DIR": "{}/.claude"},
        {"CLAUDE_CONFIG_DIR": "{}/.claude/"},
        {"CLAUDE_CONFIG_DIR": "{}/.claude-work"},
        {"CLAUDE_CONFIG_DIR": "{}/.claude-work/", "QUOTALINE_CACHE_DIR": "{}/own"},
        {"CLAUDE_CONFIG_DIR": "{}/with space 'and' \"quotes\" $(id) * %"},
    ],
    ids=str,
)
def test_launcher_and_python_agree_on_the_folder(
    command: pathlib.Path, tmp_path: pathlib.Path, variables: dict[str, str], shell: list[str]
) -> None:
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    environ |= {name: value.format(tmp_path) for name, value in variables.items()}
    folder = cache_folder(environ)
    assert folder is not None
    write_segment(folder)

    assert run(command, environ, "--for", "plain", shell=shell) == "[5h:8% 7d:77%]"


@pytest.mark.parametrize("host", sorted(MARKUPS.keys() - {"claude"}))
@pytest.mark.parametrize(
    "icon", ["", "\u25d1 \u2588\u2591 ", "\U000f0a9e \ue0b0 "], ids=["ascii", "unicode", "nerd"]
)
def test_styled_line_is_printed_unchanged(
    command: pathlib.Path, tmp_path: pathlib.Path, host: str, icon: str
) -> None:
    text = MARKUPS[host]([Span(f"{icon}8%", "bold dim italic underline inverted red")])
    environ = {"HOME": str(tmp_path), "FORCE_COLOR": "1"}
    segment = write_segment(str(tmp_path / ".cache/quotaline/default"), text, host=host)

    # A byte that is not ASCII may be damage in a plain text, which only Python can check.
    assert run(command, environ, "--for", host) == (HANDED_OVER if icon and host == "plain" else text)
    decoded = segment_file.decode(segment.read_bytes(), time.time(), host)
    assert decoded is not None
    assert decoded[0] == text


@pytest.mark.parametrize(
    "config", ["other", "./other", "{}//other", "{}/./other", "{}/a/../other", "{}/other/.", "{}/other/.."]
)
def test_config_dir_that_a_shell_can_not_normalise_is_left_to_python(
    command: pathlib.Path, tmp_path: pathlib.Path, config: str
) -> None:
    environ = {"HOME": str(tmp_path), "CLAUDE_CONFIG_DIR": config.format(tmp_path)}

    assert run(command, environ, "--for", "plain") == HANDED_OVER


@pytest.mark.parametrize("home", [None, "", "relative", "~"])
def test_missing_home_is_left_to_python(command: pathlib.Path, home: str | None) -> None:
    assert run(command, {} if home is None else {"HOME": home}, "--for", "plain") == HANDED_OVER


COLOURS = pytest.mark.parametrize(
    ("variables", "shown"),
    [
        ({}, "plain ansi"),
        ({"NO_COLOR": "1"}, "plain plain"),
        ({"NO_COLOR": ""}, "plain ansi"),
        ({"TERM": "dumb"}, "plain plain"),
        ({"CLICOLOR": "0"}, "plain plain"),
        ({"CLICOLOR": "1"}, "plain ansi"),
        ({"FORCE_COLOR": "1"}, "ansi ansi"),
        ({"CLICOLOR_FORCE": "1"}, "ansi ansi"),
        ({"CLICOLOR_FORCE": "0"}, "plain ansi"),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, "ansi ansi"),
        ({"FORCE_COLOR": "1", "CLICOLOR": "0"}, "ansi ansi"),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "plain plain"),
    ],
    ids=str,
)


@COLOURS
@pytest.mark.parametrize("words", ["status", "doctor"])
def test_colour_of_a_command_in_a_pipe_goes_by_the_same_rule(
    tmp_path: pathlib.Path, variables: dict[str, str], shown: str, words: str
) -> None:
    command = pathlib.Path(sys.executable).with_name("quotaline-cli")
    done = subprocess.run(
        [command, words],
        env={"HOME": str(tmp_path), "TERM": "xterm", "PATH": "/nowhere", **variables},
        capture_output=True,
        check=False,
    )

    assert done.stdout
    assert (b"\x1b[" in done.stdout) == shown.startswith("ansi")


@COLOURS
@pytest.mark.parametrize("half", ["quotaline", "quotaline-cli"])
def test_colour_goes_by_no_color_then_force_then_clicolor_and_the_terminal(
    command: pathlib.Path, tmp_path: pathlib.Path, variables: dict[str, str], shown: str, half: str
) -> None:
    environ = {"HOME": str(tmp_path), "TERM": "xterm", **variables}
    for host in ("plain", "ansi"):
        write_segment(f"{tmp_path}/.cache/quotaline/default", text=host, host=host)
    if half == "quotaline-cli":
        command = pathlib.Path(sys.executable).with_name(half)

    assert f"{run(command, environ)} {run(command, environ, '--for', 'ansi')}" == shown


@pytest.mark.parametrize("words", [["status"], ["--version"], ["--for", "nonsense"], ["--for"], ["a", "b c"]])
def test_every_other_command_is_left_to_python(command: pathlib.Path, words: list[str]) -> None:
    assert run(command, {}, *words) == f"handed over: {' '.join(words)}"


def test_launcher_finds_quotaline_cli_through_a_symlink(
    command: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/q").symlink_to(command)

    assert run(tmp_path / "elsewhere/q", {"PATH": "/usr/bin:/bin"}, "status") == "handed over: status"


def test_launcher_shows_unknown_when_python_is_gone(command: pathlib.Path, tmp_path: pathlib.Path) -> None:
    (command.parent / "quotaline-cli").write_text("#!/nowhere/python\n")

    assert run(command, {"HOME": str(tmp_path)}, "--for", "plain") == "[5h:-- 7d:--]"


def test_claims_do_not_pile_up_when_python_is_gone(command: pathlib.Path, tmp_path: pathlib.Path) -> None:
    (command.parent / "quotaline-cli").write_text("#!/nowhere/python\n")
    folder = pathlib.Path(tmp_path / ".cache/quotaline/default")
    write_segment(str(folder), due=-1)
    minute = int(time.time()) // 60
    for earlier in range(1, 61):
        (folder / f"claim.{minute - earlier}").touch()

    assert run(command, {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}, "--for", "plain")

    until(lambda: len(list(folder.glob("claim.*"))) == 1)
    assert max(path.name for path in folder.glob("claim.*")) >= f"claim.{minute}"


def test_symlink_to_the_launcher_without_readlink_on_path_prints_no_message(
    command: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/q").symlink_to(command)
    write_segment(f"{tmp_path}/.cache/quotaline/default", due=-1)

    environ = {"HOME": str(tmp_path), "PATH": str(tmp_path)}
    assert run(tmp_path / "elsewhere/q", environ, "--for", "plain") == "[5h:8% 7d:77%]"


@pytest.mark.parametrize("sent", [signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_signal_to_the_processes_of_a_prompt_does_not_end_the_refresher_before_it_is_detached(
    command: pathlib.Path, tmp_path: pathlib.Path, sent: signal.Signals, shell: list[str]
) -> None:
    stub = 'cd "$HOME"; >started; until [ -e signalled ]; do sleep 0.01; done; >survived\n'
    (command.parent / "quotaline-cli").write_text(f"#!/bin/sh\n{stub}")
    write_segment(f"{tmp_path}/.cache/quotaline/default", due=-1)
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    with subprocess.Popen(
        [*shell, command, "--for", "plain"], env=environ, stdout=subprocess.DEVNULL, start_new_session=True
    ) as prompt:
        until((tmp_path / "started").exists)
        os.killpg(prompt.pid, sent)
        (tmp_path / "signalled").touch()

        until((tmp_path / "survived").exists)


def test_file_that_was_written_in_place_is_left_to_python(
    command: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    path = write_segment(f"{tmp_path}/.cache/quotaline/default")
    environ = {"HOME": str(tmp_path)}
    assert run(command, environ, "--for", "plain") == "[5h:8% 7d:77%]"

    path.write_bytes(path.read_bytes())

    assert run(command, environ, "--for", "plain") == HANDED_OVER


def traced(
    tmp_path: pathlib.Path, *words: str | pathlib.Path, environ: dict[str, str], **options: object
) -> list[str]:
    """Run a command under strace and return the system calls that create or replace a process."""
    log = tmp_path / "strace.log"
    calls = "trace=execve,fork,vfork,clone,clone3"
    subprocess.run(
        ["strace", "-f", "-qq", "-e", calls, "-e", "signal=none", "-o", log, *words],
        env=environ,
        check=True,
        stdout=subprocess.DEVNULL,
        **options,  # type: ignore[call-overload]
    )
    return [line.split("(")[0].split()[-1] for line in log.read_text().splitlines() if "exited" not in line]


def test_fresh_segment_costs_one_execve_and_no_fork(command: pathlib.Path, tmp_path: pathlib.Path) -> None:
    write_segment(f"{tmp_path}/.cache/quotaline/default")
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}

    assert traced(tmp_path, command, "--for", "plain", environ=environ) == ["execve"]


def test_due_segment_starts_one_refresher_however_often_it_is_read(
    command: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    folder = f"{tmp_path}/.cache/quotaline/default"
    write_segment(folder, due=-1)
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}

    first = traced(tmp_path, command, "--for", "plain", environ=environ)
    second = traced(tmp_path, command, "--for", "plain", environ=environ)

    assert first.count("execve") >= 2
    # Or a new minute began in between, with a claim of its own.
    assert second == ["execve"] or len(list(pathlib.Path(folder).glob("claim.*"))) == 2


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@pytest.mark.parametrize("error", ["EACCES", "EIO", "EMFILE"])
def test_segment_that_can_not_be_opened_is_left_to_python_without_a_message(
    command: pathlib.Path, tmp_path: pathlib.Path, shell: list[str], error: str
) -> None:
    segment = write_segment(f"{tmp_path}/.cache/quotaline/default")
    fault = ["-P", str(segment), "-e", "trace=openat", f"--inject=openat:error={error}"]

    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", *fault, *shell, command, "--for", "plain"],
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )

    assert (done.stdout, done.stderr) == (f"{HANDED_OVER}\n", "")


def test_read_only_folder_shows_the_segment_and_starts_nothing(
    command: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    folder = f"{tmp_path}/.cache/quotaline/default"
    write_segment(folder, due=-1)
    bound = f'mount --bind "{folder}" "{folder}" && mount -o remount,bind,ro "{folder}" && exec "$@"'
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    users = [] if os.geteuid() == 0 else ["-U", "-r"]

    calls = traced(
        tmp_path, "unshare", *users, "-m", "sh", "-c", bound, "sh", command, "--for", "plain", environ=environ
    )

    assert calls[-1] == "execve"
    assert not list(pathlib.Path(folder).glob("claim.*"))
