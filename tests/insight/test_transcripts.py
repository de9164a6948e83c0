"""Transcripts: what counts in them, what does not, and that nothing is read twice."""

from __future__ import annotations

import ast
import builtins
import json
import os
import random
import sqlite3
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotaline.insight import transcript_index, transcript_tables, transcripts
from quotaline.insight.credit import Copy, credit
from quotaline.insight.entries import Figure, Line, reports
from quotaline.insight.prices import Tokens
from quotaline.insight.transcript_index import contents
from transcripts import START, TRAPS, corpus, figure, prompt, reply, write

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable


def entry(line: bytes, session: str) -> Line | Figure | None:
    return next(reports([line], session), None)


Counts = dict[str, tuple[int, int, int, int]]


def counted() -> Counts:
    """Tokens by session: input, output, cache written and read."""
    sums: dict[str, list[int]] = {}
    for slot in contents(os.environ).slots:
        tokens = slot.tokens
        kinds = (tokens.input, tokens.output, tokens.write_5m + tokens.write_1h, tokens.read)
        own = sums.setdefault(slot.session, [0, 0, 0, 0])
        sums[slot.session] = [a + b for a, b in zip(own, kinds, strict=True)]
    return {name: (a, b, c, d) for name, (a, b, c, d) in sums.items()}


def index() -> pathlib.Path:
    import pathlib

    (path,) = pathlib.Path(os.environ["HOME"]).rglob("transcripts.*.sqlite3")
    return path


@pytest.fixture
def bytes_read(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many bytes of transcripts were read since the last call."""
    count = [0]
    original = builtins.open

    def counting(path: Any, *args: Any, **kwargs: Any) -> Any:
        file = original(path, *args, **kwargs)
        if not str(path).endswith(".jsonl"):
            return file

        class Counting:
            def __enter__(self) -> Self:
                return self

            def __exit__(self, *_: object) -> None:
                file.close()

            def seek(self, at: int) -> int:
                return int(file.seek(at))

            def read(self, size: int = -1) -> bytes:
                data = bytes(file.read(size))
                count[0] += len(data)
                return data

            def readline(self, limit: int = -1) -> bytes:
                data = bytes(file.readline(limit))
                count[0] += len(data)
                return data

        return Counting()

    monkeypatch.setattr(builtins, "open", counting)

    def since() -> int:
        done, count[0] = count[0], 0
        return done

    return since


def test_every_trap_counts_what_it_should_and_nothing_else(claude_dir: pathlib.Path) -> None:
    corpus(claude_dir)

    assert counted() == TRAPS


def test_every_trap_counts_the_same_whatever_is_read_first(
    claude_dir: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus(claude_dir)
    original = transcripts.files

    for seed in range(5):
        shuffled = random.Random(seed)

        def files(folder: str, shuffled: random.Random = shuffled) -> list[transcripts.File]:
            found = original(folder)
            return shuffled.sample(found, len(found))

        monkeypatch.setattr(transcripts, "files", files)
        index().unlink() if seed else None
        assert counted() == TRAPS


@pytest.mark.parametrize(
    "line",
    [
        reply(inner={"id": None}),
        reply(inner={"id": ""}),
        reply(inner={"model": None}),
        reply(inner={"model": ""}),
        reply(inner={"model": "<synthetic>"}),
        reply(requestId=None),
        reply(requestId=""),
        reply(sessionId=None),
        reply(sessionId=""),
        reply(version=None),
        reply(version="dev"),
        reply(cwd=None),
        reply(isApiErrorMessage=None),
        reply(costUSD=None),
        reply(costUSD=-1),
        reply(costUSD="1"),
        reply(timestamp=None),
        reply(timestamp="yesterday"),
        reply(timestamp="2026-11-24T15:11:26"),
        reply(usage={"speed": None}),
        reply(usage={"input_tokens": None}),
        reply(usage={"input_tokens": 1.5}),
        reply(usage={"input_tokens": True}),
        reply(usage={"input_tokens": -1}),
        reply(usage={"input_tokens": 10**30}),
        reply(usage={"cache_read_input_tokens": None}),
        reply(usage={"cache_creation_input_tokens": None}),
        reply().replace('"input_tokens":10,', ""),
        reply().replace('"message":{', '"message":[{').replace('},"requestId"', '}],"requestId"'),
        '{"message":{"usage":{"input_tokens":1,"output_tokens":1}}}',
        '[{"usage":{}}]',
        '{"usage":{',
        "[" * 100_000 + '"usage":{',
    ],
)
def test_line_that_is_no_valid_report_of_a_request_counts_nothing(line: str) -> None:
    assert entry(line.encode(), "s1") is None


def test_invalid_utf_8_counts_nothing() -> None:
    assert entry(reply().encode().replace(b"an answer", b"\xff\xfe"), "s1") is None


@pytest.mark.parametrize("text", ["\\ud800", "\\u0000", "\\u202e"])
def test_odd_characters_in_ids_do_not_break_anything(claude_dir: pathlib.Path, text: str) -> None:
    write(claude_dir, "s1", reply().replace('"s1"', f'"s{text}"').replace('"m1"', f'"m{text}"'))

    assert list(counted().values()) == [(10, 5, 0, 0)]


def test_missing_fields_that_old_clients_did_not_write_are_no_reason_to_skip_a_line() -> None:
    document = json.loads(reply())
    for name in ("sessionId", "version", "cwd", "isSidechain", "requestId"):
        del document[name]

    found = entry(json.dumps(document).encode(), "from-the-path")

    assert isinstance(found, Line)
    assert (found.session, found.folder, found.tokens.input) == ("from-the-path", "", 10)


def test_cache_writes_are_split_by_lifetime_and_are_of_5_minutes_where_the_line_does_not_say() -> None:
    split = entry(reply(cache=(3, 4, 5)).encode(), "s1")
    whole = entry(reply(usage={"cache_creation": None, "cache_creation_input_tokens": 7}).encode(), "s1")

    assert isinstance(split, Line)
    assert isinstance(whole, Line)
    assert (split.tokens.write_5m, split.tokens.write_1h, split.tokens.read) == (3, 4, 5)
    assert (whole.tokens.write_5m, whole.tokens.write_1h) == (7, 0)


def test_fast_mode_is_another_model_and_an_unknown_speed_too() -> None:
    models = [entry(reply(usage={"speed": speed}).encode(), "s1") for speed in ("standard", "fast", "turbo")]

    assert [line.model for line in models if isinstance(line, Line)] == [
        "claude-opus-5-5",
        "claude-opus-5-5-fast",
        "claude-opus-5-5-turbo",
    ]


def test_cost_state_is_a_figure_and_not_a_request() -> None:
    found = entry(figure(0.25, {"claude-opus-5-5": (1, 2, 3, 4, 5, 0.25)}).encode(), "s1")

    assert found == Figure(
        "s1", 250_000_000, False, {"claude-opus-5-5": (Tokens(1, 2, 3, 4, 5), 250_000_000)}
    )


copies = st.builds(
    Copy,
    key=st.tuples(st.just(1), st.just(1), st.integers(0, 9), st.integers(0, 1), st.integers(0, 99)),
    request=st.integers(1, 3),
    is_sidechain=st.booleans(),
    is_copy=st.booleans(),
    has_speed=st.booleans(),
    size=st.integers(0, 3),
    session=st.integers(1, 3),
    ended=st.sampled_from([1.0, 2.0]),
    path=st.sampled_from(["a", "b"]),
)


@given(
    st.lists(copies, min_size=1, max_size=6, unique_by=lambda one: one.key).flatmap(
        lambda lines: st.tuples(st.just(lines), st.permutations(lines))
    )
)
def test_order_of_lines_does_not_decide_what_counts(lists: tuple[list[Copy], list[Copy]]) -> None:
    one, other = lists
    by_key = {line.key: line for line in one}

    assert credit(one) == credit(other)
    assert credit(one), "a message without a line that counts"
    requests = [by_key[key].request for key in credit(one)]
    assert len(requests) == len(set(requests)), "a request counted twice"


def test_fork_without_a_mark_belongs_to_the_session_that_ended_first(claude_dir: pathlib.Path) -> None:
    shared = [reply(f"m{n}", f"r{n}", session="zz-parent", at=n) for n in (1, 2)]
    copied = [line.replace("zz-parent", "aa-fork") for line in shared]
    write(claude_dir, "zz-parent", *shared)
    write(claude_dir, "aa-fork", *copied, reply("m3", "r3", session="aa-fork", at=9))

    assert counted() == {"zz-parent": (20, 10, 0, 0), "aa-fork": (10, 5, 0, 0)}


def test_unmarked_fork_is_corrected_once_it_goes_on(claude_dir: pathlib.Path) -> None:
    shared = reply(session="zz-parent")
    write(claude_dir, "zz-parent", shared)
    fork = write(claude_dir, "aa-fork", shared.replace("zz-parent", "aa-fork"))
    assert sum(tokens[0] for tokens in counted().values()) == 10

    with fork.open("a") as file:
        file.write(reply("m2", "r2", session="aa-fork", at=5))

    assert counted() == {"zz-parent": (10, 5, 0, 0), "aa-fork": (10, 5, 0, 0)}


def test_copies_in_a_fork_still_count_for_the_parent_when_its_transcript_is_deleted(
    claude_dir: pathlib.Path,
) -> None:
    corpus(claude_dir)
    assert counted() == TRAPS

    (claude_dir / "projects/-home-fakeuser-project/parent.jsonl").unlink()

    assert counted() == TRAPS


def test_deleted_transcript_is_forgotten(claude_dir: pathlib.Path) -> None:
    gone = write(claude_dir, "s1", reply())
    write(claude_dir, "s2", reply("m2", "r2", session="s2"))
    counted()

    gone.unlink()

    assert counted() == {"s2": (10, 5, 0, 0)}


def test_second_run_reads_no_byte_of_unchanged_files(
    claude_dir: pathlib.Path, bytes_read: Callable[[], int]
) -> None:
    corpus(claude_dir)
    first = counted()
    assert bytes_read() > 0

    assert counted() == first
    assert bytes_read() == 0


def test_after_an_addition_only_the_addition_is_read(
    claude_dir: pathlib.Path, bytes_read: Callable[[], int]
) -> None:
    write(claude_dir, "s2", *(reply(f"x{n}", f"y{n}", session="s2") for n in range(500)))
    path = write(claude_dir, "s1", prompt(), *(reply(f"m{n}", f"r{n}", at=n) for n in range(500)))
    counted()
    bytes_read()
    added = reply("new", "new", at=999)

    with path.open("a") as file:
        file.write(added)

    assert counted()["s1"] == (5010, 2505, 0, 0)
    assert bytes_read() <= len(added) + 2 * 256  # to see that it is the same file costs the bytes before it


def test_half_written_line_counts_once_it_is_whole(claude_dir: pathlib.Path) -> None:
    line = reply("m2", "r2", at=1)
    path = write(claude_dir, "s1", reply(), line[:100])
    assert counted() == {"s1": (10, 5, 0, 0)}

    with path.open("a") as file:
        file.write(line[100:])

    assert counted() == {"s1": (20, 10, 0, 0)}


def test_last_line_without_a_line_feed_counts_once(claude_dir: pathlib.Path) -> None:
    path = write(claude_dir, "s1", reply(None, None).rstrip("\n"))
    assert counted() == {"s1": (10, 5, 0, 0)}

    with path.open("a") as file:
        file.write("\n" + reply(None, None, at=1))

    assert counted() == {"s1": (20, 10, 0, 0)}


def test_longer_line_of_a_known_request_replaces_the_shorter_one(claude_dir: pathlib.Path) -> None:
    path = write(claude_dir, "s1", reply(tokens=(10, 1)))
    assert counted() == {"s1": (10, 1, 0, 0)}

    with path.open("a") as file:
        file.write(reply(tokens=(10, 50)))

    assert counted() == {"s1": (10, 50, 0, 0)}


@pytest.mark.parametrize("how", ["shorter", "same size", "longer", "renamed"])
def test_rewritten_file_is_read_anew(claude_dir: pathlib.Path, how: str) -> None:
    path = write(claude_dir, "s1", *(reply(f"m{n}", f"r{n}", at=n) for n in range(4)))
    counted()

    other = [
        reply(f"x{n}", f"r{n}", at=n, tokens=(70, 50)) for n in range({"shorter": 2, "longer": 9}.get(how, 4))
    ]
    if how == "renamed":
        (claude_dir / "new").write_text("".join(other))
        (claude_dir / "new").rename(path)
    else:
        path.write_text("".join(other))
    os.utime(path, ns=(0, 10**18))

    assert counted() == {"s1": (70 * len(other), 50 * len(other), 0, 0)}


def test_touched_file_is_not_counted_twice(claude_dir: pathlib.Path) -> None:
    path = write(claude_dir, "s1", reply(None, None))
    counted()

    os.utime(path, ns=(0, 10**18))

    assert counted() == {"s1": (10, 5, 0, 0)}


@pytest.mark.parametrize("seed", range(12))
def test_reading_in_steps_gives_what_reading_at_once_gives(claude_dir: pathlib.Path, seed: int) -> None:
    chance = random.Random(seed)

    def line(session: str, at: float) -> str:
        ids = chance.choice(["m1", "m2", "m3", None]), chance.choice(["r1", "r2", None])
        tokens = chance.randrange(9), chance.randrange(9)
        fork: Any = {"forkedFrom": {"sessionId": "a"}} if chance.random() < 0.2 else {}
        return reply(*ids, session=session, at=at, tokens=tokens, isSidechain=chance.random() < 0.3, **fork)

    for step in range(5):
        for name in chance.sample("abc", 2):
            path = claude_dir / f"projects/p/{name}.jsonl"
            if path.exists() and chance.random() < 0.2:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a") as file:
                file.writelines(line(name, 100 * step + n) for n in range(chance.randrange(5)))
        stepwise = counted()
    index().unlink()

    assert counted() == stepwise


def test_nothing_of_a_conversation_is_kept_and_the_index_is_private(claude_dir: pathlib.Path) -> None:
    write(
        claude_dir,
        "s1",
        prompt("my secret plan"),
        reply(inner={"content": [{"type": "text", "text": "my reply"}]}),
    )
    old = os.umask(0)
    try:
        counted()
    finally:
        os.umask(old)

    kept = index().read_bytes()
    assert b"secret" not in kept
    assert b"my reply" not in kept
    assert stat.S_IMODE(index().stat().st_mode) == 0o600
    assert stat.S_IMODE(index().parent.stat().st_mode) == 0o700
    assert [path.name for path in index().parent.iterdir()] == [index().name]


def test_symlinks_are_followed_neither_to_transcripts_nor_to_the_index(
    claude_dir: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    write(claude_dir, "s1", reply())
    outside = tmp_path / "outside.jsonl"
    outside.write_text(reply("m2", "r2", session="s2"))
    (claude_dir / "projects/-home-fakeuser-project/s2.jsonl").symlink_to(outside)
    counted()
    target = tmp_path / "target"
    target.write_text("mine")
    path = index()
    path.unlink()
    path.symlink_to(target)

    assert counted() == {"s1": (10, 5, 0, 0)}
    assert target.read_text() == "mine"


@pytest.mark.parametrize("damage", [b"", b"not a database, but long enough to be looked at" * 9, None])
def test_damaged_index_is_made_again(claude_dir: pathlib.Path, damage: bytes | None) -> None:
    corpus(claude_dir)
    counted()
    content = index().read_bytes()
    index().write_bytes(content[: len(content) // 2] if damage is None else damage)

    assert counted() == TRAPS
    assert counted() == TRAPS
    assert sqlite3.connect(index()).execute("pragma integrity_check").fetchone() == ("ok",)


def test_index_of_another_version_is_made_again(claude_dir: pathlib.Path) -> None:
    write(claude_dir, "s1", reply())
    counted()
    with sqlite3.connect(index()) as base:
        base.execute("update line set input = 999")
        base.execute("update slot set input = 999")
        base.execute("pragma user_version = 7")

    assert counted() == {"s1": (10, 5, 0, 0)}


def test_killed_run_leaves_the_index_as_it_was(
    claude_dir: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(claude_dir, "s1", reply())
    counted()
    with path.open("a") as file:
        file.write(reply(None, None, at=1))

    def killed(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(transcript_tables, "settle", killed)
        with pytest.raises(KeyboardInterrupt):
            counted()

    assert counted() == {"s1": (20, 10, 0, 0)}


def test_index_that_another_run_holds_for_too_long_is_done_without(
    claude_dir: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(claude_dir, "s1", reply())
    counted()
    with path.open("a") as file:
        file.write(reply("m2", "r2", at=1))
    monkeypatch.setattr(transcript_index, "_PATIENCE", 0.01)
    other = sqlite3.connect(index(), isolation_level=None)
    other.execute("begin exclusive")

    assert counted() == {"s1": (20, 10, 0, 0)}
    other.close()


def test_state_folder_that_others_may_write_is_not_used(
    claude_dir: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    write(claude_dir, "s1", reply())
    state = tmp_path / ".local/state/quotaline"
    state.mkdir(parents=True)
    state.chmod(0o777)

    assert counted() == {"s1": (10, 5, 0, 0)}
    assert list(state.iterdir()) == []


def test_config_dirs_do_not_mix(claude_dir: pathlib.Path, tmp_path: pathlib.Path) -> None:
    write(claude_dir, "s1", reply())
    write(tmp_path / "other", "s2", reply("m2", "r2", session="s2"))

    assert [
        list(found)
        for found in (
            {slot.session for slot in contents({"HOME": str(tmp_path)}).slots},
            {
                slot.session
                for slot in contents({"HOME": str(tmp_path), "CLAUDE_CONFIG_DIR": f"{tmp_path}/other"}).slots
            },
            {slot.session for slot in contents({"HOME": str(tmp_path)}).slots},
        )
    ] == [["s1"], ["s2"], ["s1"]]


def test_no_transcripts_and_no_home_give_nothing(claude_dir: pathlib.Path) -> None:
    assert counted() == {}
    assert contents({}).slots == []


def test_line_that_no_client_writes_takes_bounded_memory(
    claude_dir: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcripts, "_BLOCK", 1000)
    monkeypatch.setattr(transcripts, "_LONGEST", 5000)
    write(claude_dir, "s1", reply(), '{"usage":{"' + "x" * 50_000 + "\n", reply("m2", "r2", at=1))

    assert counted() == {"s1": (20, 10, 0, 0)}


@pytest.mark.parametrize("block", [1, 7, 100, 1000])
def test_size_of_a_block_does_not_matter(
    claude_dir: pathlib.Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(transcripts, "_BLOCK", block)
    write(claude_dir, "s1", *(reply(f"m{n}", f"r{n}", at=n) for n in range(3)), figure(0.5, {}))

    assert counted() == {"s1": (30, 15, 0, 0)}
    assert len(contents(os.environ).figures["s1"]) == 1


def test_several_processes_count_what_one_counts(claude_dir: pathlib.Path) -> None:
    corpus(claude_dir)
    program = """
import os, sys
from quotaline.insight import reading
from quotaline.insight.sessions import report
reading._LARGE, reading._processors = 0, lambda: 3
found = report(os.environ)
print({one.usage.session_id: one.usage.input_tokens for one in found.sessions})
print("concurrent.futures" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    sums, used_processes = done.stdout.splitlines()
    assert ast.literal_eval(sums) == {name: tokens[0] for name, tokens in TRAPS.items()}
    assert used_processes == "True"


def test_requests_are_dated_by_their_own_time(claude_dir: pathlib.Path) -> None:
    write(claude_dir, "s1", reply(at=0), reply("m2", "r2", at=2000))

    slots = contents(os.environ).slots

    assert [(slot.first, slot.requests) for slot in slots] == [(START, 1), (START + 2000, 1)]
