"""
starship: a custom module that runs our command without a shell, and its place in the format.

starship's own format shows every custom module. A format that the user wrote
shows what it names, so there the module gets a place, in front of the line
break or the last character, and a note in the block says that it is ours.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import tomlkit
from tomlkit.exceptions import TOMLKitError

from quotaline.hosts import fence
from quotaline.hosts.errors import EditRefused
from quotaline.hosts.home import config_home
from quotaline.hosts.utf8 import require_utf8

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quotaline.hosts.installation import Installation

AFTER = "the next prompt shows it"
_TOKEN = "${custom.quotaline}"  # noqa: S105 - a word in a format
_PLACED = f"# ({_TOKEN} in the format is quotaline's)"
_SHOWN = re.compile(r"(?<!\\)\$(?:all\b|\{all\}|custom\b|\{custom\}|\{custom\.quotaline\})")
_PLACES = (r"(?<!\\)\$(?:line_break\b|\{line_break\})", r"(?<!\\)\$(?:character\b|\{character\})")


def config(environ: Mapping[str, str]) -> str:
    """Return the path of `$STARSHIP_CONFIG`, else `~/.config/starship.toml`."""
    return environ.get("STARSHIP_CONFIG") or f"{config_home(environ)}/starship.toml"


def present(environ: Mapping[str, str]) -> bool:
    """Say whether starship has a config or draws this shell's prompt."""
    return os.path.lexists(config(environ)) or "STARSHIP_SHELL" in environ


def snippet(here: Installation) -> str:
    """Return the module. Without `style` it would be bold green, without `shell` an rc file would be read."""
    return (
        "[custom.quotaline]\n"
        f'shell = [{tomlkit.item(here.command).as_string()}, "--for"]\n'
        'command = "starship"\n'
        "use_stdin = false\n"
        "when = true\n"
        'format = "[$output]($style) "\n'
        'style = ""\n'
    )


def add(text: str | None, here: Installation) -> str:
    """Return starship.toml with the module, and with its place in the user's format. Raises Refused."""
    if text is None:
        return fence.add(None, snippet(here))
    mark, text = _apart(text)
    placed = _PLACED in fence.block(text)
    document = _parse(text)
    if not _shows(document):
        document["format"] = tomlkit.value(_with_token(document["format"].as_string()))
        placed = True
    body = f"{_PLACED}\n{snippet(here)}" if placed else snippet(here)
    added = fence.add(document.as_string(), body, "\r\n" if "\r\n" in text else "\n")
    try:
        _parse(added)
    except EditRefused:
        raise EditRefused(
            "it has a `custom` or a `custom.quotaline` of its own; take that out first"
        ) from None
    return mark + added


def remove(text: str) -> str | None:
    """Return starship.toml without both. Raises Refused."""
    mark, text = _apart(text)
    if _PLACED in fence.block(text):
        document = _parse(text)
        if "format" in document:
            raw = document["format"].as_string()
            document["format"] = tomlkit.value(raw.replace(_TOKEN, ""))
        text = document.as_string()
    rest = fence.remove(text)
    return None if rest is None else mark + rest


def _apart(text: str) -> tuple[str, str]:
    """Split a byte order mark off, which tomlkit takes for a key."""
    return text[: text.startswith("\ufeff")], text.removeprefix("\ufeff")


def _shows(document: tomlkit.TOMLDocument) -> bool:
    if "format" not in document:
        return True
    if not isinstance(document["format"], str):
        raise EditRefused("its `format` is not a text")
    return any(_SHOWN.search(str(document.get(key, ""))) for key in ("format", "right_format"))


def _with_token(raw: str) -> str:
    """Put the token into a TOML string as it is written, so that its quotes and line ends stay."""
    for place in _PLACES:
        if found := list(re.finditer(place, raw)):
            at = found[-1].start()
            return raw[:at] + _TOKEN + raw[at:]
    quotes = 3 if raw.startswith(('"""', "'''")) and len(raw) > 3 else 1  # noqa: PLR2004 - `""` is an empty text
    return raw[:-quotes] + _TOKEN + raw[-quotes:]


def _parse(text: str) -> tomlkit.TOMLDocument:
    require_utf8(text)
    try:
        document = tomlkit.parse(text)
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise EditRefused(f"not TOML: {' '.join(str(error).split())}") from None
    if document.as_string() != text:
        raise EditRefused("its layout would change; add what `quotaline init starship` prints by hand")
    return document
