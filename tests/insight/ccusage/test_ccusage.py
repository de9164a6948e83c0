"""The real ccusage counts the same tokens, but for what it is known to get wrong. Run by ./run."""

from __future__ import annotations

import json
import os
import pathlib
import random
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from quotaline.insight.sessions import report
from transcripts import TRAPS, corpus, reply, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quotaline.model.session_usage import ApiUsage

HERE = pathlib.Path(__file__).parent
KINDS = ("inputTokens", "outputTokens", "cacheCreationTokens", "cacheReadTokens")


def ccusage(home: pathlib.Path, kind: str = "session") -> Any:
    folder = pathlib.Path(os.environ["QUOTALINE_CCUSAGE"], (HERE / "version").read_text().strip())
    words = [f"{folder}/node_modules/.bin/ccusage", "claude", kind, "--json", "--offline"]
    done = subprocess.run(
        words, env={"HOME": str(home), "PATH": os.environ["PATH"]}, capture_output=True, check=True
    )
    return json.loads(done.stdout)


def theirs(row: dict[str, Any]) -> tuple[int, ...]:
    return tuple(row[kind] for kind in KINDS)


def ours(usage: ApiUsage) -> tuple[int, ...]:
    return (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_creation_tokens,
        usage.cache_read_tokens,
    )


def test_both_count_every_trap_alike(claude_dir: pathlib.Path, tmp_path: pathlib.Path) -> None:
    corpus(claude_dir)

    found = ccusage(tmp_path)

    by_session = {row["sessionId"]: theirs(row) for row in found["sessions"]}
    # ccusage gives what a fork copied to the file whose path sorts first: "fork" before "parent".
    assert by_session.pop("fork") == tuple(a + b for a, b in zip(TRAPS["fork"], TRAPS["parent"], strict=True))
    assert by_session == {name: tokens for name, tokens in TRAPS.items() if name not in ("fork", "parent")}
    mine = report(os.environ)
    assert {one.usage.session_id: ours(one.usage) for one in mine.sessions} == TRAPS
    assert ours(mine.total) == theirs(found["totals"])
    assert theirs(ccusage(tmp_path, "daily")["totals"]) == theirs(found["totals"])


def test_both_count_the_real_session_alike(
    data: pathlib.Path, claude_dir: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    shutil.copytree(data / "transcripts/real-2.1.330/home/.claude", claude_dir, dirs_exist_ok=True)

    (row,) = ccusage(tmp_path)["sessions"]

    (session,) = report(os.environ).sessions
    assert ours(session.usage) == theirs(row) == (8036, 836, 24036, 72036)


def lines_of(chance: random.Random, session: str) -> Iterator[str]:
    """Random lines of one session. A message has one time, as the replays of the client have."""
    for _ in range(chance.randrange(1, 12)):
        number = chance.randrange(4)
        message, request = chance.choice([f"{session}-{number}", None]), chance.choice(["1", "2", None])
        speed = {"speed": "fast"} if chance.random() < 0.3 else {}
        yield reply(
            message,
            request and f"{session}-{request}",
            session=session,
            at=number,
            tokens=(chance.randrange(4), chance.randrange(4)),
            cache=(chance.randrange(2), chance.randrange(2), chance.randrange(3)),
            usage=speed,
            isSidechain=chance.random() < 0.4,
        )


@pytest.mark.parametrize("seed", range(40))
def test_both_count_random_sessions_alike(
    claude_dir: pathlib.Path, tmp_path: pathlib.Path, seed: int
) -> None:
    chance = random.Random(seed)
    for session in ("s1", "s2", "s3"):
        write(claude_dir, session, *lines_of(chance, session))
        write(claude_dir, f"{session}/subagents/agent-1", *lines_of(chance, session))

    found = ccusage(tmp_path)

    mine = {one.usage.session_id: ours(one.usage) for one in report(os.environ).sessions}
    assert mine == {row["sessionId"]: theirs(row) for row in found["sessions"]}
