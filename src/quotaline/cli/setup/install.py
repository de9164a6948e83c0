"""``quotaline install``: add the segment to the configs of hosts."""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING

from quotaline.cache import seen, store
from quotaline.cache.paths import cache_folder, home_folder
from quotaline.cli.setup.edits import Change, add_arguments, carry_out
from quotaline.hosts import claude
from quotaline.hosts.errors import EditRefused
from quotaline.hosts.installation import installation
from quotaline.hosts.table import TABLE, detected
from quotaline.refresh.publish import publish_first

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = (
        "Add the segment to a host's config: show the diff, ask, keep a backup, and change the file. "
        "Running it again changes nothing."
    )
    add_arguments(parser, without_hosts="without one, every host in use here")
    parser.add_argument(
        "--below",
        action="store_true",
        help="claude: put the segment on its own row, below the existing status line",
    )
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    here = installation()
    hosts = chosen.hosts or detected(os.environ)
    if not hosts:
        raise EditRefused(f"no host was found; choose from {', '.join(TABLE)}")
    if chosen.below and "claude" not in hosts:
        raise EditRefused("--below is only valid for the host claude")
    if not chosen.hosts:
        print(f"In use here: {', '.join(hosts)}")

    def edited(host: str, text: str | None) -> str:
        add = partial(claude.add, below=chosen.below) if host == "claude" else TABLE[host].add
        return add(text, here)

    return carry_out(chosen, hosts, edited, "already installed", _report)


def _report(change: Change) -> None:
    print(f"{change.host}: {TABLE[change.host].AFTER.format(path=change.path)}")
    _show_at_once(change.host)
    if change.host == "claude" and change.after is not None and claude.switched_off(change.after):
        print("claude: these settings have disableAllHooks, which turns every status line off")


def _show_at_once(host: str) -> None:
    """Make the segment of a host that is read from now on, so that its first prompt need not ask for it."""
    folder, now = cache_folder(os.environ), time.time()
    if host == "claude" or folder is None or not store.prepare(folder, home_folder(os.environ)):
        return
    seen.note(folder, host, now)
    publish_first(folder, host, now)
