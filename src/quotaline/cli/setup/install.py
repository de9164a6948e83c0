"""``quotaline install`` and ``uninstall``: change the hosts' configs, after a look at the diff."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from quotaline.cli.setup.diff import show
from quotaline.hosts import claude, configfile
from quotaline.hosts.errors import EditRefused
from quotaline.hosts.installation import installation
from quotaline.hosts.table import TABLE, detected

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class _Change:
    """What is to happen to one config; the texts are None where there is no file."""

    host: str
    path: str
    before: str | None
    after: str | None


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the tree."""
    command = commands.add_parser(
        "install",
        help="show the segment in a host: changes its config, asks first",
        description="Show the segment in a host: print what would change in its config, ask, "
        "keep a backup, and change it. Doing it twice changes nothing.",
    )
    _options(command, "; without one: those in use here")
    command.add_argument(
        "--below",
        action="store_true",
        help="claude: put the segment on a row of its own, below the status line that is there",
    )
    command.set_defaults(run=_install)
    command = commands.add_parser(
        "uninstall",
        help="take the segment out of a host again",
        description="Take out of a host's config what install put there, and nothing else.",
    )
    _options(command, "; without one: all")
    command.set_defaults(run=_uninstall)


def _options(command: argparse.ArgumentParser, otherwise: str) -> None:
    command.add_argument("hosts", metavar="HOST", nargs="*", type=_host, help=", ".join(TABLE) + otherwise)
    command.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    command.add_argument("--yes", "-y", action="store_true", help="change it without asking")


def _host(word: str) -> str:
    # Not `choices`: with those argparse refuses the empty list.
    if word not in TABLE:
        raise argparse.ArgumentTypeError(f"{word!r} is none of {', '.join(TABLE)}")
    return word


def _install(chosen: argparse.Namespace) -> int:
    here = installation()
    hosts = chosen.hosts or detected(os.environ)
    if not hosts:
        raise EditRefused(f"no host is in use here; name one of {', '.join(TABLE)}")
    if chosen.below and "claude" not in hosts:
        raise EditRefused("--below is for the host claude")
    if not chosen.hosts:
        print(f"In use here: {', '.join(hosts)}")

    def changed(host: str, text: str | None) -> str:
        add = partial(claude.add, below=chosen.below) if host == "claude" else TABLE[host].add
        return add(text, here)

    return _carry_out(chosen, hosts, changed, "it is there")


def _uninstall(chosen: argparse.Namespace) -> int:
    def changed(host: str, text: str | None) -> str | None:
        return text if text is None else TABLE[host].remove(text)

    return _carry_out(chosen, chosen.hosts or list(TABLE), changed, "it is not there")


def _carry_out(
    chosen: argparse.Namespace,
    hosts: list[str],
    changed: Callable[[str, str | None], str | None],
    already: str,
) -> int:
    """Plan all, then do one after the other. A config that is refused keeps no other from being changed."""
    code = 0
    changes = []
    for host in dict.fromkeys(hosts):
        path = TABLE[host].config(os.environ)
        try:
            before = configfile.read(path)
            change = _Change(host, path, before, changed(host, before))
        except EditRefused as error:
            code = _refuse(path, error)
            continue
        if change.after == before:
            print(f"{host}: nothing to do, {already} ({path})")
        else:
            changes.append(change)
    asks = not chosen.yes and not chosen.dry_run
    if changes and asks and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise EditRefused("no terminal to ask at: add --yes, or --dry-run to see the changes")
    for change in changes:
        show(change.path, change.before, change.after)
        if chosen.dry_run or (asks and not _agreed(change.path)):
            print(f"{change.host}: nothing changed")
            continue
        try:
            backup = configfile.replace(change.path, change.before, change.after)
        except EditRefused as error:
            code = _refuse(change.path, error)
            continue
        _report(change, backup, installs=already == "it is there")
    return code


def _refuse(path: str, error: EditRefused) -> int:
    print(f"quotaline: {path}: {error}", file=sys.stderr)
    return 1


def _agreed(path: str) -> bool:
    try:
        return input(f"Change {path}? [Y/n] ").strip().lower() in ("", "y", "yes")
    except EOFError:
        print()
        return False


def _report(change: _Change, backup: str | None, *, installs: bool) -> None:
    did = "removed" if change.after is None else "changed" if change.before is not None else "made"
    print(f"{change.host}: {did} {change.path}" + (f" (backup: {backup})" if backup else ""))
    if not installs or change.after is None:
        return
    print(f"{change.host}: {TABLE[change.host].AFTER.format(path=change.path)}")
    if change.host == "claude" and claude.switched_off(change.after):
        print("claude: these settings have disableAllHooks, which turns every status line off")
