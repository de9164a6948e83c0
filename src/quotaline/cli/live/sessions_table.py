"""
The table that `sessions` prints: one row per session or group, as wide as the terminal allows.

No number is wrapped or cut. In a narrow terminal names and prompts get shorter first; then whole columns
are dropped, the least important one first.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from quotaline.cache.segment_format import is_printable
from quotaline.insight.prices import TABLE_DATE
from quotaline.insight.sessions import grouped
from quotaline.insight.titles import title
from quotaline.segment.duration import duration

if TYPE_CHECKING:
    from rich.console import Console

    from quotaline.insight.sessions import Report
    from quotaline.model.session_usage import ApiUsage

_GAP = "  "
_DROP_FIRST = ("models", "cache written", "duration", "cache read")
_DROP_LAST = ("sessions", "input", "prompt", "output")
_LEFT = ("start", "day", "project", "prompt", "models", "model")
_SHORTEST = {"project": 8, "model": 8, "prompt": 8}  # to this many columns these are cut; all else is whole
_WANTED = {"project": 12, "model": 16, "prompt": 24}  # and to this many before another one is dropped
_MAX_PROJECT = 20  # columns of the terminal, beside a prompt
_CENT = 0.005  # dollars
_DATE = 8  # digits at the end of a model's id


class _Cost(NamedTuple):
    """A cost with what is known about it."""

    usage: ApiUsage
    is_estimate: bool


def print_sessions(found: Report, console: Console, *, with_titles: bool) -> None:
    """Print the sessions and their total."""
    at_least = _at_least(console)
    columns: dict[str, list[str]] = {
        "start": [time.strftime("%m-%d %H:%M", time.localtime(one.started_at)) for one in found.sessions],
        "duration": [duration(one.usage.updated_at - one.started_at) for one in found.sessions],
        "project": _projects([one.project for one in found.sessions]),
        "prompt": [title(one.transcript, one.prompt) if with_titles else "" for one in found.sessions],
        "models": [_models(one.models) for one in found.sessions],
        **_kinds([one.usage for one in found.sessions]),
        "cost": [_cost(_Cost(one.usage, one.is_estimate), at_least) for one in found.sessions],
    }
    if any(one.window_share is not None for one in found.sessions):
        columns["~5h"] = [_share(one.window_share) for one in found.sessions]
    _print(columns, found, len(found.sessions), console)


def print_groups(found: Report, by: str, console: Console) -> None:
    """Print the sums by day, project or model, and the total."""
    groups = grouped(found, by)
    at_least = _at_least(console)
    columns = {
        by: _names(by, [group.name for group in groups]),
        "sessions": [str(group.sessions) for group in groups],
        **_kinds([group.usage for group in groups]),
        "cost": [_cost(_Cost(group.usage, group.is_estimate), at_least) for group in groups],
    }
    _print(columns, found, len(groups), console)


def _print(columns: dict[str, list[str]], found: Report, rows: int, console: Console) -> None:
    if not rows:
        console.print("no sessions found")
        return
    is_estimate = any(one.is_estimate for one in found.sessions)
    sums = {name: texts[0] for name, texts in _kinds([found.total]).items()}
    sums["cost"] = _cost(_Cost(found.total, is_estimate), _at_least(console))
    sums[next(iter(columns))] = "total"
    count = len(found.sessions)
    sums["sessions"] = str(count)
    if "prompt" in columns:
        sums["project"] = f"{count} session{'' if count == 1 else 's'}"
    for name, texts in columns.items():
        texts.append(sums.get(name, ""))
    columns = {name: texts for name, texts in columns.items() if any(texts[:-1])}
    columns = {name: [_encodable(text, console) for text in texts] for name, texts in columns.items()}
    widths = _widths(columns, console.width)
    ellipsis = "." if console.options.ascii_only else "…"
    lines = [
        _GAP.join(
            _cell(name, text, width, ellipsis)
            for (name, width), text in zip(widths.items(), row, strict=True)
        )
        for row in zip(*(columns[name] for name in widths), strict=True)
    ]
    header = _GAP.join(_cell(name, name, width, ellipsis) for name, width in widths.items())
    # One text for all rows: rich's own table takes a second for a thousand of them.
    console.print(Text(header.rstrip(), "dim"))
    console.print(
        Text("\n".join(line.rstrip() for line in lines[:-1])), no_wrap=True, overflow="ignore", crop=False
    )
    console.print(Text(lines[-1].rstrip(), "bold"))
    notes = []
    if is_estimate:
        day = f"{TABLE_DATE // 10000}-{TABLE_DATE // 100 % 100:02}-{TABLE_DATE % 100:02}"
        notes.append(f"~ estimate, by prices of {day}")
    if found.total.cost_is_partial:
        notes.append(f"{_at_least(console)} at least: a model has no price")
    if notes:
        console.print(Text("\n".join(["", *notes]), "dim"))


def _widths(columns: dict[str, list[str]], available: int) -> dict[str, int]:
    """Return the columns that fit, with their widths."""
    widths = {name: max(map(cell_len, [name, *texts])) for name, texts in columns.items()}
    if "prompt" in widths:
        widths["project"] = min(widths["project"], _MAX_PROJECT)

    def excess(limits: dict[str, int]) -> int:
        """How many columns are missing when the flexible ones are cut to their limits."""
        cut = sum(max(0, widths[name] - limit) for name, limit in limits.items() if name in widths)
        return sum(widths.values()) + len(_GAP) * (len(widths) - 1) - cut - available

    for limits, order in ((_WANTED, _DROP_FIRST), (_SHORTEST, _DROP_LAST)):
        for name in order:
            if excess(limits) <= 0:
                break
            widths.pop(name, None)
    for limits in (_WANTED, _SHORTEST):
        for name in reversed(limits):  # the prompt first
            if name in widths and excess({}) > 0:
                widths[name] = max(min(widths[name], limits[name]), widths[name] - excess({}))
    return widths


def _encodable(text: str, console: Console) -> str:
    """Return a text with `?` for what the terminal's encoding does not have."""
    return text.encode(console.encoding, "replace").decode(console.encoding)


def _cell(name: str, text: str, width: int, ellipsis: str) -> str:
    if cell_len(text) > width:
        text = set_cell_size(text, width - 1).rstrip() + ellipsis
    padding = " " * (width - cell_len(text))
    return text + padding if name in _LEFT else padding + text


def _kinds(usages: list[ApiUsage]) -> dict[str, list[str]]:
    return {
        "input": [_count(one.input_tokens) for one in usages],
        "output": [_count(one.output_tokens) for one in usages],
        "cache written": [_count(one.cache_creation_tokens) for one in usages],
        "cache read": [_count(one.cache_read_tokens) for one in usages],
    }


def _count(tokens: int) -> str:
    """Return `950`, `8.0k`, `104k`, `1.2M`."""
    size, unit = float(tokens), ""
    for larger in ("k", "M", "G", "T"):
        if size < 999.5:  # noqa: PLR2004  # what is shown as 1000 belongs to the next unit
            break
        size, unit = size / 1000, larger
    return f"{size:.1f}{unit}" if unit and size < 99.95 else f"{size:.0f}{unit}"  # noqa: PLR2004


def _cost(known: _Cost, at_least: str) -> str:
    dollars = known.usage.estimated_cost
    if known.usage.cost_is_partial:
        return f"{at_least}${dollars:,.2f}" if dollars else "--"
    if 0 < dollars < _CENT:
        return "<$0.01"
    return f"{'~' if known.is_estimate else ''}${dollars:,.2f}"


def _at_least(console: Console) -> str:
    return ">=" if console.options.ascii_only else "≥"


def _share(points: float | None) -> str:
    return "" if points is None else f"{points:.0f}%"


def _names(by: str, names: list[str]) -> list[str]:
    if by == "project":
        return _projects(names)
    return [_model(name) if by == "model" else name for name in names]


def _projects(folders: list[str]) -> list[str]:
    """Return the folders' names, with the folder above where two have the same one."""
    same: dict[str, set[str]] = {}
    for folder in folders:
        same.setdefault(os.path.basename(folder), set()).add(folder)

    def name(folder: str) -> str:
        parts = 1 if len(same[os.path.basename(folder)]) == 1 else 2
        return _printable("/".join(folder.split("/")[-parts:])) or "unknown"

    return [name(folder) for folder in folders]


def _models(names: tuple[str, ...]) -> str:
    if not names:
        return ""
    return _model(names[0]) + (f" +{len(names) - 1}" if names[1:] else "")


def _model(name: str) -> str:
    """Return `opus-5-5` for claude-opus-5-5, and likewise for one with a date behind it."""
    parts = _printable(name.removeprefix("claude-")).split("-")
    return "-".join(part for part in parts if not (part.isdecimal() and len(part) == _DATE)) or "unknown"


def _printable(text: str) -> str:
    return "".join(character for character in text if is_printable(character))
