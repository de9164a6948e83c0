"""
Measure the launcher with a fresh segment, compared with a bare shell and with other programs.

    python tests/bench/launcher.py [ROUNDS] [PEER ...]

A peer is a command that reads Claude Code's JSON on stdin, such as
"npx ccstatusline"; it is split at blanks. The commands take turns in random order,
so that noise of the machine affects all of them alike. Prints the median time, and
the median of the ratios to `sh -c :` of the same round.
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
    """Return the input that the real client sends, with resets in the future."""
    with open(SAMPLE, encoding="utf-8") as file:
        document = json.load(file)
    for window in document["rate_limits"].values():
        window["resets_at"] = int(time.time() + ahead)
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def seconds(words: list[str], environ: dict[str, str], stdin: str) -> float:
    """Run a command to its end and return how many seconds it took."""
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
        # Refreshed an hour in the future, so that the segment never becomes due here.
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
        # Python handles the first run of a session and leaves its segment to the next ones for a minute.
        prime = [sys.executable, "-m", "quotaline", "--for", "claude"]
        times: dict[str, list[float]] = {name: [] for name in commands}
        for number in range(rounds):
            if number % 25 == 0:
                seconds(prime, environ, stdin)
            for name in random.sample(list(commands), len(commands)):
                times[name].append(seconds(commands[name], environ, stdin))
    bare = times["sh -c :"]
    for name, taken in times.items():
        ratio = statistics.median(one / base for one, base in zip(taken, bare, strict=True))
        print(f"{name:38} {statistics.median(taken) * 1000:8.2f} ms   {ratio:7.2f} x sh")


if __name__ == "__main__":
    main()
