"""Packets that rules let through though a baseline forbids them, gathered by rule and server."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.analysis.exposure import Opening, restricted
from auditor.analysis.inside import reached
from auditor.analysis.layers import Asked, candidates
from auditor.baseline import BoundEnd, BoundForbidden, BoundRuleset
from auditor.findings.result import CoverageState
from auditor.packets import Decision, Flow, PacketSet, opens
from parsers.model.addresses import AddressSet
from parsers.model.bounds import Bounded
from parsers.model.rule import Rule
from parsers.model.services import ServiceSet


@dataclass(slots=True)
class Hit:
    """All forbidden packets that one rule lets through to one server, gathered ban by ban.

    `near`: only a neighbour on the outer segment can send them (see `candidates`); `roles` names the server for people.
    """

    device: Device
    rule: Rule
    source: BoundEnd
    destination: BoundEnd
    certain: PacketSet
    possible: PacketSet
    near: bool
    roles: str
    rules: list[BoundForbidden] = field(default_factory=list)


class _Cause(NamedTuple):
    """What makes forbidden packets one hit: a rule (its identity in memory), a sender, and the roles of a server."""

    rule: int
    source: str
    roles: str
    """"" for servers that no narrower ban names."""
    near: bool


def banned(analysis: Analysis) -> tuple[Hit, ...]:
    """What rules let through though a baseline forbids it: one hit a rule and server, told at the outermost device."""
    hits: dict[_Cause, Hit] = {}
    for ruleset in analysis.rulesets:
        roles = _roles(ruleset)
        pairs: dict[tuple[int, int], list[BoundForbidden]] = {}
        for bound in ruleset.forbidden:
            if not _whole_zone(bound):
                pairs.setdefault((id(bound.source), id(bound.destination)), []).append(bound)
        for group in pairs.values():
            for asked in analysis.paths.asked(group[0].source, group[0].destination):
                _collect(asked, _reduced(ruleset, group), _documented(ruleset, group[0], asked), hits, roles)
    for ruleset in analysis.rulesets:
        _zones(analysis, ruleset, hits)
    # Where the rule also opens the way through a translation, the neighbour on the outer segment adds nothing.
    left = [hit for key, hit in hits.items() if not hit.near or key._replace(near=False) not in hits]
    return tuple(hit for hit in left if not _told_further_out(hit, left, analysis))


def _whole_zone(bound: BoundForbidden) -> bool:
    return bound.source.trust == "untrusted" and bound.destination.kind == "zone"


def _zones(analysis: Analysis, ruleset: BoundRuleset, hits: dict[_Cause, Hit]) -> None:
    """Bans on whole zones: what a rule opens to a server that a narrower ban names already belongs to that finding."""
    bans: dict[tuple[str, frozenset[str]], list[BoundForbidden]] = {}
    for bound in filter(_whole_zone, ruleset.forbidden):
        bans.setdefault((bound.source.name, frozenset(bound.rule.destination.names)), []).append(bound)
    for (_, zones), group in bans.items():
        service = ServiceSet.union(bound.service for bound in group)
        for found in reached(analysis, ruleset, group[0].source, zones, (ruleset,)):
            share = found.only(service)
            nothing = PacketSet(share.near.space, ())
            for near, packets in ((False, share.packets), (True, Bounded(nothing, share.near))):
                _share_out(found.opening, group, packets, near, hits)


def _share_out(
    opening: Opening,
    group: list[BoundForbidden],
    packets: Bounded[PacketSet],
    near: bool,
    hits: dict[_Cause, Hit],
) -> None:
    certain, possible = packets.certain, packets.possible
    source = group[0].source
    for hit in list(hits.values()):
        if hit.rule is opening.rule and hit.source.name == source.name and hit.destination.kind == "role":
            own = restricted(possible, hit.destination.addresses)
            if own and hit.near == near:
                _widen(hit, group, restricted(certain, hit.destination.addresses), own)
            certain, possible = certain - own, possible - own
    if possible:
        key = _Cause(id(opening.rule), source.name, "", near)
        if key not in hits:
            places = possible.destinations()
            to = next((each.destination for each in group if each.destination.addresses.overlaps(places)), None)
            end, space = to or group[-1].destination, possible.space
            nothing = PacketSet(space, ())
            hits[key] = Hit(opening.device, opening.rule, source, end, nothing, nothing, near, end.name)
        _widen(hits[key], group, certain, possible)


def _widen(hit: Hit, group: list[BoundForbidden], certain: PacketSet, possible: PacketSet) -> None:
    hit.certain = hit.certain | certain
    hit.possible = hit.possible | possible
    open_services = possible.services()
    known = {id(bound) for bound in hit.rules}
    hit.rules += [each for each in group if each.service.overlaps(open_services) and id(each) not in known]


def _told_further_out(hit: Hit, hits: list[Hit], analysis: Analysis) -> bool:
    """Does a rule of a device in front open all of the same? Then that finding names this rule as well."""
    outer = [
        each
        for each in hits
        if each.device is not hit.device
        and (each.source, each.destination) == (hit.source, hit.destination)
        and analysis.paths.precedes(each.device, hit.device, hit.source, hit.destination)
    ]
    seen = ServiceSet.union(each.possible.services() for each in outer)
    return bool(outer) and hit.possible.services() <= seen


def _roles(ruleset: BoundRuleset) -> dict[AddressSet, str]:
    """The roles of every bound address: a server with two roles is one server, two servers of one role one cause."""
    found: dict[AddressSet, list[str]] = {}
    for end in ruleset.servers:
        if end.addresses:
            found.setdefault(end.addresses, []).append(end.name)
    return {addresses: " and ".join(sorted(set(names))) for addresses, names in found.items()}


def _reduced(ruleset: BoundRuleset, group: list[BoundForbidden]) -> list[BoundForbidden]:
    """A ban on everything yields to what is documented for another role on the same server."""
    source, destination = group[0].source, group[0].destination
    documented = ServiceSet.union(
        service
        for flow in ruleset.flows
        if flow.preset is not CoverageState.NOT_APPLICABLE
        and flow.source.addresses == source.addresses
        and flow.destination.addresses == destination.addresses
        for service in flow.options
    )
    return [
        replace(bound, service=bound.service - documented) if "everything" in bound.rule.services else bound
        for bound in group
    ]


def _documented(ruleset: BoundRuleset, ban: BoundForbidden, asked: Asked) -> PacketSet:
    """What flows of single servers document inside a ban on their whole zone.

    Mail from the Edge to the Internet or to one smart host there; telephony from a gateway outside that the site names.
    """
    filter_ = asked.device.through
    found = PacketSet(filter_.space, ())
    if ban.source.kind != "zone":
        return found
    for flow in ruleset.flows:
        if flow.preset is CoverageState.NOT_APPLICABLE or not flow.source.is_server:
            continue
        if flow.source.addresses and flow.destination.addresses <= ban.destination.addresses:
            own = Flow(flow.source.addresses, flow.destination.addresses, ServiceSet.union(flow.options))
            found = found | filter_.packets(own)
    return found


def _collect(
    asked: Asked,
    group: list[BoundForbidden],
    documented: PacketSet,
    hits: dict[_Cause, Hit],
    roles: dict[AddressSet, str],
) -> None:
    filter_ = asked.device.through
    service = ServiceSet.union(bound.service for bound in group)
    for near, every in enumerate(candidates(asked, service)):
        packets = every - documented
        for decision in filter_.deciding(packets, opens) if packets else ():
            _add(asked, group, decision, bool(near), hits, roles)


def _add(
    asked: Asked,
    group: list[BoundForbidden],
    decision: Decision,
    near: bool,
    hits: dict[_Cause, Hit],
    roles: dict[AddressSet, str],
) -> None:
    source, destination = group[0].source, group[0].destination
    who = roles.get(destination.addresses, destination.name)
    key = _Cause(id(decision.rule), source.name, who, near)
    if key not in hits:
        nothing = PacketSet(decision.packets.possible.space, ())
        hits[key] = Hit(asked.device, decision.rule, source, destination, nothing, nothing, near, who)
    _widen(hits[key], group, decision.packets.certain, decision.packets.possible)
