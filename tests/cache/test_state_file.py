"""state.json: damaged files are replaced, and an upgrade keeps the back-off and the settings."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from quotaline.cache import state_file, store
from quotaline.cache.state_file import State
from quotaline.model.backoff import Backoff
from quotaline.model.merge import MergedUsage, Observation
from quotaline.model.usage import Credits, Window

if TYPE_CHECKING:
    import pathlib

# As version 0.1 wrote it, after a 429 and with a setting of the user's.
OLD = {
    "version": 1,
    "belief": {"account": "a", "told": {}, "credits": None, "credits_at": 0.0},
    "backoff": {
        "until": 1_795_300_600.0,
        "reason": "rate_limited",
        "failures": 2,
        "attempted_at": 1_795_300_000.0,
        "interval": 600.0,
        "eased_at": 1_795_300_000.0,
        "calm": 135.0,
        "login": "",
    },
    "login": "1:2",
    "settings": {"sources.api": False},
}


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> str:
    tmp_path.chmod(0o700)
    return str(tmp_path)


@pytest.mark.parametrize(
    "document", [None, [], {}, {"version": 1}, {"version": 2}, {"version": 1, "merged": 5}, {"backoff": 5}]
)
def test_junk_is_read_as_a_new_state(document: object) -> None:
    assert State.from_json(document) == State()


BACKOFF = Backoff(until=1_795_300_600.0, reason="rate_limited", failures=2, interval=600.0)
MERGED = MergedUsage(
    "a",
    {"five_hour": (Observation(Window(8.0, 1_795_310_000.0), "api", 1_795_300_000.0),)},
    Credits(enabled=True),
)


def test_state_of_another_version_keeps_what_both_understand() -> None:
    state = State(MERGED, BACKOFF, "1:2", settings={"sources.api": False})
    newer = json.loads(json.dumps(state.to_json()))
    (observation,) = newer["merged"]["observations"]["five_hour"]
    for one in (newer, newer["merged"], observation, observation["window"], newer["backoff"]):
        one["from_a_newer_version"] = [1]
    newer["version"] = 2
    del newer["snapshot"], newer["rejected"]

    assert State.from_json(newer) == state


@pytest.mark.parametrize(
    "damage", [{"merged": {}}, {"login": 5}, {"rejected": [5]}, {"backoff": {**asdict(BACKOFF), "detail": 5}}]
)
def test_damaged_state_keeps_the_back_off_and_the_settings(damage: dict[str, object]) -> None:
    state = State(MERGED, BACKOFF, settings={"sources.api": False}, keychain_until=5.0)

    read = State.from_json({**state.to_json(), **damage})

    assert (read.backoff, read.settings, read.keychain_until) == (BACKOFF, {"sources.api": False}, 5.0)


def test_field_of_the_wrong_type_gives_a_new_state() -> None:
    for key, value in {
        "login": 5,
        "refreshed_at": "now",
        "backoff": {},
        "rejected": [{}],
        "merged": {},
    }.items():
        assert State.from_json({**State().to_json(), key: value}) == State()


def test_field_that_an_earlier_version_did_not_write_has_its_default() -> None:
    state = State(backoff=Backoff(until=5.0), login="a:1", account_since=7.0)
    document = state.to_json()
    for name in ("account_since", "login_since", "cycled_at", "former"):
        del document[name]
    del document["merged"]["answered_at"]

    assert State.from_json(document) == State(backoff=Backoff(until=5.0), login="a:1")


def test_upgrade_keeps_the_back_off_and_the_settings_of_the_old_file(folder: str) -> None:
    store.write(folder, "belief.json", json.dumps(OLD).encode())

    state = state_file.load(folder)

    assert state.settings == {"sources.api": False}
    assert state.backoff == Backoff(
        until=1_795_300_600.0,
        reason="rate_limited",
        failures=2,
        attempted_at=1_795_300_000.0,
        interval=600.0,
        decayed_at=1_795_300_000.0,
        idle_interval=135.0,
    )
    assert state.merged == State().merged


def test_old_file_is_removed_once_the_new_one_has_been_written(folder: str, tmp_path: pathlib.Path) -> None:
    store.write(folder, "belief.json", json.dumps(OLD).encode())
    state = state_file.load(folder)
    assert (tmp_path / "belief.json").exists()

    state_file.save(folder, state)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["state.json"]
    assert state_file.load(folder) == state


@pytest.mark.parametrize(
    "junk", ["", "[]", "{}", '{"backoff": 5}', '{"backoff": {"calm": 1}}', "{" * 100_000]
)
def test_damaged_old_file_gives_a_new_state(folder: str, junk: str) -> None:
    store.write(folder, "belief.json", junk.encode())

    assert state_file.load(folder) == State()
