"""What may have happened to our files, to their disk, and to the home folder."""

from __future__ import annotations

import os
import pathlib
import random
import re
import shutil
import signal
import socket
import stat
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from world import PATTERNS, World, until, usage

if TYPE_CHECKING:
    from collections.abc import Callable

FRESH = "[5h:8% 7d:77%]"
CHANGED = "[5h:9% 7d:78%]"
UNKNOWN = "[5h:-- 7d:--]"
OTHER_USER = 4321  # a user id that no account has

# Runs the launcher and the Python reader with each folder as their cache, and leaves their output in it.
MANY = """
for folder in "$1"/*; do
    for reader in quotaline quotaline-cli; do
        QUOTALINE_CACHE_DIR=$folder $reader --for plain >"$folder/$reader.out" 2>"$folder/$reader.err" ||
            echo "$folder: exit $?"
    done
done
"""


def one_line(text: bytes) -> bool:
    return text.startswith(b"quotaline: ") and text.endswith(b"\n") and text.count(b"\n") == 1


def readers(live: World) -> list[list[str]]:
    """Return the commands that print a plain segment: the launcher, and Python."""
    return [
        ["quotaline", "--for", "plain"],
        [str(live.binaries / "python"), "-m", "quotaline", "--for", "plain"],
    ]


def hold_still(live: World) -> None:
    """Claim this minute and the next one, so that no reader starts a refresher."""
    minute = int(time.time() + live.travelled) // 60
    for one in (minute - 1, minute, minute + 1, minute + 2):
        (live.cache / f"claim.{one}").touch()


def heals(live: World) -> None:
    live.endpoint(body=usage(9, 78, later=live.travelled))

    def healed() -> bool:
        done = live.refresh()  # makes no request within 10 s of the last one
        assert (done.returncode, done.stderr) == (0, b""), done
        return live.segment() == CHANGED

    until(healed)
    assert live.segment("ansi")


# -- docs/reliability.md B2: kills


def test_30_kills_at_any_moment_of_a_refresh_leave_nothing_to_repair(live: World) -> None:
    live.log_in(expiresAt=2**53)
    live.refresh()
    chance = random.Random(2)
    for number in range(30):
        live.travel(16 * 60)
        live.endpoint(body=usage(number % 40, 77, later=live.travelled))
        process = live.start("quotaline-cli", "refresh", "--detached")
        until(live.refreshers)
        time.sleep(chance.uniform(0, 0.5))  # the moment is what is tried, nothing is waited for
        for refresher in live.refreshers():
            with suppress(ProcessLookupError):
                os.kill(refresher, signal.SIGKILL)
        process.communicate()
        if number % 10 == 0:
            live.segment()
            live.settle()

    left = {path.name for path in live.cache.iterdir()}
    assert {name.partition(".")[0] for name in left} <= {"claim", "lock", "new", "segment", "state"}
    live.travel(16 * 60)
    heals(live)
    assert not (live.cache / "new").exists()


def test_kill_at_each_write_of_a_refresh_leaves_nothing_to_repair(live: World) -> None:
    live.log_in(expiresAt=2**53)
    live.refresh()
    for syscall in ("rename", "write", "utimensat", "flock", "fchmod"):
        for count in (1, 2, 3):
            live.travel(16 * 60)
            inject = f"--inject={syscall}:signal=KILL:when={count}"
            live.run(
                "strace",
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                f"trace={syscall}",
                inject,
                "quotaline-cli",
                "refresh",
                "--detached",
            )
            assert live.segment()
            live.settle()
    live.travel(16 * 60)
    heals(live)


# -- docs/reliability.md B3: the disk is full


@pytest.mark.quick
def test_full_disk_keeps_the_old_numbers_makes_no_request_and_recovers(live: World) -> None:
    root = live.cache.parent
    root.mkdir(parents=True, mode=0o700)
    live.run("mount", "-t", "tmpfs", "-o", "size=128k,mode=700", "none", str(root), cwd=live.folder)
    live.refresh()
    live.run("sh", "-c", 'cat /dev/zero >"$1"', "sh", str(root / "filler"))
    live.travel(120)

    for _ in range(5):
        assert live.segment() == FRESH
        live.settle()
        live.travel(60)
    done = live.refresh()
    assert done.returncode == 1
    assert one_line(done.stderr), done
    assert b"No space left" in done.stderr
    assert len(live.requests) == 1

    live.run("rm", str(root / "filler"))
    live.endpoint(body=usage(9, 78, later=live.travelled))
    live.travel(61)
    live.segment()
    live.settle()
    assert live.segment() == CHANGED


# -- docs/reliability.md B4: a system call fails


@pytest.mark.parametrize(
    ("syscall", "name", "error"),
    [
        ("rename", "", "EIO"),
        ("rename", "", "EROFS"),
        ("write", "new", "ENOSPC"),
        ("utimensat", "", "EACCES"),
        ("fchmod", "", "EIO"),
        ("flock", "", "ENOLCK"),
        ("openat", "new", "EROFS"),
        ("openat", "lock", "EACCES"),
    ],
)
def test_failing_system_call_keeps_the_old_numbers(live: World, syscall: str, name: str, error: str) -> None:
    live.refresh()
    live.endpoint(body=usage(9, 78))
    live.travel(120)
    fault = ["-e", f"trace={syscall}", f"--inject={syscall}:error={error}"]
    narrowed = ["-P", str(live.cache / name)] if name else []

    done = live.run("strace", "-f", "-qq", "-o", "/dev/null", *fault, *narrowed, "quotaline", "refresh")

    assert done.returncode == 1, done
    assert one_line(done.stderr), done
    hold_still(live)
    assert live.segment() == FRESH
    assert len(live.requests) == 1


# -- docs/reliability.md B5: junk in the cache


def corrupt(content: bytes) -> dict[str, bytes]:
    chance = random.Random(5)
    places = [(chance.randrange(len(content)), chance.randrange(8)) for _ in range(48)]
    places += [(at, bit) for at, byte in enumerate(content) if byte == ord("\n") for bit in range(8)]
    flips = {
        f"flip{number}": content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]
        for number, (at, bit) in enumerate(places)
    }
    cuts = {f"cut{length}": content[:length] for length in range(len(content))}
    return {
        **flips,
        **cuts,
        "binary": bytes(range(256)) * 8,
        "zeros": bytes(5000),
        "newlines": b"\n" * 1000,
        "other-version": content.replace(b"1 ", b"2 ", 1),
        "no-text": content.replace(b"%", b"\x1b]0;owned\x07"),
        "words": b"1 a b c\nd e\n[5h:1%]\n0 0\n[5h:2%]\n",
        "octal": b"1 0999 - 0999\n0 0\n[5h:-- 7d:--]\n",
        "huge-numbers": b"1 %d - %d\n0 0\n[5h:-- 7d:--]\n" % (10**30, 10**30),
        "arithmetic": b"1 a[$(touch${IFS}owned)] - 0\n0 0\n[5h:-- 7d:--]\n",
    }


def test_no_damage_to_a_segment_prints_more_than_one_harmless_line(live: World) -> None:
    live.refresh()
    content = (live.cache / "segment.plain").read_bytes()
    short = b"\n".join([*content.split(b"\n")[:3], *content.split(b"\n")[-3:]])
    hold_still(live)
    corpus = live.folder / "corpus"
    for name, damaged in corrupt(short).items():
        cache = corpus / name / "default"
        cache.mkdir(parents=True, mode=0o700)
        for path in (live.cache / "lock", live.cache / "state.json", *live.cache.glob("claim.*")):
            os.link(path, cache / path.name)
        (cache / "segment.plain").write_bytes(damaged)
        os.utime(cache / "segment.plain", (0, 0))

    done = live.run("sh", "-c", MANY, "sh", str(corpus))

    assert (done.stdout, done.stderr) == (b"", b""), done
    outputs = {path: path.read_bytes() for path in corpus.glob("*/*.out")}
    assert len(outputs) == 2 * len(list(corpus.iterdir()))
    for path, text in outputs.items():
        assert path.with_suffix(".err").read_bytes() == b"", path
        name = path.parent.name
        # A flipped bit may still be a character, and a 9 looks as valid as an 8.
        harmless = rb"[ -~]+\n" if name.startswith("flip") else PATTERNS["plain"]
        assert re.fullmatch(harmless, text), (path, text)
        if name.startswith("cut"):
            assert text.decode().strip() in (FRESH, UNKNOWN), (path, text)
    for reader in ("quotaline", "quotaline-cli"):
        assert FRESH.encode() + b"\n" in {path.read_bytes() for path in corpus.glob(f"*/{reader}.out")}
    shutil.copy(cache / "segment.plain", live.cache)
    assert not (live.home / "owned").exists()
    heals(live)


def fifo(path: pathlib.Path) -> None:
    os.mkfifo(path)


def unix_socket(path: pathlib.Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(path.parent)
        listener.bind(path.name)


def loop(path: pathlib.Path) -> None:
    path.symlink_to(path.name)


def sparse(path: pathlib.Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 30)


def link_to_something_large(path: pathlib.Path) -> None:
    target = path.parent.parent / "large"
    with target.open("wb") as file:
        file.truncate(1 << 30)
    os.utime(target, (0, 0))
    path.symlink_to(target)


def unreadable(path: pathlib.Path) -> None:
    path.touch(mode=0)


ANYTHING: tuple[Callable[[pathlib.Path], None], ...] = (
    pathlib.Path.touch,
    pathlib.Path.mkdir,
    fifo,
    unix_socket,
    loop,
    sparse,
    link_to_something_large,
    unreadable,
)


@pytest.mark.parametrize("name", ["segment.plain", "state.json", "new"])
def test_anything_in_place_of_a_file_is_ignored_at_once_and_replaced(
    live: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(live.folder)
    live.refresh()
    numbers = FRESH
    for make in ANYTHING:
        hold_still(live)
        (live.cache / name).unlink(missing_ok=True)
        make(live.cache / name)
        (live.cache / "claim.1").touch()  # what is new in the folder makes the folder newer

        for command in readers(live):
            done = live.run("timeout", "5", *command)
            assert (done.returncode, done.stderr) == (0, b""), (make, done)
            shown = done.stdout.decode()
            assert shown == f"{UNKNOWN if name == 'segment.plain' else numbers}\n", (make, done)
        live.travel(61)
        heals(live)
        numbers = CHANGED


@pytest.mark.parametrize("damage", ["cut", "flip"])
def test_damaged_state_is_read_or_replaced(live: World, damage: str) -> None:
    live.log_in(expiresAt=2**53)
    live.refresh()
    content = (live.cache / "state.json").read_bytes()
    chance = random.Random(6)
    for _ in range(6):
        at = chance.randrange(len(content))
        tail = b"" if damage == "cut" else bytes([content[at] ^ 1 << chance.randrange(7)]) + content[at + 1 :]
        (live.cache / "state.json").write_bytes(content[:at] + tail)
        live.travel(7 * 3600)  # past any back-off
        heals(live)


# -- docs/reliability.md H1: modes


@pytest.mark.parametrize("umask", ["000", "022", "077", "0777"])
def test_files_are_private_under_every_umask(live: World, umask: str) -> None:
    live.run("sh", "-c", f"umask {umask}; quotaline --for plain")
    live.settle()
    live.travel(61)
    live.run("sh", "-c", f"umask {umask}; quotaline --for plain; quotaline refresh")
    live.settle()

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in live.cache.iterdir()}
    assert {mode for name, mode in modes.items() if not name.startswith("claim.")} == {0o600}, modes
    assert not [mode for mode in modes.values() if mode & 0o077]
    assert {"state.json", "lock", "segment.ansi", "segment.plain"} <= set(modes)
    for folder in (live.cache, live.cache.parent, live.home / ".cache"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert live.segment() == FRESH


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o720, 0o777])
def test_folder_that_others_can_write_is_not_used_and_no_request_is_made(live: World, mode: int) -> None:
    live.cache.mkdir(parents=True)
    live.cache.chmod(mode)

    for _ in range(3):
        assert live.segment() == UNKNOWN
        live.settle()
        live.travel(61)
    done = live.refresh()

    assert done.returncode == 1
    assert b"must be yours, writable only by you" in done.stderr
    assert live.requests == []
    assert list(live.cache.iterdir()) == []
    assert stat.S_IMODE(live.cache.stat().st_mode) == mode


def test_folder_that_others_can_write_does_not_fill_with_claims(live: World) -> None:
    live.refresh()
    live.cache.chmod(0o777)

    for _ in range(5):
        live.travel(61)
        live.segment()
        live.settle()

    assert len(list(live.cache.glob("claim.*"))) <= 1
    assert len(live.requests) == 1


# -- docs/reliability.md H2: symlinks


@pytest.mark.parametrize(
    "names",
    [
        ["segment.plain", "segment.ansi", "state.json"],
        ["new"],
        ["lock"],
    ],  # what is written, and by way of what
    ids=" ".join,
)
def test_symlinks_in_place_of_files_leave_their_target_alone(live: World, names: list[str]) -> None:
    live.refresh()
    victim = live.home / "victim"
    victim.write_text("precious")
    victim.chmod(0o640)
    os.utime(victim, (1, 1))
    before = victim.stat()
    for name in names:
        (live.cache / name).unlink(missing_ok=True)
        (live.cache / name).symlink_to(victim)

    for _ in range(3):
        live.travel(61)
        live.segment()
        live.refresh()
        live.settle()

    after = victim.stat()
    assert victim.read_text() == "precious"
    assert (after.st_mode, after.st_mtime, after.st_ino) == (before.st_mode, 1.0, before.st_ino)


def test_symlink_in_place_of_a_claim_is_not_followed(live: World) -> None:
    live.refresh()
    live.travel(120)
    victim = live.home / "victim"
    minute = int(time.time() + live.travelled) // 60
    for one in range(minute - 2, minute + 3):
        (live.cache / f"claim.{one}").symlink_to(victim)

    assert live.segment() == FRESH
    live.settle()

    assert not victim.exists()


# -- docs/reliability.md H3, H4, H5: homes


def everything(folder: pathlib.Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}


@pytest.mark.parametrize("home", [None, "", "relative", "~", "/nonexistent/quotaline", "/dev/null", "/proc"])
def test_without_a_home_nothing_is_created_anywhere(live: World, home: str | None) -> None:
    empty = live.folder / "empty"
    empty.mkdir()
    before = everything(live.folder), set(os.listdir("/"))
    named = [] if home is None else [f"HOME={home}"]

    for command in (["quotaline"], ["quotaline-cli"], ["quotaline", "--for", "ansi"]):
        done = live.run("env", "-u", "HOME", *named, *command, cwd=empty)
        assert (done.returncode, done.stderr, done.stdout) == (0, b"", f"{UNKNOWN}\n".encode()), done
    done = live.run("env", "-u", "HOME", *named, "quotaline", "refresh", cwd=empty)
    assert done.returncode == 1
    assert one_line(done.stderr), done
    done = live.run("env", "-u", "HOME", *named, "quotaline", "status", cwd=empty)
    assert done.returncode == 0, done
    assert b"Traceback" not in done.stderr

    assert (everything(live.folder), set(os.listdir("/"))) == before
    assert live.requests == []


def test_read_only_home_shows_the_old_numbers_and_starts_nothing(live: World) -> None:
    live.refresh()
    live.run("mount", "--bind", str(live.home), str(live.home), cwd=live.folder)
    live.run("mount", "-o", "remount,bind,ro", str(live.home), cwd=live.folder)
    live.travel(1200)
    trace = live.folder / "execs"

    drawing = "i=0; while [ $i -lt 100 ]; do quotaline --for plain; i=$((i + 1)); done"
    done = live.run("strace", "-f", "-qq", "-e", "trace=execve", "-o", str(trace), "sh", "-c", drawing)

    assert (done.returncode, done.stderr) == (0, b"")
    assert set(done.stdout.decode().splitlines()) == {FRESH.replace(":", ":~")}
    assert "quotaline-cli" not in trace.read_text()
    refused = live.refresh()
    assert refused.returncode == 1
    assert b"Read-only file system" in refused.stderr
    assert one_line(refused.stderr)
    assert len(live.requests) == 1


def test_root_creates_no_file_in_the_home_of_another_user(live: World) -> None:
    live.refresh()
    for path in (live.home, *live.home.rglob("*")):
        os.chown(path, OTHER_USER, OTHER_USER, follow_symlinks=False)
    before = everything(live.home)

    for _ in range(3):
        live.travel(61)
        assert live.segment() == UNKNOWN  # what another user wrote may hold any escape
        live.settle()
    live.refresh()
    live.run("quotaline", "status")
    assert everything(live.home) == before
    shutil.rmtree(live.home / ".cache")
    live.segment()
    live.settle()

    assert everything(live.home) <= before
    assert {path.lstat().st_uid for path in live.home.rglob("*")} == {OTHER_USER}
    assert len(live.requests) == 1


# -- config.toml


def break_config(live: World, path: pathlib.Path, text: str | None) -> None:
    """Write config.toml, or a folder in its place. The segment is printed, and commands name the file."""
    path.parent.mkdir(parents=True)
    if text is None:
        path.mkdir()
    else:
        path.write_text(text)
    assert live.segment() == UNKNOWN
    live.settle()
    for command in (["refresh"], ["status"]):
        done = live.run("quotaline", *command)
        assert done.stderr.startswith(b"quotaline: "), done
        assert one_line(done.stderr), done
        assert b"config.toml" in done.stderr


@pytest.mark.parametrize("text", ["ttl = 0", "colour = 1", "sources.newer = true"])
def test_config_with_an_invalid_key_gives_one_line_and_the_rest_applies(live: World, text: str) -> None:
    break_config(live, live.home / ".config/quotaline/config.toml", text)

    assert live.segment() == FRESH
    done = live.run("quotaline", "config", "list")
    assert one_line(done.stderr), done


@pytest.mark.parametrize(
    "text",
    [
        "ttl = ",
        "ttl = 1" + "0" * 5000,
        "a = " + "[" * 5000,
        "\x00\xff",
        "[sources]\napi = 1",
        "sources.api = false\nshow_from = 3\n",
        None,
    ],
    ids=["broken", "long number", "deep", "binary", "wrong kind", "newer key", "folder"],
)
def test_config_that_may_turn_requests_off_gives_one_line_and_nothing_is_sent(
    live: World, text: str | None
) -> None:
    path = live.home / ".config/quotaline/config.toml"
    break_config(live, path, text)

    assert live.segment() == UNKNOWN
    assert live.requests == []
    if text is not None:
        path.write_text("")
        assert live.refresh().returncode == 0
        assert live.segment() == FRESH
