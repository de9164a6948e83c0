"""The hosts: their versions, and our lines in their configs."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from quotaline.doctor.check import BROKEN, OK, UNUSED, WARNING, Check
from quotaline.doctor.program import version
from quotaline.hosts import claude, configfile, fence
from quotaline.hosts.errors import EditRefused
from quotaline.hosts.installation import installation
from quotaline.hosts.table import TABLE, detected

if TYPE_CHECKING:
    from quotaline.doctor.check import Context

# Claude Code: from here on its status line is told of them (docs/claude-code.md 1.1)
_TELLS_LIMITS = (2, 1, 80)
_PATH = re.compile(r"'(/[^']*/quotaline(?:\.\w+)?)'|(/[^\s'\"\\;:$()]*/quotaline(?:\.\w+)?)(?![\w./-])")


def host(name: str, context: Context) -> Check:
    """Check one host."""
    number = version(name, context.environ)
    found = _config(name, context)
    if number is None and found.state == UNUSED:
        return Check(name, UNUSED, "not found")
    text = f"{number or 'not on PATH'}; {found.text}"
    numbers = tuple(map(int, re.findall(r"\d+", number or "")))
    if name == "claude" and numbers and numbers < _TELLS_LIMITS and found.state in (OK, UNUSED):
        least = ".".join(map(str, _TELLS_LIMITS))
        return Check(
            name, WARNING, f"{text}; before {least} it tells its status line no limits", "claude update"
        )
    return Check(name, found.state, text, found.fix)


def _config(name: str, context: Context) -> Check:
    """Check that our lines are in its config, and lead somewhere."""
    room, install, path = TABLE[name], f"quotaline install {name}", "its config"
    try:
        path = room.config(context.environ)
        text = configfile.read(path)
        if text is None or (rest := room.remove(text)) == text:
            return _absent(name, context, path, text or "")
    except EditRefused as error:
        return Check(name, BROKEN, f"{path}: {error}", f"mend that, then {install}")
    if name == "claude" and claude.switched_off(text):
        return Check(name, WARNING, f"in {path}, but disableAllHooks turns status lines off", f"edit {path}")
    gone = [one for one in _paths(text, rest or "") if not os.path.exists(one)]
    if gone:
        return Check(name, BROKEN, f"{path} names {gone[0]}, which is gone", install)
    if not _is_current(name, text):
        return Check(name, WARNING, f"in {path}, from another version or installation", install)
    return Check(name, OK, f"in {path}")


def _absent(name: str, context: Context, path: str, text: str) -> Check:
    if "quotaline" in text:
        return Check(name, OK, f"in {path}, by hand")
    fix = f"quotaline install {name}" if name in detected(context.environ) else ""
    return Check(name, UNUSED, f"no quotaline in {path}", fix)


def _is_current(name: str, text: str) -> bool:
    """Say whether installing anew would change nothing."""
    try:
        here = installation()
        if name == "claude" and claude.add(text, here, below=True) == text:
            return True
        return TABLE[name].add(text, here) == text
    except EditRefused:
        return True  # the launcher's check says what is wrong


def _paths(text: str, rest: str) -> set[str]:
    """Return the paths of ours that our lines name; `rest` is the text without those lines."""
    ours = fence.block(text) or "\n".join(set(text.splitlines()) - set(rest.splitlines()))
    return {quoted or bare for quoted, bare in _PATH.findall(ours)}
