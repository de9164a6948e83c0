"""Where the token may be: the credentials file, one process, one header. Nowhere else, whatever happens."""

from __future__ import annotations

import base64
import os
import pathlib
import signal
import urllib.parse
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from world import TOKEN, World, until, usage

if TYPE_CHECKING:
    from collections.abc import Iterator

FRESH = "[5h:8% 7d:77%]"
UNKNOWN = "[5h:-- 7d:--]"
OTHER_USER = 4321  # a user id that no account has


def forms(token: str = TOKEN) -> list[bytes]:
    raw = token.encode()
    shapes = [raw, raw[::-1], raw.hex().encode(), raw.hex().upper().encode()]
    shapes += [
        urllib.parse.quote(token, safe="").encode(),
        base64.b64encode(raw)[:-4],
        base64.urlsafe_b64encode(raw)[:-4],
    ]
    # Within other text base64 starts at any of three places.
    shapes += [base64.b64encode(b"x" * shift + raw)[4:-4] for shift in (1, 2)]
    return [*shapes, sha256(raw).hexdigest()[:16].encode(), b"sk-ant-ort01-never-used"]


def holds_token(text: bytes) -> bool:
    return any(form in text for form in forms())


def one_line(text: bytes) -> bool:
    return text.startswith(b"quotaline: ") and text.endswith(b"\n") and text.count(b"\n") == 1


def leaks(live: World) -> list[str]:
    """Return the files with any form of the token, except the login and the log of the fake endpoint."""
    outside = {live.folder / "requests.jsonl", live.folder / "behaviour.json"}
    allowed = {live.home / ".claude/.credentials.json", *outside}
    files = (path for path in live.folder.rglob("*") if path.is_file() and path not in allowed)
    return [str(path) for path in files if holds_token(path.read_bytes())]


def wait_for_request(live: World, asked: int) -> None:
    until(lambda: len(live.requests) > asked)


LIST = """
import glob, tempfile
for place in [*tempfile._candidate_tempdir_list(), "/dev/shm"]:
    print(*glob.glob(place + "/*quotaline*", include_hidden=True), sep="\\n")
"""


def newcomers(live: World) -> set[bytes]:
    """Return the files named after quotaline in the temporary folders of Python and in shared memory."""
    done = live.run(str(live.binaries / "python"), "-c", LIST)
    assert (done.returncode, done.stderr) == (0, b"")
    return set(done.stdout.splitlines())


# -- docs/reliability.md F1: command lines and environments


def traced(live: World, *commands: str, env: dict[str, str] | None = None) -> str:
    """Run commands and return the command lines and environments of all processes that they start."""
    trace = live.folder / "execs"
    words = ["strace", "-f", "-v", "-qq", "-s", "65535", "-e", "trace=execve,execveat", "-o", str(trace)]
    done = live.run(*words, "sh", "-c", "; ".join(commands), env=env)
    assert FRESH.encode() in done.stdout, done
    text = trace.read_text()
    trace.unlink()
    return text


SESSION = (
    "quotaline",
    'until grep -qs 8% "$HOME/.cache/quotaline/default/segment.plain"; do sleep 0.1; done',
    "quotaline",
    "quotaline refresh",
    "quotaline status",
    "quotaline status --json",
)


@pytest.mark.quick
def test_token_of_the_login_file_is_on_no_command_line_and_in_no_environment(live: World) -> None:
    execs = traced(live, *SESSION)

    assert "--detached" in execs
    assert not holds_token(execs.encode())


def test_token_of_the_environment_is_on_no_command_line(live: World) -> None:
    (live.home / ".claude/.credentials.json").unlink()
    own = {"CLAUDE_CODE_OAUTH_TOKEN": TOKEN, "CLAUDE_CODE_OAUTH_SCOPES": "user:profile"}

    execs = traced(live, *SESSION, env=own)

    for line in execs.splitlines():
        assert TOKEN not in line.replace(f'"CLAUDE_CODE_OAUTH_TOKEN={TOKEN}"', ""), (
            "in another variable or an argument"
        )
    assert len(live.requests) >= 1


# -- docs/reliability.md F2, F4: files and outputs


def test_token_is_in_no_file_and_no_output_whatever_the_endpoint_does(live: World) -> None:
    live.log_in(expiresAt=2**53)
    before = newcomers(live)
    printed = b""
    echo = {"error": {"type": "x", "message": f"Bearer {TOKEN}"}, TOKEN: TOKEN}
    for kind, status, body in (
        ("ok", 200, usage()),
        (
            "ok",
            200,
            {
                **usage(later=1000),
                "limits": [{"kind": "weekly_scoped", "percent": 99, "scope": {"label": TOKEN}}],
            },
        ),
        ("ok", 200, echo),
        ("ok", 401, echo),
        ("ok", 403, echo),
        ("ok", 429, echo),
        ("ok", 500, TOKEN),
        ("infinite", 200, None),
        ("plain-http", 200, None),
    ):
        live.endpoint(kind, status, body, Location=f"https://{TOKEN}/", Retry_After=TOKEN)
        env = {"PYTHONFAULTHANDLER": "1", "PYTHONDEVMODE": "1", "TMPDIR": str(live.home)}
        for words in (["refresh"], ["status"], ["status", "--json"], []):
            done = live.run("quotaline", *words, env=env)
            printed += done.stdout + done.stderr
            assert b"Traceback" not in printed
            assert b"Warning" not in printed, printed
        live.settle()
        assert leaks(live) == [], (kind, status)
        live.travel(3700)

    assert len(live.requests) >= 9
    assert not holds_token(printed)
    assert newcomers(live) <= before


@pytest.mark.parametrize(
    "token",
    [
        f"{TOKEN}\nX-Injected: 1",
        f"{TOKEN}é",
        f"{TOKEN}\x00",
        f"{TOKEN} {TOKEN}",
        f"{TOKEN}\ud800",
        TOKEN * 20000,
        "",
        " ",
        7,
        None,
        [TOKEN],
    ],
    ids=lambda token: repr(token)[-14:],
)
def test_invalid_token_is_not_sent_and_not_shown(live: World, token: object) -> None:
    live.log_in(accessToken=token)

    printed = live.segment().encode()
    live.settle()
    for words in (["refresh"], ["status"]):
        done = live.run("quotaline", *words, env={"PYTHONDEVMODE": "1"})
        printed += done.stdout + done.stderr
        assert one_line(done.stderr), done.stderr

    assert not holds_token(printed)
    assert leaks(live) == []
    assert live.requests == []


def test_invalid_token_in_the_environment_is_not_sent_and_not_shown(live: World) -> None:
    for token in (f"{TOKEN}\n{TOKEN}", f"{TOKEN}é", TOKEN * 1000):
        own = {"CLAUDE_CODE_OAUTH_TOKEN": token, "CLAUDE_CODE_OAUTH_SCOPES": "user:profile"}
        done = live.refresh(own)
        assert one_line(done.stderr)
        assert not holds_token(done.stdout + done.stderr)
    assert live.requests == []
    assert leaks(live) == []


@pytest.mark.parametrize(
    "expires", [10**400, -(10**400), 1e308, True, "soon", [], {}, None, 0], ids=lambda one: repr(one)[:9]
)
def test_odd_expiry_of_a_login_never_breaks_a_refresh(live: World, expires: object) -> None:
    live.log_in(expiresAt=expires)

    done = live.refresh()

    assert done.stderr == b"" or one_line(done.stderr), done


# -- docs/reliability.md F5: cores


def test_crash_of_a_refresher_leaves_no_core(live: World) -> None:
    live.refresh()
    live.endpoint("hang")
    live.travel(120)
    cores = {name for name in os.listdir("/") if name.startswith("core")}
    for fatal in (signal.SIGSEGV, signal.SIGABRT):
        asked = len(live.requests)
        live.run("sh", "-c", "ulimit -c unlimited; quotaline")
        wait_for_request(live, asked)
        (refresher,) = live.refreshers()
        limits = pathlib.Path(f"/proc/{refresher}/limits").read_text()
        (core,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert core.split()[4] == "0"
        os.kill(refresher, fatal)
        live.settle()
        live.travel(1000)
    assert {name for name in os.listdir("/") if name.startswith("core")} == cores


# -- docs/reliability.md F6: keyring


def test_planted_keyring_backend_is_not_called(live: World) -> None:
    planted = live.home / "planted"
    (planted / "planted-1.dist-info").mkdir(parents=True)
    called = live.home / "called"
    (planted / "evil.py").write_text(f"open({str(called)!r}, 'a').write('called')\n")
    (planted / "planted-1.dist-info/METADATA").write_text(
        "Metadata-Version: 2.1\nName: planted\nVersion: 1\n"
    )
    (planted / "planted-1.dist-info/entry_points.txt").write_text("[keyring.backends]\nevil = evil\n")
    for folder in (".config/python_keyring", ".local/share/python_keyring"):
        (live.home / folder).mkdir(parents=True)
        (live.home / folder / "keyringrc.cfg").write_text(
            f"[backend]\ndefault-keyring=evil.Keyring\nkeyring-path={planted}\n"
        )
    env = {
        "PYTHON_KEYRING_BACKEND": "evil.Keyring",
        "PYTHONPATH": str(planted),
        "PYTHONPROFILEIMPORTTIME": "1",
    }

    done = live.refresh(env)
    (live.home / ".claude/.credentials.json").unlink()
    missing = live.refresh(env)

    assert len(live.requests) == 1
    assert b" requests" in done.stderr
    assert b"keyring" not in done.stderr + missing.stderr
    assert not called.exists()


# -- docs/reliability.md F7: the login file


def credentials(live: World) -> pathlib.Path:
    return live.home / ".claude/.credentials.json"


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666, 0o400])
def test_login_file_of_any_mode_is_used_and_never_touched(live: World, mode: int) -> None:
    credentials(live).chmod(mode)
    before, text = credentials(live).stat(), credentials(live).read_bytes()

    assert live.refresh().returncode == 0
    live.endpoint(status=401)
    live.travel(120)
    live.refresh()
    live.run("quotaline", "status")

    after = credentials(live).stat()
    assert len(live.requests) == 2
    assert credentials(live).read_bytes() == text
    assert (after.st_mode, after.st_mtime_ns, after.st_ctime_ns, after.st_ino) == (
        before.st_mode,
        before.st_mtime_ns,
        before.st_ctime_ns,
        before.st_ino,
    )
    assert [path.name for path in credentials(live).parent.iterdir()] == [".credentials.json"]


def owned_by_another_user(path: pathlib.Path) -> None:
    os.chown(path, OTHER_USER, OTHER_USER)


def fifo(path: pathlib.Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: pathlib.Path) -> None:
    path.unlink()
    path.mkdir()


def large(path: pathlib.Path) -> None:
    with path.open("ab") as file:
        file.write(b" " * (1 << 20))


def link_to_zeros(path: pathlib.Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def binary(path: pathlib.Path) -> None:
    path.write_bytes(bytes(range(256)))


def deep(path: pathlib.Path) -> None:
    path.write_bytes(b"[" * 100000)


def odd_shapes() -> Iterator[bytes]:
    yield from (
        b"",
        b"null",
        b"[]",
        b"7",
        b'{"claudeAiOauth": []}',
        b'{"claudeAiOauth": {}}',
        b'{"mcpOAuth": {}}',
        b"7b",
        b"7b2",
    )


@pytest.mark.parametrize(
    "spoil",
    [owned_by_another_user, fifo, folder, large, link_to_zeros, binary, deep],
    ids=lambda spoil: spoil.__name__,
)
def test_login_file_that_is_not_a_regular_file_of_the_user_is_not_used(live: World, spoil: object) -> None:
    assert callable(spoil)
    spoil(credentials(live))

    assert live.segment() == UNKNOWN
    live.settle()
    for words in (["refresh"], ["status"]):
        done = live.run("timeout", "10", "quotaline", *words)
        assert one_line(done.stderr), done.stderr
        assert b"log in with /login" in done.stderr, done.stderr

    assert live.requests == []


def test_login_file_with_an_invalid_structure_is_not_used(live: World) -> None:
    for text in odd_shapes():
        credentials(live).write_bytes(text)
        done = live.refresh()
        assert (done.returncode, one_line(done.stderr)) == (1, True), (text, done)
    assert live.requests == []


def test_unreadable_login_file_is_reported(live: World) -> None:
    credentials(live).chmod(0)
    powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]

    done = live.run(*powerless, "quotaline", "refresh")

    assert (done.returncode, one_line(done.stderr)) == (1, True), done
    assert b"can't be read" in done.stderr
    assert live.requests == []
