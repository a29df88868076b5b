"""What an untrusted zone reaches behind the firewalls, whichever server it is: for baselines that speak of whole zones.

Openings are looked at instead of the networks of a zone: a translation may lead to a network that no route of the
export names, and that must not hide it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.analysis.analysis import Analysis
from auditor.analysis.exposure import Opening, restricted
from auditor.baseline import BoundEnd, BoundRuleset
from auditor.findings.result import CoverageState
from auditor.packets import Flow, PacketSet
from parsers.model.addresses import ANY_ADDRESS
from parsers.model.bounds import Bounded
from parsers.model.services import ServiceSet


@dataclass(frozen=True, slots=True)
class Reached:
    """The share of one opening that leads into some zones; `near` as in Opening."""

    opening: Opening
    packets: Bounded[PacketSet]
    near: PacketSet

    def only(self, service: ServiceSet) -> Reached:
        """The packets of some services."""
        forward = self.opening.device.through
        return self.within(forward.packets(Flow(self.opening.zone.addresses, ANY_ADDRESS, service)))

    def within(self, packets: PacketSet) -> Reached:
        """The packets that are also in another set."""
        both = Bounded(self.packets.certain & packets, self.packets.possible & packets)
        return Reached(self.opening, both, self.near & packets)

    def without(self, packets: PacketSet) -> Reached:
        """The packets that are not in another set."""
        rest = Bounded(self.packets.certain - packets, self.packets.possible - packets)
        return Reached(self.opening, rest, self.near - packets)


def reached(
    analysis: Analysis, ruleset: BoundRuleset, source: BoundEnd, zones: frozenset[str], by: Iterable[BoundRuleset]
) -> Iterator[Reached]:
    """What an untrusted zone reaches in some zones of a ruleset.

    Left out is what flows of the rulesets `by` document for single servers, or for these zones as a whole.
    """
    documenting = tuple(by)
    for opening in analysis.openings:
        if opening.zone.name == source.name:
            found = _into(Reached(opening, opening.packets, opening.near), ruleset, zones)
            for packets in _documented(opening, source, documenting, zones):
                found = found.without(packets)
            if found.packets.possible or found.near:
                yield found


def _into(found: Reached, ruleset: BoundRuleset, zones: frozenset[str]) -> Reached:
    """The packets into the zones: all, when the ruleset has no other zone; else by interface, or by address."""
    ends = [end for end in ruleset.every_end if end.kind == "zone" and end.trust != "untrusted"]
    here = [end for end in ends if end.addresses or end.interfaces]
    if all(end.name in zones for end in here):
        return found
    device, space = found.opening.device, found.opening.packets.possible.space
    inside = PacketSet(space, ())
    for end in here:
        if end.name in zones:
            for packets in (found.packets.possible, found.near):
                if device.name in end.interfaces:
                    mask = space.interface_mask(end.interfaces[device.name])
                    boxes = [box._replace(egress=left) for box in packets.boxes if (left := box.egress & mask)]
                    inside = inside | PacketSet(space, boxes)
                else:
                    inside = inside | restricted(packets, end.addresses)
    return found.within(inside)


def _documented(
    opening: Opening, source: BoundEnd, rulesets: Iterable[BoundRuleset], zones: frozenset[str]
) -> Iterator[PacketSet]:
    forward = opening.device.through
    for bound in (bound for ruleset in rulesets for bound in ruleset.flows):
        to = bound.destination
        if bound.preset is CoverageState.NOT_APPLICABLE or bound.source.name != source.name or not to.addresses:
            continue
        whole = to.kind == "zone" and to.name in zones
        if whole or to.is_server:
            service = ServiceSet.union(bound.options)
            # A whole zone is documented wherever its servers stand: networks behind a router may be unknown.
            yield forward.packets(Flow(source.addresses, ANY_ADDRESS if whole else to.addresses, service))
