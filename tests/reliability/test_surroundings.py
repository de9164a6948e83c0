"""What a prompt, a host or a user may run us with: streams, locales, folders, limits, signals, clocks."""

from __future__ import annotations

import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

from world import World, until, usage

FRESH = "[5h:8% 7d:77%]"
LINE = f"{FRESH}\n".encode()
UNKNOWN = "[5h:-- 7d:--]"
HOUR = 3600.0
OTHER_USER = "4321"  # a user id that no account has


def readers(live: World) -> list[list[str]]:
    """Return the commands that print a plain segment: the launcher, and Python."""
    return [["quotaline", "--for", "plain"], ["quotaline-cli", "--for", "plain"]]


def wait_for_request(live: World, asked: int) -> None:
    until(lambda: len(live.requests) > asked)


# -- docs/reliability.md A3, J6: the refresher and its host


@pytest.mark.quick
def test_output_ends_while_the_refresher_is_still_running(live: World) -> None:
    live.refresh()
    live.endpoint("hang")
    for host in ("quotaline", 'x=$(quotaline); echo "$x"', "quotaline-cli --for plain"):
        live.travel(1000)
        asked = len(live.requests)
        reader = live.start("sh", "-c", host)

        stdout, stderr = reader.communicate()

        assert stdout.startswith(b"[5h:"), stdout
        assert stderr == b""
        wait_for_request(live, asked)
        (refresher,) = live.refreshers()
        os.kill(refresher, signal.SIGKILL)
        live.settle()


def test_refresher_has_its_own_session_and_no_descriptor_of_its_caller(live: World) -> None:
    live.refresh()
    live.endpoint("hang")
    for command in ("quotaline", "quotaline-cli"):
        live.travel(1000)
        asked = len(live.requests)
        with (live.folder / "held").open("w") as held:
            os.dup2(held.fileno(), 300)
            live.run(command, cwd=live.home, pass_fds=(held.fileno(), 300))
            os.close(300)
        wait_for_request(live, asked)
        (refresher,) = live.refreshers()
        process = pathlib.Path(f"/proc/{refresher}")

        state = (process / "stat").read_text().rpartition(")")[2].split()
        assert int(state[1]) == 1, "not the caller's child"
        assert int(state[3]) == refresher, "the leader of its session"
        assert os.readlink(process / "cwd") == "/"
        open_ones = {int(one.name): os.readlink(one) for one in (process / "fd").iterdir()}
        assert [open_ones.pop(fd) for fd in (0, 1, 2)] == ["/dev/null"] * 3
        left = sorted(re.sub(r"\[\d+\]", "", target) for target in open_ones.values())
        assert left == ["socket:"], left
        os.kill(refresher, signal.SIGKILL)
        live.settle()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT])
def test_signal_to_the_processes_of_a_prompt_does_not_reach_the_refresher(
    live: World, sent: signal.Signals
) -> None:
    live.refresh()
    live.endpoint("hang")
    live.travel(120)
    prompt = live.start("sh", "-c", "quotaline; read -r _", stdin=subprocess.PIPE, start_new_session=True)
    until(lambda: len(live.requests) == 2)
    (refresher,) = live.refreshers()

    os.killpg(prompt.pid, sent)

    assert prompt.wait() != 0
    prompt.communicate()
    assert live.refreshers() == [refresher]


def test_50_stale_prompts_leave_no_zombie(live: World) -> None:
    live.refresh()
    live.endpoint(status=500)
    live.travel(1000)
    loop = "i=0; while [ $i -lt 50 ]; do $0 >/dev/null; rm -f $1/claim.*; i=$((i + 1)); done; ps -o stat= --ppid $$"

    for command in ("quotaline", "quotaline-cli"):
        done = live.run("sh", "-c", loop, command, str(live.cache))
        assert done.stderr == b""
        assert [line for line in done.stdout.split() if line.startswith(b"Z")] == []
    live.settle()


# -- docs/reliability.md J1: streams


@pytest.mark.parametrize("closed", list(itertools.product((True, False), repeat=3)))
def test_closed_streams_cause_no_error(live: World, closed: tuple[bool, bool, bool]) -> None:
    closing = "".join(f" {fd}{'<' if fd == 0 else '>'}&-" for fd in (0, 1, 2) if closed[fd])
    code = live.folder / "code"
    for number, command in enumerate(
        ("quotaline --for plain", "quotaline-cli", "quotaline refresh", "quotaline status")
    ):
        done = live.run("sh", "-c", f'{command}{closing}; echo $? >"$0"', str(code))
        assert code.read_text() == "0\n", (command, done)
        assert done.stderr == b"", (command, done)
        assert (done.stdout == b"") == closed[1], command
        if number == 0:
            live.settle()
    for path in live.cache.iterdir():
        text = path.read_bytes()
        assert text == b"" or path.name.startswith(("state.json", "segment.")), path
    json.loads((live.cache / "state.json").read_bytes())
    assert live.segment() == FRESH


def test_full_output_causes_no_traceback(live: World) -> None:
    live.refresh()
    for reader in readers(live):
        done = live.run("sh", "-c", '"$@" >/dev/full', "sh", *reader)
        assert (done.returncode, done.stderr) == (0, b""), done
    for words in (["refresh"], ["status"], ["status", "--json"], ["config", "list"]):
        done = live.run("sh", "-c", '"$@" >/dev/full', "sh", "quotaline", *words)
        assert done.returncode == 1, done
        assert done.stderr == b"quotaline: can't write the output: No space left on device\n", done


def test_closed_pipe_causes_no_traceback(live: World) -> None:
    live.refresh()
    for words in (
        *readers(live),
        ["quotaline", "refresh"],
        ["quotaline", "status"],
        ["quotaline", "config", "list"],
    ):
        end, start = os.pipe()
        os.close(end)
        process = live.start(*words, stdout=start)
        os.close(start)
        _, stderr = process.communicate()
        assert stderr == b"", words
        # 1 is rich's own answer, after it has printed nothing more.
        assert process.returncode in ((0, 1) if "status" in words else (0,)), words


# -- docs/reliability.md J2, I3: locales and time zones


def test_every_locale_and_time_zone_prints_the_same_bytes(live: World) -> None:
    live.refresh()
    locales = ["C", "POSIX", "C.UTF-8", "de_DE.ISO-8859-1", "zh_CN.GB18030", "tr_TR.UTF-8", "nonsense"]
    settings = [{"LC_ALL": one, "LANG": one} for one in locales]
    settings += [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ]
    settings += [{"TZ": zone} for zone in ("Europe/Berlin", "Asia/Kathmandu", "right/UTC", "garbage")]
    for env in settings:
        for reader in readers(live):
            done = live.run(*reader, env=env)
            assert (done.returncode, done.stdout, done.stderr) == (0, LINE, b""), (env, done)
        done = live.run("quotaline", "status", env=env)
        assert (done.returncode, done.stderr) == (0, b""), (env, done)


# -- docs/reliability.md J3: folders


def test_deleted_working_directory_changes_nothing(live: World) -> None:
    gone = live.home / "gone"
    gone.mkdir()
    inside = 'cd "$0" && rmdir "$0" && "$@"'
    for words in (["quotaline", "refresh"], *readers(live), ["quotaline", "status"]):
        gone.mkdir(exist_ok=True)
        done = live.run("sh", "-c", inside, str(gone), *words)
        # A shell says so before it reads the first line of any script.
        assert done.stderr in (b"", b"sh: 0: getcwd() failed: No such file or directory\n"), done
        assert done.returncode == 0
        assert b"8%" in done.stdout
    live.travel(120)
    gone.mkdir(exist_ok=True)
    live.endpoint(body=usage(9, 78))
    live.run("sh", "-c", inside, str(gone), "quotaline")
    live.settle()
    assert live.segment() == "[5h:9% 7d:78%]"


def plant(live: World) -> tuple[pathlib.Path, pathlib.Path]:
    """Make a folder full of modules that leave a file when they are imported. Return both."""
    clone = live.home / "clone"
    (clone / "quotaline").mkdir(parents=True)
    ran = live.home / "ran"
    trap = f"open({str(ran)!r}, 'a').write(__name__ + chr(10))\n"
    for name in (
        "requests",
        "json",
        "keyring",
        "sitecustomize",
        "usercustomize",
        "rich",
        "quotaline/__init__",
        "quotaline/__main__",
    ):
        (clone / f"{name}.py").write_text(trap)
    for program in ("quotaline", "quotaline-cli", "python3", "date", "readlink", "sh"):
        if program != "quotaline":  # the planted package
            (clone / program).symlink_to("/bin/false")
    return clone, ran


@pytest.mark.parametrize("pythonpath", [":/nonexistent", "/nonexistent:", "."])
def test_planted_modules_are_not_run_by_a_status_line_even_with_an_empty_entry_in_pythonpath(
    live: World, pythonpath: str
) -> None:
    clone, ran = plant(live)
    live.configure("[sources]\napi = false\n")  # else the numbers may be there by the last host
    (live.home / "theirs").write_text("pwd; echo $PWD\n")
    env = {"PYTHONPATH": pythonpath}

    for host in ("claude", "plain", "tmux"):
        done = live.run("quotaline", "--for", host, cwd=clone, env=env)
        # By the second host a refresher may have answered.
        assert (done.returncode, done.stdout.count(b"\n"), done.stderr) == (0, 1, b""), done
        live.settle()
        shutil.rmtree(live.cache, ignore_errors=True)  # or the next one would not need Python
    done = live.run("quotaline", "combine", f"sh {live.home}/theirs", cwd=clone, env=env)
    live.settle()

    # The other status line is run in the folder all the same.
    assert done.stdout.startswith(f"{clone}\n{clone} ".encode()), done
    assert not ran.exists(), ran.read_text()


def test_modules_planted_in_the_working_directory_are_never_run(live: World) -> None:
    clone, ran = plant(live)
    for words in (
        ["quotaline"],
        ["quotaline-cli"],
        ["quotaline", "refresh"],
        ["quotaline", "status"],
        ["quotaline", "config", "set", "ttl", "60"],
    ):
        live.travel(1000)
        done = live.run(*words, cwd=clone)
        assert (done.returncode, done.stderr) == (0, b""), done
        live.settle()
    done = live.run(str(live.binaries / "python"), "-P", "-m", "quotaline", cwd=clone)
    assert done.returncode == 0
    live.settle()

    assert live.segment() == FRESH
    assert len(live.requests) >= 3
    assert not ran.exists(), ran.read_text()


# -- docs/reliability.md J4: Python's environment variables


def test_python_environment_variables_change_no_byte(live: World) -> None:
    live.refresh()
    for number, env in enumerate(
        (
            {"PYTHONOPTIMIZE": "2"},
            {"PYTHONWARNINGS": "error"},
            {"PYTHONDEVMODE": "1"},
            {"PYTHONSAFEPATH": "1"},
            {"PYTHONNOUSERSITE": "1"},
            {"PYTHONDONTWRITEBYTECODE": "1"},
            {"PYTHONUNBUFFERED": "1"},
            {"PYTHONFAULTHANDLER": "1"},
            {"PYTHONHASHSEED": "0", "PYTHONINTMAXSTRDIGITS": "640"},
        )
    ):
        for reader in readers(live):
            done = live.run(*reader, env=env)
            assert (done.returncode, done.stdout, done.stderr) == (0, LINE, b""), (env, done)
        live.endpoint(body=usage(8, 77, later=number))
        done = live.refresh(env)
        assert (done.returncode, done.stderr) == (0, b""), (env, done)


def test_broken_python_still_gives_a_line_and_no_error(live: World) -> None:
    env = {"PYTHONHOME": "/nonexistent"}
    assert live.segment(env=env) == UNKNOWN
    live.refresh()
    live.travel(120)
    assert live.segment(env=env) == FRESH
    live.settle()
    assert len(live.requests) == 1


# -- docs/reliability.md J5: limits


@pytest.mark.parametrize("limit", ["--nproc=1", "--nofile=16", "--fsize=0", f"--as={200 << 20}"])
def test_line_is_printed_under_every_resource_limit(live: World, limit: str) -> None:
    # A user who may look into any folder, as our own world's are root's: root has no limit of processes.
    live.user = ["setpriv", f"--reuid={OTHER_USER}", f"--regid={OTHER_USER}", "--clear-groups"]
    live.user += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    for path in (live.home, *live.home.rglob("*")):
        os.chown(path, int(OTHER_USER), int(OTHER_USER))
    for reader in readers(live):
        done = live.run("prlimit", limit, *reader)
        assert (done.returncode, done.stderr) == (0, b""), done
        assert done.stdout in (f"{UNKNOWN}\n".encode(), LINE)
        live.settle()
    live.travel(1000)
    assert live.run("quotaline", "refresh").returncode == 0
    asked = len(live.requests)
    live.travel(120)
    for reader in readers(live):
        done = live.run("prlimit", limit, *reader)
        assert (done.returncode, done.stderr, done.stdout) == (0, b"", LINE), done
        live.settle()
    if limit in ("--nproc=1", "--fsize=0"):
        assert len(live.requests) == asked


# -- docs/reliability.md I1, I4: clocks and ages


def long_answer(live: World, five_hour: float, seven_day: float, ahead: float = 4 * HOUR) -> None:
    resets = time.time() + live.travelled + live.jumped + ahead
    window = {"five_hour": {"utilization": five_hour, "resets_at": resets}}
    live.endpoint(body={**usage(seven_day=seven_day, later=live.travelled + live.jumped), **window})


YEAR = 365 * 24 * HOUR


@pytest.mark.parametrize("jump", [-HOUR, -24 * HOUR, HOUR, 24 * HOUR])
def test_clock_that_jumps_costs_one_request_and_never_sticks(live: World, jump: float) -> None:
    live.log_in(expiresAt=2**53)
    long_answer(live, 8, 77)
    live.refresh()
    live.jump(jump)
    long_answer(live, 9, 78)

    live.travel(61)
    live.segment()
    live.settle()
    assert len(live.requests) == 2
    assert live.segment() == "[5h:9% 7d:78%]"

    for _ in range(5):
        live.travel(10)
        assert live.segment() == "[5h:9% 7d:78%]"
        live.settle()
    assert len(live.requests) == 2


@pytest.mark.parametrize("jump", [10 * YEAR, -50 * YEAR])
def test_clock_that_is_years_off_shows_unknown_and_recovers(live: World, jump: float) -> None:
    live.refresh()
    live.jump(jump)  # no certificate is valid there
    for _ in range(3):
        live.travel(61)
        live.segment()
        live.settle()
    assert live.segment() == UNKNOWN
    live.jump(-jump)
    live.travel(61)
    live.endpoint(body=usage(9, 78, later=live.travelled))
    live.segment()
    live.settle()
    live.segment()
    assert live.segment() == "[5h:9% 7d:78%]"


def test_numbers_age_and_become_unknown_without_a_refresher(live: World) -> None:
    long_answer(live, 8, 77)
    live.refresh()
    lone = live.folder / "lone"  # a launcher without its quotaline-cli
    lone.mkdir()
    shutil.copy(live.binaries / "quotaline", lone)
    live.environ["PATH"] = f"{lone}:/usr/bin:/bin"

    seen = []
    for at in (0, 590, 610, 3590, 3610, 2.1 * HOUR, 3.9 * HOUR, 4.1 * HOUR, 23.9 * HOUR, 24.1 * HOUR):
        live.travelled = at
        seen.append(live.segment())
    live.travelled = 2.1 * HOUR
    assert live.segment("ansi") == "[5h:\x1b[2m8%~2h\x1b[22m 7d:\x1b[2m77%~2h\x1b[22m]"

    assert seen == [
        FRESH,
        FRESH,
        "[5h:~8% 7d:~77%]",
        "[5h:~8% 7d:~77%]",
        "[5h:8%~1h 7d:77%~1h]",
        "[5h:8%~2h 7d:77%~2h]",
        "[5h:8%~3h 7d:77%~3h]",
        "[5h:-- 7d:77%~4h]",
        "[5h:-- 7d:77%~23h]",
        UNKNOWN,
    ]


def test_window_that_ended_never_shows_its_old_number_while_the_endpoint_hangs(live: World) -> None:
    long_answer(live, 8, 77, ahead=90)
    live.refresh()
    live.endpoint("hang")
    live.travel(100)
    for reader in readers(live):
        assert live.run(*reader).stdout == b"[5h:-- 7d:77%]\n"
    shown = json.loads(live.run("quotaline", "status", "--json").stdout)
    assert shown["windows"]["five_hour"] is None
    live.settle()
