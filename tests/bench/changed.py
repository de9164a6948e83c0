"""
Measure `--for claude` as Claude Code waits for it: repeated, changed by Python, and a fresh segment of a prompt.

    python tests/bench/changed.py [ROUNDS] [NAME=VENV ...]

Without a VENV, the one of the interpreter is measured; with several, they are compared in the same run. Each is an
installation of its own, with a home of its own. The commands take turns in random order, so that the noise
of the machine affects all of them alike; real-time priority (`chrt --rr 5 python ...`) keeps most of it off. Prints
medians: up to the printed line and the end of the command, as Claude Code waits for both; the processor time of
all that it led to, publishing included; and the median of the ratios to `sh -c :` and `python -c pass`
of the same round.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from typing import NamedTuple

SAMPLE = os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "../data/statusline/v2.1.330-after-reply.json"
)
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: what a command leaves behind becomes our child, to be waited for


class Run(NamedTuple):
    """What one run took, in seconds: until its line and its end, and of the processor until all has ended."""

    line: float
    cpu: float


def run(words: list[str], environ: dict[str, str], text: bytes = b"") -> Run:
    """Run a command, and wait for the end of everything that it started."""
    (stdin, give), (take, stdout) = os.pipe(), os.pipe()
    os.write(give, text)
    actions = [
        (os.POSIX_SPAWN_DUP2, stdin, 0),
        (os.POSIX_SPAWN_DUP2, stdout, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    before, started = _cpu(), time.perf_counter()
    process = os.posix_spawnp(words[0], words, environ, file_actions=actions)
    for descriptor in (stdin, give, stdout):
        os.close(descriptor)
    while os.read(take, 65536):
        pass
    os.waitpid(process, 0)
    line = time.perf_counter() - started
    os.close(take)
    try:
        while os.wait():
            pass
    except ChildProcessError:
        pass
    return Run(line, _cpu() - before)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Session:
    """An installation in a home of its own, with one session of Claude Code and a tmux that reads it too."""

    def __init__(self, name: str, venv: str, home: str) -> None:
        self.name, self.launcher, self.used = name, f"{venv}/bin/quotaline", 0
        self.environ = {
            "HOME": home,
            "PATH": f"{venv}/bin:/usr/bin:/bin",
            "TERM": "xterm",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",  # no request: there is no login either
        }
        os.mkdir(home)
        self.reset = int(time.time()) + 7200
        self.change()
        for host in ("tmux", "plain"):
            run([self.launcher, "--for", host], self.environ)

    def status(self) -> bytes:
        """Return what Claude Code passes in."""
        with open(SAMPLE, encoding="utf-8") as file:
            document = json.load(file)
        for window in document["rate_limits"].values():
            window.update(used_percentage=self.used % 100, resets_at=self.reset + 1000 * (self.used // 100))
        document["cost"]["total_api_duration_ms"] = 1000 * self.used
        return json.dumps(document, separators=(",", ":")).encode() + b"\n"

    def change(self) -> Run:
        self.used += 1
        return run([self.launcher, "--for", "claude"], self.environ, self.status())

    def repeat(self) -> Run:
        return run([self.launcher, "--for", "claude"], self.environ, self.status())

    def fresh(self) -> Run:
        return run([self.launcher, "--for", "plain"], self.environ)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as folder:
        venvs = dict(word.split("=", 1) for word in sys.argv[2:]) or {"quotaline": sys.prefix}
        floor = {"HOME": folder, "PATH": "/usr/bin:/bin"}
        commands = {
            "sh -c :": lambda: run(["/bin/sh", "-c", ":"], floor),
            "python -c pass": lambda: run([f"{next(iter(venvs.values()))}/bin/python", "-c", "pass"], floor),
        }
        for name, venv in venvs.items():
            one = Session(name, venv, f"{folder}/{name}")
            commands |= {
                f"{name}: claude, changed": one.change,
                f"{name}: claude, repeated": one.repeat,
                f"{name}: plain, fresh": one.fresh,
            }
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name in random.sample(list(commands), len(commands)):
                runs[name].append(commands[name]())
    shell, python = ([each.line for each in runs[name]] for name in ("sh -c :", "python -c pass"))
    print(f"{rounds} rounds{'':31} line     all CPU      x sh    x python")
    for name, done in runs.items():
        lines = [each.line for each in done]
        of_shell, of_python = (
            statistics.median(one / base for one, base in zip(lines, floor_lines, strict=True))
            for floor_lines in (shell, python)
        )
        cpu = statistics.median(each.cpu for each in done)
        print(
            f"{name:34} {statistics.median(lines) * 1e3:8.2f} ms {cpu * 1e3:8.2f} ms {of_shell:8.2f} {of_python:8.2f}"
        )


if __name__ == "__main__":
    main()
