"""A day of a fake account: an endpoint on 127.0.0.1, and real refreshes in a temporary home folder."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from quotaline.cache import seen, segment_file, store
from quotaline.cache.paths import cache_folder
from quotaline.refresh.cycle import Job, refresh
from quotaline.sources import api

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quotaline.cache.state_file import State

_TOKEN = "demo-token"  # noqa: S105 - of an account that does not exist
_DAY = ((0, 8, 31), (55, 42, 37), (110, 63, 44), (165, 84, 49), (220, 97, 52))  # minute, 5h, 7d


class Moment(NamedTuple):
    """One refresh of the day: `minute` since its start, what a host shows, the state, and epoch seconds."""

    minute: int
    segment: str
    state: State
    now: float


def moments(host: str) -> Iterator[Moment]:
    """Run real refreshes against the fake endpoint and yield what a host shows after each."""
    os.environ["NO_PROXY"] = "127.0.0.1"  # only in this process, whose only request goes to itself
    started = time.time()
    clock = [started]
    with tempfile.TemporaryDirectory(prefix="quotaline-demo-") as home, _Endpoint(started) as endpoint:
        environ = {"HOME": home, "QUOTALINE_CACHE_DIR": f"{home}/cache"}
        config = _make_login(home)
        folder = cache_folder(environ)
        if folder is None:
            raise AssertionError
        store.prepare(folder, home)
        seen.note(folder, host, started)
        fetch = partial(api.fetch, endpoint=endpoint.url)
        for minute, five_hour, seven_day in _DAY:
            endpoint.used = (five_hour, seven_day)
            clock[0] = started + 60 * minute
            outcome = refresh(Job(environ, config, lambda: clock[0], fetch), force=True)
            if outcome.error:
                raise outcome.error
            segment = segment_file.decode(store.read(folder, f"segment.{host}") or b"", clock[0], host)
            yield Moment(minute, segment[0] if segment else "?", outcome.state, clock[0])


def _make_login(home: str) -> str:
    """Write a login and a config.toml, and return the path of the latter."""
    os.mkdir(f"{home}/.claude", 0o700)
    login = {"accessToken": _TOKEN, "expiresAt": 2**53, "scopes": ["user:inference", "user:profile"]}
    with open(f"{home}/.claude/.credentials.json", "w", encoding="ascii") as file:
        json.dump({"claudeAiOauth": login}, file)
    with open(f"{home}/config.toml", "w", encoding="ascii") as file:
        file.write("[sources]\nkeychain = false\n")
    return f"{home}/config.toml"


class _Endpoint:
    """The fake endpoint, answering in a thread while the `with` block runs. `used`: 5h and 7d percent."""

    def __init__(self, now: float) -> None:
        self.used = (0, 0)
        resets = [datetime.fromtimestamp(now + ahead, UTC).isoformat() for ahead in (4 * 3600, 3 * 86400)]
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(owner.answer(resets)).encode()
                known = self.headers["Authorization"] == f"Bearer {_TOKEN}"
                self.send_response(200 if known else 401)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/oauth/usage"

    def answer(self, resets: list[str]) -> dict[str, Any]:
        """Return the body, as docs/claude-code.md 2.2 has it."""
        five_hour, seven_day = self.used
        return {
            "five_hour": {"utilization": float(five_hour), "resets_at": resets[0]},
            "seven_day": {"utilization": float(seven_day), "resets_at": resets[1]},
            "limits": [
                {
                    "kind": "weekly_scoped",
                    "percent": 31,
                    "resets_at": resets[1],
                    "scope": {"model": {"display_name": "Fable"}},
                }
            ],
            "extra_usage": {"is_enabled": False},
        }

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
