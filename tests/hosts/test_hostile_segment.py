"""Whatever a segment file contains, nothing is executed, nothing is printed, and the prompt appears."""

from __future__ import annotations

import itertools
import os
import pathlib
import shlex
import time
from typing import TYPE_CHECKING

import pytest
from shells import BASH
from terminal import Terminal

from quotaline.cache.store import MAX_FILE

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = pathlib.Path(__file__).parent.parent.parent

PAYLOADS = (
    "$(>{})",
    "`>{}`",
    "a[$(>{})]",
    "path[`>{}`]",
    "#(>{})",
    "#{{E:#(>{})}}",
    "%(?.$(>{}).)",
    "%F{{$(>{})}}",
    "'; >{}; '",
    '"; >{}; "',
    "\x1b]0;$(>{})\x07",
    "${{x:=$(>{})}}",
    "$((a[$(>{})]))",
    "(>{})",
    "\\$(>{})",
    "0999",
    "99999999999999999999999",
    "-1",
    "1e9",
    "%%%{{",
    "#[fg=",
    "\x00$(>{})",
    "\xff\x01\x02",
    "-n",
    "* ?",
)
PREFIXES = ("", "8% ", "] ", "1 ", "\r")
PLACES = ("next", "next uptime", "until", "text")


def contents() -> list[bytes]:
    """Return 500 segment files: each payload after each prefix in each field."""
    made = []
    for number, (payload, prefix, place) in enumerate(itertools.product(PAYLOADS, PREFIXES, PLACES)):
        text = prefix + payload.format(f"PWNED{number}")
        far = str(int(time.time()) + 999)
        fields = {name: text if name == place else far for name in PLACES}
        header = f"1 {fields['next']} - {fields['next uptime']}"
        row = f"{fields['until']} {fields['until']}\n{fields['text'] if place == 'text' else '[5h:8%]'}"
        made.append(f"{header}\n{row}\n".encode("latin-1"))
    assert len(made) == 500
    return made


def lay_out(folder: pathlib.Path, host: str) -> int:
    """Write each file into its own cache folder, and some other objects in its place. Return how many."""
    odd = [
        b"",
        b"1",
        b"1 2 - 3",
        b"1 2 - 3\n",
        b"1 2 - 3\n4 5",
        b"x" * (MAX_FILE + 1),  # dash and busybox read it a byte at a time
        b"\n" * 5_000,
        b"1 2 3 4\n" * 5_000,
    ]
    for number, content in enumerate([*contents(), *odd]):
        segment = folder / f"{number}/default/segment.{host}"
        segment.parent.mkdir(parents=True)
        segment.with_name("lock").touch()
        segment.write_bytes(content)
        os.utime(segment, (0, 0))  # older than the lock, as the writer leaves it
    made = 500 + len(odd)
    makers: tuple[Callable[[str], object], ...] = (
        os.mkdir,
        os.mkfifo,
        lambda path: os.symlink("/dev/zero", path),
        lambda path: os.symlink(path, path),
        lambda path: os.close(os.open(path, os.O_CREAT, 0)),
    )
    for number, make in enumerate(makers):
        (folder / f"{made + number}/default").mkdir(parents=True)
        make(f"{folder}/{made + number}/default/segment.{host}")
    return made + len(makers)


SCRIPTS = {
    "bash": """
. {root}/shell/quotaline.bash
PS1='${{QUOTALINE}} '
for ((i = 0; i < {count}; i++)); do
    QUOTALINE_CACHE_DIR={cache}/$i
    _quotaline_hook
    _quotaline_place
    {expand}
done
echo finished""",
    "zsh": """
setopt prompt_subst
. {root}/shell/quotaline.zsh
for ((i = 0; i < {count}; i++)) {{
    QUOTALINE_CACHE_DIR={cache}/$i
    setopt no_prompt_subst
    _quotaline_precmd; _quotaline_place
    x=${{(%%)RPROMPT}}
    setopt prompt_subst
    _quotaline_precmd; _quotaline_place
    x=${{(%%)RPROMPT}}
}}
echo finished""",
    "fish": """
source {root}/shell/quotaline.fish
for i in (seq 0 (math {count} - 1))
    set -g QUOTALINE_CACHE_DIR {cache}/$i
    _quotaline_hook
    set x (fish_right_prompt)
end
echo finished""",
}
WORDS = {
    "bash": [BASH, "--noprofile", "--norc", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "-N", "-i"],
}


@pytest.mark.parametrize("shell", SCRIPTS)
def test_500_hostile_segments_execute_and_print_nothing_in_a_prompt(
    shell: str, tmp_path: pathlib.Path
) -> None:
    home, cwd, cache = (tmp_path / name for name in ("home", "cwd", "cache"))
    for folder in (home, cwd):
        folder.mkdir()
    count = lay_out(cache, shell)
    expand = ": ${PS1@P}" if shell == "bash" and BASH == "bash" else ":"  # bash 3.2 has no @P
    script = tmp_path / "script"
    script.write_text(SCRIPTS[shell].format(root=ROOT, cache=cache, count=count, expand=expand))
    environ = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TERM": "xterm",
        "QUOTALINE_COMMAND": "/bin/true",
    }

    words = ["sh", "-c", f"cd {shlex.quote(str(cwd))} && exec {shlex.join(WORDS[shell])} {script}"]
    with Terminal(words, environ) as terminal:
        terminal.wait_for("finished", seconds=60)

        assert terminal.raw.strip().replace(b"\x1b[?2004l", b"").replace(b"\r", b"") == b"finished"
    assert list(cwd.iterdir()) == []
    assert not list(tmp_path.rglob("*PWNED*"))


@pytest.mark.long
@pytest.mark.parametrize(
    "shell", [pytest.param("dash", marks=pytest.mark.quick), "busybox sh", "bash --posix"]
)
def test_500_hostile_segments_execute_and_print_nothing_in_the_launcher(
    shell: str, tmp_path: pathlib.Path
) -> None:
    cwd = tmp_path / "cwd"
    cwd.mkdir()
    count = lay_out(tmp_path / "cache", "plain")
    launcher = tmp_path / "quotaline"
    launcher.write_bytes((ROOT / "shell/quotaline").read_bytes())
    (tmp_path / "quotaline-cli").write_text("#!/bin/sh\necho handed over\n")
    (tmp_path / "quotaline-cli").chmod(0o755)
    script = tmp_path / "script"
    script.write_text(
        f"""i=0
while [ $i -lt {count} ]; do
    QUOTALINE_CACHE_DIR={tmp_path}/cache/$i {shell} {launcher} --for plain </dev/null >{tmp_path}/out || echo failed $i
    i=$((i + 1))
done
echo finished
"""
    )
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "TERM": "xterm"}

    with Terminal(["sh", "-c", f"cd {cwd} && exec sh {script}"], environ) as terminal:
        terminal.wait_for("finished", seconds=60)

        assert terminal.raw.strip() == b"finished"
    assert list(cwd.iterdir()) == []
