"""The result of a check, and what checks are given to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.cache.state_file import State

OK, WARNING, BROKEN, UNUSED = "ok", "warning", "broken", "unused"


@dataclass(frozen=True, slots=True)
class Check:
    """
    The state of one part of the installation.

    `state` is OK; WARNING: it works, but could work better; BROKEN; or UNUSED: it is
    missing and not needed. `text` is what was found, `fix` what to run or do about it.
    """

    part: str
    state: str
    text: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What the checks look at: the environment, the time in epoch seconds, the state of the last refresh."""

    environ: Mapping[str, str]
    now: float
    state: State
