"""
How fast transcripts are read: a first run over 1 GB, a second one, and one after an addition.

    python tests/bench/transcript_scan.py [MEGABYTES]

The transcripts are generated in a temporary folder, which is removed afterwards. Each run is a process of its
own; its wall time and peak memory are printed.
"""

from __future__ import annotations

import json
import os
import pathlib
import random
import sys
import tempfile
import time

FILES = 728
LINES = 415  # with usage, in each file; with three out of four lines of the bytes that is 1 GB
WORDS = 200  # at most, in a reply
MEGABYTE = 10**6
START = 1_795_000_000.0

RUN = (
    "from quotaline.insight.sessions import report; import os; r = report(os.environ); print(len(r.sessions))"
)


def usage_line(session: str, message: int, block: int, at: float, text: str) -> str:
    usage = {
        "input_tokens": message % 1000,
        "cache_creation_input_tokens": 3000,
        "cache_read_input_tokens": 50_000 + message % 777,
        "output_tokens": 100 + message % 50,
        "cache_creation": {"ephemeral_1h_input_tokens": 2000, "ephemeral_5m_input_tokens": 1000},
        "speed": "standard",
    }
    document = {
        "parentUuid": f"{message:032x}",
        "isSidechain": False,
        "message": {
            "id": f"msg_{session[:8]}{message:012d}",
            "type": "message",
            "model": "claude-opus-5-5" if message % 3 else "claude-haiku-4-5-20251001",
            "content": [{"type": "text", "text": text}],
            "usage": usage,
        },
        "apiBlockIndex": block,
        "requestId": f"req_{session[:8]}{message:012d}",
        "type": "assistant",
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at)),
        "cwd": "/home/user/project",
        "sessionId": session,
        "version": "2.1.330",
    }
    return json.dumps(document, separators=(",", ":"))


def other_line(session: str, text: str) -> str:
    content = [{"tool_use_id": "t", "type": "tool_result", "content": text}]
    document = {"type": "user", "message": {"role": "user", "content": content}, "sessionId": session}
    return json.dumps(document, separators=(",", ":"))


def generate(folder: pathlib.Path, megabytes: int) -> int:
    """Write the transcripts and return their size in bytes."""
    random.seed(1)
    words = ["".join(random.choices("abcdefghijklmnop", k=7)) for _ in range(4000)]
    texts = [' "q"\n'.join(random.choices(words, k=random.randrange(20, WORDS))) for _ in range(200)]
    written = 0
    for number in range(FILES * megabytes // 1000):
        session = f"{random.getrandbits(64):016x}-{number:04d}"
        project = folder / "projects" / f"-home-user-project-{number % 20}"
        project.mkdir(parents=True, exist_ok=True)
        at = START + number * 3000
        with (project / f"{session}.jsonl").open("w") as file:
            for line in range(LINES):
                at += random.randrange(60)
                written += file.write(
                    usage_line(session, line // 2, line % 2, at, random.choice(texts)) + "\n"
                )
                if line % 4 == 0:
                    written += file.write(other_line(session, random.choice(texts)) + "\n")
    return written


def measured(environ: dict[str, str]) -> tuple[float, float, float]:
    """Run the report in a process of its own: seconds of wall time and of CPU, and peak megabytes."""
    started = time.perf_counter()
    child = os.posix_spawn(sys.executable, [sys.executable, "-c", RUN], environ)
    _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit("the run failed")
    return time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as home:
        config = pathlib.Path(home, ".claude")
        size = generate(config, megabytes)
        print(f"{size / MEGABYTE:.0f} MB")
        environ = {"HOME": home, "PATH": os.environ["PATH"]}
        last = max(config.rglob("*.jsonl"))
        for name in ("first", "second", "third, after one line was added"):
            if name.startswith("third"):
                with last.open("a") as file:
                    file.write(usage_line(last.stem, 10**6, 0, START, "text") + "\n")
            wall, cpu, memory = measured(environ)
            print(f"{name}: {wall:.2f} s, {cpu:.2f} s of CPU, {memory:.0f} MB")
        kept = sum(path.stat().st_size for path in pathlib.Path(home).rglob("*.sqlite3*"))
        print(f"index: {kept / MEGABYTE:.1f} MB")


if __name__ == "__main__":
    main()
