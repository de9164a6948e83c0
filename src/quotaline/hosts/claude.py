"""
Claude Code: the statusLine of settings.json. There is one: a command that is there is kept and run with ours.

The old command is kept inside the new one, as the user wrote it: no other file
can be lost, and where quotaline is gone the old command still runs. Space
around it and JSON escapes in it stay too, so that uninstall gives every byte back.
What the text alone would not tell is noted behind a `#` at the command's end.
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

AFTER = "running sessions show it at once, no restart is needed"
_KEY, _INTERVAL = "statusLine", "refreshInterval"
_SECONDS = 30  # without it an idle session's line is never drawn anew (docs/claude-code.md 1.3)
_MADE = " # quotaline made this file"
_PACED = f" # with {_INTERVAL}"
_TAIL = '"$old" || eval "$old"'
# All of these as they stand between the quotes of JSON.
_CHAIN = re.compile(
    r"old='(?P<old>(?:[^']|'\\\\(?:'|\\u0027)')*)'; (?P<command>.+) (?:combine|beside)(?P<below> --below)? "
    rf"{re.escape(json.dumps(_TAIL)[1:-1])}(?P<paced>{_PACED})?",
    re.DOTALL,
)
_QUOTABLE = re.compile(r"\\u0027|\\.|'", re.DOTALL)
_QUOTED = re.compile(r"'\\\\(\\u0027|')'")


def config(environ: Mapping[str, str]) -> str:
    """Return the path of `$CLAUDE_CONFIG_DIR/settings.json`, else `~/.claude/settings.json`."""
    return f"{environ.get('CLAUDE_CONFIG_DIR') or f'{home(environ)}/.claude'}/settings.json"


def present(environ: Mapping[str, str]) -> bool:
    """Say whether Claude Code was ever used with this config dir."""
    return os.path.isdir(os.path.dirname(config(environ)))


def snippet(here: Installation) -> str:
    """Return what goes into settings.json."""
    return json.dumps({_KEY: _status_line(_plain(here))}, ensure_ascii=False, indent=2) + "\n"


def add(text: str | None, here: Installation, *, below: bool = False) -> str:
    """
    Return settings.json with our statusLine.

    Args:
        text: The file; None if there is none.
        here: The installation whose command goes in.
        below: Our line goes on a row below the old command's, not beside it.

    Raises:
        Refused: If the file is not a JSON object, or its statusLine is none that can be kept.
    """
    if text is None:
        empty = "{\n}\n"
        return jsonc.insert(empty, jsonc.parse(empty), _KEY, _status_line(_plain(here) + _MADE))
    settings = _parse(text)
    member = jsonc.find(settings, _KEY)
    if member is None:
        return jsonc.insert(text, settings, _KEY, _status_line(_plain(here)))
    line = _checked(member.node.value)
    if (words := _ours(line["command"])) is not None:
        note = _MADE if line["command"].endswith(_MADE) else ""
        # By its name alone somebody chose it by hand, and PATH finds it.
        renewed = line["command"] if "/" not in words[0] else _plain(here) + note
        return (
            text
            if renewed == line["command"]
            else _replace(text, json.dumps(renewed, ensure_ascii=False)[1:-1])
        )
    raw = _raw(text)
    chain = _CHAIN.fullmatch(raw)
    old = chain["old"] if chain else _QUOTABLE.sub(_close_and_open, raw)
    paced = bool(chain["paced"]) if chain else _INTERVAL not in line
    run = f"{shlex.quote(here.command)} combine{' --below' if below else ''} {_TAIL}{_PACED if paced else ''}"
    text = _replace(text, f"old='{old}'; {json.dumps(run, ensure_ascii=False)[1:-1]}")
    if chain or not paced:
        return text
    return jsonc.insert(text, _line(text), _INTERVAL, _SECONDS)


def remove(text: str) -> str | None:
    """Return settings.json as it was before; None if we made it and nothing else is in it. Raises Refused."""
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
    chain = _CHAIN.fullmatch(_raw(text))
    if not chain:
        return text
    text = _replace(text, _QUOTED.sub(r"\1", chain["old"]))
    if chain["paced"] and jsonc.find(_line(text), _INTERVAL):
        text = jsonc.delete(text, _line(text), _INTERVAL)
    return text


def switched_off(text: str) -> bool:
    """Say whether these settings keep every statusLine from being run (docs/claude-code.md 1.3)."""
    return _parse(text).value.get("disableAllHooks") is True


def _plain(here: Installation) -> str:
    return f"{shlex.quote(here.command)} --for claude"


def _status_line(command: str) -> dict[str, Any]:
    return {"type": "command", "command": command, _INTERVAL: _SECONDS}


def _ours(command: str) -> list[str] | None:
    """Return the words of a command that is ours alone: `quotaline --for claude`, wherever that is."""
    try:
        words = shlex.split(command, comments=True)
    except ValueError:
        return None
    is_ours = words[1:] == ["--for", "claude"] and os.path.basename(words[0]) == "quotaline"
    return words if is_ours else None


def _checked(line: Any) -> dict[str, Any]:
    """Return a statusLine that can be kept. Raises Refused."""
    if not isinstance(line, dict) or line.get("type") != "command":
        raise EditRefused('its statusLine is not of type "command"; take it out or mend it first')
    if not isinstance(line.get("command"), str) or not line["command"].strip():
        raise EditRefused("its statusLine has no command; take it out or mend it first")
    return line


def _close_and_open(found: re.Match[str]) -> str:
    """Quote for sh inside single quotes, in the text between JSON's quotes."""
    return rf"'\\{found[0]}'" if found[0] in ("'", r"\u0027") else found[0]


def _parse(text: str) -> jsonc.Node:
    require_utf8(text)
    settings = jsonc.parse(text)
    if not isinstance(settings.value, dict):
        raise EditRefused("not a JSON object")
    if len([one for one in settings.members if one.key == _KEY]) > 1:
        raise EditRefused(f"it has {_KEY} twice; take one out first")
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
    """Return the command as it is written between its quotes."""
    node = _command(text)
    return text[node.start + 1 : node.end - 1]


def _replace(text: str, raw: str) -> str:
    node = _command(text)
    return f"{text[: node.start + 1]}{raw}{text[node.end - 1 :]}"
