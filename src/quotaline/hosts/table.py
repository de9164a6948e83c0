"""The hosts by name, and what each one's room has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from quotaline.hosts import bash, claude, fish, starship, tmux, zsh

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.hosts.installation import Installation


class Host(Protocol):
    """A host's room: a module with these."""

    AFTER: str  # what to do to see the segment; {path} is the config's

    def config(self, environ: Mapping[str, str], /) -> str:
        """Return the path of its config."""

    def present(self, environ: Mapping[str, str], /) -> bool:
        """Say whether it is used here."""

    def snippet(self, here: Installation, /) -> str:
        """Return what to put into its config by hand."""

    def add(self, text: str | None, here: Installation, /) -> str:
        """Return its config with ours. Raises Refused."""

    def remove(self, text: str, /) -> str | None:
        """Return its config without ours. Raises Refused."""


TABLE: dict[str, Host] = {
    "claude": claude,
    "tmux": tmux,
    "starship": starship,
    "bash": bash,
    "zsh": zsh,
    "fish": fish,
}
SHELLS = ("bash", "zsh", "fish")


def detected(environ: Mapping[str, str]) -> list[str]:
    """Return the hosts in use. Not a shell whose prompt starship draws: the segment would be there twice."""
    found = [name for name, host in TABLE.items() if host.present(environ)]
    return [name for name in found if name not in SHELLS or "starship" not in found]
