"""What the hosts print at one moment: the view, then the line, then each host's text. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quotaline.segment.line import line
from quotaline.segment.markup import MARKUPS, plain
from quotaline.segment.options import DEFAULT_OPTIONS, DisplayOptions
from quotaline.segment.view import View, view

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quotaline.model.merge import MergedUsage
    from quotaline.segment.span import Span

HOSTS = (*MARKUPS, "json", "waybar", "openmetrics")
NOTHING = " "  # an empty line: a host always gets a text, and those that trim it show none


def render(
    merged: MergedUsage,
    hosts: Iterable[str],
    now: float,
    options: DisplayOptions = DEFAULT_OPTIONS,
    *,
    coarse: bool = False,
) -> dict[str, str]:
    """
    Return the text of each host at `now`.

    Args:
        merged: The merged usage.
        hosts: Some of HOSTS.
        now: Epoch seconds.
        options: How the user wants the segment.
        coarse: Write durations in whole hours, for the text will be shown for an hour.
    """
    moment = view(merged, now, options, coarse=coarse)
    spans = line(moment)
    return {host: _text(host, moment, spans) for host in hosts}


def _text(host: str, moment: View, spans: list[Span]) -> str:
    if host in MARKUPS:
        return MARKUPS[host](spans) or NOTHING
    from quotaline.segment import structured  # 2 ms that a line does without

    if host == "openmetrics":
        return structured.openmetrics(moment)
    write = structured.json_object if host == "json" else structured.waybar
    return write(moment, plain(spans))
