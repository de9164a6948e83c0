"""What the last refresh left behind: when it was, what holds the next request back, who told what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quotaline.checks.check import BROKEN, OK, WARNING, Check
from quotaline.errors import explain
from quotaline.places import config_file
from quotaline.segment.duration import duration
from quotaline.settings import TABLE, Settings, SettingsError, kept, load

if TYPE_CHECKING:
    from quotaline.checks.check import Around

_DAY = 86400  # seconds
_SWITCHES = ("statusline", "snapshot", "api", "claude_cli")
_NO_TRAFFIC = "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"


def refreshed(around: Around) -> Check:
    """Check that a refresh has been."""
    at = around.state.refreshed_at
    if not at:
        return Check("refresh", WARNING, "never yet", "quotaline refresh")
    age = max(0.0, around.now - at)
    if age > _DAY:
        return Check(
            "refresh", WARNING, f"{duration(age)} ago: nothing has shown a segment since", "quotaline refresh"
        )
    return Check("refresh", OK, f"{duration(age)} ago")


def back_off(around: Around) -> Check:
    """Check that nothing keeps answers of the endpoint from coming."""
    held = around.state.backoff
    wait = f"next request in {duration(held.until - around.now)}" if held.until > around.now else ""
    if not held.reason:
        return Check("back-off", OK, "none" + (f", {wait} at the earliest" if wait else ""))
    what, _, remedy = explain(held.reason).partition(": ")
    return Check("back-off", WARNING, (what or held.reason) + (f", {wait}" if wait else ""), remedy)


def sources(around: Around) -> Check:
    """Check that a source is on, and say which one has told what is held true."""
    settings = in_force(around)
    on = {name for name in _SWITCHES if settings[f"sources.{name}"]}
    told = {one.source: one.at for each in around.state.belief.told.values() for one in each}
    words = []
    for name in _SWITCHES:
        if name == "api" and name in on and around.environ.get(_NO_TRAFFIC):
            words.append(f"{name} off ({_NO_TRAFFIC})")
        elif name in on and name in told:
            words.append(f"{name} on ({duration(max(0.0, around.now - told[name]))} ago)")
        else:
            words.append(f"{name} {'on' if name in on else 'off'}")
    if not on:
        return Check("sources", WARNING, "all are off", "quotaline config set sources.api true")
    return Check("sources", OK, ", ".join(words))


def settings_file(_: Around) -> Check:
    """Check config.toml: what is wrong and where."""
    place = config_file()
    try:
        chosen = load(place).chosen
    except SettingsError as error:
        return Check("config", BROKEN, str(error), "edit it; until then the last good settings hold")
    if not chosen:
        return Check("config", OK, "all defaults")
    return Check("config", OK, f"{place}, {len(chosen)} of {len(TABLE)} set")


def in_force(around: Around) -> Settings:
    """Return the settings that the refresher uses."""
    try:
        return load(config_file())
    except SettingsError:
        return kept(around.state.settings)
