"""
The view for readers that are not terminals: a JSON object, a waybar module, metrics. Pure.

Such a text is shown until its row of the segment file ends, in minutes or hours. So times are points in
time, never "in 2 h".
"""

from __future__ import annotations

import math
import time
from json import JSONEncoder
from typing import TYPE_CHECKING, Any

from quotaline.cache.segment_format import NEW_LINE
from quotaline.segment.labels import UNKNOWN
from quotaline.segment.thresholds import COLOURS, VERY_OLD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.model.merge import Observation
    from quotaline.segment.view import View, WindowView

VERSION = 1
_CLASSES = {"green": "good", "yellow": "moderate", "orange": "warning", "red": "critical"}
_encoded = JSONEncoder(separators=(",", ":")).encode


def json_object(view: View, text: str) -> str:
    """
    Return one line of JSON.

    Args:
        view: The view of the moment.
        text: The line in plain text.

    Returns:
        `version`, `text`, `class` (good, moderate, warning, critical; old, unknown), and `windows`
        by key: `utilization` (percent), `resets_at` and `observed_at` (epoch seconds), null if unknown.
    """
    windows = {
        key: {
            "utilization": _percent(window.observation),
            "resets_at": window.observation.window.resets_at,
            "observed_at": round(window.observation.observed_at),
        }
        if window.observation
        else None
        for key, window in view.in_order().items()
    }
    return _encoded({"version": VERSION, "text": text, "class": _class(view), "windows": windows})


def waybar(view: View, text: str) -> str:
    """
    Return what a waybar module with `return-type: json` takes; `percentage` is the tightest window's.

    Text and tooltip are Pango markup there.
    """
    sentences = [_sentence(window) for window in view.in_order().values()]
    percentages = [_percent(observation) for observation in _known(view).values()]
    module: dict[str, Any] = {
        "text": _escaped(text),
        "tooltip": _escaped("\n".join(sentences)),
        "class": _class(view),
        "percentage": math.floor(max(percentages)) if percentages else None,
    }
    return _encoded(module)


def openmetrics(view: View) -> str:
    """
    Return an OpenMetrics exposition, its lines joined by NEW_LINE.

    node_exporter's textfile collector takes it too. That refuses samples with a
    time of their own, so the time at which a number was observed is a metric.
    """
    known = _known(view)
    ratios = {key: round(_percent(observation) / 100, 4) for key, observation in known.items()}
    resets = {
        key: observation.window.resets_at
        for key, observation in known.items()
        if observation.window.resets_at
    }
    observed = {key: round(observation.observed_at) for key, observation in known.items()}
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


def _known(view: View) -> dict[str, Observation]:
    return {key: window.observation for key, window in view.windows.items() if window.observation}


def _percent(observation: Observation) -> float:
    return round(observation.window.utilization, 1)  # the usage API's 28.999999999999996 is 29


def _class(view: View) -> str:
    known = view.known()
    if not known:
        return "unknown"
    if all(window.age >= VERY_OLD for window in known):
        return "old"
    return _CLASSES[max((window.step for window in known), key=COLOURS.index)]


def _sentence(window: WindowView) -> str:
    if window.observation is None:
        return f"{window.label} {UNKNOWN}"
    used = f"{window.label} {window.used}%"
    at = window.observation.window.resets_at
    if at is None:
        return f"{used}, not started"
    return f"{used}, resets {time.strftime('%a %H:%M', time.localtime(at))}"


def _escaped(text: str) -> str:
    # As html.escape does, whose module takes 2 ms to import.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _label_value(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
