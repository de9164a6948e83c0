"""Refreshes in a row, with a fake clock and a fake endpoint."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from quotaline.cache import segment_file, state_file, store
from quotaline.cache.state_file import State
from quotaline.model.errors import (
    LoginExpired,
    MissingScope,
    QuotalineError,
    RateLimited,
    ServerError,
    Unanswered,
    Unreachable,
    UnreadableAnswer,
)
from quotaline.model.usage import Credits, Usage, Window
from quotaline.refresh.cycle import CacheFolderError, Job, Outcome, refresh
from quotaline.refresh.request import KEYCHAIN_PAUSE, may_read_keychain
from quotaline.settings import Settings

if TYPE_CHECKING:
    import pathlib

    from quotaline.sources.credentials import Token

NOW = 1_795_300_000.0
FRESH = "[5h:8% 7d:77%]"


class Machine:
    """A home with a login, a clock that the test sets, and an endpoint that counts and answers as the test says."""

    def __init__(self, home: pathlib.Path) -> None:
        self.home = home
        self.now = NOW
        self.requests = 0
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
        self.requests += 1
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
        segment = segment_file.decode(store.read(self.folder, "segment.plain") or b"", self.now, "plain")
        return segment[0] if segment else None


@pytest.fixture
def machine(tmp_path: pathlib.Path) -> Machine:
    return Machine(tmp_path)


def test_answer_is_shown_and_not_requested_again_within_the_ttl(machine: Machine) -> None:
    machine.refresh()
    machine.now += 59
    outcome = machine.refresh()

    assert machine.segment == FRESH
    assert (machine.requests, outcome.requested) == (1, False)


def test_ttl_can_be_set(machine: Machine) -> None:
    machine.configure("ttl = 600\n")
    machine.refresh()
    machine.pass_minutes(9)
    assert machine.requests == 1
    machine.pass_minutes(1)
    assert machine.requests == 2


def test_forced_refresh_makes_a_request_although_the_numbers_are_fresh_but_not_after_a_429(
    machine: Machine,
) -> None:
    machine.refresh()
    machine.now += 10
    machine.answer = RateLimited()
    assert machine.refresh(force=True).requested
    machine.now += 299
    assert not machine.refresh(force=True).requested
    machine.now += 1
    assert machine.refresh(force=True).requested


@pytest.mark.parametrize(
    "error",
    [ServerError(500), Unreachable(), LoginExpired(), MissingScope(), UnreadableAnswer(), Unanswered()],
)
def test_forced_refresh_overrides_the_wait_after_every_other_failure(
    machine: Machine, error: QuotalineError
) -> None:
    machine.answer = error
    for _ in range(4):
        machine.refresh(force=True)
        machine.now += 900
    requests = machine.requests
    machine.refresh()
    machine.answer = machine.usage(8, 77)
    machine.now += 10

    outcome = machine.refresh(force=True)

    assert (outcome.requested, outcome.error, machine.segment) == (True, None, FRESH)
    assert machine.requests <= requests + 2


def test_a_loop_of_forced_refreshes_makes_one_request_in_ten_seconds(machine: Machine) -> None:
    for answer in (machine.usage(8, 77), Unreachable(), ServerError(500)):
        machine.answer = answer
        before = machine.requests
        for _ in range(60):
            machine.now += 1
            machine.refresh(force=True)
        assert machine.requests - before == 6


@pytest.mark.parametrize("error", [ServerError(500), Unreachable(), RateLimited(), LoginExpired()])
def test_failed_refresh_keeps_the_last_good_numbers_and_marks_them_old_in_time(
    machine: Machine, error: QuotalineError
) -> None:
    machine.refresh()
    machine.answer = error
    machine.pass_minutes(5)
    assert machine.segment == FRESH

    machine.pass_minutes(10)

    assert machine.segment == "[5h:~8% 7d:~77%]"
    assert state_file.load(machine.folder).backoff.reason == error.reason


@pytest.mark.parametrize(
    ("error", "most"), [(RateLimited(), 2), (LoginExpired(), 1), (ServerError(500), 5), (Unreachable(), 5)]
)
def test_ten_minutes_of_failures_cost_few_requests(
    machine: Machine, error: QuotalineError, most: int
) -> None:
    machine.answer = error
    machine.refresh()
    machine.pass_minutes(10)

    assert 1 <= machine.requests <= most


def test_two_versions_in_turn_keep_each_others_back_off(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.refresh()
    machine.answer = RateLimited(retry_after=3600)
    for minute in range(1, 11):
        machine.now = NOW + 60 * minute
        monkeypatch.setattr(state_file, "VERSION", 1 + minute % 2)
        machine.refresh()

    assert machine.requests == 2
    assert machine.segment is not None
    assert "8%" in machine.segment


def test_refused_login_is_tried_again_after_it_was_rewritten(machine: Machine) -> None:
    machine.answer = LoginExpired()
    machine.refresh()
    machine.pass_minutes(5)
    assert machine.requests == 1

    machine.log_in("another-longer-token")
    machine.pass_minutes(5)

    assert machine.requests == 2


def test_refusal_of_a_token_that_was_renewed_during_the_request_does_not_block_the_new_one(
    machine: Machine,
) -> None:
    def fetch(token: Token, *, now: float, user_agent: str) -> Usage:
        machine.log_in("another-longer-token")
        raise LoginExpired

    refresh(Job(machine.environ, "", lambda: machine.now, fetch))
    machine.pass_minutes(2)

    assert machine.segment == FRESH


def test_expired_login_makes_no_request(machine: Machine) -> None:
    machine.log_in(expiresAt=(NOW - 1) * 1000)

    outcome = machine.refresh()

    assert isinstance(outcome.error, LoginExpired)
    assert machine.requests == 0
    assert machine.segment == "[5h:-- 7d:--]"


def test_request_is_made_as_soon_as_a_window_ends_even_after_an_idle_time(machine: Machine) -> None:
    machine.refresh()
    machine.pass_minutes(30)
    requests = machine.requests
    machine.now = NOW + 7200 + 1
    machine.answer = Usage(Window(0, None), Window(77, NOW + 260000))

    machine.refresh()

    assert machine.requests == requests + 1
    assert machine.segment == "[5h:0% 7d:77%]"


def test_idle_hour_costs_at_most_14_requests_and_stays_fresh(machine: Machine) -> None:
    machine.refresh()
    machine.requests = 0
    for _ in range(60):
        machine.now += 60
        machine.refresh()
        assert machine.segment == FRESH

    assert machine.requests <= 14


def test_refresher_that_is_killed_during_a_request_backs_off(machine: Machine) -> None:
    def die(token: Token, *, now: float, user_agent: str) -> Usage:
        machine.requests += 1
        raise SystemExit

    for minute in range(10):
        job = Job(machine.environ, "", lambda minute=minute: NOW + 60 * minute, die)  # type: ignore[misc]
        try:
            refresh(job)
        except SystemExit:
            continue

    assert machine.requests <= 4


def test_other_login_without_a_known_account_drops_the_numbers(machine: Machine) -> None:
    machine.refresh()
    machine.log_in("somebody-elses-token")
    machine.answer = Unreachable()
    machine.now += 61
    machine.refresh()

    assert machine.segment == "[5h:-- 7d:--]"


def test_token_that_was_renewed_for_the_same_account_keeps_the_numbers(machine: Machine) -> None:
    (machine.home / ".claude.json").write_text('{"oauthAccount": {"accountUuid": "mine"}}')
    machine.refresh()
    machine.log_in("renewed-token")
    machine.answer = Unreachable()
    machine.now += 61
    machine.refresh()

    assert machine.segment == FRESH


def test_no_request_is_made_when_nonessential_traffic_is_disabled(machine: Machine) -> None:
    machine.environ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1"

    assert not machine.refresh(force=True).requested
    assert machine.requests == 0


def test_broken_config_does_not_turn_a_source_on_again(machine: Machine) -> None:
    machine.configure("[sources]\napi = false\n")
    machine.refresh()
    machine.configure("[sources\napi = false\n")

    outcome = machine.refresh(force=True)

    assert machine.requests == 0
    assert "config.toml is broken" in str(outcome.settings_error)
    assert "line 1" in str(outcome.settings_error)


@pytest.mark.parametrize(
    "text",
    [
        "sources.api = false\ncolour = 3\n",
        "sources.api = false\nttl = 0\n",
        "sources.api = false\nsources.from_a_newer_version = true\n",
        'sources.api = "no"\n',
        "sources.ap = false\n",
        "sources.api = false\n[sources\n",
    ],
    ids=["unknown key", "bad value", "newer source", "bad switch", "misspelt switch", "not TOML"],
)
@pytest.mark.parametrize("cache", ["none", "junk", "of the status line"])
def test_broken_config_without_a_refresh_before_sends_nothing_that_was_turned_off(
    machine: Machine, text: str, cache: str
) -> None:
    machine.configure(text)
    if cache != "none":
        assert store.prepare(machine.folder, str(machine.home))
        content = "{" if cache == "junk" else json.dumps(State().to_json())
        store.write(machine.folder, "state.json", content.encode())

    outcomes = [machine.refresh(force=True), machine.refresh()]

    assert machine.requests == 0
    assert all("config.toml" in str(outcome.settings_error) for outcome in outcomes)
    machine.configure("ttl = 60\n")
    assert machine.refresh().requested


def test_broken_config_keeps_each_key_that_is_valid_and_the_last_value_of_one_that_is_not(
    machine: Machine,
) -> None:
    machine.configure("ttl = 600\nwarn = 70\n")
    machine.refresh()
    machine.configure('ttl = 0\nstyle = "minimal"\nshow_from = 3\nsources.snapshot = false\n')

    settings = machine.refresh().state.settings

    assert settings == {"ttl": 600, "style": "minimal", "sources.snapshot": False}
    assert machine.requests == 1


def test_state_of_a_newer_version_with_a_setting_that_this_one_lacks_turns_no_source_on(
    machine: Machine,
) -> None:
    assert store.prepare(machine.folder, str(machine.home))
    state = State(settings={"sources.api": False, "show_from": 3})
    with store.locked(machine.folder):
        state_file.save(machine.folder, state)
    machine.configure("[sources\n")

    machine.refresh(force=True)

    assert machine.requests == 0


def test_credits_reach_the_state(machine: Machine) -> None:
    machine.answer = Usage(credits=Credits(enabled=True, used=1.5))
    machine.refresh()

    assert state_file.load(machine.folder).merged.credits == Credits(enabled=True, used=1.5)


def test_missing_home_gives_one_line_and_no_request(machine: Machine) -> None:
    machine.environ = {}

    with pytest.raises(CacheFolderError, match="HOME is not set"):
        machine.refresh()
    assert machine.requests == 0


def test_keychain_is_not_read_for_six_hours_after_a_refusal() -> None:
    refused = State(keychain_until=NOW + KEYCHAIN_PAUSE)

    assert not may_read_keychain(refused, Settings({}), NOW)
    assert may_read_keychain(refused, Settings({}), NOW + KEYCHAIN_PAUSE)
    assert may_read_keychain(refused, Settings({}), NOW - 1e6)
    assert not may_read_keychain(State(), Settings({"sources.keychain": False}), NOW)
