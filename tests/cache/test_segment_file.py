"""The segment file: which text is read at which time, and that damage is recognised."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotaline.cache import clock, segment_file
from quotaline.cache.clock import uptime
from quotaline.cache.segment_file import Memo
from quotaline.cache.segment_format import FOR_EVER
from quotaline.model.merge import MergedUsage, merge
from quotaline.model.usage import Reading, Usage, Window
from quotaline.segment.schedule import schedules

NOW = float(int(time.time()))
ROWS = [(NOW + 100, "young"), (NOW + 200, "old"), (FOR_EVER, "unknown")]


def test_text_changes_with_time_and_the_last_one_is_valid_for_ever() -> None:
    # Another boot id: read by the wall clock, as after a reboot or without an uptime.
    content = segment_file.encode(ROWS, NOW + 60, NOW).replace(b" ", b" ", 1)
    content = b" ".join([*content.split(b" ")[:2], b"another-boot", *content.split(b" ")[3:]])

    texts = [segment_file.decode(content, NOW + ahead, "plain") for ahead in (0, 99, 100, 200, 1e9)]

    assert [found and found[0] for found in texts] == ["young", "young", "old", "unknown", "unknown"]
    assert [found and found[1] for found in texts] == [NOW + 60] * 5


def test_uptime_decides_when_the_wall_clock_was_set() -> None:
    content = segment_file.encode(ROWS, NOW + 60, NOW)

    found = segment_file.decode(content, NOW - 1e6, "plain")

    assert found is not None
    assert found[0] == "young"
    assert abs(found[1] - (NOW - 1e6 + 60)) <= 2


def test_truncated_segment_is_rejected() -> None:
    content = segment_file.encode(ROWS[1:], NOW + 60, NOW)
    expired = content.replace(f"{int(NOW) + 200} {uptime() + 200}".encode(), b"1 1")

    for length in range(len(expired) - 1):
        assert segment_file.decode(expired[:length], NOW, "plain") is None


@pytest.mark.parametrize("host", ["plain", "tmux", "json", "waybar"])
def test_flipped_bit_never_adds_a_control_character(host: str) -> None:
    content = segment_file.encode(ROWS, NOW + 60, NOW)
    for at, byte in enumerate(content):
        for bit in range(8):
            found = segment_file.decode(
                content[:at] + bytes([byte ^ 1 << bit]) + content[at + 1 :], NOW, host
            )
            assert found is None or found[0].isprintable(), (at, bit)


@given(st.binary(max_size=200))
def test_junk_is_neither_a_segment_nor_a_memo(content: bytes) -> None:
    segment_file.decode_memo(content)
    found = segment_file.decode(content, NOW, "plain")

    assert found is None or content.startswith(b"1 ")


def test_session_segment_keeps_its_memo_beside_its_texts() -> None:
    content = segment_file.encode(ROWS, NOW + 60, NOW, Memo('"five_hour":"used_percentage":8', 231, int(NOW)))
    memo = segment_file.decode_memo(content)

    assert memo is not None
    assert (memo.text, memo.api_milliseconds, memo.seen_at) == (
        '"five_hour":"used_percentage":8',
        231,
        int(NOW),
    )
    found = segment_file.decode(content, NOW, "plain")
    assert found is not None
    assert found[0] == "young"
    assert segment_file.decode_memo(segment_file.encode(ROWS, NOW + 60, NOW)) is None


def test_schedule_goes_from_fresh_to_old_to_ended_to_unknown() -> None:
    usage = Usage(Window(8.9, NOW + 7300), Window(77, NOW + 90000))
    merged = merge(MergedUsage(), Reading("api", NOW - 100, usage), NOW)

    table = schedules(merged, ("plain",), NOW)["plain"]

    times = [0, *(until - NOW for until, _ in table)]
    texts = dict(zip(times, (text for _, text in table), strict=False))
    assert list(texts.items())[:6] == [
        (0, "[5h:8% 7d:77%]"),
        (500, "[5h:~8% 7d:~77%]"),
        (3500, "[5h:8%~1h 7d:77%~1h]"),
        (7100, "[5h:8%~2h 7d:77%~2h]"),
        (7300, "[5h:-- 7d:77%~2h]"),
        (10700, "[5h:-- 7d:77%~3h]"),
    ]
    assert table[-1] == (FOR_EVER, "[5h:-- 7d:--]")
    assert table[-2][0] == NOW - 100 + 86400


def test_file_written_without_an_uptime_is_read_by_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    real = clock._first_line
    monkeypatch.setattr(clock, "_first_line", lambda path: "" if path == "/proc/uptime" else real(path))
    content = segment_file.encode(ROWS, NOW + 60, NOW)
    monkeypatch.undo()

    assert content.split(b" ")[2] == b"-"
    texts = [segment_file.decode(content, NOW + ahead, "plain") for ahead in (0, 100, 200)]
    assert [found and found[0] for found in texts] == ["young", "old", "unknown"]
