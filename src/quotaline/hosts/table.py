"""The supported hosts by name, and the interface that their modules share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from quotaline.hosts import bash, claude, fish, starship, tmux, zsh

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.hosts.installation import Installation


class Host(Protocol):
    """The module of a host."""

    AFTER: str  # what to do next to see the segment; {path} is the path of the config

    def config(self, environ: Mapping[str, str], /) -> str:
        """Return the path of the host's config."""

    def present(self, environ: Mapping[str, str], /) -> bool:
        """Return whether the host is in use here."""

    def snippet(self, installation: Installation, /) -> str:
        """Return the lines to add to the config by hand."""

    def add(self, text: str | None, installation: Installation, /) -> str:
        """Return the config with quotaline in it; `text` is None if there is no file. Raises EditRefused."""

    def remove(self, text: str, /) -> str | None:
        """Return the config without quotaline; None if the file is to be deleted. Raises EditRefused."""


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
    """Return the hosts in use. No shell whose prompt starship draws: it would show the segment twice."""
    found = [name for name, host in TABLE.items() if host.present(environ)]
    return [name for name in found if name not in SHELLS or "starship" not in found]
