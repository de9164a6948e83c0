"""The checks of the hosts: their versions, and quotaline's lines in their configs."""

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

# The first Claude Code that passes limits to its status line (docs/claude-code.md 1.1).
_FIRST_WITH_LIMITS = (2, 1, 80)
_PATH = re.compile(r"'(/[^']*/quotaline(?:\.\w+)?)'|(/[^\s'\"\\;:$()]*/quotaline(?:\.\w+)?)(?![\w./-])")


def host(name: str, context: Context) -> Check:
    """Check one host."""
    number = version(name, context.environ)
    config = _config(name, context)
    if number is None and config.state == UNUSED:
        return Check(name, UNUSED, "not found")
    text = f"{number or 'not on PATH'}; {config.text}"
    numbers = tuple(map(int, re.findall(r"\d+", number or "")))
    if name == "claude" and numbers and numbers < _FIRST_WITH_LIMITS and config.state in (OK, UNUSED):
        first = ".".join(map(str, _FIRST_WITH_LIMITS))
        text += f"; versions before {first} do not pass the limits to the status line"
        return Check(name, WARNING, text, "claude update")
    return Check(name, config.state, text, config.fix)


def _config(name: str, context: Context) -> Check:
    """Check that our lines are in the config, and that the paths in them exist."""
    module, install, path = TABLE[name], f"quotaline install {name}", "its config"
    try:
        path = module.config(context.environ)
        text = configfile.read(path)
        if text is None or (rest := module.remove(text)) == text:
            return _absent(name, context, path, text or "")
    except EditRefused as error:
        return Check(name, BROKEN, f"{path}: {error}", f"fix that, then {install}")
    if name == "claude" and claude.switched_off(text):
        return Check(
            name, WARNING, f"in {path}, but disableAllHooks turns all status lines off", f"edit {path}"
        )
    missing = [named for named in _paths(text, rest or "") if not os.path.exists(named)]
    if missing:
        return Check(name, BROKEN, f"{path} refers to {missing[0]}, which does not exist", install)
    if not _is_current(name, text):
        return Check(name, WARNING, f"in {path}, from another version or installation", install)
    return Check(name, OK, f"in {path}")


def _absent(name: str, context: Context, path: str, text: str) -> Check:
    if "quotaline" in text:
        return Check(name, OK, f"in {path}, added by hand")
    fix = f"quotaline install {name}" if name in detected(context.environ) else ""
    return Check(name, UNUSED, f"no quotaline in {path}", fix)


def _is_current(name: str, text: str) -> bool:
    """Return whether installing again would change nothing."""
    try:
        current = installation()
        if name == "claude" and claude.add(text, current, below=True) == text:
            return True
        return TABLE[name].add(text, current) == text
    except EditRefused:
        return True  # the check of the launcher reports it


def _paths(text: str, rest: str) -> set[str]:
    """Return the paths of quotaline's files in our lines; `rest` is the text without those lines."""
    ours = fence.block(text) or "\n".join(set(text.splitlines()) - set(rest.splitlines()))
    return {quoted or bare for quoted, bare in _PATH.findall(ours)}
