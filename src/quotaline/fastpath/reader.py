"""
Prints a segment like shell/quotaline, if there is no POSIX shell or the segment file is unusual.

The hot path: imports only os, time and the small modules of `cache`. No failure may
keep the line from being printed.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress

from quotaline.cache import segment_file, store
from quotaline.cache.paths import cache_folder, home_folder
from quotaline.cache.segment_format import NEW_LINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

HOSTS = (
    "ansi",
    "plain",
    "claude",
    "tmux",
    "bash",
    "zsh",
    "fish",
    "starship",
    "json",
    "waybar",
    "openmetrics",
)
NEUTRAL = "[5h:-- 7d:--]"
_NEUTRAL = {
    "json": f'{{"version":1,"text":"{NEUTRAL}","class":"unknown",'
    '"windows":{"five_hour":null,"seven_day":null}}',
    "waybar": f'{{"text":"{NEUTRAL}","tooltip":"5h --\\n7d --","class":"unknown","percentage":null}}',
    "openmetrics": "# EOF",
}


def print_segment(host: str | None, environ: Mapping[str, str]) -> None:
    """
    Print the segment of a host, then start the refresher if it is due.

    Args:
        host: One of HOSTS; None means ansi on a terminal, else plain.
        environ: The environment; it determines cache folder, config dir and the use of colour.
    """
    now = time.time()
    host = resolved_host(host, environ)
    folder = cache_folder(environ)
    content = _content(folder, host, now, environ) if folder else None
    segment = segment_file.decode(content, now, host) if content else None
    text, due = segment or (_NEUTRAL.get(host, NEUTRAL), 0.0)
    with suppress(OSError):  # stdout may be closed or a broken pipe, which must not become an exit code
        os.write(1, text.replace(NEW_LINE, "\n").encode() + b"\n")
    # A claim is for one minute, so one that a wrong clock left blocks no other minute.
    if not folder or due > now or store.is_claimed(folder, now):
        return
    if store.prepare(folder, home_folder(environ)):
        from quotaline.refresh.detach import start_refresher

        start_refresher(lambda: store.claim(folder, now))


def _content(folder: str, host: str, now: float, environ: Mapping[str, str]) -> bytes | None:
    """Return the content of the host's segment file; if there is none, note its reader, and make the file."""
    content = store.read(folder, name := f"segment.{host}")
    # What is there but is no file of ours is left to the refresher.
    if content is not None or os.path.lexists(os.path.join(folder, name)):
        return content
    with suppress(Exception):
        if store.prepare(folder, home_folder(environ)):
            from quotaline.cache import seen

            seen.note(folder, host, now)
            if store.read(folder, "state.json"):
                from quotaline.refresh.publish import publish_first

                return publish_first(folder, host, now)
    return None


def resolved_host(host: str | None, environ: Mapping[str, str]) -> str:
    """Return the host to print for: None means ansi on a terminal, else plain; without colour, plain."""
    # As in shell/quotaline: NO_COLOR takes precedence over FORCE_COLOR (no-color.org, bixense.com/clicolors).
    force = environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE", "").removeprefix("0")
    if host is None:
        host = "ansi" if force or is_terminal() else "plain"
    if host in ("ansi", "starship") and (environ.get("NO_COLOR") or not (force or _has_colour(environ))):
        return "plain"
    return host


def _has_colour(environ: Mapping[str, str]) -> bool:
    return environ.get("CLICOLOR") != "0" and environ.get("TERM") != "dumb"


def is_terminal() -> bool:
    """Whether stdout is a terminal."""
    try:
        return os.isatty(1)
    except OSError:
        return False
