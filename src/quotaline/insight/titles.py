"""
The first words of a session's first prompt, to know it again by. Read when they are shown, and never kept.
"""

from __future__ import annotations

import os
from typing import Any

from quotaline.cache.segment_format import is_printable
from quotaline.model import json_text

_PROMPT = b'"type":"user"'
_FAR = 1 << 20  # bytes; a first prompt that is further down is not looked for
_COMMANDS = ("<command-", "<local-command", "<bash-", "<system-reminder", "Caveat:")  # written by the client
_LONGEST = 200  # characters


def title(path: str) -> str:
    """Return the beginning of the first prompt in a transcript, on one line; empty if there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    with open(descriptor, "rb") as transcript:
        read = 0
        for line in iter(lambda: transcript.readline(_FAR), b""):
            if _PROMPT in line and (found := _words(line)):
                return found
            read += len(line)
            if read > _FAR:
                break
    return ""


def _words(line: bytes) -> str:
    try:
        document = json_text.load(line)
    except ValueError:
        return ""
    message = document.get("message") if isinstance(document, dict) else None
    if not isinstance(message, dict) or document.get("isMeta") or document.get("isSidechain"):
        return ""
    for text in _texts(message.get("content")):
        words = " ".join("".join(letter if is_printable(letter) else " " for letter in text[:2000]).split())
        if words and not words.startswith(_COMMANDS):
            return words[:_LONGEST]
    return ""


def _texts(content: Any) -> list[str]:
    """Return the texts of a prompt, which is one or a list of blocks. The results of tools are blocks too."""
    blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
    return [
        block["text"]
        for block in blocks
        if isinstance(block, dict) and block.get("type") == "text" and isinstance(block.get("text"), str)
    ]
