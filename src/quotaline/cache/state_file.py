"""state.json: the merged usage, the back-off, and what else one refresh keeps for the next."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from quotaline.cache import store
from quotaline.model import json_text
from quotaline.model.backoff import Backoff
from quotaline.model.merge import MergedUsage
from quotaline.model.usage import built

VERSION = 1
_FILE = "state.json"
_OLD_FILE = "belief.json"  # of versions before 0.2; read once, removed when state.json has been written
_REJECTED = 8  # as many of the last are kept, for `quotaline why`


@dataclass(frozen=True, slots=True)
class Rejected:
    """A window of a reading that is not believed. `at` is when it was rejected, epoch seconds."""

    source: str
    key: str
    why: str
    at: float


@dataclass(frozen=True, slots=True)
class State:
    """
    The memory from one refresh to the next. Times are epoch seconds.

    `login` is the stamp of the credentials and `snapshot` that of `.claude.json`
    as they were seen last; `organisation` is the account's, to be shown;
    `keychain_until` keeps us away from a Keychain that refused; `cli_at` is when
    the client was started last; `settings` are the last good ones, for the day
    that config.toml is broken. `refreshed_at` is when the numbers were refreshed
    last, by a refresher or by Claude Code's status line, and `cycled_at` when a
    refresher ran last. `account_since` is when another account was seen to be
    logged in, 0 for the first one, and `former` holds the account before it.
    """

    merged: MergedUsage = field(default_factory=MergedUsage)
    backoff: Backoff = field(default_factory=Backoff)
    login: str = ""
    snapshot: str = ""
    organisation: str = ""
    keychain_until: float = 0.0
    cli_at: float = 0.0
    refreshed_at: float = 0.0
    cycled_at: float = 0.0
    account_since: float = 0.0
    former: MergedUsage = field(default_factory=MergedUsage)
    rejected: tuple[Rejected, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return plain dicts, lists and numbers that `from_json` reads back."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, document: object) -> State:
        """Read what `to_json` gave; a new state for anything else, so that junk heals itself."""
        if not isinstance(document, dict) or document.get("version") != VERSION:
            return cls()
        try:
            # A field that is missing is a later version's, and has its default.
            known = {one.name: document[one.name] for one in fields(cls) if one.name in document}
            known["merged"] = MergedUsage.from_json(known["merged"])
            known["former"] = MergedUsage.from_json(known["former"]) if "former" in known else MergedUsage()
            known["backoff"] = built(Backoff, known["backoff"])
            known["rejected"] = tuple(built(Rejected, one) for one in known["rejected"])
            return built(cls, known)
        except (KeyError, TypeError, AttributeError, ValueError):
            return cls()


def load(folder: str) -> State:
    """Return what state.json holds; a new state if it is missing or damaged."""
    content = store.read(folder, _FILE)
    if content is None:
        return _load_old(folder)
    try:
        return State.from_json(json_text.load(content))
    except ValueError:
        return State()


def save(folder: str, state: State) -> None:
    """Write state.json. To be called under the lock. Raises OSError if it can't be written."""
    store.write(folder, _FILE, json.dumps(state.to_json()).encode())
    with suppress(OSError):
        os.unlink(os.path.join(folder, _OLD_FILE))


def _load_old(folder: str) -> State:
    """
    Return a state with the back-off and the settings of an older version's file.

    Without the back-off the first refresh after an upgrade could send a request that a 429 forbids;
    without the settings it could use a source that the user turned off, if config.toml is broken too.
    """
    try:
        old = json_text.load(store.read(folder, _OLD_FILE) or b"")
        waiting = dict(old["backoff"])
        waiting["idle_interval"], waiting["decayed_at"] = waiting.pop("calm"), waiting.pop("eased_at")
        return State(backoff=built(Backoff, waiting), settings=dict(old["settings"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return State()


def with_rejected(
    known: tuple[Rejected, ...], source: str, rejections: dict[str, str], at: float
) -> tuple[Rejected, ...]:
    """Return the list with what was rejected now in front, each case once, the oldest ones dropped."""
    new = [Rejected(source, key, why, at) for key, why in rejections.items()]
    cases = {(one.source, one.key, one.why) for one in new}
    kept = [one for one in known if (one.source, one.key, one.why) not in cases]
    return (*new, *kept)[:_REJECTED]
