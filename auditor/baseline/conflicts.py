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

    A flow that does not apply at this site is none, nor one that the forbidding ruleset documents itself (mail from
    the Edge inside a ban on mail from its whole zone). Of alternatives all have to be forbidden; a flow that is merely
    informational is nobody's wish.
    """
    for ruleset in rulesets:
        others = [other for other in rulesets if other.ruleset.id != ruleset.ruleset.id]
        for flow in ruleset.flows if others else ():
            if flow.preset is None and flow.flow.level != "informational":
                for other in others:
                    yield from _meeting(flow, other)


def _meeting(flow: BoundFlow, other: BoundRuleset) -> Iterator[Conflict]:
    for banned in other.forbidden:
        if not flow.source.addresses.overlaps(banned.source.addresses):
            continue
        if not flow.destination.addresses.overlaps(banned.destination.addresses):
            continue
        shared = _shared(flow, banned)
        if shared and (left := shared - _documented(flow, other)):
            yield Conflict(flow, banned, left)


def _documented(flow: BoundFlow, other: BoundRuleset) -> ServiceSet:
    """What another ruleset documents for all packets between the ends of a flow."""
    return ServiceSet.union(
        service
        for each in other.flows
        if each.preset is None
        and flow.source.addresses <= each.source.addresses
        and flow.destination.addresses <= each.destination.addresses
        for service in each.options
    )


def _shared(flow: BoundFlow, banned: BoundForbidden) -> ServiceSet:
    parts = [each & banned.service for each in flow.options]
    return ServiceSet.union(parts) if all(parts) else NO_SERVICE
