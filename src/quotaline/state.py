"""What belief.json holds: the belief, the back-off, and what else one refresh tells the next."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from quotaline.backoff import Backoff
from quotaline.merge import Belief
from quotaline.usage import built

VERSION = 1


@dataclass(frozen=True, slots=True)
class State:
    """
    The memory from one refresh to the next.

    `login` is the stamp of the credentials that the belief is from;
    `keychain_until` (epoch seconds) keeps us away from a Keychain that refused;
    `settings` are the last good ones, for the day that config.toml is broken.
    """

    belief: Belief = field(default_factory=Belief)
    backoff: Backoff = field(default_factory=Backoff)
    login: str = ""
    keychain_until: float = 0.0
    refreshed_at: float = 0.0
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
            return built(cls, known)
        except (KeyError, TypeError, AttributeError, ValueError):
            return cls()
