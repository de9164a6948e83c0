"""
starship: a custom module that runs our command without a shell, and its place in the format.

The default format shows every custom module. A format that the user wrote shows
only what it names, so the module is added to it, before the line break or the
last character, and a note in the block records that quotaline did so.
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
    """Return whether starship has a config or draws the prompt of this shell."""
    return os.path.lexists(config(environ)) or "STARSHIP_SHELL" in environ


def snippet(installation: Installation) -> str:
    """Return the module. Without `style` it would be bold green; without `shell` it would read an rc file."""
    return (
        "[custom.quotaline]\n"
        f'shell = [{tomlkit.item(installation.command).as_string()}, "--for"]\n'
        'command = "starship"\n'
        "use_stdin = false\n"
        "when = true\n"
        'format = "[$output]($style) "\n'
        'style = ""\n'
    )


def add(text: str | None, installation: Installation) -> str:
    """Return starship.toml with the module in it and in the user's format. Raises EditRefused."""
    if text is None:
        return fence.add(None, snippet(installation))
    mark, text = _split_mark(text)
    placed = _PLACED in fence.block(text)
    document = _parse(text)
    if not _shows_module(document):
        document["format"] = tomlkit.value(_with_token(document["format"].as_string()))
        placed = True
    body = f"{_PLACED}\n{snippet(installation)}" if placed else snippet(installation)
    added = fence.add(document.as_string(), body, "\r\n" if "\r\n" in text else "\n")
    try:
        _parse(added)
    except EditRefused:
        raise EditRefused(
            "it already has a `custom` or `custom.quotaline` of its own; remove that first"
        ) from None
    return mark + added


def remove(text: str) -> str | None:
    """Return starship.toml without both; None if the file is to be deleted. Raises EditRefused."""
    mark, text = _split_mark(text)
    if _PLACED in fence.block(text):
        document = _parse(text)
        if "format" in document:
            raw = document["format"].as_string()
            document["format"] = tomlkit.value(raw.replace(_TOKEN, ""))
        text = document.as_string()
    rest = fence.remove(text)
    return None if rest is None else mark + rest


def _split_mark(text: str) -> tuple[str, str]:
    """Split off a byte order mark, which tomlkit would read as part of a key."""
    return text[: text.startswith("\ufeff")], text.removeprefix("\ufeff")


def _shows_module(document: tomlkit.TOMLDocument) -> bool:
    if "format" not in document:
        return True
    if not isinstance(document["format"], str):
        raise EditRefused("its `format` is not a string")
    return any(_SHOWN.search(str(document.get(key, ""))) for key in ("format", "right_format"))


def _with_token(raw: str) -> str:
    """Insert the token into a TOML string as it is written, so that its quotes and line ends are kept."""
    for place in _PLACES:
        if found := list(re.finditer(place, raw)):
            at = found[-1].start()
            return raw[:at] + _TOKEN + raw[at:]
    quotes = 3 if raw.startswith(('"""', "'''")) and len(raw) > 3 else 1  # noqa: PLR2004 - `""` is an empty string
    return raw[:-quotes] + _TOKEN + raw[-quotes:]


def _parse(text: str) -> tomlkit.TOMLDocument:
    require_utf8(text)
    try:
        document = tomlkit.parse(text)
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise EditRefused(f"not TOML: {' '.join(str(error).split())}") from None
    if document.as_string() != text:
        raise EditRefused("its layout would change; add the output of `quotaline init starship` by hand")
    return document
