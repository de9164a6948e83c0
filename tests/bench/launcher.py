"""
How long the fresh path takes beside the floor and beside peers.

    python tests/bench/launcher.py [ROUNDS] [PEER ...]

A peer is a command that reads Claude Code's JSON on stdin, such as
"npx ccstatusline"; it is split at blanks. All commands take turns in one run,
so that the machine's noise is the same for each. Prints medians, and the median
of the ratios to `sh -c :` of the same round.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import time

from quotaline.refresh.cycle import Job, refresh

HERE = os.path.dirname(os.path.abspath(__file__))
LAUNCHER = os.path.join(HERE, "../../shell/quotaline")
SAMPLE = os.path.join(HERE, "../data/statusline/v2.1.330-after-reply.json")


def sample(ahead: float) -> bytes:
    """Return what the real client sends, with resets that are still ahead."""
    with open(SAMPLE, encoding="utf-8") as file:
        document = json.load(file)
    for window in document["rate_limits"].values():
        window["resets_at"] = int(time.time() + ahead)
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def spent(words: list[str], environ: dict[str, str], stdin: str) -> float:
    """Run a command to its end and return the seconds from its spawn."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    started = time.perf_counter()
    os.waitpid(os.posix_spawnp(words[0], words, environ, file_actions=actions), 0)
    return time.perf_counter() - started


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as home:
        environ = {"HOME": home, "PATH": os.environ["PATH"], "TERM": "xterm"}
        # In an hour, so that no run of the bench finds the segment due.
        refresh(Job(environ, f"{home}/config.toml", lambda: time.time() + 3600))
        text = sample(7200)
        stdin = f"{home}/stdin"
        with open(stdin, "wb") as file:
            file.write(text)
        segment = f"{home}/.cache/quotaline/default/segment.plain"
        claude = f"quotaline --for claude, {len(text)} bytes"
        commands = {
            "sh -c :": ["/bin/sh", "-c", ":"],
            "cat segment": ["/bin/cat", segment],
            "sh, read one line of stdin": ["/bin/sh", "-c", "IFS= read -r json"],
            "quotaline --for plain": [LAUNCHER, "--for", "plain"],
            claude: [LAUNCHER, "--for", "claude"],
            "python -c pass": [sys.executable, "-c", "pass"],
            "python -m quotaline --for plain": [sys.executable, "-m", "quotaline", "--for", "plain"],
            **{peer: peer.split() for peer in sys.argv[2:]},
        }
        # The first run of a session is Python's; it leaves the memo for the others, for a minute.
        prime = [sys.executable, "-m", "quotaline", "--for", "claude"]
        times: dict[str, list[float]] = {name: [] for name in commands}
        for number in range(rounds):
            if number % 25 == 0:
                spent(prime, environ, stdin)
            for name in random.sample(list(commands), len(commands)):
                times[name].append(spent(commands[name], environ, stdin))
    floor = times["sh -c :"]
    for name, taken in times.items():
        ratio = statistics.median(one / base for one, base in zip(taken, floor, strict=True))
        print(f"{name:38} {statistics.median(taken) * 1000:8.2f} ms   {ratio:7.2f} x sh")


if __name__ == "__main__":
    main()
