"""
What one line of a transcript reports, in numbers (docs/claude-code.md 4). Pure.

Nothing of a conversation's text is kept: a line is reduced to tokens, ids, model, folder and time.
The rules for what counts are those of ccusage 20, so that both give the same sums for the same files.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from quotaline.insight.prices import NANO, Tokens
from quotaline.model import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SYNTHETIC = "<synthetic>"  # the model of error messages that the client writes itself
_VERSION = re.compile(r"\d+\.\d+\.\d")
_STANDARD = ("", "standard")
_DOCUMENT_NAMES, _MESSAGE_NAMES = ("sessionId", "requestId", "version"), ("id", "model")
_MOST = 10**12  # tokens of one line; more is damage, and would not fit into an index of whole numbers
_RICHEST = 10**6  # dollars, likewise


class Line(NamedTuple):
    """
    One request, as one line reports it.

    Attributes:
        message: A hash of the message id; 0 if the line has none.
        request: A hash of the request id, or of the session if the line has none.
        is_sidechain: Whether a subagent made the request, or a side question that replays its parent.
        is_copy: Whether the line was copied from the session that a fork began with.
        session: The session in which the request was made.
        model: With `-fast` behind it in fast mode.
        has_speed: Whether the line reports its speed; of two equal lines that one is better.
        cost: The client's own figure, which old versions wrote, in nano-dollars.
        at: Epoch seconds.
        folder: Where the session ran; empty if the line does not say.
    """

    message: int
    request: int
    is_sidechain: bool
    is_copy: bool
    session: str
    model: str
    has_speed: bool
    tokens: Tokens
    cost: int | None
    at: float
    folder: str


class Figure(NamedTuple):
    """The client's own account of a session, from its start or resumption to a clean exit; nano-dollars."""

    session: str
    cost: int
    is_partial: bool
    models: dict[str, tuple[Tokens, int]]


def is_json(text: bytes) -> bool:
    """Whether a text is a whole JSON document, and not the beginning of one."""
    try:
        json_text.load(text)
    except ValueError:
        return False
    return True


def reports(texts: Iterable[bytes], session: str) -> Iterator[Line | Figure]:
    """
    Yield what the lines of a transcript report. `session` is for those that name none.

    A line that repeats the request of the line before is left out, as are all but one of the lines of most
    replies: it could not count beside it, and to check it takes as long as to parse it.
    """
    before: tuple[object, ...] = ()
    for text in texts:
        try:
            document = json_text.load(text)
        except ValueError:
            continue
        if not isinstance(document, dict):
            continue
        if document.get("type") == "cost-state":
            if figure := _figure(document, session):
                yield figure
            continue
        message = document.get("message")
        if not isinstance(message, dict):
            continue
        request = (
            *(message.get("id"), message.get("model"), message.get("usage"), document.get("requestId")),
            *(document.get("sessionId"), document.get("isSidechain"), document.get("forkedFrom")),
        )
        if request != before or not request[0]:
            if line := _line(document, message, session):
                yield line
            before = request if line else ()


def _line(document: dict[str, Any], message: dict[str, Any], session: str) -> Line | None:
    """
    Return the request that a line reports, None if it reports none.

    What ccusage 20 refuses counts nothing here either: a field of its schema that is null or empty.
    """
    at, usage = _time(document.get("timestamp")), message.get("usage")
    if at is None or type(usage) is not dict or not _is_valid(document, message):
        return None
    tokens, speed = _tokens(usage), usage.get("speed", "")
    cost = _dollars(document.get("costUSD", 0.0))
    if tokens is None or cost is None or type(speed) is not str:
        return None
    model = message.get("model", "")
    origin = document.get("forkedFrom")
    parent = _text(origin.get("sessionId")) if isinstance(origin, dict) else ""
    owner = parent or document.get("sessionId", session)
    return Line(
        message=_hash(message.get("id", "")),
        # Gateways that send no request id repeat message ids in other sessions, for other requests.
        request=_hash(document.get("requestId") or f" {owner}"),
        is_sidechain=document.get("isSidechain") is True,
        is_copy=parent != "",
        session=owner,
        model=model + ("" if speed in _STANDARD else f"-{speed}"),
        has_speed=speed != "",
        tokens=tokens,
        cost=cost if "costUSD" in document else None,
        at=at,
        folder=_text(document.get("cwd")),
    )


def _is_valid(document: dict[str, Any], message: dict[str, Any]) -> bool:
    """Whether a line's names are texts, where it has them. None and "" are neither."""
    for names, fields in ((document, _DOCUMENT_NAMES), (message, _MESSAGE_NAMES)):
        for field in fields:
            name = names.get(field, "-")
            if type(name) is not str or not name:
                return False
    return (
        message.get("model") != _SYNTHETIC
        and _VERSION.match(document.get("version", "0.0.0")) is not None
        and document.get("cwd", "") is not None
        and document.get("isApiErrorMessage", False) is not None
    )


def _figure(document: dict[str, Any], session: str) -> Figure | None:
    named, used = document.get("sessionId", session), document.get("modelUsage")
    cost = _dollars(document.get("totalCostUSD"))
    if cost is None or not isinstance(named, str):
        return None
    models: dict[str, tuple[Tokens, int]] = {}
    for model, counts in used.items() if isinstance(used, dict) else ():
        if isinstance(counts, dict):
            write = _count(counts.get("cacheCreationInputTokens"))
            write_1h = _count(counts.get("cacheCreationEphemeral1hInputTokens"))
            models[model] = (
                Tokens(
                    _count(counts.get("inputTokens")),
                    _count(counts.get("outputTokens")),
                    max(0, write - write_1h),
                    write_1h,
                    _count(counts.get("cacheReadInputTokens")),
                ),
                _dollars(counts.get("costUSD")) or 0,
            )
    return Figure(named, cost, document.get("hasUnknownModelCost") is True, models)


def _tokens(usage: dict[str, Any]) -> Tokens | None:
    """Return the tokens of a usage object. Cache writes without a lifetime have the default, 5 minutes."""
    write, by_lifetime = usage.get("cache_creation_input_tokens", 0), usage.get("cache_creation")
    write_1h = 0
    if isinstance(by_lifetime, dict) and write is not None:
        write = by_lifetime.get("ephemeral_5m_input_tokens", 0)
        write_1h = by_lifetime.get("ephemeral_1h_input_tokens", 0)
    read = usage.get("cache_read_input_tokens", 0)
    tokens = Tokens(usage.get("input_tokens", -1), usage.get("output_tokens", -1), write, write_1h, read)
    for count in tokens:
        if type(count) is not int or not 0 <= count <= _MOST:
            return None
    return tokens


def _count(value: object) -> int:
    return value if type(value) is int and 0 <= value <= _MOST else 0


def _dollars(value: object) -> int | None:
    """Return an amount in nano-dollars, None if it is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _RICHEST:
        return None
    return round(value * NANO)


def _time(value: object) -> float | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return at.timestamp() if at and at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


@lru_cache(64)  # most lines repeat the ids of the one before
def _hash(name: str) -> int:
    """Return 64 bits that stand for an id, 0 for none. Ids are long and most of what would be stored."""
    if not name:
        return 0
    return int.from_bytes(blake2b(name.encode(errors="replace"), digest_size=8).digest(), signed=True) or 1
