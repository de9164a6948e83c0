"""
The segment for readers that are no terminal: a JSON object, a waybar module, metrics. Pure.

What is said holds until the row of the timetable ends, minutes or hours: so
times are points in time, never "in 2 h".
"""

from __future__ import annotations

import json
import math
import time
from html import escape
from typing import TYPE_CHECKING, Any

from quotaline.cache.segment_format import NEW_LINE
from quotaline.segment.text import DEFAULT_OPTIONS, UNKNOWN, keys, label, percent, step
from quotaline.segment.thresholds import COLOURS, VERY_OLD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.model.merge import Observation
    from quotaline.segment.options import DisplayOptions

VERSION = 1
_CLASSES = {"green": "good", "yellow": "moderate", "orange": "warning", "red": "critical"}


def json_object(
    text: str, shown: dict[str, Observation], now: float, options: DisplayOptions = DEFAULT_OPTIONS
) -> str:
    """
    Return one line of JSON.

    Args:
        text: What the segment says.
        shown: What is known at `now`, by window key.
        now: Epoch seconds.
        options: Whose thresholds make the class.

    Returns:
        `version`, `text`, `class` (good, moderate, warning, critical; old, unknown), and `windows`
        by key: `utilization` (percent), `resets_at` and `observed_at` (epoch seconds), null if unknown.
    """
    windows: dict[str, Any] = {
        key: {
            "utilization": _percent(shown[key]),
            "resets_at": shown[key].window.resets_at,
            "observed_at": round(shown[key].observed_at),
        }
        if key in shown
        else None
        for key in keys(shown)
    }
    return _line({"version": VERSION, "text": text, "class": _class(shown, now, options), "windows": windows})


def waybar(
    text: str, shown: dict[str, Observation], now: float, options: DisplayOptions = DEFAULT_OPTIONS
) -> str:
    """
    Return what a waybar module with `return-type: json` takes; `percentage` is the tightest window's.

    Text and tooltip are Pango markup there.
    """
    return _line(
        {
            "text": escape(text, quote=False),
            "tooltip": escape("\n".join(_sentence(key, shown.get(key)) for key in keys(shown)), quote=False),
            "class": _class(shown, now, options),
            "percentage": math.floor(max(map(_percent, shown.values()))) if shown else None,
        }
    )


def openmetrics(shown: dict[str, Observation]) -> str:
    """
    Return an OpenMetrics exposition, its lines joined by NEW_LINE.

    node_exporter's textfile collector takes it too: it refuses samples with a
    time of their own, so the time a number was observed is a metric.
    """
    ratios = {key: round(_percent(observation) / 100, 4) for key, observation in shown.items()}
    resets = {
        key: observation.window.resets_at
        for key, observation in shown.items()
        if observation.window.resets_at
    }
    observed = {key: round(observation.observed_at) for key, observation in shown.items()}
    families: tuple[tuple[str, str, Mapping[str, float]], ...] = (
        ("utilization_ratio", "Share of the limit that is used; 1 is all of it.", ratios),
        ("reset_timestamp_seconds", "When the window ends and its use starts anew.", resets),
        ("observed_timestamp_seconds", "When the utilization was observed.", observed),
    )
    lines = []
    for name, meaning, values in families:
        if values:
            lines += [f"# HELP quotaline_{name} {meaning}", f"# TYPE quotaline_{name} gauge"]
        lines += [f'quotaline_{name}{{window="{_label_value(key)}"}} {at}' for key, at in values.items()]
    return NEW_LINE.join([*lines, "# EOF"])


def _percent(observation: Observation) -> float:
    return round(observation.window.utilization, 1)  # as text.number: the API's 28.999999999999996 is 29


def _class(shown: dict[str, Observation], now: float, options: DisplayOptions) -> str:
    if not shown:
        return "unknown"
    if all(now - observation.observed_at >= VERY_OLD for observation in shown.values()):
        return "old"
    reached = (step(observation, options, label(key)) for key, observation in shown.items())
    return _CLASSES[max(reached, key=COLOURS.index)]


def _sentence(key: str, observation: Observation | None) -> str:
    if observation is None:
        return f"{label(key)} {UNKNOWN}"
    used = f"{label(key)} {percent(observation)}%"
    if observation.window.resets_at is None:
        return f"{used}, not started"
    return f"{used}, resets {time.strftime('%a %H:%M', time.localtime(observation.window.resets_at))}"


def _label_value(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _line(document: dict[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))
