"""The checks of what the last refresh left: its time, the back-off, the age of each source, the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quotaline.cache.paths import config_file
from quotaline.doctor.check import BROKEN, OK, WARNING, Check
from quotaline.model.errors import explain
from quotaline.segment.duration import duration
from quotaline.setting_table import TABLE
from quotaline.settings import Settings, load_valid

if TYPE_CHECKING:
    from quotaline.doctor.check import Context

_DAY = 86400  # seconds
_SWITCHES = ("statusline", "snapshot", "api", "claude_cli")
_NO_TRAFFIC = "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"


def refreshed(context: Context) -> Check:
    """Check that there was a refresh, at most a day ago."""
    at = context.state.refreshed_at
    if not at:
        return Check("refresh", WARNING, "none yet", "quotaline refresh")
    age = max(0.0, context.now - at)
    if age > _DAY:
        return Check(
            "refresh",
            WARNING,
            f"last run {duration(age)} ago; no host has shown a segment since",
            "quotaline refresh",
        )
    return Check("refresh", OK, f"last run {duration(age)} ago")


def back_off(context: Context) -> Check:
    """Check that no error delays the next request."""
    backoff = context.state.backoff
    wait = f"; next try in {duration(backoff.until - context.now)}" if backoff.until > context.now else ""
    if not backoff.reason:
        return Check("back-off", OK, f"none{wait}")
    text = explain(backoff.reason, backoff.detail) or backoff.reason
    problem, colon, remedy = text.rpartition(": ")
    return Check("back-off", WARNING, f"{problem if colon else text}{wait}", remedy if colon else "")


def sources(context: Context) -> Check:
    """Check that at least one source is on, and show the age of each one's current reading."""
    settings = effective_settings(context)
    on = {name for name in _SWITCHES if settings[f"sources.{name}"]}
    observed_at = {
        observation.source: observation.observed_at
        for observations in context.state.merged.observations.values()
        for observation in observations
    }
    words = []
    for name in _SWITCHES:
        if name == "api" and name in on and context.environ.get(_NO_TRAFFIC):
            words.append(f"{name} off ({_NO_TRAFFIC})")
        elif name in on and name in observed_at:
            words.append(f"{name} on ({duration(max(0.0, context.now - observed_at[name]))} ago)")
        else:
            words.append(f"{name} {'on' if name in on else 'off'}")
    if not on:
        return Check("sources", WARNING, "all are off", "quotaline config set sources.api true")
    return Check("sources", OK, ", ".join(words))


def settings_file(context: Context) -> Check:
    """Check that config.toml is valid."""
    path = config_file()
    settings, error = load_valid(path, context.state.settings)
    if error:
        on = "" if settings["sources.api"] else "; until then no request is made"
        return Check("config", BROKEN, str(error), f"edit it{on}")
    chosen = settings.chosen
    if not chosen:
        return Check("config", OK, "all defaults")
    return Check("config", OK, f"{path}, {len(chosen)} of {len(TABLE)} set")


def effective_settings(context: Context) -> Settings:
    """Return the settings that the refresher uses."""
    return load_valid(config_file(), context.state.settings)[0]
