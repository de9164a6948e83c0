"""``quotaline sessions``: tokens and cost of each session, from Claude Code's transcripts."""

from __future__ import annotations

import argparse
import os
import re
import time
from typing import TYPE_CHECKING, Any

from quotaline.insight.sessions import GROUPS, grouped, report
from quotaline.model.command_error import CommandError

if TYPE_CHECKING:
    from quotaline.insight.sessions import Group, Report, Session

VERSION = 1  # of the JSON
_DURATION = re.compile(r"(\d{1,5})([mhdw])")
_SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_DAY = "%Y-%m-%d"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = (
        "Show what each Claude Code session used: tokens and their cost at API prices, subagents included. "
        "It reads the transcripts that Claude Code keeps for 30 days and makes no request. "
        "~ marks a cost from a price table instead of Claude Code's own figures."
    )
    parser.add_argument(
        "--since",
        metavar="TIME",
        type=_seconds_ago,
        default=None,
        help="count only what was used in the last TIME (30m, 5h, 7d, 2w) or since a day (2026-11-24)",
    )
    parser.add_argument(
        "--project",
        metavar="PROJECT",
        default="",
        help="only sessions in this folder, or of this folder name",
    )
    parser.add_argument("--by", choices=GROUPS, help="show the sums by day, project or model")
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    parser.add_argument(
        "--no-titles", action="store_true", help="do not show the beginning of the first prompts"
    )
    parser.set_defaults(run=_run)


def _seconds_ago(text: str) -> float:
    """Return the epoch seconds of a time in the past."""
    if found := _DURATION.fullmatch(text):
        return time.time() - int(found[1]) * _SECONDS[found[2]]
    try:
        return time.mktime(time.strptime(text, _DAY))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not valid; use 30m, 5h, 7d, 2w or 2026-11-24"
        ) from None


def _run(chosen: argparse.Namespace) -> int:
    if not os.environ.get("HOME", "").startswith("/") and not os.environ.get("CLAUDE_CONFIG_DIR"):
        raise CommandError("no home folder: set HOME to an absolute path")
    found = report(os.environ, chosen.since or 0.0, chosen.project)
    if chosen.json:
        import json

        print(json.dumps(document(found, chosen.by), indent=2))
        return 0
    from quotaline.cli.console import make_console
    from quotaline.cli.live.sessions_table import print_groups, print_sessions

    if chosen.by:
        print_groups(found, chosen.by, make_console())
    else:
        print_sessions(found, make_console(), with_titles=not chosen.no_titles)
    return 0


def document(found: Report, by: str | None) -> dict[str, Any]:
    """Return the report as plain data. US dollars, epoch seconds, tokens."""
    if by:
        parts = {"by": by, "groups": [_group(one) for one in grouped(found, by)]}
    else:
        parts = {"sessions": [_session(one) for one in found.sessions]}
    return {"version": VERSION, **parts, "total": found.total.to_json()}


def _session(one: Session) -> dict[str, Any]:
    return {
        **one.usage.to_json(),
        "project": one.project,
        "models": list(one.models),
        "started_at": one.started_at,
        "cost_is_estimate": one.is_estimate,
        "five_hour_share": one.window_share,
    }


def _group(one: Group) -> dict[str, Any]:
    usage = one.usage.to_json()
    for name in ("session_id", "rate_limit_reset", "rate_limit_remaining"):
        del usage[name]
    return {"name": one.name, "sessions": one.sessions, **usage, "cost_is_estimate": one.is_estimate}
