"""
A minimal Messages API for Claude Code in a test world: every prompt gets the reply "ok".

Usage: messages.py FOLDER, inside the world's network namespace. For each request it
reads the rate limit headers from FOLDER/limits.json and appends to messages.jsonl;
it creates `messages-ready` when it listens.
"""

from __future__ import annotations

import json
import pathlib
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ADDRESS = ("127.0.0.1", 8080)
MESSAGE: dict[str, Any] = {
    "id": "msg_fake",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 10, "output_tokens": 1000},
}
TEXT = {"type": "text", "text": "ok"}
STREAM: list[dict[str, Any]] = [
    {"type": "message_start", "message": MESSAGE},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ok"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1000}},
    {"type": "message_stop"},
]


class Messages(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    folder: pathlib.Path

    def do_HEAD(self) -> None:
        """Answer the client's check that the API is reachable."""
        self._send(200, "application/json", b"")

    def do_GET(self) -> None:
        """Answer 404: the client needs no other page."""
        self._send(404, "application/json", b"{}")

    def do_POST(self) -> None:
        """Reply to a prompt, as a stream if the request asks for one."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path.partition("?")[0]
        with (self.folder / "messages.jsonl").open("a") as log:
            log.write(json.dumps({"path": path, "agent": self.headers["User-Agent"]}) + "\n")
        if path != "/v1/messages":
            self._send(404, "application/json", b"{}")
        elif json.loads(body).get("stream"):
            events = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in STREAM]
            self._send(200, "text/event-stream", "".join(events).encode(), self._limits())
        else:
            whole = {**MESSAGE, "content": [TEXT], "stop_reason": "end_turn"}
            self._send(200, "application/json", json.dumps(whole).encode(), self._limits())

    def log_message(self, *_: object) -> None:
        """Keep the terminal clean."""

    def _limits(self) -> dict[str, str]:
        limits: dict[str, str] = json.loads((self.folder / "limits.json").read_text())
        return limits

    def _send(self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {
            **(headers or {}),
            "Content-Type": kind,
            "Content-Length": str(len(body)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


if __name__ == "__main__":
    Messages.folder = pathlib.Path(sys.argv[1])
    with ThreadingHTTPServer(ADDRESS, Messages) as server:
        (Messages.folder / "messages-ready").touch()
        server.serve_forever()
