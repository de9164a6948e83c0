"""Run all checks at once, each in a thread that is abandoned at the time limit."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from quotaline.doctor import cache, hosts, installation, last_refresh, login
from quotaline.doctor.check import BROKEN, WARNING, Check
from quotaline.hosts.table import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from quotaline.doctor.check import Context

LIMIT = 5.0  # seconds: a network folder or a Keychain dialog may never answer
_ALL: dict[str, Callable[[Context], Check]] = {
    "python": installation.python,
    "launcher": installation.launcher,
    "PATH": installation.path,
    "cache": cache.folder,
    "config": last_refresh.settings_file,
    "login": login.login,
    "refresh": last_refresh.refreshed,
    "back-off": last_refresh.back_off,
    "sources": last_refresh.sources,
    **{name: partial(hosts.host, name) for name in TABLE},
}


def examine(context: Context) -> list[Check]:
    """Return the results of all checks, in the order of the report, after LIMIT at the latest."""
    results: dict[str, Check] = {}

    def run(part: str, check: Callable[[Context], Check]) -> None:
        try:
            results[part] = check(context)
        except Exception as error:  # noqa: BLE001 - a check that fails must not hide the others
            results[part] = Check(part, BROKEN, f"could not be checked: {type(error).__name__}")

    threads = [threading.Thread(target=run, args=each, daemon=True) for each in _ALL.items()]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + LIMIT
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    late = f"no answer within {LIMIT:.0f} s"
    return [results.get(part, Check(part, WARNING, late)) for part in _ALL]
