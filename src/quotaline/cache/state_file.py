"""state.json: the merged usage, the back-off, and whatever else one refresh keeps for the next."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from quotaline.cache import store
from quotaline.model import json_text
from quotaline.model.backoff import Backoff
from quotaline.model.merge import MergedUsage
from quotaline.model.usage import build_dataclass, valid_members

VERSION = 1
FILE = "state.json"
_OLD_FILE = "belief.json"  # of versions before 0.2; read once, removed when state.json has been written
_WAITS = ("keychain_until", "client_started_at")
_MAX_REJECTED = 8  # the latest ones are kept, for `quotaline why`


@dataclass(frozen=True, slots=True)
class Rejected:
    """A window of a reading that is not shown, and why. `at` is when it was rejected, epoch seconds."""

    source: str
    key: str
    why: str
    at: float


@dataclass(frozen=True, slots=True)
class State:
    """
    What is kept from one refresh to the next. Times are epoch seconds.

    `login` is the stamp of the credentials and `snapshot` that of `.claude.json`
    as they were last seen. `organisation` is the name of the account's, safe to
    show. The Keychain is not read before `keychain_until`. `client_started_at` is
    when `claude -p /usage` last ran. `settings` are those of the last refresh, which
    are used when config.toml is broken; None before the first one. `refreshed_at` is
    when a refresher or the status line last had fresh numbers, `cycled_at` when a
    refresher last ran (before the first one: when the status line first had numbers).
    `account_since` is when another account was seen to be logged in, 0 for the first
    one, and `login_since` when other credentials were; `former` is what was known of
    the account before it.
    """

    merged: MergedUsage = field(default_factory=MergedUsage)
    backoff: Backoff = field(default_factory=Backoff)
    login: str = ""
    snapshot: str = ""
    organisation: str = ""
    keychain_until: float = 0.0
    client_started_at: float = 0.0
    refreshed_at: float = 0.0
    cycled_at: float = 0.0
    account_since: float = 0.0
    login_since: float = 0.0
    former: MergedUsage = field(default_factory=MergedUsage)
    rejected: tuple[Rejected, ...] = ()
    settings: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return a JSON document that `from_json` reads back."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, document: object) -> State:
        """
        Read a document of `to_json`, perhaps of another version. What is not understood has its default.

        If the numbers are damaged, all is dropped that goes with them. The waits are kept even then, or two
        versions side by side would make requests in spite of a 429; and so are the settings, for a broken
        config.toml.
        """
        members = document if isinstance(document, dict) else {}
        settings = members.get("settings")
        lasting: dict[str, Any] = {
            **{name: value for name, value in valid_members(cls, members).items() if name in _WAITS},
            "backoff": Backoff(**valid_members(Backoff, members.get("backoff"))),
            "settings": settings if isinstance(settings, dict) else None,
        }
        try:
            merged, former = (
                MergedUsage.from_json(members[name]) if name in members else MergedUsage()
                for name in ("merged", "former")
            )
            rejected = tuple(build_dataclass(Rejected, each) for each in members.get("rejected", ()))
            return build_dataclass(
                cls, {**members, "merged": merged, "former": former, "rejected": rejected, **lasting}
            )
        except (KeyError, TypeError, AttributeError, ValueError):
            return cls(**lasting)


def load(folder: str) -> State:
    """Read state.json; return a new state if it is missing or damaged."""
    content = store.read(folder, FILE)
    if content is None:
        return _load_old(folder)
    try:
        return State.from_json(json_text.load(content))
    except ValueError:
        return State()


def save(folder: str, state: State) -> None:
    """Write state.json. The caller holds the lock. Raises OSError if it can't be written."""
    store.write(folder, FILE, json.dumps(state.to_json()).encode())
    with suppress(OSError):
        os.unlink(os.path.join(folder, _OLD_FILE))


def _load_old(folder: str) -> State:
    """
    Return a state with the back-off and the settings from the file of an older version.

    Without the back-off, the first refresh after an upgrade could send a request in spite of a 429.
    Without the settings, it could use a source that the user turned off, if config.toml is broken.
    """
    try:
        old = json_text.load(store.read(folder, _OLD_FILE) or b"")
        waiting = dict(old["backoff"])
        waiting["idle_interval"], waiting["decayed_at"] = waiting.pop("calm"), waiting.pop("eased_at")
        return State(backoff=build_dataclass(Backoff, waiting), settings=dict(old["settings"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return State()


def add_rejected(
    earlier: tuple[Rejected, ...], source: str, rejections: dict[str, str], at: float
) -> tuple[Rejected, ...]:
    """Return the list with the new rejections (reason by window key) first and without repetitions."""
    new = [Rejected(source, key, why, at) for key, why in rejections.items()]
    cases = {(rejected.source, rejected.key, rejected.why) for rejected in new}
    others = [each for each in earlier if (each.source, each.key, each.why) not in cases]
    return (*new, *others)[:_MAX_REJECTED]
