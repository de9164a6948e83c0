"""`quotaline sessions`: the table fits every terminal, and the JSON is as published."""

from __future__ import annotations

import io
import json
import os
import shutil
import time
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from rich.cells import cell_len
from rich.console import Console

from quotaline.cli.dispatch import run
from quotaline.cli.live.sessions import document
from quotaline.cli.live.sessions_table import print_groups, print_sessions
from quotaline.insight.sessions import GROUPS, Report, report
from transcripts import MODEL, corpus, figure, prompt, reply, write

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Iterator

    from world import World


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("COLUMNS", raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def month(claude_dir: pathlib.Path) -> pathlib.Path:
    """Sessions with everything that a table can show: long, wide and hostile texts, and each kind of cost."""
    day = 86_400.0
    big: dict[str, Any] = {"tokens": (1_234_567, 98_765), "cache": (0, 5_000_000, 123_456_789)}
    write(
        claude_dir,
        "aaaa-1",
        prompt("Make the launcher start without a fork, measure it, and write down what was found", "aaaa-1"),
        *(reply(f"a{n}", f"a{n}", session="aaaa-1", at=n * 400, **big) for n in range(20)),
        figure(1234.5, {MODEL: (24_691_340, 1_975_300, 0, 10**8, 2_469_135_780, 1234.5)}, "aaaa-1"),
    )
    write(
        claude_dir,
        "bbbb-2",
        prompt("[red]修复[/red] \x1b[31mtable\x07 layout 👍 für alle", "bbbb-2"),
        reply("b1", "b1", session="bbbb-2", at=day, cwd="/srv/a-project-with-a-rather-long-name"),
        reply("b2", "b2", session="bbbb-2", at=day + 9, inner={"model": "claude-haiku-4-5-20251001"}),
    )
    write(
        claude_dir,
        "cccc-3",
        prompt("which model is this?", "cccc-3"),
        reply("c1", "c1", session="cccc-3", at=3 * day, cwd="/srv/project", inner={"model": "claude-next"}),
    )
    write(
        claude_dir,
        "dddd-4",
        reply("d1", "d1", session="dddd-4", at=3 * day + 60, tokens=(300_000, 5000), cwd="/srv/project"),
        reply("d2", "d2", session="dddd-4", at=3 * day + 90, inner={"model": "claude-next"}),
    )
    return claude_dir


def printed(
    width: int,
    by: str | None = None,
    encoding: str = "utf-8",
    *,
    titles: bool = True,
    found: Report | None = None,
) -> list[str]:
    raw = io.BytesIO()
    console = Console(file=io.TextIOWrapper(raw, encoding=encoding), width=width, highlight=False)
    found = found or report(os.environ)
    if by:
        print_groups(found, by, console)
    else:
        print_sessions(found, console, with_titles=titles)
    console.file.flush()
    return raw.getvalue().decode(encoding).splitlines()


def rows(lines: list[str]) -> list[str]:
    """The table without its header and its notes."""
    return lines[1 : lines.index("")]


@pytest.mark.parametrize(
    "name", ["40", "60", "80", "120", "200", "80-ascii", "80-day", "80-project", "80-model"]
)
def test_table_is_as_it_was_looked_at(
    month: pathlib.Path, data: pathlib.Path, name: str, as_made: Callable[[pathlib.Path, str], None]
) -> None:
    width, _, kind = name.partition("-")
    encoding = "ascii" if kind == "ascii" else "utf-8"

    lines = printed(int(width), kind if kind in GROUPS else None, encoding)

    as_made(data / f"sessions/{name}.txt", "".join(f"{line.rstrip()}\n" for line in lines))


@pytest.mark.parametrize("by", [None, *GROUPS])
def test_no_width_wraps_a_row_or_cuts_a_number(month: pathlib.Path, by: str | None) -> None:
    found = report(os.environ)
    costs = [row.split()[-1] for row in rows(printed(200, by, found=found))]
    for width in range(40, 201):
        lines = printed(width, by, found=found)
        assert all(cell_len(line) <= width for line in lines), width
        assert [row.split()[-1] for row in rows(lines)] == costs, width


def test_no_control_character_and_no_markup_of_a_prompt_takes_effect(month: pathlib.Path) -> None:
    text = "\n".join(printed(200))

    assert "[red]修复[/red] [31mtable layout 👍 für alle" in text
    assert not any(ord(character) < 32 and character != "\n" for character in text)


def test_prompts_can_be_left_out(month: pathlib.Path) -> None:
    text = "\n".join(printed(200, titles=False))

    assert "launcher" not in text
    assert "prompt" not in text


def test_cost_says_how_it_is_known(month: pathlib.Path) -> None:
    lines = printed(120)

    assert [line.split()[-1] for line in lines[1:6]] == ["$1,234.50", "<$0.01", "--", "≥$1.30", "≥$1,235.80"]
    assert lines[-2:] == ["~ estimate, by prices of 2026-11-24", "≥ at least: a model has no price"]


def test_two_projects_of_one_name_are_told_apart(month: pathlib.Path) -> None:
    text = "\n".join(printed(200))

    assert "fakeuser/project" in text
    assert "srv/project" in text


def test_nothing_to_show_is_one_line(claude_dir: pathlib.Path) -> None:
    assert printed(80) == printed(80, "day") == ["no sessions found"]


@pytest.fixture
def published(root: pathlib.Path) -> jsonschema.Draft202012Validator:
    text = (root / "src/quotaline/schemas/sessions.schema.json").read_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
    return jsonschema.Draft202012Validator(json.loads(text))


@pytest.mark.parametrize("by", [None, *GROUPS])
def test_json_matches_its_published_schema(
    month: pathlib.Path, published: jsonschema.Draft202012Validator, by: str | None
) -> None:
    corpus(month)

    made = json.loads(json.dumps(document(report(os.environ), by)))

    published.validate(made)
    parts = made["groups" if by else "sessions"]
    assert sum(part["input_tokens"] for part in parts) == made["total"]["input_tokens"]


def run_json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run(["sessions", "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_since_and_project_choose_sessions(month: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    def names(*words: str) -> list[str]:
        return [one["session_id"] for one in run_json(capsys, *words)["sessions"]]

    assert names() == ["aaaa-1", "bbbb-2", "cccc-3", "dddd-4"]
    assert names("--since", "2026-11-21") == ["bbbb-2", "cccc-3", "dddd-4"]
    assert names("--since", "2026-11-21", "--project", "/srv/project") == ["cccc-3", "dddd-4"]
    assert names("--project", "nothing") == []
    assert names("--since", "9999w") == names()
    days = round((time.time() - time.mktime((2026, 11, 22, 0, 0, 0, 0, 0, 0))) / 86_400)
    assert names("--since", f"{days}d") == ["cccc-3", "dddd-4"]


@pytest.mark.parametrize("text", ["", "7", "d", "7y", "-7d", "yesterday", "2026-13-01", "1.5d"])
def test_time_that_is_none_is_a_usage_error_that_names_the_forms(
    claude_dir: pathlib.Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    assert run(["sessions", f"--since={text}"]) == 2

    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "7d" in error
    assert "2026-11-24" in error


def test_without_a_home_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)

    assert run(["sessions"]) == 1
    assert capsys.readouterr().err == "quotaline: no home folder: set HOME to an absolute path\n"


@pytest.mark.quick
def test_installed_command_shows_the_real_session_and_makes_no_request(
    live: World, data: pathlib.Path
) -> None:
    shutil.copytree(data / "transcripts/real-2.1.330/home/.claude", live.home / ".claude", dirs_exist_ok=True)

    table = live.run("quotaline", "sessions", env={"COLUMNS": "80"})
    made = json.loads(live.run("quotaline", "sessions", "--json").stdout)

    assert table.stderr == b""
    assert b"go1" in table.stdout
    assert b"$0.23" in table.stdout
    assert made["total"]["total_tokens"] == 8872
    assert made["sessions"][0]["estimated_cost"] == pytest.approx(0.2315592)
    assert live.requests == []
