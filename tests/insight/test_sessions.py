"""Sessions: what each used and cost, whose figures are taken first, and the sums."""

from __future__ import annotations

import json
import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotaline.cache import segment_file
from quotaline.insight.costs import parts
from quotaline.insight.entries import Figure
from quotaline.insight.sessions import GROUPS, Report, Session, grouped, report
from quotaline.insight.titles import first_prompt, title
from quotaline.model.session_usage import ApiUsage
from transcripts import MODEL, START, corpus, figure, prompt, reply, write

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

REAL = "519d7f5b-56e5-4a86-b370-e0ce66e9fabc"
UNKNOWN = {"model": "claude-opus-9"}  # no price
# One request of MODEL: 10 input and 5 output tokens cost 10 x $4 and 5 x $20 a million.
REQUEST = 140e-6


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def found() -> dict[str, Session]:
    return {one.usage.session_id: one for one in report(os.environ).sessions}


def test_real_session_equals_its_truth(data: pathlib.Path, claude_dir: pathlib.Path) -> None:
    sample = data / "transcripts/real-2.1.330"
    shutil.copytree(sample / "home/.claude", claude_dir, dirs_exist_ok=True)
    truth = json.loads((sample / "truth.json").read_text())["session"]

    for _ in range(2):  # read from the transcripts, then from the index
        (session,) = report(os.environ).sessions
        assert session.usage == ApiUsage(
            session_id=REAL,
            input_tokens=truth["inputTokens"],
            output_tokens=truth["outputTokens"],
            cache_creation_tokens=truth["cacheCreationTokens"],
            cache_read_tokens=truth["cacheReadTokens"],
            estimated_cost=truth["clientCostUSD"],
            updated_at=session.usage.updated_at,
        )
        assert session.usage.updated_at == pytest.approx(1_795_533_103.22)  # its last request
        assert not session.is_estimate
        assert session.project == "/home/fakeuser/project"
        assert session.models == (MODEL,)
        assert title(session.transcript, session.prompt) == "go1"
        assert sum(one.slot.requests for one in report(os.environ).costs) == truth["requests"]


def test_without_the_clients_figure_the_table_gives_the_same_cost_as_an_estimate(
    data: pathlib.Path, claude_dir: pathlib.Path
) -> None:
    shutil.copytree(data / "transcripts/real-2.1.330/home/.claude", claude_dir, dirs_exist_ok=True)
    path = next(claude_dir.rglob(f"{REAL}.jsonl"))
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "cost-state" not in line))

    (session,) = report(os.environ).sessions

    assert session.usage.estimated_cost == pytest.approx(0.2315592, abs=1e-9)
    assert session.is_estimate
    assert not session.usage.cost_is_partial


def test_clients_figure_comes_before_the_table(claude_dir: pathlib.Path) -> None:
    write(claude_dir, "s1", reply(), figure(0.75, {MODEL: (10, 5, 0, 0, 0, 0.75)}))

    session = found()["s1"]

    assert session.usage.estimated_cost == 0.75
    assert not session.is_estimate


def test_last_figure_of_a_session_that_went_on_is_of_all_of_it(claude_dir: pathlib.Path) -> None:
    first, second = (
        figure(0.25, {MODEL: (10, 5, 0, 0, 0, 0.25)}),
        figure(0.75, {MODEL: (20, 10, 0, 0, 0, 0.75)}),
    )
    write(claude_dir, "s1", reply(), first, reply("m2", "r2", at=9), second)

    assert found()["s1"].usage.estimated_cost == 0.75


def test_requests_of_a_session_that_was_killed_are_priced_beside_the_figure_of_its_resumption(
    claude_dir: pathlib.Path,
) -> None:
    # Eight requests; after a real kill the client's figure covers the last one only.
    lines = [reply(f"m{n}", f"r{n}", at=n) for n in range(8)]
    write(claude_dir, "s1", *lines, figure(REQUEST, {MODEL: (10, 5, 0, 0, 0, REQUEST)}))

    session = found()["s1"]

    assert session.usage.estimated_cost == pytest.approx(8 * REQUEST)
    assert session.is_estimate
    assert not session.usage.cost_is_partial


def test_two_parts_with_figures_of_their_own_are_added(claude_dir: pathlib.Path) -> None:
    first, second = figure(0.5, {MODEL: (10, 5, 0, 0, 0, 0.5)}), figure(0.2, {MODEL: (10, 5, 0, 0, 0, 0.2)})
    write(claude_dir, "s1", reply(), first, reply("m2", "r2", at=9), second)

    session = found()["s1"]

    assert session.usage.estimated_cost == pytest.approx(0.7)
    assert not session.is_estimate


@pytest.mark.parametrize(
    ("dollars", "total"),
    [
        ([], 0),
        ([5], 5),
        ([2, 5], 5),
        ([5, 2], 7),
        ([5, 0, 2], 7),
        ([5, 2, 3], 8),
        ([5, 2, 5], 7),  # back at the maximum: the whole session again
        ([5, 2, 6], 7),
        ([5, 2, 9], 9),
        ([5, 2, 9, 10], 10),
    ],
)
def test_fall_begins_a_new_part_and_a_jump_back_adds_nothing(dollars: list[int], total: int) -> None:
    figures = [Figure("s1", cost, False, {}) for cost in dollars]

    assert sum(one.cost for one in parts(figures)) == total


@given(st.lists(st.integers(0, 9), max_size=6))
def test_parts_never_say_less_than_a_figure_and_never_more_than_all(dollars: list[int]) -> None:
    total = sum(one.cost for one in parts([Figure("s1", cost, False, {}) for cost in dollars]))

    assert max(dollars, default=0) <= total <= sum(dollars)


def test_use_that_no_line_reports_is_in_the_cost_too(claude_dir: pathlib.Path) -> None:
    used = {MODEL: (10, 5, 0, 0, 0, 0.5), "claude-haiku-4-5": (99, 9, 0, 0, 0, 0.25)}  # a title, say
    write(claude_dir, "s1", reply(), figure(0.75, used))

    session = found()["s1"]

    assert session.usage.estimated_cost == pytest.approx(0.75)
    assert session.usage.input_tokens == 10
    assert session.models == (MODEL,)
    costs = {group.name: group.usage.estimated_cost for group in grouped(report(os.environ), "model")}
    assert costs == pytest.approx({MODEL: 0.5, "claude-haiku-4-5": 0.25})


def test_figure_without_models_is_added_to_nothing_but_itself(claude_dir: pathlib.Path) -> None:
    write(claude_dir, "s1", reply(), figure(0.75, {}))

    assert found()["s1"].usage.estimated_cost == 0.75


def test_cost_that_old_clients_wrote_into_the_line_comes_before_the_table(claude_dir: pathlib.Path) -> None:
    write(claude_dir, "s1", reply(costUSD=0.5), reply("m2", "r2", at=1))

    session = found()["s1"]

    assert session.usage.estimated_cost == pytest.approx(0.5 + REQUEST)
    assert session.is_estimate


def test_model_without_a_price_makes_the_cost_partial_and_not_zero(claude_dir: pathlib.Path) -> None:
    write(claude_dir, "s1", reply(), reply("m2", "r2", inner=UNKNOWN, at=1))
    write(claude_dir, "s2", reply("m3", "r3", session="s2", at=5))

    assert found()["s1"].usage.estimated_cost == pytest.approx(REQUEST)
    assert found()["s1"].usage.cost_is_partial
    assert not found()["s2"].usage.cost_is_partial
    assert report(os.environ).total.cost_is_partial


def test_figure_of_the_client_prices_a_model_that_the_table_does_not_know(claude_dir: pathlib.Path) -> None:
    write(claude_dir, "s1", reply(inner=UNKNOWN), figure(0.75, {"claude-opus-9": (10, 5, 0, 0, 0, 0.75)}))

    session = found()["s1"]

    assert (session.usage.estimated_cost, session.usage.cost_is_partial) == (0.75, False)


def test_client_that_did_not_know_a_price_either_makes_it_partial(claude_dir: pathlib.Path) -> None:
    state = figure(0.75, {MODEL: (10, 5, 0, 0, 0, 0.75)}, hasUnknownModelCost=True)
    write(claude_dir, "s1", reply(), state)

    assert found()["s1"].usage.cost_is_partial


def test_fork_does_not_pay_for_its_parent(claude_dir: pathlib.Path) -> None:
    parent = [reply(f"m{n}", f"r{n}", session="parent", at=n) for n in range(3)]
    copied = [json.loads(line) for line in parent]
    origin = {"forkedFrom": {"sessionId": "parent", "messageUuid": "u"}}
    copies = [
        json.dumps({**line, "sessionId": "fork", **origin}, separators=(",", ":")) + "\n" for line in copied
    ]
    write(claude_dir, "parent", *parent, figure(0.3, {MODEL: (30, 15, 0, 0, 0, 0.3)}, "parent"))
    own = reply("m9", "r9", session="fork", at=9)
    write(claude_dir, "fork", *copies, own, figure(0.4, {MODEL: (40, 20, 0, 0, 0, 0.4)}, "fork"))

    assert found()["parent"].usage.estimated_cost == pytest.approx(0.3)
    assert found()["fork"].usage.estimated_cost == pytest.approx(0.1)
    assert found()["fork"].usage.input_tokens == 10


def test_reset_is_the_one_that_the_session_passed_to_its_status_line_last(
    claude_dir: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    write(claude_dir, "s1", reply())
    write(claude_dir, "s2", reply("m2", "r2", session="s2"))
    cache = tmp_path / ".cache/quotaline/default"
    cache.mkdir(parents=True)
    limits = '{"five_hour":{"used_percentage":8,"resets_at":1795540882},"seven_day":{"resets_at":1795792282}}'
    memo = segment_file.Memo(limits, 1, 1)
    (cache / "segment.claude.s1").write_bytes(segment_file.encode([(0, "[5h:8%]")], 0, 0, memo))

    assert found()["s1"].usage.rate_limit_reset == 1_795_540_882
    assert found()["s2"].usage.rate_limit_reset is None
    assert found()["s1"].usage.rate_limit_remaining is None


def test_sessions_are_in_the_order_in_which_they_began(claude_dir: pathlib.Path) -> None:
    for number, name in enumerate(["b", "c", "a"]):
        write(claude_dir, name, reply(name, name, session=name, at=number))

    assert [one.usage.session_id for one in report(os.environ).sessions] == ["b", "c", "a"]


def test_since_counts_only_what_was_used_from_then_on(claude_dir: pathlib.Path) -> None:
    day = 86400
    write(claude_dir, "old", reply(session="old"))
    write(
        claude_dir, "s1", reply("m2", "r2"), reply("m3", "r3", at=2 * day), reply("m4", "r4", at=2 * day + 60)
    )

    recent = report(os.environ, since=START + day)

    assert [one.usage.session_id for one in recent.sessions] == ["s1"]
    assert recent.total.input_tokens == 20
    assert recent.sessions[0].started_at == START + 2 * day


@pytest.mark.parametrize(
    ("project", "expected"),
    [
        ("web", {"a", "c"}),
        ("/home/u/web", {"a"}),
        ("/home/u", {"a", "b"}),
        ("/home/u/", {"a", "b"}),
        ("we", set()),
        ("/home/u/we", set()),
    ],
)
def test_project_is_a_name_or_a_folder(claude_dir: pathlib.Path, project: str, expected: set[str]) -> None:
    for name, folder in (("a", "/home/u/web"), ("b", "/home/u/web2"), ("c", "/srv/web")):
        write(claude_dir, name, reply(name, name, session=name, cwd=folder), project=folder.replace("/", "-"))

    chosen = report(os.environ, project=project).sessions

    assert {one.usage.session_id for one in chosen} == expected


def test_project_is_where_the_session_ran_and_not_where_its_subagents_did(claude_dir: pathlib.Path) -> None:
    write(claude_dir, "s1", reply())
    write(claude_dir, "s1/subagents/agent-1", reply("m2", "r2", at=-5, cwd="/srv/worktree", isSidechain=True))

    assert found()["s1"].project == "/home/fakeuser/project"


def test_project_of_lines_that_name_no_folder_is_the_folder_of_the_transcript(
    claude_dir: pathlib.Path,
) -> None:
    document = json.loads(reply())
    del document["cwd"]
    write(claude_dir, "s1", json.dumps(document, separators=(",", ":")) + "\n")

    assert found()["s1"].project == "-home-fakeuser-project"


def total(usages: list[ApiUsage]) -> tuple[int, ...]:
    names = ("input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens")
    return tuple(sum(getattr(usage, name) for usage in usages) for name in names)


@pytest.mark.parametrize("by", GROUPS)
def test_groups_add_up_to_the_total(claude_dir: pathlib.Path, by: str) -> None:
    corpus(claude_dir)
    write(claude_dir, "s1", reply(at=90_000), figure(0.75, {MODEL: (10, 5, 0, 0, 0, 0.5)}))
    everything = report(os.environ)

    groups = grouped(everything, by)

    assert total([group.usage for group in groups]) == total([everything.total])
    assert sum(group.usage.estimated_cost for group in groups) == pytest.approx(
        everything.total.estimated_cost
    )
    assert len(groups) > 1 or by == "project"


def test_days_are_those_of_the_local_clock(claude_dir: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(claude_dir, "s1", reply(), reply("m2", "r2", at=14 * 3600 + 900))

    def days() -> list[tuple[str, int]]:
        return [(group.name, group.usage.input_tokens) for group in grouped(report(os.environ), "day")]

    assert days() == [("2026-11-20", 20)]
    monkeypatch.setenv("TZ", "Asia/Kathmandu")  # UTC+5:45
    time.tzset()
    assert days() == [("2026-11-20", 10), ("2026-11-21", 10)]


def test_models_are_listed_by_cost_and_fast_mode_by_itself(claude_dir: pathlib.Path) -> None:
    cheap = {"model": "claude-haiku-4-5-20251001"}
    fast = {"speed": "fast"}
    write(claude_dir, "s1", reply(inner=cheap), reply("m2", "r2"), reply("m3", "r3", usage=fast, at=1))

    groups = grouped(report(os.environ), "model")

    assert [group.name for group in groups] == [f"{MODEL}-fast", MODEL, "claude-haiku-4-5-20251001"]
    assert [group.sessions for group in groups] == [1, 1, 1]


def test_cost_of_a_figure_falls_on_the_days_of_the_requests(claude_dir: pathlib.Path) -> None:
    state = figure(0.4, {MODEL: (40, 20, 0, 0, 0, 0.4)})
    write(claude_dir, "s1", reply(), reply("m2", "r2", at=86_400, tokens=(30, 15)), state)

    costs = [group.usage.estimated_cost for group in grouped(report(os.environ), "day")]

    assert costs == [pytest.approx(0.1), pytest.approx(0.3)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([prompt("fix the bug")], "fix the bug"),
        ([prompt("two\nlines\tand\x1b[31m colour\u202e")], "two lines and [31m colour"),
        ([prompt([{"type": "text", "text": "in a block"}])], "in a block"),
        ([prompt([{"type": "tool_result", "content": "no"}]), prompt("yes")], "yes"),
        ([prompt("<command-name>/clear</command-name>"), prompt("yes")], "yes"),
        ([prompt("meta", isMeta=True), prompt("yes")], "yes"),
        ([prompt("agent", isSidechain=True), prompt("yes")], "yes"),
        (["\x00\xff\n", '{"type":"user"\n', '{"type":"user","message":1}\n', prompt("yes")], "yes"),
        ([reply()], ""),
        ([prompt(" \n ")], ""),
        ([], ""),
    ],
)
def test_title_is_the_first_words_of_the_first_prompt(
    claude_dir: pathlib.Path, lines: list[str], expected: str
) -> None:
    path = write(claude_dir, "s1", *lines)
    with path.open("rb") as transcript:
        at = first_prompt(transcript)

    assert title(str(path), at) == expected


def test_title_is_cut_and_of_a_missing_or_linked_file_empty(claude_dir: pathlib.Path) -> None:
    path = write(claude_dir, "s1", prompt("x" * 9999))
    link = claude_dir / "link.jsonl"
    link.symlink_to(path)

    assert len(title(str(path), 0)) == 200
    assert title(str(link), 0) == ""
    assert title(str(claude_dir / "missing.jsonl"), 0) == ""


def test_prompt_that_came_after_the_first_reading_is_found(claude_dir: pathlib.Path) -> None:
    path = write(claude_dir, "s1", reply())
    assert found()["s1"].prompt == -1

    with path.open("a") as file:
        file.write(prompt("late") + reply("m2", "r2", at=1))

    session = found()["s1"]
    assert title(session.transcript, session.prompt) == "late"


def test_report_of_nothing_is_empty(claude_dir: pathlib.Path) -> None:
    nothing = report(os.environ)

    assert nothing == Report([], [], {})
    assert nothing.total.total_tokens == 0
    assert [grouped(nothing, by) for by in GROUPS] == [[], [], []]
