"""`quotaline status` and `get`: the table at three widths, and the output for scripts."""

from __future__ import annotations

import io
import json
import pathlib
import re
import time
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from rich.console import Console

from quotaline.cache.state_file import State
from quotaline.cli.main import main
from quotaline.cli.show.get import _key
from quotaline.cli.show.overview import print_overview
from quotaline.cli.show.report import document
from quotaline.model.merge import MergedUsage, Observation
from quotaline.model.usage import Credits, Window
from quotaline.segment.palette import PALETTES
from world import until, usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from world import World

NOW = 1_795_300_000.0  # Saturday 22:26:40 UTC
HOUR, DAY = 3600.0, 86400.0


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def observation(
    used: float, ahead: float | None, length: float, source: str = "api", age: float = 12
) -> tuple[Observation]:
    window = Window(used, None if ahead is None else NOW + ahead, length)
    return (Observation(window, source, NOW - age, dated=source != "statusline"),)


def everything() -> State:
    """A state with everything: windows used fast, evenly and not at all, old, not started, and credits."""
    windows: dict[str, tuple[Observation, ...]] = {
        "five_hour": observation(62.4, 3 * HOUR + 660, 5 * HOUR, "statusline", 4),
        "seven_day": observation(77, 2.3 * DAY, 7 * DAY),
        "scoped:Fable": observation(0, None, 7 * DAY),
        "scoped:Opus 4.5": observation(96, 2.3 * DAY, 7 * DAY, "snapshot", 1500),
        "scoped:Sonnet": observation(31, 1.1 * DAY, 7 * DAY, "snapshot", 1500),
        "spend": (Observation(Window(0.4, NOW + 8 * DAY), "statusline", NOW - 4, dated=False),),
    }
    return State(merged=MergedUsage("a", windows, Credits(True, 12.5, 50.0, None, "EUR"), NOW - 12))


def printed(state: State, width: int, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    print_overview(state, NOW, Console(file=file, width=width, highlight=False))
    file.flush()
    return "".join(line.rstrip() + "\n" for line in raw.getvalue().decode(encoding).splitlines())


@pytest.mark.parametrize(
    ("name", "width", "encoding"),
    [("60", 60, "utf-8"), ("80", 80, "utf-8"), ("120", 120, "utf-8"), ("80-ascii", 80, "ascii")],
)
def test_table_is_the_one_that_was_reviewed(
    data: pathlib.Path, name: str, width: int, encoding: str, as_made: Callable[[pathlib.Path, str], None]
) -> None:
    text = printed(everything(), width, encoding)

    as_made(data / f"status/{name}.txt", text)
    assert all(len(line) <= width for line in text.splitlines())


NUMBERS = ("62%", "77%", "0%", "~96%", "~31%", "0%", "25%")


@pytest.mark.parametrize("width", range(20, 201))
def test_no_row_is_wrapped_or_cut_at_any_width(width: int) -> None:
    lines = printed(everything(), width).split("\n\n")[0].splitlines()

    assert all(len(line) <= width for line in lines)
    assert [line.split()[0] for line in lines[1:8]] == [
        "5h",
        "7d",
        "Fable",
        "Opus",
        "Sonnet",
        "spend",
        "credits",
    ]
    assert "…" not in "".join(lines)
    assert ("3h11m" in lines[1]) == (width >= 27)
    assert all(number in line for number, line in zip(NUMBERS, lines[1:8], strict=True))


def test_bar_is_empty_only_at_0_and_full_only_from_100() -> None:
    def bar(used: float) -> str:
        state = State(merged=MergedUsage("a", {"five_hour": observation(used, None, 5 * HOUR)}))
        found = re.search("[█░]+", printed(state, 80).splitlines()[1])
        return found[0] if found else ""

    assert set(bar(0)) == {"░"}
    assert bar(0.4).startswith("█░")
    assert bar(99.6).endswith("█░")
    assert set(bar(100)) == set(bar(250)) == {"█"}


@pytest.mark.parametrize("used", [84, 97, 100])
def test_no_bar_is_inverted_in_any_palette(used: float) -> None:
    for name in PALETTES:
        raw = io.BytesIO()
        state = State(
            merged=MergedUsage("a", {"five_hour": observation(used, HOUR, 5 * HOUR)}),
            settings={"palette": name},
        )
        console = Console(
            file=io.TextIOWrapper(raw, "utf-8"),
            width=80,
            force_terminal=True,
            color_system="256",
            _environ={},
        )
        print_overview(state, NOW, console)
        console.file.flush()
        row = raw.getvalue().decode().splitlines()[1]
        (style,) = re.findall(r"\x1b\[([0-9;]*)m█", row)[:1] or [""]
        assert "7" not in style.split(";"), name
        assert ("38;5;208" in row) == (name == "default"), name  # the pace, in the palette's orange


@pytest.mark.parametrize(
    ("windows", "line"),
    [
        (
            {"five_hour": observation(62, 3 * HOUR, 5 * HOUR)},
            "5h: used up by 23:40 at this pace, 1h46m before reset",
        ),
        ({"five_hour": observation(100, HOUR, 5 * HOUR)}, "5h is used up: back in 1h0m, 23:27"),
        (
            {"five_hour": observation(100, HOUR, 5 * HOUR), "seven_day": observation(101, DAY, 7 * DAY)},
            "7d is used up: back in 1d0h, Sun 22:27",
        ),
        ({"five_hour": observation(62, 3 * HOUR, 5 * HOUR, age=3601)}, None),
        ({"five_hour": observation(8, 3 * HOUR, 5 * HOUR), "seven_day": observation(30, DAY, 7 * DAY)}, None),
    ],
)
def test_advice_is_one_line_and_only_where_there_is_something_to_do(
    windows: dict[str, tuple[Observation, ...]], line: str | None
) -> None:
    _, _, below = printed(State(merged=MergedUsage("a", windows)), 80).partition("\n\n")

    assert below == (f"{line}\n" if line else "")


@pytest.mark.quick
def test_installed_command_fits_its_terminal_and_honours_no_color(live: World) -> None:
    live.refresh()
    for columns in ("60", "80", "120"):
        env = {"COLUMNS": columns, "NO_COLOR": "1"}
        done = live.run("script", "-qec", "quotaline status", "/dev/null", env=env)
        lines = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode()).splitlines()
        assert max(map(len, lines)) <= int(columns)
        assert lines[1].startswith("5h")
        assert "1h59m" in lines[1]
        assert ("left" in lines[0]) == (columns != "60")
        assert len(lines) == 5
        assert not re.search(r"\x1b\[[0-9;]*(3[0-7]|38|9[0-7])", done.stdout.decode())


def sleeps(pid: int) -> bool:
    """Whether a process sleeps, as `status` does before it reads the state again."""
    return "nanosleep" in pathlib.Path(f"/proc/{pid}/wchan").read_text()


@pytest.mark.parametrize("words", [("status",), ("get", "five_hour.utilization")])
def test_status_and_get_wait_for_a_request_that_a_prompt_has_started(
    live: World, words: tuple[str, ...]
) -> None:
    live.endpoint("hold")
    live.segment()
    until(lambda: live.requests)

    command = live.start("quotaline", *words)
    until(lambda: sleeps(command.pid))
    live.endpoint(body=usage(8, 77))
    text, error = command.communicate()

    assert error == b""
    assert re.search(rb"\b8\b", text)
    assert len(live.requests) == 1


def schema(live: World, name: str) -> Any:
    """The published schema, as installed."""
    code = f"from importlib.resources import files; print((files('quotaline') / 'schemas/{name}.schema.json').read_text())"
    return json.loads(live.run(str(live.binaries / "python"), "-c", code).stdout)


def check(live: World, name: str) -> Any:
    printed = json.loads(live.run("quotaline", name, "--json").stdout)
    published = schema(live, name)
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.Draft202012Validator(published).validate(printed)
    return printed


@pytest.mark.parametrize("name", ["status", "why"])
def test_json_matches_its_published_schema(live: World, name: str) -> None:
    assert check(live, name)["windows"]["seven_day"] is None or name == "status"
    credits_ = {"is_enabled": True, "used_credits": 1250, "monthly_limit": 5000, "currency": "EUR"}
    limit = {
        "kind": "weekly_scoped",
        "percent": 31,
        "resets_at": None,
        "scope": {"model": {"display_name": "Fable"}},
    }
    live.endpoint(body=usage(99, 100, limits=[limit], extra_usage=credits_))
    live.travel(11)
    live.refresh()
    live.travel(600)
    live.endpoint(status=429, body={})
    live.refresh()

    assert check(live, name)["windows"]["scoped:Fable"]["utilization"] == 31


def test_state_with_everything_matches_the_published_schema(root: pathlib.Path) -> None:
    published = json.loads((root / "src/quotaline/schemas/status.schema.json").read_text())

    jsonschema.Draft202012Validator(published).validate(document(everything(), NOW))


def test_get_prints_one_value(live: World) -> None:
    live.endpoint(body=usage(8.5, 77, extra_usage={"is_enabled": True, "used_credits": 1250}))

    def value(key: str) -> tuple[int, str]:
        done = live.run("quotaline", "get", key)
        assert done.stderr == b""
        return done.returncode, done.stdout.decode()

    assert value("five_hour.utilization") == (0, "8.5\n")
    assert value("seven_day.left") == (0, "23\n")
    assert value("five_hour.source") == (0, "api\n")
    assert value("credits.used") == (0, "12.5\n")
    assert value("credits.enabled") == (0, "true\n")
    code, at = value("five_hour.resets_at")
    assert code == 0
    assert int(at) == pytest.approx(time.time() + 7200, abs=60)


@pytest.mark.parametrize(
    ("key", "same"),
    [
        ("5h", "five_hour.utilization"),
        ("5h.used", "five_hour.utilization"),
        ("five_hour", "five_hour.utilization"),
        ("7d.left", "seven_day.left"),
        ("scoped:Opus 4.5", "scoped:Opus 4.5.utilization"),
        ("scoped:Opus 4.5.left", "scoped:Opus 4.5.left"),
        ("seven_day_sonnet", "scoped:Sonnet.utilization"),
        ("extra_usage.limit", "credits.limit"),
        ("credits", "credits.used"),
    ],
)
def test_get_knows_the_names_that_the_segment_and_the_endpoint_use(key: str, same: str) -> None:
    assert _key(key) == _key(same) == tuple(same.rsplit(".", 1))


def test_get_alone_lists_every_key_and_makes_no_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["get"]) == 0

    lines = capsys.readouterr().out.splitlines()
    listed = [re.split(r" {2,}", line)[0] for line in lines]
    assert "five_hour.utilization" in listed
    assert "scoped:NAME.left" in listed
    assert "credits.used" in listed
    assert {_key(key) for key in listed} == {tuple(key.rsplit(".", 1)) for key in listed}


@pytest.mark.parametrize("key", ["five_hour.utilization", "scoped:Opus 4.5.left", "credits.used"])
def test_get_of_an_unknown_value_is_an_empty_line_the_reason_and_exit_status_1(live: World, key: str) -> None:
    live.endpoint(status=500)

    done = live.run("quotaline", "get", key)

    assert (done.returncode, done.stdout) == (1, b"\n")
    assert re.fullmatch(
        rf"quotaline: {re.escape(key)} is unavailable: the usage endpoint failed \(HTTP 500\): .*\n",
        done.stderr.decode(),
    )


@pytest.mark.parametrize("key", ["", "five_hour.token", "week.left", "credits.left", "scoped:.left"])
def test_get_of_an_unknown_key_lists_the_valid_ones(live: World, key: str) -> None:
    done = live.run("quotaline", "get", key)

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1
    for allowed in (b"five_hour", b"scoped:NAME", b".utilization", b".resets_at", b"credits"):
        assert allowed in done.stderr
    assert live.requests == []
