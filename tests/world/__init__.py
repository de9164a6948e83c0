"""
A world of its own for the installed command: the same binary that users get, no test hook in it.

`api.anthropic.com` is a name in a private /etc/hosts, port 443 is a scripted
server, its certificate is from our own authority (REQUESTS_CA_BUNDLE), and the
network namespace has nothing but loopback: no packet can leave.
"""

from __future__ import annotations

import atexit
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any

import trustme

from quotaline.cache.clock import uptime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENDPOINT = "api.anthropic.com"
_ONE_AT_A_TIME = threading.Lock()  # to ask for an endpoint: a test may set up worlds in threads
TOKEN = "sk-ant-oat01-CanaryTokenThatMustNotBeSeen_0123456789"
# What may stand on a line for these hosts (docs/reliability.md E4): nothing from the network, ever.
PATTERNS = {
    "plain": re.compile(rb"\[[A-Za-z0-9 ._~%:-]+\]\n"),
    "ansi": re.compile(rb"\[(?:[A-Za-z0-9 ._~%:-]|\x1b\[(?:2|22|3[0-9]|39|38;5;208)m)+\]\n"),
}


def until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """
    Wait for a condition and return what it gave; fail if it does not come true.

    The limit is an end, not a promise: where speed is one, a test counts system calls, or names its own limit.
    """
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.02)
    return found


def usage(five_hour: float = 8, seven_day: float = 77, *, later: float = 0.0, **more: Any) -> dict[str, Any]:
    """
    Return a usage answer of `later` seconds from now, with resets 2 hours and 3 days ahead of that.

    A second is off the 2 hours: what is left is 1h59m from the first moment on, not 2h0m for a part of a second.
    """
    now = time.time() + later

    def window(percent: float, ahead: float) -> dict[str, Any]:
        at = time.strftime("%Y-%m-%dT%H:%M:%S.408408+00:00", time.gmtime(now + ahead))
        return {"utilization": percent, "resets_at": at}

    return {"five_hour": window(five_hour, 7199), "seven_day": window(seven_day, 260000), **more}


class World:
    """One machine with one user, one installed quotaline and one endpoint."""

    def __init__(self, folder: pathlib.Path, binaries: pathlib.Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.cache = self.home / ".cache/quotaline/default"
        self.binaries = binaries
        self.pid = 0
        self.travelled = 0.0  # seconds
        self.jumped = 0.0  # seconds
        self.user: list[str] = []  # the command that runs another one as another user
        self.authority = trustme.CA()
        self.authority.cert_pem.write_to_path(folder / "ca.pem")
        self.environ = {
            "HOME": str(self.home),
            "PATH": f"{binaries}:/usr/local/bin:/usr/bin:/bin",
            "REQUESTS_CA_BUNDLE": str(folder / "ca.pem"),
            "TERM": "xterm-256color",
        }
        (self.home / ".claude").mkdir(parents=True)

    # -- the endpoint

    def endpoint(self, kind: str = "ok", status: int = 200, body: object = None, **headers: str) -> None:
        """Set what the endpoint does from the next connection on."""
        text = body if isinstance(body, str) else json.dumps(usage() if body is None else body)
        script = {
            "kind": kind,
            "status": status,
            "body": text,
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        }
        (self.folder / "new.json").write_text(json.dumps(script))
        (self.folder / "new.json").rename(self.folder / "behaviour.json")

    def certify(self, certificate: trustme.LeafCert) -> None:
        """Set the certificate that the endpoint shows from the next connection on."""
        certificate.private_key_and_cert_chain_pem.write_to_path(self.folder / "server.pem")

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What reached the endpoint, in order."""
        log = self.folder / "requests.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    # -- the user

    def log_in(self, **fields: Any) -> None:
        """Write the login that Claude Code would have written."""
        login = {
            "accessToken": TOKEN,
            "refreshToken": "sk-ant-ort01-never-used",
            "expiresAt": int((time.time() + 7 * 3600) * 1000),
            "scopes": ["user:inference", "user:profile"],
            **fields,
        }
        path = self.home / ".claude/.credentials.json"
        path.write_text(json.dumps({"claudeAiOauth": login}))
        path.chmod(0o600)

    def configure(self, text: str) -> None:
        """Write config.toml."""
        path = self.home / ".config/quotaline/config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    # -- commands

    def inside(self, *words: str, cwd: pathlib.Path | None = None) -> list[str]:
        """Return the command line that runs a program in this world."""
        enter = ["nsenter", "-t", str(self.pid), *self._users(), "-n", "-m", f"--wd={cwd or self.home}", "--"]
        return [*enter, *self._clock(), *words]

    @staticmethod
    def _users() -> list[str]:
        return [] if os.geteuid() == 0 else ["-U", "--preserve-credentials"]

    def _clock(self) -> list[str]:
        ahead = self.travelled + self.jumped
        if not ahead and not self.travelled:
            return self.user
        # A time namespace moves the uptime, libfaketime the wall clock, which has no namespace.
        # Preloaded: the wrapper fails where a killed one of the same process id left its semaphore.
        (library,) = pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")
        # The monotonic clock is moved too: where it is not, libfaketime sends absolute sleeps (time.sleep) astray.
        # In return a lock's time limit (thread.join(1)) never comes; that hangs and is seen, the other was not.
        apart = ["env", f"LD_PRELOAD={library}", f"FAKETIME={ahead:+.0f}s", "NO_FAKE_STAT=1"]
        boottime = max(int(self.travelled), 10 - uptime())  # it can't be moved to before the boot
        moved = ["unshare", "-T", "--boottime", str(boottime)] if self.travelled else []
        return [*moved, *self.user, *apart]

    def start(
        self, *words: str, env: dict[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[bytes]:
        """Start a program of this world, with pipes for what it prints."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            self.inside(*words), env={**self.environ, **(env or {})}, **{**streams, **options}
        )

    def run(
        self, *words: str, env: dict[str, str] | None = None, cwd: pathlib.Path | None = None, **options: Any
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program of this world to its end."""
        return subprocess.run(
            self.inside(*words, cwd=cwd),
            env={**self.environ, **(env or {})},
            capture_output=True,
            stdin=options.pop("stdin", subprocess.DEVNULL),
            timeout=150,  # an end, as in `until`: some commands run for many seconds, on a busy machine
            check=False,
            **options,
        )

    def segment(self, host: str = "plain", env: dict[str, str] | None = None, **options: Any) -> str:
        """
        Print a segment, and hold every run to docs/reliability.md A5 and E4.

        One line, exit 0, nothing on stderr.
        """
        done = self.run("quotaline", "--for", host, env=env, **options)
        assert (done.returncode, done.stderr) == (0, b""), done
        assert PATTERNS[host].fullmatch(done.stdout), done.stdout
        return done.stdout.decode().rstrip("\n")

    @contextmanager
    def listener(self, kind: str, port: int) -> Iterator[pathlib.Path]:
        """Run a trap or a proxy on loopback, and give the log of what it was sent."""
        log = self.folder / f"{kind}.{port}"
        program = str(pathlib.Path(__file__).with_name("listener.py"))
        enter = ["nsenter", "-t", str(self.pid), *self._users(), "-n", "-m", "--"]
        process = subprocess.Popen([*enter, sys.executable, program, kind, str(log), str(port)])
        try:
            until(log.exists)
            yield log
        finally:
            process.kill()
            process.wait()

    def refresh(
        self, env: dict[str, str] | None = None, *, ago: float = 0.0
    ) -> subprocess.CompletedProcess[bytes]:
        """
        Refresh in the foreground, or leave what a refresh some time ago would have left.

        After 10 s another one makes a request. The shells of a test then need no faketime, which waits for all
        descendants of its program.
        """
        self.travel(-ago)
        done = self.run("quotaline", "refresh", env=env)
        self.travel(ago)
        return done

    def travel(self, seconds: float) -> None:
        """Let time pass for every program that runs from now on: the wall clock and the uptime."""
        self.travelled += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock, and leave the uptime alone, as `date -s` does."""
        self.jumped += seconds

    # -- processes

    def processes(self, word: str = "") -> list[int]:
        """Return the ids of this user's processes that have a word on their command line."""
        found: list[int] = []
        seen: set[str] = set()
        # Listed anew until nothing new is there: a process may end, and leave a child, while others are looked at.
        while new := {name for name in os.listdir("/proc") if name.isdigit()} - seen:
            seen |= new
            for name in new:
                with suppress(OSError):
                    if self._is_mine(f"/proc/{name}") and word.encode() in _bytes(f"/proc/{name}/cmdline"):
                        found.append(int(name))
        return found

    def _is_mine(self, process: str) -> bool:
        environ = b""
        with suppress(ProcessLookupError):  # it has given up its memory
            environ = _bytes(f"{process}/environ")
        if not environ:  # amid an execve or at its end: all that tells is the network it is in
            return os.readlink(f"{process}/ns/net") == os.readlink(f"/proc/{self.pid}/ns/net")
        return f"HOME={self.home}".encode() in environ.split(b"\0")

    def refreshers(self) -> list[int]:
        """Return the ids of the detached refreshers at work."""
        return self.processes("\0--detached\0")

    def published(self) -> None:
        """Wait until what a status line does after its line is done."""
        until(lambda: not self.processes("\0--for\0claude\0"))

    def settle(self, seconds: float = 60.0) -> None:
        """Wait for the end of all that this user's commands started."""
        until(lambda: not self.processes(), seconds)


def _bytes(path: str) -> bytes:
    """Read a file of /proc; pathlib would take three times as long, and `settle` reads all there are."""
    with open(path, "rb", buffering=0) as file:
        return file.read()


@contextmanager
def world(folder: pathlib.Path, binaries: pathlib.Path) -> Iterator[World]:
    """Set a world up in a folder, with the commands of an installation, and take it down again."""
    made = World(folder, binaries)
    made.certify(made.authority.issue_cert(ENDPOINT))
    (folder / "hosts").write_text("127.0.0.1 localhost api.anthropic.com trap.test\n")
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:30\n")
    made.endpoint()
    made.pid = _start_endpoint(folder)
    try:
        until((folder / "ready").exists)
        yield made
    finally:
        os.kill(made.pid, signal.SIGKILL)
        until(lambda: not pathlib.Path(f"/proc/{made.pid}").exists())


@cache
def _endpoints() -> subprocess.Popen[str]:
    """Start the program that endpoints are made by, for as long as this process lives."""
    users = [] if os.geteuid() == 0 else ["unshare", "-U", "-r"]
    program = [sys.executable, str(pathlib.Path(__file__).with_name("server.py"))]
    maker = subprocess.Popen([*users, *program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(maker.communicate)
    return maker


def _start_endpoint(folder: pathlib.Path) -> int:
    """Start a world's endpoint, and return the id of its process."""
    with _ONE_AT_A_TIME:
        maker = _endpoints()
        assert maker.stdin
        assert maker.stdout
        print(folder, file=maker.stdin, flush=True)
        return int(maker.stdout.readline())
