"""A hostile or absent network: what the endpoint, the name server or a proxy may do, and what it costs."""

from __future__ import annotations

import datetime as dt
import json
import os
import pathlib
import shutil
import signal
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from world import ENDPOINT, TOKEN, World, until, usage, world

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

FRESH = "[5h:8% 7d:77%]"
UNKNOWN = "[5h:-- 7d:--]"
DEADLINE = 15.0
DAY = dt.timedelta(days=1)


class GoodCache:
    """A cache with good numbers that are two minutes old. `copy` gives each case one of its own."""

    def __init__(self, live: World) -> None:
        self.live = live
        live.refresh()
        self.requests_before = len(live.requests)
        self.pattern = live.folder / "pattern"
        shutil.copytree(live.cache.parent, self.pattern)
        live.travel(120)

    def copy(self) -> dict[str, str]:
        """Return the environment of a new copy of the cache."""
        folder = tempfile.mkdtemp(dir=self.live.folder)
        shutil.copytree(self.pattern, folder, dirs_exist_ok=True)
        return {"QUOTALINE_CACHE_DIR": folder}

    def state(self, env: dict[str, str]) -> dict[str, Any]:
        with open(f"{env['QUOTALINE_CACHE_DIR']}/default/state.json", encoding="ascii") as file:
            state: dict[str, Any] = json.load(file)
        return state

    def fails(self, env: dict[str, str], word: str) -> None:
        """Refresh, and assert what every failure promises: one line, the numbers are kept, a back-off starts."""
        before = self.state(env)
        done = self.live.refresh(env)
        assert done.returncode == 1, done
        assert one_line(done.stderr), done.stderr
        assert done.stdout.startswith(FRESH.encode()), done
        assert TOKEN.encode() not in done.stdout + done.stderr
        after = self.state(env)
        assert after["merged"] == before["merged"]
        assert after["backoff"]["reason"] == word, done
        assert after["backoff"]["until"] - after["backoff"]["attempted_at"] >= 60
        assert self.live.segment(env=env) == FRESH


def one_line(text: bytes) -> bool:
    return text.startswith(b"quotaline: ") and text.endswith(b"\n") and text.count(b"\n") == 1


def redirect_the_name(live: World, address: str | None) -> None:
    """Make api.anthropic.com resolve to another address, or to none."""
    name = f"{address} api.anthropic.com\n" if address else ""
    (live.folder / "hosts").write_text(f"127.0.0.1 localhost\n{name}")  # the mount is of this very file


# -- docs/reliability.md D1: time


def sockets(live: World) -> set[str]:
    """Return the local addresses of the connections to the endpoint, and of the queries to the name server."""
    rows = pathlib.Path(f"/proc/{live.pid}/net/tcp").read_text().splitlines()[1:]
    rows += pathlib.Path(f"/proc/{live.pid}/net/udp").read_text().splitlines()[1:]
    return {row.split()[1] for row in rows if row.split()[2].endswith((":01BB", ":0035"))}


@pytest.mark.long
def test_no_stalled_connection_takes_more_than_15_seconds(live: World, binaries: pathlib.Path) -> None:
    cache = GoodCache(live)
    pool = ThreadPoolExecutor()
    started: list[tuple[str, Future[tuple[bytes, bytes, int, float]]]] = []

    def wait(process: subprocess.Popen[bytes], since: float) -> tuple[bytes, bytes, int, float]:
        stdout, stderr = process.communicate(timeout=4 * DEADLINE)
        return stdout, stderr, process.returncode, time.monotonic() - since

    def start(name: str, *words: str) -> None:
        before = sockets(live)
        process = live.start(*words, env=cache.copy())
        until(lambda: sockets(live) - before)  # on a busy machine Python takes long to get there
        started.append((name, pool.submit(wait, process, time.monotonic())))

    for kind in ("hang", "drip-head", "tls-stall", "drip-body"):
        live.endpoint(kind)
        start(kind, "quotaline", "refresh")
    ask = "import quotaline\ntry: quotaline.get_usage()\nexcept quotaline.Unreachable as e: print('quotaline:', e)"
    start("library", str(binaries / "python"), "-c", f"{ask}; exit(1)")
    before = sockets(live)
    assert live.segment() == FRESH
    until(lambda: sockets(live) - before)
    detached = pool.submit(until, lambda: not live.refreshers(), DEADLINE + 3)
    redirect_the_name(live, None)
    start("no-name", "quotaline", "refresh")

    for name, ended in started:
        stdout, stderr, code, seconds = ended.result()
        assert seconds < DEADLINE + 3, name
        assert code == 1, name
        assert one_line(stdout if name == "library" else stderr), (name, stdout, stderr)
        assert name == "library" or stdout == b"" or stdout.startswith(FRESH.encode()), (name, stdout)
    detached.result()

    redirect_the_name(live, "127.0.0.1")
    live.endpoint(body=usage(9, 78))
    live.travel(61)
    live.segment()
    live.settle()
    assert live.segment() == "[5h:9% 7d:78%]", "a killed refresher needs no repair"


# -- docs/reliability.md D2: size


@pytest.mark.parametrize("kind", ["bomb", "infinite"])
def test_endless_answer_costs_no_memory(live: World, binaries: pathlib.Path, kind: str) -> None:
    peak = (
        "import resource, subprocess, sys; subprocess.run(['quotaline', 'refresh']);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )

    def measure() -> int:
        done = live.run(str(binaries / "python"), "-c", peak)
        return int(done.stdout.split()[-1])

    idle_interval = measure()
    live.endpoint(kind)
    live.travel(120)
    stormy = measure()

    assert len(live.requests) == 2
    assert stormy <= idle_interval + 10 * 1024
    assert live.segment() == FRESH


# -- docs/reliability.md D3, and the statuses: unusable answers


def test_unusable_answer_keeps_the_numbers_and_backs_off(live: World) -> None:
    cache = GoodCache(live)
    page = "<!doctype html><title>Welcome to the hotel</title>"
    for number, (status, body, word) in enumerate(
        (
            (200, page, "unreadable_answer"),
            (200, {}, "unreadable_answer"),
            (200, [1, 2], "unreadable_answer"),
            (200, "", "unreadable_answer"),
            (200, "[" * 60000, "unreadable_answer"),
            (200, {"error": {"type": "overloaded_error"}}, "unreadable_answer"),
            (200, {"error": {"type": "rate_limit_error"}}, "rate_limited"),
            (204, "", "unreadable_answer"),
            (206, usage(1, 1), "unreadable_answer"),
            (302, page, "unreadable_answer"),
            (500, page, "server_error"),
            (529, {"error": {"type": "overloaded_error"}}, "server_error"),
            (401, {"error": {"type": "authentication_error"}}, "login_expired"),
            (403, {"error": {"type": "permission_error"}}, "missing_scope"),
            (403, page, "rate_limited"),
            (429, page, "rate_limited"),
        )
    ):
        live.endpoint(status=status, body=body, Location="https://api.anthropic.com/login")

        cache.fails(cache.copy(), word)

        assert len(live.requests) == cache.requests_before + number + 1, (
            "a redirect was followed, or a request repeated"
        )


# -- docs/reliability.md D4: a false endpoint


def unknown_authority(live: World) -> None:
    live.certify(trustme.CA().issue_cert(ENDPOINT))


def another_name(live: World) -> None:
    live.certify(live.authority.issue_cert(f"{ENDPOINT}.example.org"))


def expired(live: World) -> None:
    now = dt.datetime.now(dt.UTC)
    live.certify(live.authority.issue_cert(ENDPOINT, not_before=now - 2 * DAY, not_after=now - DAY))


def not_valid_yet(live: World) -> None:
    now = dt.datetime.now(dt.UTC)
    live.certify(live.authority.issue_cert(ENDPOINT, not_before=now + DAY, not_after=now + 2 * DAY))


def plain_http(live: World) -> None:
    live.endpoint("plain-http")


@pytest.mark.parametrize("fault", [unknown_authority, another_name, expired, not_valid_yet, plain_http])
def test_endpoint_that_is_not_the_real_one_gets_no_token(live: World, fault: Callable[[World], None]) -> None:
    cache = GoodCache(live)
    fault(live)

    for switch in ({}, {"PYTHONHTTPSVERIFY": "0", "CURL_INSECURE": "1", "GIT_SSL_NO_VERIFY": "1"}):
        cache.fails({**cache.copy(), **switch}, "unreachable")

    received = json.dumps(live.requests[cache.requests_before :])
    assert TOKEN not in received
    assert "Authorization" not in received


# -- docs/reliability.md D5: redirects and proxies


def test_redirect_is_never_followed(live: World) -> None:
    cache = GoodCache(live)
    with live.listener("trap", 8443) as trap, live.listener("trap", 80) as plain_trap:
        for number, target in enumerate(
            (
                "https://127.0.0.2:8443/",
                "https://api.anthropic.com:8443/",
                "http://127.0.0.2/",
                "https://api.anthropic.com/api/oauth/usage",
                "//127.0.0.2:8443/",
            )
        ):
            live.endpoint(status=(301, 302, 303, 307, 308)[number], body="", Location=target)
            cache.fails(cache.copy(), "unreadable_answer")
        assert trap.read_bytes() == plain_trap.read_bytes() == b""
    assert len(live.requests) == cache.requests_before + 5


def test_proxy_gets_its_password_but_not_the_token_and_the_endpoint_the_reverse(live: World) -> None:
    with live.listener("proxy", 3128) as proxy:
        done = live.refresh({"HTTPS_PROXY": "http://user:pass@127.0.0.2:3128"})
        passed = proxy.read_bytes()

    assert done.returncode == 0, done
    (request,) = live.requests
    assert request["headers"]["Authorization"] == f"Bearer {TOKEN}"
    assert not [name for name in request["headers"] if name.lower().startswith("proxy")]
    assert b"CONNECT api.anthropic.com:443" in passed
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNz" in passed
    assert TOKEN.encode() not in passed


# -- docs/reliability.md D6, D7: what might replace the header or the host


@pytest.mark.parametrize(
    "netrc",
    [
        "machine api.anthropic.com login a password netrc-secret\n",
        "default login a password netrc-secret\n",
        "machine api.anthropic.com login\nmacdef x\n\x00 broken {{{\n",
    ],
)
def test_netrc_does_not_replace_the_token(live: World, netrc: str) -> None:
    for path in (live.home / ".netrc", live.home / "_netrc", live.home / "named"):
        path.write_text(netrc)
        path.chmod(0o600)

    for env in ({}, {"NETRC": str(live.home / "named")}):
        assert live.refresh(env).returncode == 0
        live.travel(10)

    assert {one["headers"]["Authorization"] for one in live.requests} == {f"Bearer {TOKEN}"}
    assert len(live.requests) == 2


@pytest.mark.quick
def test_no_environment_variable_sends_the_token_to_another_host(live: World) -> None:
    trap = "https://127.0.0.2:8443"
    names = [
        f"{owner}{part}"
        for owner in (
            "",
            "ANTHROPIC_",
            "CLAUDE_",
            "CLAUDE_CODE_",
            "CLAUDE_CODE_CUSTOM_OAUTH_",
            "QUOTALINE_",
            "OAUTH_",
            "REQUESTS_",
        )
        for part in (
            "URL",
            "API_URL",
            "BASE_URL",
            "BASE_API_URL",
            "API_BASE",
            "API_HOST",
            "HOST",
            "API",
            "BASE",
        )
    ]
    names += ["ANTHROPIC_BEDROCK_BASE_URL", "ANTHROPIC_VERTEX_BASE_URL", "HOSTNAME", "QUOTALINE_ENDPOINT"]
    aliases = live.home / "aliases"
    aliases.write_text("api.anthropic.com trap.test\napi trap.test\n")
    with live.listener("trap", 8443) as log:
        done = live.refresh({**dict.fromkeys(names, trap), "HOSTALIASES": str(aliases)})
        assert done.returncode == 0, done
        assert log.read_bytes() == b""
    assert len(live.requests) == 1


# -- docs/reliability.md D8: broken proxies


def test_broken_proxy_is_a_failure_like_any_other(live: World) -> None:
    cache = GoodCache(live)
    for env in (
        {"ALL_PROXY": "socks5://127.0.0.2:1080"},
        {"HTTPS_PROXY": "http://127.0.0.2:9"},  # nothing listens there
        {"HTTPS_PROXY": "http://nowhere.invalid:3128", "RES_OPTIONS": "timeout:1 attempts:1"},
        {"HTTPS_PROXY": "://"},
        {"HTTPS_PROXY": "http://"},
        {"HTTPS_PROXY": "http://[::1"},
        {"HTTPS_PROXY": "http://127.0.0.2:port"},
        {"HTTPS_PROXY": "http://127.0.0.2:99999"},
        {"HTTPS_PROXY": "gopher://127.0.0.2:70"},
        {"HTTPS_PROXY": f"http://{'a' * 300}.b:1"},
        {"HTTPS_PROXY": "http://\N{SNOWMAN}..b:1"},
    ):
        cache.fails({**cache.copy(), **env}, "unreachable")
    assert len(live.requests) == cache.requests_before


def test_missing_certificates_are_a_failure_like_any_other(live: World) -> None:
    cache = GoodCache(live)
    for bundle in ("/nonexistent", str(live.home), "/dev/null"):
        cache.fails({**cache.copy(), "REQUESTS_CA_BUNDLE": bundle}, "unreachable")
    assert len(live.requests) == cache.requests_before


# -- docs/reliability.md C2: failing attempts


def attempted(live: World) -> float:
    path = live.cache / "state.json"
    when: float = json.loads(path.read_bytes())["backoff"]["attempted_at"] if path.exists() else 0.0
    return when


def kill_the_attempt(live: World, asked: int) -> None:
    until(lambda: not live.processes() or len(live.requests) > asked)
    for refresher in live.refreshers():
        os.kill(refresher, signal.SIGKILL)


@pytest.mark.long
def test_ten_minutes_of_failures_cost_few_attempts(tmp_path: pathlib.Path, binaries: pathlib.Path) -> None:
    def count(failure: str) -> int:
        folder = tmp_path / failure
        folder.mkdir()
        attempts: set[float] = set()
        with world(folder, binaries) as live:
            live.log_in()
            live.endpoint(
                "hang" if failure == "killed" else "ok", int(failure) if failure.isdecimal() else 200
            )
            if failure == "refused":
                redirect_the_name(live, "127.0.0.2")
            if failure == "untrusted":
                live.environ["REQUESTS_CA_BUNDLE"] = ""
            for _ in range(10):
                asked = len(live.requests)
                assert live.segment() == UNKNOWN
                if failure == "killed":
                    kill_the_attempt(live, asked)
                live.settle()
                attempts.add(attempted(live))
                live.travel(62)
            assert len(live.requests) == (0 if failure in ("refused", "untrusted") else len(attempts))
        return len(attempts)

    failures = ["refused", "untrusted", "killed", "500", "401", "403", "429"]
    with ThreadPoolExecutor(4) as pool:
        attempts = dict(zip(failures, pool.map(count, failures), strict=True))

    # At 0, 1, 3 and 7 minutes; a refused login not at all; a limit after 5.
    wanted = {"refused": 4, "untrusted": 4, "killed": 4, "500": 4, "401": 1, "403": 2, "429": 2}
    assert attempts == wanted


# -- docs/reliability.md C3: Retry-After


def test_retry_after_counts_from_five_minutes_to_six_hours_and_nonsense_as_five_minutes(
    live: World,
) -> None:
    waits: dict[str | int, int] = {  # a number is a date that far ahead of the request
        "120": 300,
        120: 300,
        "0": 300,
        "-60": 300,
        "soon": 300,
        "": 300,
        "1" + "0" * 20: 300,
        "inf": 300,
        "nan": 300,
        -3600: 300,
        "Thu, 99 Foo 20": 300,
        "900": 900,
        900: 900,
        "86400": 6 * 3600,
        86400: 6 * 3600,
    }
    tried = {"120", "0", -3600, "900"}
    cache = GoodCache(live)
    live.travelled = 0
    copies = {}
    for header, wait in waits.items():
        env = cache.copy()
        if header in tried:
            copies[header] = env
        os.unlink(f"{env['QUOTALINE_CACHE_DIR']}/default/state.json")
        text = header if isinstance(header, str) else formatdate(time.time() + header, usegmt=True)
        live.endpoint(status=429, Retry_After=text)
        live.refresh(env)
        state = cache.state(env)["backoff"]
        assert state["reason"] == "rate_limited", text
        assert state["until"] - state["attempted_at"] == pytest.approx(wait, abs=60), text
    live.endpoint()
    asked = len(live.requests)

    def refresh_after_the_limit(seconds: float) -> None:
        for env in copies.values():
            live.travelled = cache.state(env)["backoff"]["attempted_at"] + seconds - time.time()
            live.refresh(env)

    refresh_after_the_limit(290)
    assert len(live.requests) == asked, "a request within five minutes of a limit"

    refresh_after_the_limit(310)
    assert len(live.requests) == asked + 3


# -- docs/reliability.md C4, C5, C6: the login


def drawing(live: World, minutes: int) -> Iterator[str]:
    for _ in range(minutes):
        yield live.segment()
        live.settle()
        live.travel(60)


def test_expired_login_is_never_sent(live: World) -> None:
    live.log_in(expiresAt=int((time.time() - 1) * 1000))

    assert set(drawing(live, 5)) == {UNKNOWN}

    assert live.requests == []
    done = live.refresh()
    assert done.returncode == 1
    assert one_line(done.stderr)
    assert b"run `claude` once" in done.stderr


def test_after_a_401_only_a_rewritten_login_is_tried_again(live: World) -> None:
    live.endpoint(status=401)
    assert set(drawing(live, 5)) == {UNKNOWN}
    assert len(live.requests) == 1

    live.log_in(accessToken="sk-ant-oat01-renewed")
    assert set(drawing(live, 5)) == {UNKNOWN}
    assert len(live.requests) == 2

    live.log_in(accessToken="sk-ant-oat01-renewed-once-more")
    live.endpoint()
    assert list(drawing(live, 2))[-1] == FRESH


def test_one_refresh_after_a_change_of_login_drops_the_numbers_of_the_old_one(live: World) -> None:
    live.refresh()
    live.log_in(accessToken="sk-ant-oat01-somebody-else")
    live.endpoint(status=500)
    live.travel(61)

    live.segment()
    live.settle()

    assert live.segment() == UNKNOWN
    assert "somebody-else" not in (live.cache / "state.json").read_text()
