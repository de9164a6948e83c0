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
REPLIES = 166  # in each file, of one to four lines: 300,000 lines with usage, 1 GB
WORDS = 155  # at most, in a block of a reply
MEGABYTE = 10**6
START = 1_795_000_000.0

COMMAND = [sys.executable, "-m", "quotaline", "sessions"]


def usage_line(session: str, message: int, block: int, at: float, text: str) -> str:
    """A line with the fields that client 2.1.330 writes."""
    usage = {
        "input_tokens": message % 1000,
        "cache_creation_input_tokens": 3000,
        "cache_read_input_tokens": 50_000 + message % 777,
        "output_tokens": 100 + message % 50,
        "output_tokens_details": {"thinking_tokens": 0},
        "server_tool_use": {"web_search_requests": 0, "web_fetch_requests": 0},
        "service_tier": "standard",
        "cache_creation": {"ephemeral_1h_input_tokens": 2000, "ephemeral_5m_input_tokens": 1000},
        "inference_geo": "global",
        "iterations": [],
        "speed": "standard",
        "fallback_credit": None,
    }
    document = {
        "parentUuid": f"{message:032x}",
        "isSidechain": False,
        "message": {
            "model": "claude-opus-5-5" if message % 3 else "claude-haiku-4-5-20251001",
            "id": f"msg_{session[:8]}{message:012d}",
            "type": "message",
            "role": "assistant",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "tool_use",
            "stop_sequence": None,
            "usage": usage,
            "stop_details": None,
        },
        "apiBlockIndex": block,
        "requestId": f"req_{session[:8]}{message:012d}",
        "requestRef": f"{message:016x}",
        "requestedModel": "claude-opus-5-5",
        "promptCacheRequested": True,
        "type": "assistant",
        "uuid": f"{message:031x}{block}",
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at)),
        "effort": "medium",
        "madeBy": "client",
        "userType": "external",
        "entrypoint": "cli",
        "cwd": "/home/user/project",
        "sessionId": session,
        "version": "2.1.330",
        "gitBranch": "main",
    }
    return json.dumps(document, separators=(",", ":")) + "\n"


def user_line(session: str, content: object) -> str:
    document = {"type": "user", "message": {"role": "user", "content": content}, "sessionId": session}
    return json.dumps(document, separators=(",", ":")) + "\n"


def generate(folder: pathlib.Path, megabytes: int) -> int:
    """Write the transcripts and return their size in bytes."""
    random.seed(1)
    words = ["".join(random.choices("abcdefghijklmnop", k=9)) for _ in range(4000)]
    texts = [' "q"\n'.join(random.choices(words, k=random.randrange(20, WORDS))) for _ in range(200)]
    written = 0
    for number in range(FILES * megabytes // 1000):
        session = f"{random.getrandbits(64):016x}-{number:04d}"
        project = folder / "projects" / f"-home-user-project-{number % 20}"
        project.mkdir(parents=True, exist_ok=True)
        at = START + number * 3000
        with (project / f"{session}.jsonl").open("w") as file:
            written += file.write(user_line(session, "Please do what the last one did, but better"))
            for message in range(REPLIES):
                at += random.randrange(120)
                for block in range(random.randrange(1, 5)):
                    written += file.write(usage_line(session, message, block, at, random.choice(texts)))
                result = {"tool_use_id": "t", "type": "tool_result", "content": random.choice(texts)}
                written += file.write(user_line(session, [result]))
    return written


def measured(environ: dict[str, str]) -> tuple[float, float, float]:
    """Run the command in a process of its own: seconds of wall time and of CPU, and peak megabytes."""
    started = time.perf_counter()
    to_nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(sys.executable, COMMAND, environ, file_actions=to_nowhere)
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
                    file.write(usage_line(last.stem, 10**6, 0, START, "text"))
            wall, cpu, memory = measured(environ)
            print(f"{name}: {wall:.2f} s, {cpu:.2f} s of CPU, {memory:.0f} MB")
        kept = sum(path.stat().st_size for path in pathlib.Path(home).rglob("*.sqlite3*"))
        print(f"index: {kept / MEGABYTE:.1f} MB")


if __name__ == "__main__":
    main()
