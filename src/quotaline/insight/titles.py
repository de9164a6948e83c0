"""
The first words of a session's first prompt, to recognise it by. Read when they are shown, and never kept:
what is kept is where in the transcript that prompt is.
"""

from __future__ import annotations

import os
from typing import Any, BinaryIO

from quotaline.cache.segment_format import is_printable
from quotaline.model import json_text

_PROMPT = b'"type":"user"'
_FAR = 1 << 18  # bytes; a first prompt that begins further down is not looked for
_LONGEST_LINE = 1 << 22  # bytes, with what was pasted into the prompt
_LONGEST = 200  # characters of a title
_COMMANDS = ("<command-", "<local-command", "<bash-", "<system-reminder", "Caveat:")  # written by the client


def first_prompt(transcript: BinaryIO) -> int:
    """Return where in a transcript the line of the first prompt begins; -1 if there is none."""
    transcript.seek(0)
    at = 0
    while at < _FAR and (line := transcript.readline(_LONGEST_LINE)):
        if _PROMPT in line and _words(line):
            return at
        at += len(line)
    return -1


def title(path: str, at: int) -> str:
    """Return the beginning of the prompt in the line at `at`, without line breaks; empty if there is none."""
    if at < 0:
        return ""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    with open(descriptor, "rb") as transcript:
        transcript.seek(at)
        return _words(transcript.readline(_LONGEST_LINE))


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
