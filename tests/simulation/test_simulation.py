"""Days with fixed seeds, and the smallest scenario of each defect that simulated days have found."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from simulation.day import simulate
from simulation.scene import Scene

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

HOUR, MINUTE = 3600.0, 60.0


@pytest.fixture
def scene(tmp_path: pathlib.Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    made.provider.latency = 1.0
    with made.device.patched():
        yield made


def plain(line: str | None) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", line or "")


def spans(scene: Scene, since: float) -> list[float]:
    """Return when requests were made, in seconds after a time."""
    return [one.at - since for one in scene.provider.requests if one.at >= since]


@pytest.mark.long
@pytest.mark.parametrize("seed", [pytest.param(1, marks=pytest.mark.quick), *range(2, 9)])
def test_day_shows_no_wrong_number_and_asks_no_sooner_than_it_may(seed: int) -> None:
    day = simulate(seed)

    assert day.findings == []
    assert day.violations == []
    assert day.rates.are_kept, day.rates


def test_idle_session_whose_5h_window_ends_does_not_make_its_7d_number_new(scene: Scene) -> None:
    scene.log_in(scene.account(h5=50, d7=97))
    idle = scene.session()
    scene.reply(idle, 1)
    scene.events.wait(10)
    scene.lose_network(9 * HOUR)

    scene.events.wait(2 * HOUR)

    assert plain(scene.run(idle)) == "[5h:-- 7d:97%~2h]"
    assert scene.look() == "[5h:-- 7d:97%~2h]"


def test_idle_session_says_nothing_after_the_cache_was_wiped(scene: Scene) -> None:
    mine = scene.account(h5=10, d7=19)
    mine.limits["5h"].ends = scene.now + 4 * HOUR
    scene.log_in(mine)
    idle = scene.session()
    scene.reply(idle, 1)
    scene.events.wait(HOUR)
    scene.lose_network(HOUR)

    scene.wipe()

    assert plain(scene.run(idle)) == "[5h:-- 7d:--]"
    assert plain(scene.run(idle)) == "[5h:-- 7d:--]"


def test_reply_that_changed_no_number_is_not_dated_later_than_it_was(scene: Scene) -> None:
    mine = scene.account(h5=10, d7=19)
    mine.limits["5h"].ends = scene.now + 4 * HOUR
    scene.log_in(mine)
    idle = scene.session()
    for _ in range(2):
        scene.reply(idle, 0, takes=10)
        scene.events.wait(15)
    scene.lose_network(HOUR)

    scene.events.wait(40 * MINUTE)

    assert plain(scene.run(idle)) == "[5h:~10% 7d:~19%]"


def test_idle_session_does_not_bring_back_what_was_reset_by_hand(scene: Scene) -> None:
    mine = scene.account(h5=10, d7=19)
    scene.log_in(mine)
    idle = scene.session()
    scene.reply(idle, 1)
    scene.events.wait(10)
    mine.limits["7d"].put(scene.now, 1)
    scene.watch()
    scene.events.wait(2 * HOUR - 30)
    assert scene.look() == "[5h:11% 7d:1%]"
    scene.lose_network(HOUR)

    scene.events.wait(30)

    assert plain(scene.run(idle)) == "[5h:-- 7d:1%]"


def test_idle_session_of_the_former_account_says_nothing_about_the_new_one(scene: Scene) -> None:
    scene.log_in(scene.account(h5=10, d7=79))
    idle = scene.session()
    scene.reply(idle, 1)
    scene.events.wait(10)
    yours = scene.account(h5=5, d7=64)
    yours.limits["5h"].ends = scene.now + 4 * HOUR
    scene.log_in(yours)
    scene.watch()
    scene.events.wait(2 * HOUR)

    assert plain(scene.run(idle)) == "[5h:5% 7d:64%]"
    assert scene.look() == "[5h:5% 7d:64%]"


@pytest.mark.parametrize("names_account", [True, False])
@pytest.mark.parametrize("offset", [0.0, -1.0, 1.0], ids=["together", "config first", "credentials first"])
def test_answer_to_a_request_of_the_former_account_belongs_to_nobody(
    scene: Scene, names_account: bool, offset: float
) -> None:
    scene.client.names_account = names_account
    yours = scene.account(h5=15, d7=20)
    scene.log_in(scene.account(h5=11, d7=12))
    scene.provider.latency = 4.0
    scene.look()
    scene.events.after(2.0, lambda: scene.log_in_slowly(yours, abs(offset), config_first=offset < 0))
    scene.events.after(4.5, lambda: scene.lose_network(HOUR))

    scene.events.wait(70)

    scene.look()
    scene.events.wait(5)
    assert scene.look() == "[5h:-- 7d:--]"


def test_former_accounts_number_is_gone_before_the_answer_of_the_new_one_comes(scene: Scene) -> None:
    scene.log_in(scene.account(h5=11, d7=12))
    scene.look()
    scene.events.wait(70)
    scene.log_in(scene.account(h5=15, d7=20))
    scene.provider.latency = 9.0

    lines: list[str] = []
    scene.look()
    for seconds in (2, 12):
        scene.events.after(seconds, lambda: lines.append(scene.look()))
    scene.events.wait(15)

    assert lines == ["[5h:-- 7d:--]", "[5h:15% 7d:20%]"]


def test_answer_that_was_dropped_for_a_login_is_asked_for_again_in_a_minute(scene: Scene) -> None:
    scene.client.names_account = False
    yours = scene.account(h5=15, d7=20)
    scene.log_in(scene.account(h5=11, d7=12))
    scene.provider.latency = 4.0
    scene.watch(15)
    scene.events.after(2.0, lambda: scene.log_in(yours))

    scene.events.wait(90)

    assert scene.look() == "[5h:15% 7d:20%]"


def test_reply_of_the_former_account_that_lands_after_a_login_belongs_to_nobody(scene: Scene) -> None:
    former = scene.account(h5=17, d7=1)
    former.limits["5h"].ends = scene.now + 4 * HOUR
    mine = scene.account(h5=28, d7=30)
    scene.log_in(former)
    late, busy = scene.session(), scene.session()
    scene.run(late)
    scene.run(busy)
    scene.events.wait(120)
    scene.reply(late, 0.1, takes=40)
    scene.events.wait(2)

    scene.log_in(mine)

    scene.run(busy)
    for _ in range(60):
        scene.reply(busy, 0.1, takes=10)
        scene.events.wait(40)
        assert scene.look() == scene.judge.truth_line(scene.now)


@pytest.mark.parametrize("jitter", [0.0, 0.9, 1.9])
def test_idle_hour_costs_a_dozen_requests_however_the_resets_jitter(scene: Scene, jitter: float) -> None:
    scene.provider.jitter = jitter
    mine = scene.account(h5=17, d7=20)
    mine.limits["5h"].ends = scene.now + 1.5 * HOUR
    scene.log_in(mine)
    scene.watch(15)
    begun = scene.now

    scene.events.wait(4 * HOUR)

    asked = spans(scene, begun)
    assert sum(at < HOUR for at in asked) <= 16
    for hour in range(1, 4):
        assert sum(hour * HOUR <= at < (hour + 1) * HOUR for at in asked) <= 13
    assert scene.look() == "[5h:0% 7d:20%]"


@pytest.mark.parametrize("minutes", range(120, 125))
def test_login_as_another_ends_the_wait_of_an_idle_device(scene: Scene, minutes: int) -> None:
    scene.log_in(scene.account(h5=17, d7=20))
    scene.provider.accounts[0].limits["5h"].ends = scene.now + 4 * HOUR
    scene.watch(15)
    scene.events.wait(minutes * MINUTE)
    yours = scene.account(h5=25, d7=30)

    scene.log_in(yours)
    scene.events.wait(80)

    assert scene.look() == "[5h:25% 7d:30%]"


def test_scoped_limit_is_kept_fresh_while_claude_code_works(scene: Scene) -> None:
    mine = scene.account(h5=4, d7=10, fable=70)
    mine.limits["5h"].ends = scene.now + 4 * HOUR
    scene.log_in(mine)
    busy = scene.session()
    scene.run(busy)
    scene.events.wait(90)
    begun = scene.now
    lines = []

    for _ in range(180):
        scene.reply(busy, 0.3, takes=8)
        scene.events.wait(40)
        lines.append(scene.look())

    asked = spans(scene, begun)
    assert all("Fable:" in line for line in lines)
    assert not any("~" in sooner and "~" in later for sooner, later in pairwise(lines))
    assert len(asked) <= 12
    assert all(later - sooner >= 600 for sooner, later in pairwise(asked))


def test_work_asks_for_no_scoped_limit_on_a_plan_without_one(scene: Scene) -> None:
    scene.log_in(scene.account(h5=4, d7=10))
    busy = scene.session()
    scene.run(busy)
    scene.events.wait(30)
    begun = scene.now

    for _ in range(120):
        scene.reply(busy, 0.3, takes=8)
        scene.events.wait(40)
        scene.look()

    assert spans(scene, begun) == []


def test_return_to_an_account_within_minutes_keeps_its_numbers(scene: Scene) -> None:
    mine, yours = scene.account(h5=17, d7=20), scene.account(h5=25, d7=30)
    scene.log_in(mine)
    one = scene.session()
    scene.run(one)
    scene.events.wait(5)
    scene.log_in(yours)
    for _ in range(3):
        scene.events.wait(70)
        scene.run(one)
    scene.lose_network(HOUR)

    scene.log_in(mine)
    scene.events.wait(70)

    assert plain(scene.run(one)) == "[5h:17% 7d:20%]"
