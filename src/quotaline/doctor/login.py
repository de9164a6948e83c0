"""The check of Claude Code's login: where it is, when it expires, and whether it may read usage."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING

from quotaline.doctor.check import BROKEN, OK, WARNING, Check
from quotaline.doctor.last_refresh import effective_settings
from quotaline.model.errors import NotLoggedIn, explain
from quotaline.refresh.request import may_read_keychain
from quotaline.segment.duration import duration
from quotaline.sources.credentials import credentials_file, login_info, stamp

if TYPE_CHECKING:
    from quotaline.doctor.check import Context

_OTHERS = 0o077


def login(context: Context) -> Check:
    """Check the login that the next request would use. The token is never part of the result."""
    keychain = may_read_keychain(context.state, effective_settings(context), context.now)
    known = login_info(context.environ, context.now, keychain=keychain)
    file = credentials_file(context.environ)
    place = {"environment": "CLAUDE_CODE_OAUTH_TOKEN", "keychain": "Keychain", "file": file}.get(
        known.place, ""
    )
    note = "" if keychain or sys.platform != "darwin" else " (the Keychain is not read)"
    if known.error:
        problem, _, remedy = str(known.error).rpartition(": ")
        state = BROKEN if isinstance(known.error, NotLoggedIn) else WARNING
        return Check("login", state, (f"{place}: " if place else "") + problem + note, remedy)
    backoff = context.state.backoff
    if backoff.login and backoff.login == stamp(context.environ):
        refusal, _, remedy = explain(backoff.reason, backoff.detail).rpartition(": ")
        return Check("login", WARNING, f"{place}: {refusal}{note}", remedy)
    expiry = f", expires in {duration(known.expires_at - context.now)}" if known.expires_at else ""
    text = f"{place}{expiry}, may read usage{note}"
    if known.place == "file" and os.stat(file).st_mode & _OTHERS:
        return Check(
            "login", WARNING, f"{text}; other users can read the file", f"chmod 600 {shlex.quote(file)}"
        )
    return Check("login", OK, text)
