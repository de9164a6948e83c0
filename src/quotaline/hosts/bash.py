"""bash: a block at the end of the rc file loads the prompt hook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quotaline.hosts import fence, hook
from quotaline.hosts.home import home

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.hosts.installation import Installation

AFTER = "open a new shell to see it"


def config(environ: Mapping[str, str]) -> str:
    """Return the path of `~/.bashrc`."""
    return f"{home(environ)}/.bashrc"


def present(environ: Mapping[str, str]) -> bool:
    """Return whether bash is the login shell."""
    return hook.is_login_shell("bash", environ)


def snippet(installation: Installation) -> str:
    """Return the lines to eval."""
    return hook.sh(installation, "bash", survives_upgrade=False)


def add(text: str | None, installation: Installation) -> str:
    """Return the rc file with the block."""
    return fence.add(text, hook.sh(installation, "bash", survives_upgrade=True))


def remove(text: str) -> str | None:
    """Return the rc file without the block; None if the file is to be deleted."""
    return fence.remove(text)
