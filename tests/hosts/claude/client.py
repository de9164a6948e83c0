"""Drive the real Claude Code in a terminal: start it, type, and read its screen."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from world import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from world import World

HERE = pathlib.Path(__file__).parent
VERSIONS = (HERE / "versions").read_text().split()
COMMAND = "quotaline --for claude"
PROMPT = "\u276f"
ACCOUNT = "11111111-2222-4333-8444-555555555555"
API_KEY = "sk-ant-api03-FakeKeyThatPaysForNothing"
PATIENCE = 30.0  # seconds; the client is 380 MB, which takes long to load on a busy machine


def program(version: str) -> str:
    """Return the path of an installed client; tests/hosts/claude/run puts it there."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = os.environ.get("QUOTALINE_CLAUDE") or f"{caches}/quotaline-tests/claude"
    path = f"{folder}/{version}/node_modules/.bin/claude"
    assert os.access(path, os.X_OK), f"no Claude Code {version} in {folder}: run tests/hosts/claude/run"
    return path


class Client:
    """One interactive Claude Code session."""

    def __init__(self, world: World, version: str) -> None:
        self.world = world
        self.version = version
        self.program = program(version)
        self.project = world.home / "project"

    # -- the API

    def limits(self, five_hour: float | None = None, seven_day: float | None = None) -> None:
        """Set the rate limit headers of all further replies, as fractions; None: no header for that window."""
        now = int(time.time())
        headers = {}
        for name, used, ahead in (("5h", five_hour, 7200), ("7d", seven_day, 260000)):
            if used is not None:
                headers[f"anthropic-ratelimit-unified-{name}-utilization"] = str(used)
                headers[f"anthropic-ratelimit-unified-{name}-reset"] = str(now - now % 60 + ahead)
        new = self.world.folder / "limits.new"
        new.write_text(json.dumps(headers))
        new.rename(self.world.folder / "limits.json")

    @property
    def message_count(self) -> int:
        """Return how many messages were sent to the API."""
        log = self.world.folder / "messages.jsonl"
        return len(log.read_text().splitlines()) if log.exists() else 0

    # -- input

    def write_files(self) -> None:
        """
        Write the files of a user who is logged in and has used Claude Code before.

        Which ones: docs/claude-code.md 1.6.
        """
        self.project.mkdir()
        self.world.log_in(subscriptionType="max", rateLimitTier="default_claude_max_5x")
        known = {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True, "allowedTools": []}
        config = {
            "hasCompletedOnboarding": True,
            "lastOnboardingVersion": "99.0.0",
            "effortCalloutV2Dismissed": True,  # 2.1.80 asks at its first start
            "theme": "dark",
            "numStartups": 5,
            "projects": {os.path.realpath(self.project): known},
            "customApiKeyResponses": {"approved": [API_KEY[-20:]]},
            "oauthAccount": {"accountUuid": ACCOUNT, "emailAddress": "somebody@example.invalid"},
        }
        (self.world.home / ".claude.json").write_text(json.dumps(config))
        self.status_line(COMMAND)

    def status_line(self, command: str) -> None:
        """Put a statusLine command into the settings."""
        settings = {"statusLine": {"type": "command", "command": command}}
        (self.world.home / ".claude/settings.json").write_text(json.dumps(settings))

    def start(self, **env: str) -> None:
        """Start the client in a terminal."""
        node = os.path.dirname(shutil.which("node") or "")
        words = ("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "-c", str(self.project))
        self.tmux(
            *words,
            self.program,
            env={
                "ANTHROPIC_BASE_URL": "http://127.0.0.1:8080",
                "DISABLE_AUTOUPDATER": "1",
                "DISABLE_ERROR_REPORTING": "1",
                "DISABLE_TELEMETRY": "1",
                "LANG": "C.UTF-8",
                "PATH": f"{self.world.environ['PATH']}:{node}",
                **env,
            },
        )

    def say(self, text: str) -> None:
        """Send a prompt, and wait until it reaches the API."""
        self.shows(PROMPT)
        before = self.message_count
        self.keys(text)
        self.shows(text)
        self.keys("Enter")
        until(lambda: self.message_count > before, PATIENCE)

    def keys(self, *names: str) -> None:
        """Press keys, by their tmux names."""
        self.tmux("send-keys", *names)

    # -- output

    def screen(self, *options: str) -> str:
        """Return the text on the screen."""
        return self.tmux("capture-pane", "-p", *options)

    def shows(self, text: str, *options: str) -> None:
        """Wait until a text is on the screen."""
        try:
            until(lambda: text in self.screen(*options), PATIENCE)
        except AssertionError:
            raise AssertionError(f"{text!r} is not on the screen:\n{self.screen(*options)}") from None

    def tmux(self, *words: str, env: dict[str, str] | None = None) -> str:
        """Run a tmux command inside the world, where its server runs, and return its output."""
        done = self.world.run("tmux", "-S", str(self.world.folder / "tmux"), *words, env=env)
        assert done.returncode == 0, done
        return done.stdout.decode()


@contextmanager
def hosted(world: World, version: str) -> Iterator[Client]:
    """Provide a client in a world with a Messages API; at the end kill everything in its terminal."""
    made = Client(world, version)
    made.write_files()
    made.limits()
    # An unreachable name server fails at once. The client would wait for the silent one of the world.
    (world.folder / "resolv.conf").write_text("nameserver 127.0.0.9\n")
    api: Any = subprocess.Popen(world.inside(sys.executable, str(HERE / "messages.py"), str(world.folder)))
    try:
        until((world.folder / "messages-ready").exists)
        yield made
    finally:
        world.run("tmux", "-S", str(world.folder / "tmux"), "kill-server")
        api.kill()
        api.wait()
