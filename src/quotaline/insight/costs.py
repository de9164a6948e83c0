"""
What a session cost: the client's own figures first, then its lines', then our prices (an estimate). Pure.

A `cost-state` covers a session from its start, or from its resumption after a kill, to a clean exit. Requests
that no figure covers, those before a kill say, are priced by the table (docs/claude-code.md 4.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from quotaline.insight.prices import PRICED, REPORTED, UNPRICED, Rates, Tokens, rates, worth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quotaline.insight.entries import Figure
    from quotaline.insight.transcript_index import Slot

_NOTHING = Tokens(0, 0, 0, 0, 0)
_USUAL = Rates(1, 5, 1.25, 2, 0.1)  # how the kinds compare in most models, to weigh those without a price


class Cost(NamedTuple):
    """
    What a slot cost, in nano-dollars.

    `is_partial`: a part has no known price, it is "at least"; `is_estimate`: a part is from our table.
    """

    slot: Slot
    cost: float
    is_partial: bool
    is_estimate: bool


def parts(figures: Iterable[Figure]) -> list[Figure]:
    """
    Return the last figure of each part of a session; their sum is the client's account of all of it.

    The client starts at 0 again when it resumes a session that was killed, so a fall begins a new part. A
    figure that is back at an earlier part's maximum is one of the whole session, and not another part.
    """
    kept: list[Figure] = []
    for figure in figures:
        if not kept or figure.cost < kept[-1].cost:
            kept.append(figure)
        elif len(kept) == 1 or figure.cost < max(one.cost for one in kept[:-1]):
            kept[-1] = figure
        elif figure.cost >= sum(one.cost for one in kept):
            kept = [figure]
    return kept


def costs(slots: list[Slot], figures: Iterable[Figure], *, is_fork: bool) -> list[Cost]:
    """
    Return the cost of each slot of one session.

    Args:
        slots: What the session used; at least one.
        figures: The client's own, in the order in which it wrote them.
        is_fork: Its figures can include what the session used that it is a fork of.
    """
    known = parts(figures)
    found = [Cost(slot, slot.cost, slot.source == UNPRICED, slot.source == PRICED) for slot in slots]
    latest = max(slots, key=lambda slot: slot.last)
    rest = sum(figure.cost for figure in known)
    for model, (covered, dollars) in _by_model(known).items():
        own = [at for at, one in enumerate(found) if _matches(one.slot, model)]
        if own:
            made = _covered([found[at] for at in own], model, covered, dollars, is_fork=is_fork)
            for at, one in zip(own, made, strict=True):
                found[at] = one
        elif not is_fork:
            found.append(_without_requests(latest, model, dollars))
        rest -= dollars
    if rest and not any(figure.models for figure in known):  # then it is of them all
        found = _spread(found, rest)
    elif rest > 0 and not is_fork:
        found.append(_without_requests(latest, latest.model, rest))
    if any(figure.is_partial for figure in known):
        found[-1] = found[-1]._replace(is_partial=True)
    return found


def _by_model(figures: list[Figure]) -> dict[str, tuple[Tokens, int]]:
    """Return what the figures cover: tokens and nano-dollars by model."""
    sums: dict[str, tuple[Tokens, int]] = {}
    for figure in figures:
        for name, (tokens, dollars) in figure.models.items():
            before, paid = sums.get(_base(name), (_NOTHING, 0))
            sums[_base(name)] = (_sum([before, tokens]), paid + dollars)
    return sums


def _covered(own: list[Cost], model: str, covered: Tokens, dollars: int, *, is_fork: bool) -> list[Cost]:
    """Return the costs of the slots of one model, of whose tokens the client's figures cover so many."""
    known = rates(model, own[-1].slot.last) or _USUAL
    counted = worth(_sum(one.slot.tokens for one in own), known)
    share = worth(covered, known) / counted if counted else 1.0
    amount = dollars / share if is_fork and share > 1 else dollars
    client = _spread(own, amount)
    if share >= 1:
        return client
    return [
        one._replace(cost=one.cost * (1 - share) + part.cost) for one, part in zip(own, client, strict=True)
    ]


def _spread(own: list[Cost], amount: float) -> list[Cost]:
    """Divide an amount of the client's own between slots, in proportion to what they cost by the table."""
    weights = [one.slot.cost or worth(one.slot.tokens, _USUAL) or 1 for one in own]
    unit = amount / sum(weights)
    return [
        Cost(one.slot, unit * weight, is_partial=False, is_estimate=False)
        for one, weight in zip(own, weights, strict=True)
    ]


def _without_requests(slot: Slot, model: str, dollars: int) -> Cost:
    """Return what the client paid for requests that are in no transcript: titles, for example."""
    nothing = slot._replace(model=model, requests=0, tokens=_NOTHING, cost=0, source=REPORTED)
    return Cost(nothing, dollars, is_partial=False, is_estimate=False)


def _matches(slot: Slot, model: str) -> bool:
    return slot.source != REPORTED and _base(slot.model) == model


def _base(model: str) -> str:
    """Return a model as both the client's figures and the lines name it."""
    return model.removesuffix("-fast").removesuffix("[1m]")


def _sum(tokens: Iterable[Tokens]) -> Tokens:
    return Tokens(*map(sum, zip(*tokens, strict=True)))
