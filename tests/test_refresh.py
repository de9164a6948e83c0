"""One refresh after the other, with a clock and an endpoint of the test's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from quotaline import state as states
from quotaline import store, timetable
from quotaline.attempt import KEYCHAIN_AWAY, may_read_keychain
from quotaline.errors import LoginExpired, QuotalineError, RateLimited, ServerError, Unreachable
from quotaline.refresh import Job, NoFolder, Outcome, refresh
from quotaline.settings import Settings
from quotaline.state import State
from quotaline.usage import Credits, Usage, Window

if TYPE_CHECKING:
    import pathlib

    from quotaline.sources.credentials import Token

NOW = 1_795_300_000.0
FRESH = "[5h:8% 7d:77%]"


class House:
    """A home with a login, a clock that we turn, and an endpoint that answers what we say and counts."""

    def __init__(self, home: pathlib.Path) -> None:
        self.home = home
        self.now = NOW
        self.asked = 0
        self.answer: Usage | QuotalineError = self.usage(8, 77)
        self.environ = {"HOME": str(home)}
        self.folder = f"{home}/.cache/quotaline/default"
        self.log_in()

    def usage(self, five_hour: float, seven_day: float) -> Usage:
        return Usage(Window(five_hour, NOW + 7200), Window(seven_day, NOW + 260000))

    def log_in(self, token: str = "a-token", **fields: object) -> None:
        path = self.home / ".claude/.credentials.json"
        path.parent.mkdir(exist_ok=True)
        login = {"accessToken": token, "expiresAt": (NOW + 9e6) * 1000, "scopes": ["user:profile"], **fields}
        path.write_text(json.dumps({"claudeAiOauth": login}))

    def configure(self, text: str) -> None:
        (self.home / "config.toml").write_text(text)

    def fetch(self, token: Token, *, now: float, user_agent: str) -> Usage:
        self.asked += 1
        if isinstance(self.answer, QuotalineError):
            raise self.answer
        return self.answer

    def refresh(self, *, force: bool = False) -> Outcome:
        job = Job(self.environ, str(self.home / "config.toml"), lambda: self.now, self.fetch)
        return refresh(job, force=force)

    def pass_minutes(self, minutes: int) -> None:
        for _ in range(minutes):
            self.now += 60
            self.refresh()

    @property
    def segment(self) -> str | None:
        found = timetable.read(store.read(self.folder, "segment.plain") or b"", self.now, "plain")
        return found[0] if found else None


@pytest.fixture
def house(tmp_path: pathlib.Path) -> House:
    return House(tmp_path)


def test_answer_is_shown_and_not_asked_for_again_within_the_ttl(house: House) -> None:
    house.refresh()
    house.now += 59
    outcome = house.refresh()

    assert house.segment == FRESH
    assert (house.asked, outcome.asked) == (1, False)


def test_ttl_can_be_set(house: House) -> None:
    house.configure("ttl = 600\n")
    house.refresh()
    house.pass_minutes(9)
    assert house.asked == 1
    house.pass_minutes(1)
    assert house.asked == 2


def test_forced_refresh_asks_although_the_belief_is_fresh_but_not_in_a_back_off(house: House) -> None:
    house.refresh()
    house.answer = RateLimited()
    assert house.refresh(force=True).asked
    assert not house.refresh(force=True).asked


@pytest.mark.parametrize("error", [ServerError(500), Unreachable(), RateLimited(), LoginExpired()])
def test_failed_refresh_keeps_the_last_good_numbers_and_marks_them_old_in_time(
    house: House, error: QuotalineError
) -> None:
    house.refresh()
    house.answer = error
    house.pass_minutes(5)
    assert house.segment == FRESH

    house.pass_minutes(10)

    assert house.segment == "[5h:~8% 7d:~77%]"
    assert states.load(house.folder).backoff.reason == error.reason


@pytest.mark.parametrize(
    ("error", "most"), [(RateLimited(), 2), (LoginExpired(), 1), (ServerError(500), 5), (Unreachable(), 5)]
)
def test_ten_minutes_of_failures_cost_few_requests(house: House, error: QuotalineError, most: int) -> None:
    house.answer = error
    house.refresh()
    house.pass_minutes(10)

    assert 1 <= house.asked <= most


def test_refused_login_is_tried_again_once_it_was_rewritten(house: House) -> None:
    house.answer = LoginExpired()
    house.refresh()
    house.pass_minutes(5)
    assert house.asked == 1

    house.log_in("another-longer-token")
    house.pass_minutes(5)

    assert house.asked == 2


def test_expired_login_makes_no_request(house: House) -> None:
    house.log_in(expiresAt=(NOW - 1) * 1000)

    outcome = house.refresh()

    assert isinstance(outcome.error, LoginExpired)
    assert house.asked == 0
    assert house.segment == "[5h:-- 7d:--]"


def test_end_of_a_window_is_asked_about_at_once_also_in_a_calm(house: House) -> None:
    house.refresh()
    house.pass_minutes(30)
    asked = house.asked
    house.now = NOW + 7200 + 1
    house.answer = Usage(Window(0, None), Window(77, NOW + 260000))

    house.refresh()

    assert house.asked == asked + 1
    assert house.segment == "[5h:0% 7d:77%]"


def test_idle_hour_costs_a_dozen_requests_and_stays_fresh(house: House) -> None:
    house.refresh()
    house.asked = 0
    for _ in range(60):
        house.now += 60
        house.refresh()
        assert house.segment == FRESH

    assert house.asked <= 14


def test_refresher_that_is_killed_while_it_asks_has_asked(house: House) -> None:
    def die(token: Token, *, now: float, user_agent: str) -> Usage:
        house.asked += 1
        raise SystemExit

    for minute in range(10):
        job = Job(house.environ, "", lambda minute=minute: NOW + 60 * minute, die)  # type: ignore[misc]
        try:
            refresh(job)
        except SystemExit:
            continue

    assert house.asked <= 4


def test_other_login_without_a_known_account_drops_the_numbers(house: House) -> None:
    house.refresh()
    house.log_in("somebody-elses-token")
    house.answer = Unreachable()
    house.now += 61
    house.refresh()

    assert house.segment == "[5h:-- 7d:--]"


def test_token_that_was_renewed_for_the_same_account_keeps_the_numbers(house: House) -> None:
    (house.home / ".claude.json").write_text('{"oauthAccount": {"accountUuid": "mine"}}')
    house.refresh()
    house.log_in("renewed-token")
    house.answer = Unreachable()
    house.now += 61
    house.refresh()

    assert house.segment == FRESH


def test_traffic_that_is_not_wanted_is_not_made(house: House) -> None:
    house.environ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1"

    assert not house.refresh(force=True).asked
    assert house.asked == 0


def test_broken_config_does_not_turn_a_source_on_again(house: House) -> None:
    house.configure("[sources]\napi = false\n")
    house.refresh()
    house.configure("[sources\napi = false\n")

    outcome = house.refresh(force=True)

    assert house.asked == 0
    assert "config.toml is broken" in str(outcome.settings_error)
    assert "line 1" in str(outcome.settings_error)


def test_credits_reach_the_state(house: House) -> None:
    house.answer = Usage(credits=Credits(enabled=True, used=1.5))
    house.refresh()

    assert states.load(house.folder).belief.credits == Credits(enabled=True, used=1.5)


@pytest.mark.parametrize(
    "document", [None, [], {}, {"version": 1}, {"version": 2}, {"version": 1, "belief": 5}]
)
def test_state_that_is_junk_is_a_new_state(document: object) -> None:
    assert State.from_json(document) == State()


def test_state_with_a_field_of_the_wrong_kind_is_a_new_state() -> None:
    for key, value in {
        "login": 5,
        "refreshed_at": "now",
        "backoff": {},
        "rejected": [{}],
        "belief": {},
    }.items():
        assert State.from_json({**State().to_json(), key: value}) == State()


def test_no_folder_is_one_line_and_no_request(house: House) -> None:
    house.environ = {}

    with pytest.raises(NoFolder, match="HOME is not set"):
        house.refresh()
    assert house.asked == 0


def test_keychain_that_refused_is_left_alone_for_six_hours() -> None:
    refused = State(keychain_until=NOW + KEYCHAIN_AWAY)

    assert not may_read_keychain(refused, Settings({}), NOW)
    assert may_read_keychain(refused, Settings({}), NOW + KEYCHAIN_AWAY)
    assert may_read_keychain(refused, Settings({}), NOW - 1e6)
    assert not may_read_keychain(State(), Settings({"sources.keychain": False}), NOW)
