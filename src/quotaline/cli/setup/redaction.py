"""Makes text safe to share in a public issue: no home folder, token, e-mail address or control character."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from quotaline.cache.paths import home_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(r"sk-ant-[A-Za-z0-9_-]+")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[A-Za-z][\w.-]*")


def redacted(text: str, environ: Mapping[str, str]) -> str:
    """Return the text with the home folder as `~`, and tokens and e-mail addresses as a fixed word."""
    if home := home_folder(environ):
        for folder in {home, os.path.realpath(home)}:
            text = re.sub(rf"{re.escape(folder)}(?![\w.-])", "~", text)
    text = _EMAIL.sub("[e-mail]", _TOKEN.sub("[token]", text))
    return "".join(letter if letter.isprintable() else "?" for letter in text)
