"""Launcher, hooks and Python read a segment file alike: the same text at the same time, and due alike."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest
from shells import BASH

ROOT = pathlib.Path(__file__).parent.parent.parent
BOOT = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().partition("-")[0]
# What an interactive shell reports at its start without one.
NO_TERMINAL = re.compile(
    r"bash: (cannot set terminal|no job control).*\n|warning: Could not set up terminal\.\n|warning: .*TERM.*\n"
    r"|warning: Using fallback terminal.*\n"
)
UPTIME, EPOCH = "by the uptime", "by the wall clock"
DAY = 86400


@dataclass(frozen=True)
class Case:
    """
    A segment file and an uptime. NEXT is given in seconds from now, by either clock.

    The text is only valid by the clock that has to be used.
    """

    name: str
    uptime: str
    boot: str
    next_epoch: int
    next_uptime: int
    clock: str
    is_due: bool

    def content(self, now: int) -> str:
        seconds = self.uptime.partition(".")[0]
        uptime = int(seconds) if seconds.isdecimal() else 0
        by_uptime, by_epoch = (uptime + DAY, 1) if self.clock == UPTIME else (1, now + DAY)
        return (
            f"1 {now + self.next_epoch} {self.boot} {max(0, uptime + self.next_uptime)}\n"
            f"{by_epoch} {by_uptime}\n{self.clock}\n0 0\nby the other clock\n"
        )


CASES = (
    Case("the same boot", "9000.50 1.00", BOOT, -500, 60, UPTIME, False),
    Case("the same boot, due", "9000.50 1.00", BOOT, 500, -1, UPTIME, True),
    Case("the longest TTL", "9000.50 1.00", BOOT, -500, 3600, UPTIME, False),
    Case("another boot", "9000.50 1.00", "another0", 60, -1, EPOCH, False),
    Case("another boot, due", "9000.50 1.00", "another0", -1, 60, EPOCH, True),
    Case("no boot id", "9000.50 1.00", "-", 60, -1, EPOCH, False),
    Case("an uptime of 0", "0.00 0.00", BOOT, -1, 60, EPOCH, True),
    Case("an empty uptime", "", BOOT, 60, 60, EPOCH, False),
    Case("an uptime that is no number", "x", BOOT, 60, 60, EPOCH, False),
    Case("an uptime that started anew", "5.00 1.00", BOOT, -1, 900_000, EPOCH, True),
    Case("NEXT a day ahead by both clocks", "5.00 1.00", BOOT, DAY, DAY, EPOCH, True),
    Case("NEXT a day ahead after a boot with a wrong clock", "5.00 1.00", "another0", DAY, 60, EPOCH, True),
)

LAUNCHER = """
for folder in {cache}/*; do
    QUOTALINE_CACHE_DIR=$folder {shell} {launcher} --for plain
    set -- "$folder"/default/claim.*
    [ -e "$1" ] && echo due || echo fresh
done"""
SCRIPTS = {
    "bash": """
. {root}/shell/quotaline.bash
for folder in {cache}/*; do
    folder=$folder/default due=
    _quotaline_read bash
    echo "$REPLY"; [[ -n $due ]] && echo due || echo fresh
done""",
    "zsh": """
. {root}/shell/quotaline.zsh
for folder in {cache}/*; do
    folder=$folder/default due=
    _quotaline_read zsh
    echo "$REPLY"; [[ -n $due ]] && echo due || echo fresh
done""",
    "fish": """
source {root}/shell/quotaline.fish
for folder in {cache}/*
    _quotaline_read $folder/default fish
    echo $QUOTALINE; set -q _quotaline_due; and echo due; or echo fresh
end""",
    "python": """
import os, time
from quotaline.cache import segment_file, store
for number in sorted(os.listdir("{cache}")):
    content = store.read("{cache}/" + number + "/default", "segment.plain")
    text, due = segment_file.decode(content or b"", time.time(), "plain") or ("[5h:-- 7d:--]", 0)
    print(text, "due" if due <= time.time() else "fresh", sep="\\n")
""",
}
WORDS = {
    "bash": [BASH, "--noprofile", "--norc", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "-N", "-i"],
    "python": [sys.executable],
}


def read_all(reader: str, folder: pathlib.Path, uptime: str) -> list[tuple[str, str]]:
    """Let a reader read all segment files of a folder, with an uptime; return text and due of each."""
    (folder / "uptime").write_text(f"{uptime}\n" if uptime else "")
    (folder / "quotaline").write_bytes((ROOT / "shell/quotaline").read_bytes())
    (folder / "quotaline-cli").write_text('#!/bin/sh\n[ "$1" = refresh ] || echo "handed over"\n')
    (folder / "quotaline-cli").chmod(0o755)
    words = WORDS.get(reader, ["sh"])
    text = SCRIPTS.get(reader, LAUNCHER)
    script = folder / "script"
    script.write_text(
        text.format(root=ROOT, cache=folder / "cache", launcher=folder / "quotaline", shell=reader)
    )
    users = [] if os.geteuid() == 0 else ["-U", "-r"]
    mount = f'mount --bind "{folder}/uptime" /proc/uptime && exec "$@"'
    done = subprocess.run(
        ["unshare", *users, "-m", "sh", "-c", mount, "sh", *words, script],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": str(folder), "PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert NO_TERMINAL.sub("", done.stderr) == ""
    lines = done.stdout.splitlines()
    return list(zip(lines[::2], lines[1::2], strict=True))


OTHER_USER = 4321  # a user id that no account has
READERS = ("dash", "busybox sh", "bash --posix", "bash", "zsh", "fish", "python")


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_goes_by_the_clock_that_the_file_was_written_by(
    reader: str, tmp_path: pathlib.Path
) -> None:
    found: dict[str, tuple[str, str]] = {}
    for uptime in sorted({case.uptime for case in CASES}):
        cases = [case for case in CASES if case.uptime == uptime]
        folder = tmp_path / f"uptime{len(found)}"
        now = int(time.time())
        for number, case in enumerate(cases):
            cache = folder / f"cache/{number:02}/default"
            cache.mkdir(parents=True)
            (cache / "lock").touch()
            for host in ("bash", "zsh", "fish", "plain"):
                (cache / f"segment.{host}").write_text(case.content(now))
                os.utime(cache / f"segment.{host}", (0, 0))
        results = read_all(reader, folder, uptime)
        found |= {case.name: result for case, result in zip(cases, results, strict=True)}

    assert found == {case.name: (case.clock, "due" if case.is_due else "fresh") for case in CASES}


@pytest.mark.parametrize("reader", READERS)
def test_no_reader_prints_what_another_user_wrote(reader: str, tmp_path: pathlib.Path) -> None:
    now = int(time.time())
    for number, owned in enumerate(("", "default", "default/segment")):
        cache = tmp_path / f"cache/{number}/default"
        cache.mkdir(parents=True)
        (cache / "lock").touch()
        for host in ("bash", "zsh", "fish", "plain"):
            segment = cache / f"segment.{host}"
            segment.write_text(f"1 {now + 60} - 1\n0 0\n[5h:1%]\n")
            os.utime(segment, (0, 0))
            if owned:
                os.chown(segment, OTHER_USER, OTHER_USER)
        if owned == "default":
            os.chown(cache, OTHER_USER, OTHER_USER)
            os.chown(cache / "lock", OTHER_USER, OTHER_USER)

    results = [text for text, _ in read_all(reader, tmp_path, "9000.50 1.00")]

    # The launcher leaves it to Python.
    refused = "[5h:-- 7d:--]" if reader in SCRIPTS else "handed over"
    assert results == ["[5h:1%]", refused, refused]


def test_another_users_file_without_an_end_does_not_hold_up_the_launcher(tmp_path: pathlib.Path) -> None:
    cache = tmp_path / "cache/0/default"
    cache.mkdir(parents=True)
    (cache / "lock").touch()
    with (cache / "segment.plain").open("wb") as file:
        file.truncate(1 << 40)  # read a byte at a time this takes days
    os.utime(cache / "segment.plain", (0, 0))
    os.chown(cache / "segment.plain", OTHER_USER, OTHER_USER)

    assert read_all("dash", tmp_path, "9000.50 1.00") == [("handed over", "fresh")]
