"""How `install` and `uninstall` change configs: show each diff, ask, keep a backup, replace the file."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quotaline.hosts import configfile
from quotaline.hosts.errors import EditRefused
from quotaline.hosts.table import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one config; a text is None where there is no file."""

    host: str
    path: str
    before: str | None
    after: str | None


def add_arguments(parser: argparse.ArgumentParser, without_hosts: str) -> None:
    """Add the arguments that both commands have; `without_hosts` is what happens if no host is named."""
    parser.add_argument(
        "hosts", metavar="HOST", nargs="*", type=_host, help=f"{', '.join(TABLE)}; {without_hosts}"
    )
    parser.add_argument("--dry-run", action="store_true", help="show the changes and make none")
    parser.add_argument("--yes", "-y", action="store_true", help="make the changes without asking")


def _host(word: str) -> str:
    # Not `choices`: with those argparse refuses the empty list.
    if word not in TABLE:
        raise argparse.ArgumentTypeError(f"unknown host {word!r}; choose from {', '.join(TABLE)}")
    return word


def carry_out(
    chosen: argparse.Namespace,
    hosts: list[str],
    edited: Callable[[str, str | None], str | None],
    unchanged: str,
    report: Callable[[Change], None] | None = None,
) -> int:
    """
    Plan all changes, then make one after the other. Returns the exit code.

    A config that can't be edited is reported and does not keep the others from being changed.

    Args:
        chosen: The parsed arguments.
        hosts: Whose configs to change.
        edited: Returns the new text for a host's old one.
        unchanged: What to print where there is nothing to change.
        report: Called after each change that was made.
    """
    changes, code = _plan(hosts, edited, unchanged)
    asks = not chosen.yes and not chosen.dry_run
    if changes and asks and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise EditRefused(
            "stdin and stdout must be a terminal to ask; add --yes, or --dry-run to see the changes"
        )
    for change in changes:
        from quotaline.cli.setup.diff import show  # rich: only where there is something to show

        show(change.path, change.before, change.after)
        if chosen.dry_run or (asks and not _agrees(change.path)):
            print(f"{change.host}: nothing changed")
            continue
        try:
            backup = configfile.replace(change.path, change.before, change.after)
        except EditRefused as error:
            code = _refuse(change.path, error)
            continue
        verb = "removed" if change.after is None else "changed" if change.before is not None else "created"
        print(f"{change.host}: {verb} {change.path}" + (f" (backup: {backup})" if backup else ""))
        if report:
            report(change)
    return code


def _plan(
    hosts: list[str], edited: Callable[[str, str | None], str | None], unchanged: str
) -> tuple[list[Change], int]:
    code = 0
    changes = []
    for host in dict.fromkeys(hosts):
        path = TABLE[host].config(os.environ)
        try:
            before = configfile.read(path)
            change = Change(host, path, before, edited(host, before))
        except EditRefused as error:
            code = _refuse(path, error)
            continue
        if change.after == before:
            print(f"{host}: {unchanged} ({path})")
        else:
            changes.append(change)
    return changes, code


def _refuse(path: str, error: EditRefused) -> int:
    print(f"quotaline: {path}: {error}", file=sys.stderr)
    return 1


def _agrees(path: str) -> bool:
    try:
        return input(f"Change {path}? [Y/n] ").strip().lower() in ("", "y", "yes")
    except EOFError:
        print()
        return False
    except KeyboardInterrupt:
        print()  # the shell's prompt must not follow on the line of the question
        raise
