"""
How long the fresh path takes beside the floor: `python tests/bench/launcher.py [ROUNDS]`.

All commands take turns in one run, so that the machine's noise is the same for
each. Prints medians and their ratio to `sh -c :`, paired by round.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time

from quotaline.refresh import Job, refresh

SHELL = os.path.join(os.path.dirname(__file__), "../../shell/quotaline")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as home:
        environ = {"HOME": home, "PATH": os.environ["PATH"], "TERM": "xterm"}
        # In an hour, so that no run of the bench finds the segment due.
        refresh(Job(environ, f"{home}/config.toml", lambda: time.time() + 3600))
        commands = {
            "sh -c :": ["/bin/sh", "-c", ":"],
            "cat segment": ["/bin/cat", f"{home}/.cache/quotaline/default/segment.plain"],
            "quotaline --for plain": [os.path.abspath(SHELL), "--for", "plain"],
            "python -c pass": [sys.executable, "-c", "pass"],
            "python -m quotaline --for plain": [sys.executable, "-m", "quotaline", "--for", "plain"],
        }
        quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name in random.sample(list(commands), len(commands)):
                started = time.perf_counter()
                spawned = os.posix_spawn(commands[name][0], commands[name], environ, file_actions=quiet)
                os.waitpid(spawned, 0)
                times[name].append(time.perf_counter() - started)
    floor = times["sh -c :"]
    for name, taken in times.items():
        ratio = statistics.median(one / base for one, base in zip(taken, floor, strict=True))
        print(f"{name:34} {statistics.median(taken) * 1000:7.2f} ms   {ratio:6.2f} x sh")


if __name__ == "__main__":
    main()
