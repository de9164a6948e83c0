"""What belief.json holds: the belief, the back-off, and what else one refresh tells the next."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from quotaline import answer, store
from quotaline.backoff import Backoff
from quotaline.merge import Belief
from quotaline.usage import built

VERSION = 1
_FILE = "belief.json"
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
    that config.toml is broken.
    """

    belief: Belief = field(default_factory=Belief)
    backoff: Backoff = field(default_factory=Backoff)
    login: str = ""
    snapshot: str = ""
    organisation: str = ""
    keychain_until: float = 0.0
    cli_at: float = 0.0
    refreshed_at: float = 0.0
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
            known = {one.name: document[one.name] for one in fields(cls)}
            known["belief"] = Belief.from_json(known["belief"])
            known["backoff"] = built(Backoff, known["backoff"])
            known["rejected"] = tuple(built(Rejected, one) for one in known["rejected"])
            return built(cls, known)
        except (KeyError, TypeError, AttributeError, ValueError):
            return cls()


def load(folder: str) -> State:
    """Return what belief.json holds; a new state if it is missing or junk."""
    try:
        return State.from_json(answer.load(store.read(folder, _FILE) or b""))
    except ValueError:
        return State()


def save(folder: str, state: State) -> None:
    """Write belief.json. To be called under the lock. Raises OSError if it can't be written."""
    store.write(folder, _FILE, json.dumps(state.to_json()).encode())


def with_rejected(
    known: tuple[Rejected, ...], source: str, objections: dict[str, str], at: float
) -> tuple[Rejected, ...]:
    """Return the list with what was rejected now in front, each case once, the oldest ones dropped."""
    new = [Rejected(source, key, why, at) for key, why in objections.items()]
    cases = {(one.source, one.key, one.why) for one in new}
    kept = [one for one in known if (one.source, one.key, one.why) not in cases]
    return (*new, *kept)[:_REJECTED]
