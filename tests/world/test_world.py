"""The installed command against a real TLS endpoint, end to end."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from quotaline import __version__
from world import TOKEN, World, until, usage

FRESH = "[5h:8% 7d:77%]"
UNKNOWN = "[5h:-- 7d:--]"


def test_first_prompt_shows_unknown_and_soon_after_the_numbers_from_one_request(live: World) -> None:
    assert live.segment() == UNKNOWN
    live.settle()

    for _ in range(50):
        assert live.segment() == FRESH
    assert len(live.requests) == 1


def test_request_carries_the_right_headers_and_an_honest_name(live: World) -> None:
    live.refresh()

    (request,) = live.requests
    assert request["request"] == "GET /api/oauth/usage HTTP/1.1"
    wanted = {
        "Host": "api.anthropic.com",
        "Authorization": f"Bearer {TOKEN}",
        "anthropic-beta": "oauth-2025-04-20",
        "User-Agent": f"quotaline/{__version__}",
        "Accept-Encoding": "identity",
    }
    assert wanted.items() <= request["headers"].items()


def test_300_readers_of_a_stale_segment_start_one_refresher_that_asks_once(live: World) -> None:
    live.refresh()
    live.travel(182 - time.time() % 60)  # a claim is for one minute, and one has just begun
    live.endpoint("drip-head")

    herd = [
        subprocess.Popen(
            live.inside("quotaline"), env=live.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(300)
    ]

    assert {reader.communicate() for reader in herd} == {(f"{FRESH}\n".encode(), b"")}
    until(lambda: len(live.requests) == 2)
    assert len(list(live.cache.glob("claim.*"))) == 1
    (refresher,) = live.refreshers()
    os.kill(refresher, signal.SIGKILL)


@pytest.mark.quick
def test_segment_changes_with_the_endpoint(live: World) -> None:
    live.refresh(ago=15)
    live.endpoint(body=usage(96, 78))
    live.refresh()

    assert live.segment() == "[5h:96% 7d:78%]"
    assert live.segment("ansi") == "[5h:\x1b[31m96%\x1b[39m 7d:\x1b[33m78%\x1b[39m]"


@pytest.mark.parametrize("ahead", [61, 86400, -300])
def test_program_in_a_world_of_another_time_sleeps_as_long_as_it_asks(live: World, ahead: float) -> None:
    live.travel(ahead)
    nap = "import time; a = time.monotonic(); time.sleep(0.02); print(time.monotonic() - a < 5)"

    done = live.run(str(live.binaries / "python"), "-c", nap)

    assert (done.stdout, done.stderr) == (b"True\n", b"")
