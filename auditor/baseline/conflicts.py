"""Baselines that contradict each other for the same addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.baseline.bound import BoundFlow, BoundForbidden, BoundRuleset
from parsers.model.services import NO_SERVICE, ServiceSet


@dataclass(frozen=True, slots=True)
class Conflict:
    """A flow that one ruleset documents and another forbids; `service` is what both speak of."""

    flow: BoundFlow
    forbidden: BoundForbidden
    service: ServiceSet


def conflicts(rulesets: tuple[BoundRuleset, ...]) -> Iterator[Conflict]:
    """Every documented flow that a forbidden opening of another ruleset meets, in the order of the flows.

    A flow that does not apply at this site is none. Of alternatives all have to be forbidden; a flow that is merely
    informational is nobody's wish.
    """
    for ruleset in rulesets:
        others = [banned for other in rulesets if other.ruleset.id != ruleset.ruleset.id for banned in other.forbidden]
        for flow in ruleset.flows if others else ():
            if flow.preset is None and flow.flow.level != "informational":
                yield from _meeting(flow, others)


def _meeting(flow: BoundFlow, others: list[BoundForbidden]) -> Iterator[Conflict]:
    for banned in others:
        if not flow.source.addresses.overlaps(banned.source.addresses):
            continue
        if not flow.destination.addresses.overlaps(banned.destination.addresses):
            continue
        shared = _shared(flow, banned)
        if shared:
            yield Conflict(flow, banned, shared)


def _shared(flow: BoundFlow, banned: BoundForbidden) -> ServiceSet:
    if flow.service is not None:
        return flow.service & banned.service
    parts = [each & banned.service for each in flow.alternatives]
    return ServiceSet.union(parts) if all(parts) else NO_SERVICE
