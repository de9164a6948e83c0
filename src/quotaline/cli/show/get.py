"""``quotaline get``: print one value, for scripts."""

from __future__ import annotations

import argparse
import re
import sys
import time
from typing import TYPE_CHECKING

from quotaline.cli.show.current_state import current_state
from quotaline.cli.show.report import document
from quotaline.model.usage import FIVE_HOUR, SCOPED, SEVEN_DAY, SPEND

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = {
    "windows": {
        "utilization": "percent used",
        "left": "percent left",
        "resets_at": "when it resets, epoch seconds",
        "resets_in": "seconds until it resets",
        "elapsed_percent": "percent of the window's time that is over",
        "source": "where the number is from",
        "age": "seconds since it was observed",
    },
    "credits": {
        "enabled": "whether usage credits are on",
        "used": "amount used",
        "limit": "monthly limit",
        "currency": "currency of both amounts",
        "utilization": "percent of the limit that is used",
        "age": "seconds since it was observed",
    },
}
# Other names: those of the segment and the settings, and those of the endpoint.
_OWNERS = {
    "5h": FIVE_HOUR,
    "7d": SEVEN_DAY,
    "seven_day_opus": f"{SCOPED}Opus",
    "seven_day_sonnet": f"{SCOPED}Sonnet",
    "extra_usage": "credits",
}
_FIELDS = {"used": "utilization"}  # of a window
_DEFAULT = {"windows": "utilization", "credits": "used"}
_WINDOW = re.compile(rf"{FIVE_HOUR}|{SEVEN_DAY}|{SPEND}|{SCOPED}[A-Za-z0-9][A-Za-z0-9 ._-]{{0,11}}")
_SECONDS = ("resets_at", "resets_in", "age")  # whole numbers: a shell can calculate with those only


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = (
        "Print one value, for scripts. Without KEY, list the keys. A request is made if one is due."
    )
    parser.epilog = """\
exit status:
  0             the value was printed
  1             it is not known: an empty line, and the reason on stderr
  2             unknown key
"""
    parser.add_argument(
        "key", metavar="KEY", nargs="?", type=_key, help="WINDOW.FIELD, for example 5h.left or 7d.resets_at"
    )
    parser.set_defaults(run=_run)


def keys() -> dict[str, str]:
    """Return every key with what it is; for scoped windows, with NAME in place of a name."""
    owners = {
        FIVE_HOUR: "5-hour window",
        SEVEN_DAY: "7-day window",
        SPEND: "spend limit",
        f"{SCOPED}NAME": "weekly limit of a model",
    }
    found = {
        f"{owner}.{field}": f"{name}: {about}"
        for owner, name in owners.items()
        for field, about in FIELDS["windows"].items()
    }
    return found | {
        f"credits.{field}": f"usage credits: {about}" for field, about in FIELDS["credits"].items()
    }


def _key(text: str) -> tuple[str, str]:
    """Return the window (or "credits") and the field that a key names."""
    owner, _, field = text.rpartition(".")  # from the right: the name of a scope may contain a dot
    for name, member in ((owner, field), (text, "")):
        resolved = _OWNERS.get(name, name)
        kind = "credits" if resolved == "credits" else "windows" if _WINDOW.fullmatch(resolved) else ""
        wanted = (_FIELDS.get(member, member) if kind == "windows" else member) or _DEFAULT.get(kind, "")
        if wanted in FIELDS.get(kind, {}):
            return resolved, wanted
    windows = f"{FIVE_HOUR}, {SEVEN_DAY}, {SPEND} or {SCOPED}NAME with .{', .'.join(FIELDS['windows'])}"
    raise argparse.ArgumentTypeError(
        f"unknown key {text!r}; choose from {windows}, or credits with .{', .'.join(FIELDS['credits'])}"
    )


def _run(chosen: argparse.Namespace) -> int:
    if chosen.key is None:
        width = max(map(len, keys()))
        print("\n".join(f"{key:{width}}  {about}" for key, about in keys().items()))
        return 0
    owner, field = chosen.key
    report = document(current_state(), time.time())
    values: Mapping[str, object] | None = (
        report["credits"] if owner == "credits" else report["windows"].get(owner)
    )
    value = values[field] if values else None
    print("" if value is None else _formatted(field, value))
    if value is not None:
        return 0
    reason = report["problems"][0].removeprefix("unavailable: ") if report["problems"] else "not reported"
    print(f"quotaline: {owner}.{field} is unavailable: {reason}", file=sys.stderr)
    return 1


def _formatted(field: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if field in _SECONDS else f"{round(value, 2):.10g}"
    return str(value)
