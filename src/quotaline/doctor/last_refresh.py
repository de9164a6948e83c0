"""What the last refresh left behind: when it was, what holds the next request back, who told what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quotaline.cache.paths import config_file
from quotaline.doctor.check import BROKEN, OK, WARNING, Check
from quotaline.model.errors import explain
from quotaline.segment.duration import duration
from quotaline.settings import TABLE, Settings, SettingsError, kept, load

if TYPE_CHECKING:
    from quotaline.doctor.check import Context

_DAY = 86400  # seconds
_SWITCHES = ("statusline", "snapshot", "api", "claude_cli")
_NO_TRAFFIC = "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"


def refreshed(context: Context) -> Check:
    """Check that a refresh has been."""
    at = context.state.refreshed_at
    if not at:
        return Check("refresh", WARNING, "never yet", "quotaline refresh")
    age = max(0.0, context.now - at)
    if age > _DAY:
        return Check(
            "refresh", WARNING, f"{duration(age)} ago: nothing has shown a segment since", "quotaline refresh"
        )
    return Check("refresh", OK, f"{duration(age)} ago")


def back_off(context: Context) -> Check:
    """Check that nothing keeps answers of the endpoint from coming."""
    held = context.state.backoff
    wait = f"next request in {duration(held.until - context.now)}" if held.until > context.now else ""
    if not held.reason:
        return Check("back-off", OK, "none" + (f", {wait} at the earliest" if wait else ""))
    what, _, remedy = explain(held.reason).partition(": ")
    return Check("back-off", WARNING, (what or held.reason) + (f", {wait}" if wait else ""), remedy)


def sources(context: Context) -> Check:
    """Check that a source is on, and say which one has told what is held true."""
    settings = in_force(context)
    on = {name for name in _SWITCHES if settings[f"sources.{name}"]}
    observation = {
        one.source: one.observed_at for each in context.state.merged.observations.values() for one in each
    }
    words = []
    for name in _SWITCHES:
        if name == "api" and name in on and context.environ.get(_NO_TRAFFIC):
            words.append(f"{name} off ({_NO_TRAFFIC})")
        elif name in on and name in observation:
            words.append(f"{name} on ({duration(max(0.0, context.now - observation[name]))} ago)")
        else:
            words.append(f"{name} {'on' if name in on else 'off'}")
    if not on:
        return Check("sources", WARNING, "all are off", "quotaline config set sources.api true")
    return Check("sources", OK, ", ".join(words))


def settings_file(_: Context) -> Check:
    """Check config.toml: what is wrong and where."""
    place = config_file()
    try:
        chosen = load(place).chosen
    except SettingsError as error:
        return Check("config", BROKEN, str(error), "edit it; until then the last good settings hold")
    if not chosen:
        return Check("config", OK, "all defaults")
    return Check("config", OK, f"{place}, {len(chosen)} of {len(TABLE)} set")


def in_force(context: Context) -> Settings:
    """Return the settings that the refresher uses."""
    try:
        return load(config_file())
    except SettingsError:
        return kept(context.state.settings)
