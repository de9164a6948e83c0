"""The client as a source: its file `.claude.json`, and `claude -p /usage`."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from quotaline.model.usage import ScopedWindow, Usage, Window
from quotaline.sources import claude_cli, snapshot
from world import until

if TYPE_CHECKING:
    import pathlib

    from world import World

NOW = 1_795_300_700.0
WEEK = 7 * 86400
MINE = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def environ(tmp_path: pathlib.Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


def write(environ: dict[str, str], document: object) -> pathlib.Path:
    import pathlib

    path = pathlib.Path(environ["HOME"]) / ".claude.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def cached(account: str | None = MINE, fetched: object = NOW * 1000, **usage: Any) -> dict[str, Any]:
    return {
        "oauthAccount": {"accountUuid": MINE, "emailAddress": "me@example.org", "organizationName": "Team A"},
        "cachedUsageUtilization": {
            "fetchedAtMs": fetched,
            **({"accountUuid": account} if account else {}),
            "utilization": usage or {"five_hour": {"utilization": 8, "resets_at": None}},
        },
    }


def test_snapshot_of_the_real_client_is_dated_and_of_its_account(
    environ: dict[str, str], data: pathlib.Path
) -> None:
    write(environ, (data / "claude.json-cachedUsageUtilization.json").read_text())

    content = snapshot.read(environ, "", NOW)

    assert content is not None
    assert content.account == MINE
    assert content.reading is not None
    assert content.reading.observed_at == 1_795_300_652.417
    assert content.reading.usage.seven_day == Window(77, 1_795_569_000.408434, WEEK)
    assert content.reading.usage.scoped == (ScopedWindow("Fable", Window(31, None, WEEK)),)


def test_unchanged_file_is_not_read_again(environ: dict[str, str]) -> None:
    path = write(environ, cached())
    first = snapshot.read(environ, "", NOW)
    assert first is not None

    assert snapshot.read(environ, first.stamp, NOW) is None
    os.utime(path, (5, 5))
    assert snapshot.read(environ, first.stamp, NOW) is not None


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (cached(account="11111111-other"), "of another account than the one that is logged in"),
        (cached(account=None), "of another account than the one that is logged in"),
        ({**cached(), "oauthAccount": None}, "of another account than the one that is logged in"),
        (cached(fetched="yesterday"), "not dated"),
        (cached(tangelo=None), "no usage in it"),
    ],
)
def test_rejected_snapshot_has_a_reason(environ: dict[str, str], document: object, why: str) -> None:
    write(environ, document)

    content = snapshot.read(environ, "", NOW)

    assert content is not None
    assert (content.reading, content.rejected) == (None, why)


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps(cached())[:-20], "\x00"])
def test_incomplete_file_is_not_read(environ: dict[str, str], text: str) -> None:
    write(environ, text)

    content = snapshot.read(environ, "", NOW)

    assert content is None or content.reading is None


def test_missing_file_and_fifo_give_no_snapshot(environ: dict[str, str]) -> None:
    assert snapshot.read(environ, "", NOW) is None
    os.mkfifo(f"{environ['HOME']}/.claude.json")
    assert snapshot.read(environ, "", NOW) is None


def test_quoted_key_in_a_text_is_not_mistaken_for_the_key(environ: dict[str, str]) -> None:
    forged = json.dumps(cached(five_hour={"utilization": 99}))
    write(environ, {"history": [forged, "}" * 50], **cached()})

    content = snapshot.read(environ, "", NOW)

    assert content is not None
    assert content.reading is not None
    assert content.reading.usage == Usage(five_hour=Window(8, None, 18000))


def test_file_of_many_megabytes_is_read(environ: dict[str, str]) -> None:
    write(environ, {"projects": {f"/p{n}": "x" * 1000 for n in range(20_000)}, **cached()})

    content = snapshot.read(environ, "", NOW)

    assert content is not None
    assert content.reading is not None


def test_organisation_that_is_named_after_an_address_is_not_shown(environ: dict[str, str]) -> None:
    document = cached()
    write(environ, document)
    assert snapshot.read(environ, "", NOW).organisation == "Team A"  # type: ignore[union-attr]
    document["oauthAccount"]["organizationName"] = "me@example.org's Organization"
    write(environ, document)
    assert snapshot.read(environ, "", NOW).organisation == ""  # type: ignore[union-attr]


@pytest.mark.quick
def test_fresh_snapshot_is_shown_and_nothing_is_requested(live: World) -> None:
    reset = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 7200))
    window = {"utilization": 8, "resets_at": reset}
    write(live.environ, cached(fetched=time.time() * 1000, five_hour=window, seven_day=window))

    live.segment()
    until(lambda: live.segment() == "[5h:8% 7d:8%]")

    assert live.requests == []
    why = json.loads(live.run("quotaline", "why", "--json").stdout)
    assert why["account"] == "Team A"
    assert why["windows"]["five_hour"]["source"] == "snapshot"


def test_stream_of_the_real_client_is_read(data: pathlib.Path) -> None:
    usage = claude_cli.parse((data / "claude-p-usage.stream.jsonl").read_bytes(), NOW)

    assert usage is not None
    assert usage.five_hour == Window(8, 1_795_309_800.408408, 18000)
    assert usage.seven_day == Window(77, 1_795_569_000.408434, WEEK)
    assert [scope.name for scope in usage.scoped] == ["Fable"]


@pytest.mark.parametrize(
    "output", [b"", b"You are currently using your subscription\n", b"{}\n[]\nnull\n", b"\xff"]
)
def test_client_output_without_usage_gives_no_reading(output: bytes) -> None:
    assert claude_cli.parse(output, NOW) is None


def install_fake_client(live: World, script: str) -> pathlib.Path:
    """Put a program named `claude` on the PATH that logs each run, and return the log."""
    runs = live.folder / "runs"
    program = live.home / "bin/claude"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$*" >>"{runs}"\n{script}\n')
    program.chmod(0o755)
    live.environ["PATH"] = f"{program.parent}:{live.environ['PATH']}"
    return runs


def script_that_reports(live: World, used: int) -> str:
    """Return a script that prints what the client prints, with resets in the future."""
    reset = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 7200))
    limits = [{"kind": kind, "percent": used, "resets_at": reset} for kind in ("session", "weekly_all")]
    line = json.dumps({"usage_report": {"rate_limits": {"limits": limits}}})
    (live.folder / "stream").write_text(line + "\n")
    return f'cat "{live.folder}/stream"'


def test_client_runs_only_if_turned_on_and_at_most_every_five_minutes(live: World) -> None:
    runs = install_fake_client(live, script_that_reports(live, 8))
    live.configure("[sources]\napi = false\n")
    live.refresh()
    assert not runs.exists()

    live.configure("[sources]\napi = false\nclaude_cli = true\n")
    live.refresh()
    assert live.segment() == "[5h:8% 7d:8%]"
    for _ in range(4):
        live.travel(61)
        live.refresh()
    assert len(runs.read_text().splitlines()) == 1
    live.travel(61)
    live.refresh()

    assert runs.read_text().splitlines() == ["-p /usage --output-format stream-json --verbose"] * 2
    assert live.requests == []


def test_client_provides_numbers_when_the_endpoint_fails(live: World) -> None:
    install_fake_client(live, script_that_reports(live, 12))
    live.log_in(scopes=["user:inference"])
    live.configure("[sources]\nclaude_cli = true\n")

    live.refresh()

    assert live.segment() == "[5h:12% 7d:12%]"
    assert live.requests == []
