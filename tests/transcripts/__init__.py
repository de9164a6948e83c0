"""Transcripts as Claude Code writes them, made line by line; and a corpus with every trap in one folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pathlib

START = datetime(2026, 11, 20, 9, tzinfo=UTC).timestamp()
MODEL = "claude-opus-5-5"


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{round(at % 1 * 1000):03d}Z"


def reply(
    message: str | None = "m1",
    request: str | None = "r1",
    *,
    session: str = "s1",
    at: float = 0.0,
    tokens: tuple[int, int] = (10, 5),
    cache: tuple[int, int, int] = (0, 0, 0),
    usage: dict[str, Any] | None = None,
    inner: dict[str, Any] | None = None,
    **outer: Any,
) -> str:
    """
    One line of a reply. `at` is in seconds from START, `cache` is written for 5 minutes, for 1 hour, and read.

    `usage`, `inner` and `outer` replace fields of the usage, of the message and of the line.
    """
    write_5m, write_1h, read = cache
    content = [{"type": "text", "text": "an answer"}]
    document = {
        "isSidechain": False,
        "message": {
            **({"id": message} if message is not None else {}),
            "model": MODEL,
            "content": content,
            **(inner or {}),
            "usage": {
                "input_tokens": tokens[0],
                "output_tokens": tokens[1],
                "cache_creation_input_tokens": write_5m + write_1h,
                "cache_read_input_tokens": read,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": write_5m,
                    "ephemeral_1h_input_tokens": write_1h,
                },
                "speed": "standard",
                **(usage or {}),
            },
        },
        **({"requestId": request} if request is not None else {}),
        "type": "assistant",
        "timestamp": stamp(START + at),
        "cwd": "/home/fakeuser/project",
        "sessionId": session,
        "version": "2.1.330",
        **outer,
    }
    return json.dumps(document, separators=(",", ":")) + "\n"


def prompt(text: Any = "a question", session: str = "s1", **outer: Any) -> str:
    message = {"role": "user", "content": text}
    document = {"type": "user", "message": message, "sessionId": session, "timestamp": stamp(START), **outer}
    return json.dumps(document, separators=(",", ":")) + "\n"


def figure(
    dollars: float,
    models: dict[str, tuple[int, int, int, int, int, float]],
    session: str = "s1",
    **outer: Any,
) -> str:
    """A `cost-state`; for each model input, output, written for 5 minutes, for 1 hour, read, and dollars."""
    used = {
        model: {
            "inputTokens": input_,
            "outputTokens": output,
            "cacheReadInputTokens": read,
            "cacheCreationInputTokens": write_5m + write_1h,
            "cacheCreationEphemeral5mInputTokens": write_5m,
            "cacheCreationEphemeral1hInputTokens": write_1h,
            "costUSD": cost,
        }
        for model, (input_, output, write_5m, write_1h, read, cost) in models.items()
    }
    document = {
        "type": "cost-state",
        "sessionId": session,
        "totalCostUSD": dollars,
        "modelUsage": used,
        **outer,
    }
    return json.dumps(document, separators=(",", ":")) + "\n"


def write(
    config: pathlib.Path, name: str, *lines: str, project: str = "-home-fakeuser-project"
) -> pathlib.Path:
    """Write a transcript below a config dir; `name` may have folders in it."""
    path = config / "projects" / project / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines))
    return path


# Every trap is a session of its own, with the tokens that it is right to count: input, output, cache
# written, cache read.
TRAPS: dict[str, tuple[int, int, int, int]] = {
    "blocks": (10, 50, 7, 3),
    "early-lines": (10, 50, 0, 0),
    "subagent": (30, 15, 0, 0),
    "side-question": (20, 10, 0, 40),
    "sidechain-first": (10, 5, 0, 9),
    "no-id": (30, 15, 0, 0),
    "quoted": (10, 5, 0, 0),
    "synthetic": (10, 5, 0, 0),
    "no-newline": (20, 10, 0, 0),
    "half-line": (10, 5, 0, 0),
    "damaged": (10, 5, 0, 0),
    "foreign-usage": (10, 5, 0, 0),
    "retried": (20, 10, 0, 0),
    "old-client": (10, 5, 6, 0),
    "fast": (10, 5, 0, 0),
    "parent": (30, 15, 0, 0),
    "fork": (10, 5, 0, 0),
}


def corpus(config: pathlib.Path) -> None:
    """Write a corpus with every trap of TRAPS. No two sessions share an id, but for the fork and its parent."""

    def line(session: str, number: int = 1, request: int | None = None, **more: Any) -> str:
        more = {"at": number * 60.0, **more}
        return reply(f"{session}-m{number}", f"{session}-r{request or number}", session=session, **more)

    def session(name: str, *lines: str) -> None:
        write(config, name, prompt(session=name), *lines)

    session("blocks", *(line("blocks", tokens=(10, 50), cache=(3, 4, 3)) for _ in range(4)))
    session("early-lines", line("early-lines", tokens=(10, 1)), line("early-lines", tokens=(10, 50)))
    session("subagent", line("subagent"))
    write(config, "subagent/subagents/agent-a1", line("subagent", 2, isSidechain=True))
    write(config, "subagent/subagents/agent-b2", line("subagent", 3, isSidechain=True))
    session("side-question", line("side-question", cache=(0, 0, 20)))
    write(
        config,
        "side-question/subagents/agent-btw",
        line("side-question", 1, 77, isSidechain=True, cache=(0, 0, 50_000)),
        line("side-question", 2, isSidechain=True, cache=(0, 0, 20)),
    )
    session("sidechain-first", line("sidechain-first", 1, 2, cache=(0, 0, 9)))
    write(
        config,
        "sidechain-first-0/subagents/agent-x",
        line("sidechain-first", isSidechain=True, tokens=(99, 99)),
    )
    session("no-id", *(reply(None, None, session="no-id", at=at) for at in (0, 0, 5)))
    quotation = {
        "content": [{"type": "text", "text": 'it says "usage":{"input_tokens":99,"output_tokens":99}'}]
    }
    session("quoted", line("quoted", inner=quotation), prompt(quotation["content"][0]["text"], "quoted"))
    session(
        "synthetic", line("synthetic"), line("synthetic", 2, tokens=(0, 0), inner={"model": "<synthetic>"})
    )
    session("no-newline", line("no-newline"), line("no-newline", 2).rstrip("\n"))
    session("half-line", line("half-line"), line("half-line", 2)[:-30])
    session("damaged", line("damaged", 2)[3:], '{"usage":{\n', "\x00\x00\n", "[]\n", line("damaged"))
    agent = {"type": "user", "toolUseResult": {"usage": {"input_tokens": 99, "output_tokens": 99}}}
    session("foreign-usage", line("foreign-usage"), json.dumps(agent, separators=(",", ":")) + "\n")
    session("retried", line("retried", 1, 1), line("retried", 1, 2))
    old = {"cache_creation": None, "cache_creation_input_tokens": 6}
    session("old-client", line("old-client", usage=old, version="1.0.24", costUSD=0.5))
    session("fast", line("fast", usage={"speed": "fast"}))
    own = [line("parent", number) for number in (1, 2, 3)]
    session("parent", *own)
    copied = [json.loads(one) for one in own]
    origin = [{"sessionId": "parent", "messageUuid": f"u{number}"} for number in (1, 2, 3)]
    copies = [
        json.dumps({**one, "sessionId": "fork", "forkedFrom": of}, separators=(",", ":")) + "\n"
        for one, of in zip(copied, origin, strict=True)
    ]
    session("fork", *copies, line("fork", 4))
