"""``quotaline get``: print one value, for scripts."""

from __future__ import annotations

import argparse
import re
import time
from typing import TYPE_CHECKING

from quotaline.cli.show.current_state import current_state
from quotaline.cli.show.report import document
from quotaline.model.usage import FIVE_HOUR, SCOPED, SEVEN_DAY, SPEND

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = {
    "windows": ("utilization", "left", "resets_at", "resets_in", "elapsed_percent", "source", "age"),
    "credits": ("enabled", "used", "limit", "currency", "utilization", "age"),
}
_WINDOW = re.compile(rf"{FIVE_HOUR}|{SEVEN_DAY}|{SPEND}|{SCOPED}[A-Za-z0-9 ._-]{{1,12}}")
_SECONDS = ("resets_at", "resets_in", "age")  # whole numbers: a shell can calculate with those only


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = "Print one value; an empty line and exit status 1 if it is not known."
    parser.add_argument(
        "key", metavar="KEY", type=_key, help="for example five_hour.utilization or seven_day.resets_at"
    )
    parser.set_defaults(run=_run)


def _key(text: str) -> tuple[str, str]:
    """Return the window (or "credits") and the field that a key names."""
    owner, _, field = text.rpartition(".")  # from the right: the name of a scope may contain a dot
    kind = "credits" if owner == "credits" else "windows" if _WINDOW.fullmatch(owner) else ""
    if field in FIELDS.get(kind, ()):
        return owner, field
    windows = f"{FIVE_HOUR}, {SEVEN_DAY}, {SPEND} or {SCOPED}NAME with .{', .'.join(FIELDS['windows'])}"
    raise argparse.ArgumentTypeError(
        f"unknown key {text!r}; choose from {windows}, or credits with .{', .'.join(FIELDS['credits'])}"
    )


def _run(chosen: argparse.Namespace) -> int:
    owner, field = chosen.key
    report = document(current_state(), time.time())
    values: Mapping[str, object] | None = (
        report["credits"] if owner == "credits" else report["windows"].get(owner)
    )
    value = values[field] if values else None
    print("" if value is None else _formatted(field, value))
    return 1 if value is None else 0


def _formatted(field: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if field in _SECONDS else f"{round(value, 2):.10g}"
    return str(value)
