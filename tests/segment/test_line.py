"""What the segment says, and in which colours."""

from __future__ import annotations

import pytest

from quotaline.model.merge import MergedUsage, merge
from quotaline.model.usage import Reading, ScopedWindow, Usage, Window
from quotaline.segment.duration import duration
from quotaline.segment.line import compact
from quotaline.segment.markup import ansi, fitted, plain

NOW = 1_795_300_000.0


def believed(usage: Usage, age: float = 0) -> MergedUsage:
    return merge(MergedUsage(), Reading("api", NOW - age, usage), NOW)


def both(five_hour: float, seven_day: float) -> Usage:
    return Usage(Window(five_hour, NOW + 7200), Window(seven_day, NOW + 90000))


@pytest.mark.parametrize(
    ("used", "colour"),
    [(0, 32), (49.9, 32), (50, 33), (79.9, 33), (80, "38;5;208"), (94.9, "38;5;208"), (95, 31), (130, 31)],
)
def test_colour_follows_utilization(used: float, colour: object) -> None:
    assert f"5h:\x1b[{colour}m{int(used)}%\x1b[39m" in ansi(compact(believed(both(used, 0)), NOW))


def test_number_is_rounded_to_a_tenth_and_then_cut_as_the_client_does() -> None:
    assert plain(compact(believed(both(28.999999999999996, 8.94)), NOW)) == "[5h:29% 7d:8%]"


def test_unknown_is_not_zero() -> None:
    assert plain(compact(MergedUsage(), NOW)) == "[5h:-- 7d:--]"
    assert plain(compact(believed(Usage(five_hour=Window(0, None))), NOW)) == "[5h:0% 7d:--]"


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (599, "[5h:\x1b[32m8%\x1b[39m 7d:--]"),
        (600, "[5h:\x1b[32m~8%\x1b[39m 7d:--]"),
        (3600, "[5h:\x1b[2m8%~1h\x1b[22m 7d:--]"),
        (86399, "[5h:\x1b[2m8%~23h\x1b[22m 7d:--]"),
        (86400, "[5h:-- 7d:--]"),
    ],
)
def test_age_is_marked(age: float, text: str) -> None:
    assert ansi(compact(believed(Usage(five_hour=Window(8, NOW + 7200)), age), NOW)) == text


def test_further_window_appears_when_it_is_tighter_than_both() -> None:
    def with_scoped(used: float) -> MergedUsage:
        usage = both(8, 77)
        return believed(
            Usage(usage.five_hour, usage.seven_day, (ScopedWindow("Fable", Window(used, NOW + 900)),))
        )

    assert plain(compact(with_scoped(91), NOW)) == "[5h:8% 7d:77% Fable:91%]"
    assert plain(compact(with_scoped(77), NOW)) == "[5h:8% 7d:77%]"


def test_narrow_terminal_gets_a_shorter_line_and_always_one() -> None:
    usage = both(8, 77)
    merged = believed(
        Usage(usage.five_hour, usage.seven_day, (ScopedWindow("Fable", Window(91, NOW + 900)),))
    )

    lines = {columns: fitted(merged, "plain", NOW, columns) for columns in (None, 80, 23, 14, 13, 4, 3, 1)}

    assert lines == {
        None: "[5h:8% 7d:77% Fable:91%]",
        80: "[5h:8% 7d:77% Fable:91%]",
        23: "[5h:8% 7d:77%]",
        14: "[5h:8% 7d:77%]",
        13: "8|77",
        4: "8|77",
        3: "91",
        1: " ",  # nothing, rather than half a number
    }


@pytest.mark.parametrize(
    ("seconds", "given"),
    [(0, "0s"), (59.9, "59s"), (60, "1m"), (3599, "59m"), (8100, "2h15m"), (86400, "1d0h"), (273600, "3d4h")],
)
def test_duration_is_said_in_two_units_at_most(seconds: float, given: str) -> None:
    assert duration(seconds) == given
