"""
What a session cost: the client's own figures first, then its lines', then our prices (an estimate). Pure.

A `cost-state` covers a session from its start, or from its resumption after a kill, to a clean exit. Requests
that no figure covers, those before a kill say, are priced by the table (docs/claude-code.md 4.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from quotaline.insight.prices import Rates, Tokens, rates, worth
from quotaline.insight.transcript_tables import PRICED, REPORTED, UNPRICED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quotaline.insight.entries import Figure
    from quotaline.insight.transcript_index import Slot

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
    if not known:
        return found
    latest = max(slots, key=lambda slot: slot.last)
    rest = sum(figure.cost for figure in known)  # what no request of ours accounts for, titles for example
    for model in sorted({name for figure in known for name in figure.models}):
        entries = [figure.models[model] for figure in known if model in figure.models]
        dollars = sum(cost for _, cost in entries)
        own = [at for at, one in enumerate(found) if _matches(one.slot, model)]
        covered = worth(_sum(tokens for tokens, _ in entries), rates(_base(model), latest.last) or _USUAL)
        counted = worth(_sum(found[at].slot.tokens for at in own), rates(_base(model), latest.last) or _USUAL)
        if not own or not counted:
            continue
        rest -= dollars
        share = covered / counted
        amount = dollars / share if is_fork and share > 1 else dollars
        for at, part in zip(own, _split([found[at] for at in own], amount), strict=True):
            one = found[at]
            if share >= 1:
                found[at] = Cost(one.slot, part, is_partial=False, is_estimate=False)
            else:
                found[at] = one._replace(cost=one.cost * (1 - share) + part)
    if rest > 0 and not is_fork:
        nothing = latest._replace(requests=0, tokens=Tokens(0, 0, 0, 0, 0), cost=0, source=REPORTED)
        found.append(Cost(nothing, rest, is_partial=False, is_estimate=False))
    if any(figure.is_partial for figure in known):
        found[-1] = found[-1]._replace(is_partial=True)
    return found


def _matches(slot: Slot, model: str) -> bool:
    return slot.source != REPORTED and _base(slot.model) == _base(model)


def _base(model: str) -> str:
    """Return a model as both the client's figures and the lines name it."""
    return model.removesuffix("-fast").removesuffix("[1m]")


def _sum(tokens: Iterable[Tokens]) -> Tokens:
    return Tokens(*map(sum, zip(*tokens, strict=True)))


def _split(own: list[Cost], amount: float) -> list[float]:
    """Divide an amount in proportion to what the slots cost by the table."""
    weights = [one.slot.cost or worth(one.slot.tokens, _USUAL) for one in own]
    total = sum(weights)
    return [amount * weight / total for weight in weights]
