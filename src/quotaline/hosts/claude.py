"""
Claude Code: the statusLine of settings.json. There can be only one, so an existing one is combined with ours.

The old command is kept inside the new one, exactly as the user wrote it: there is
no second file to lose, the old command still runs if quotaline is gone, and
uninstall restores every byte, with its spaces and JSON escapes. A comment at the
end of the command records what uninstall can't see in the text.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from typing import TYPE_CHECKING, Any

from quotaline.hosts import jsonc
from quotaline.hosts.errors import EditRefused
from quotaline.hosts.home import home
from quotaline.hosts.utf8 import require_utf8

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.hosts.installation import Installation

AFTER = "running sessions show it at once; no restart needed"
_KEY, _INTERVAL = "statusLine", "refreshInterval"
_INTERVAL_SECONDS = 30  # without it the line of an idle session is never redrawn (docs/claude-code.md 1.3)
_MADE = " # quotaline made this file"
_ADDED_INTERVAL = f" # with {_INTERVAL}"
_TAIL = '"$old" || eval "$old"'
# These match the text between the JSON quotes, with its escapes.
_COMBINED = re.compile(
    r"old='(?P<old>(?:[^']|'\\\\(?:'|\\u0027)')*)'; (?P<command>.+) (?:combine|beside)(?P<below> --below)? "
    rf"{re.escape(json.dumps(_TAIL)[1:-1])}(?P<interval>{_ADDED_INTERVAL})?",
    re.DOTALL,
)
_QUOTABLE = re.compile(r"\\u0027|\\.|'", re.DOTALL)
_QUOTED = re.compile(r"'\\\\(\\u0027|')'")


def config(environ: Mapping[str, str]) -> str:
    """Return the path of `$CLAUDE_CONFIG_DIR/settings.json`, else `~/.claude/settings.json`."""
    return f"{environ.get('CLAUDE_CONFIG_DIR') or f'{home(environ)}/.claude'}/settings.json"


def present(environ: Mapping[str, str]) -> bool:
    """Return whether Claude Code has been used with this config dir."""
    return os.path.isdir(os.path.dirname(config(environ)))


def snippet(installation: Installation) -> str:
    """Return the lines for settings.json."""
    return json.dumps({_KEY: _status_line(_plain(installation))}, ensure_ascii=False, indent=2) + "\n"


def add(text: str | None, installation: Installation, *, below: bool = False) -> str:
    """
    Return settings.json with our statusLine.

    Args:
        text: The file; None if there is no file.
        installation: The installation whose command is added.
        below: Show our line on a row below the old command's output, not on the same row.

    Raises:
        EditRefused: If the file is not a JSON object, or its statusLine can't be combined with ours.
    """
    if text is None:
        empty = "{\n}\n"
        return jsonc.insert(empty, jsonc.parse(empty), _KEY, _status_line(_plain(installation) + _MADE))
    settings = _parse(text)
    member = jsonc.find(settings, _KEY)
    if member is None:
        return jsonc.insert(text, settings, _KEY, _status_line(_plain(installation)))
    line = _checked(member.node.value)
    if (words := _ours(line["command"])) is not None:
        note = _MADE if line["command"].endswith(_MADE) else ""
        # A bare name was written by hand and is found on PATH, so it is kept.
        updated = line["command"] if "/" not in words[0] else _plain(installation) + note
        return (
            text
            if updated == line["command"]
            else _replace(text, json.dumps(updated, ensure_ascii=False)[1:-1])
        )
    raw = _raw(text)
    combined = _COMBINED.fullmatch(raw)
    old = combined["old"] if combined else _QUOTABLE.sub(_escape_quote, raw)
    adds_interval = bool(combined["interval"]) if combined else _INTERVAL not in line
    run = f"{shlex.quote(installation.command)} combine{' --below' if below else ''} {_TAIL}"
    run += _ADDED_INTERVAL if adds_interval else ""
    text = _replace(text, f"old='{old}'; {json.dumps(run, ensure_ascii=False)[1:-1]}")
    if combined or not adds_interval:
        return text
    return jsonc.insert(text, _line(text), _INTERVAL, _INTERVAL_SECONDS)


def remove(text: str) -> str | None:
    """Return settings.json as it was; None if quotaline made it for itself alone. Raises EditRefused."""
    settings = _parse(text)
    member = jsonc.find(settings, _KEY)
    if member is None or not isinstance(member.node.value, dict):
        return text
    command = member.node.value.get("command")
    if not isinstance(command, str):
        return text
    if _ours(command) is not None:
        made = command.endswith(_MADE)
        text = jsonc.delete(text, settings, _KEY)
        return None if made and not _parse(text).members and not re.sub(r"[{}\s]", "", text) else text
    combined = _COMBINED.fullmatch(_raw(text))
    if not combined:
        return text
    text = _replace(text, _QUOTED.sub(r"\1", combined["old"]))
    if combined["interval"] and jsonc.find(_line(text), _INTERVAL):
        text = jsonc.delete(text, _line(text), _INTERVAL)
    return text


def switched_off(text: str) -> bool:
    """Return whether these settings turn every statusLine off (docs/claude-code.md 1.3)."""
    return _parse(text).value.get("disableAllHooks") is True


def _plain(installation: Installation) -> str:
    return f"{shlex.quote(installation.command)} --for claude"


def _status_line(command: str) -> dict[str, Any]:
    return {"type": "command", "command": command, _INTERVAL: _INTERVAL_SECONDS}


def _ours(command: str) -> list[str] | None:
    """Return the words of the command if it is `quotaline --for claude`, from any path, and nothing else."""
    try:
        words = shlex.split(command, comments=True)
    except ValueError:
        return None
    is_ours = words[1:] == ["--for", "claude"] and os.path.basename(words[0]) == "quotaline"
    return words if is_ours else None


def _checked(line: Any) -> dict[str, Any]:
    """Return the statusLine if it can be combined with ours. Raises EditRefused."""
    if not isinstance(line, dict) or line.get("type") != "command":
        raise EditRefused('its statusLine is not of type "command"; fix or remove it first')
    if not isinstance(line.get("command"), str) or not line["command"].strip():
        raise EditRefused("its statusLine has no command; fix or remove it first")
    return line


def _escape_quote(found: re.Match[str]) -> str:
    """Escape a single quote for sh inside single quotes, in JSON text."""
    return rf"'\\{found[0]}'" if found[0] in ("'", r"\u0027") else found[0]


def _parse(text: str) -> jsonc.Node:
    require_utf8(text)
    settings = jsonc.parse(text)
    if not isinstance(settings.value, dict):
        raise EditRefused("not a JSON object")
    if [member.key for member in settings.members].count(_KEY) > 1:
        raise EditRefused(f"it has {_KEY} twice; remove one first")
    return settings


def _line(text: str) -> jsonc.Node:
    member = jsonc.find(_parse(text), _KEY)
    if member is None:
        raise AssertionError
    return member.node


def _command(text: str) -> jsonc.Node:
    member = jsonc.find(_line(text), "command")
    if member is None:
        raise AssertionError
    return member.node


def _raw(text: str) -> str:
    """Return the command exactly as it is written between its JSON quotes."""
    node = _command(text)
    return text[node.start + 1 : node.end - 1]


def _replace(text: str, raw: str) -> str:
    node = _command(text)
    return f"{text[: node.start + 1]}{raw}{text[node.end - 1 :]}"
