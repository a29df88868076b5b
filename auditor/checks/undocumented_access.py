"""Access that no flow of the baseline documents, where the baseline closes the world.

What it finds
-------------
Packets that an accept rule lets through between two ends of a closed world (from the Internet to the servers,
from an Edge to the inside) and that no documented flow and no forbidden opening covers.

Why it matters
--------------
An opening nobody can explain is an opening nobody will miss, except an attacker.

Example
-------
Port 8443 of the Client Access server is reachable from the Internet; nothing in the reference asks for it.

What to do
----------
Find the owner. Remove the opening, or document it: in an own ruleset, or as an exception with reason, owner
and date.

When to waive
-------------
When another product on the same server needs it and its owner is known.

References
----------
PCI DSS v4.0 requirement 1.2.5: all services, protocols and ports allowed are identified, approved and have a
business need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.analysis.exposure import port_names
from auditor.analysis.inside import reached
from auditor.analysis.layers import candidates
from auditor.analysis.reach import let_in
from auditor.baseline import BoundClosedWorld, BoundEnd, BoundRuleset
from auditor.checks.check import Check, exact, host_text, path_text
from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.result import CoverageState
from auditor.packets import Flow, PacketSet, opens
from parsers.model.addresses import ANY_ADDRESS
from parsers.model.bounds import Bounded
from parsers.model.rule import Rule
from parsers.model.services import ANY_SERVICE, TCP, ServiceSet

_WIDE = 2000


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    seen: set[tuple[object, ...]] = set()
    for ruleset in analysis.rulesets:
        for world in ruleset.closed_world:
            whole = _whole_zone(world)
            key = (world.source.name, world.source.addresses, world.rule.id if whole else world.destination.addresses)
            if key not in seen:
                seen.add(key)
                yield from _zones(analysis, check, ruleset, world) if whole else _world(analysis, check, world)


def _whole_zone(world: BoundClosedWorld) -> bool:
    return world.source.trust == "untrusted" and world.destination.kind == "zone"


def _world(analysis: Analysis, check: Check, world: BoundClosedWorld) -> Iterable[Finding]:
    rest = ANY_SERVICE - _documented(analysis.rulesets, world)
    for asked in analysis.paths.asked(world.source, world.destination) if rest else ():
        forward = asked.device.through
        packets, _ = candidates(asked, rest)
        told = (*_banned(analysis.rulesets, world.source), *_of_single_senders(analysis.rulesets, world))
        for flow in told if packets else ():
            packets = packets - forward.packets(flow)
        for decision in forward.deciding(packets, opens) if packets else ():
            yield _finding(analysis, check, world, asked.device, decision.rule, decision.packets)


def _zones(analysis: Analysis, check: Check, ruleset: BoundRuleset, world: BoundClosedWorld) -> Iterable[Finding]:
    """A closed world of whole zones: what is left of every opening after what is documented, banned or told already."""
    zones = frozenset(world.rule.destination.names)
    for found in reached(analysis, ruleset, world.source, zones, analysis.rulesets):
        forward = found.opening.device.through
        told = [*_banned(analysis.rulesets, world.source), *_narrower(analysis.rulesets, world.source)]
        for flow in told:
            found = found.without(forward.packets(flow))
        # What is left of a rule for nearly everything is no cause of its own: its forbidden ports are told already.
        wide = found.opening.rule.service.possible.destination_ports(TCP).count > _WIDE
        if found.packets.possible and not wide:
            yield _finding(analysis, check, world, found.opening.device, found.opening.rule, found.packets)


def _banned(rulesets: Iterable[BoundRuleset], source: BoundEnd) -> Iterator[Flow]:
    """What is reported as a forbidden opening."""
    for bound in (bound for ruleset in rulesets for bound in ruleset.forbidden):
        if bound.source.addresses == source.addresses:
            everywhere = bound.source.trust == "untrusted" and bound.destination.kind == "zone"
            to = ANY_ADDRESS if everywhere else bound.destination.addresses
            yield Flow(bound.source.addresses, to, bound.service)


def _of_single_senders(rulesets: Iterable[BoundRuleset], world: BoundClosedWorld) -> Iterator[Flow]:
    """What flows document for some senders of a whole zone: mail from one relay outside."""
    for flow in (flow for ruleset in rulesets for flow in ruleset.flows):
        sender, server = flow.source.addresses, flow.destination.addresses
        inside = bool(sender) and sender <= world.source.addresses and sender != world.source.addresses
        if flow.preset is CoverageState.NOT_APPLICABLE or not inside:
            continue
        if flow.options and server.overlaps(world.destination.addresses):
            yield Flow(sender, server, ServiceSet.union(flow.options))


def _narrower(rulesets: Iterable[BoundRuleset], source: BoundEnd) -> Iterator[Flow]:
    """What the closed worlds of single servers report."""
    for world in (world for ruleset in rulesets for world in ruleset.closed_world):
        if world.destination.kind == "role" and world.source.addresses == source.addresses:
            yield Flow(source.addresses, world.destination.addresses, ANY_SERVICE)


def _finding(
    analysis: Analysis, check: Check, world: BoundClosedWorld, device: Device, rule: Rule, packets: Bounded[PacketSet]
) -> Finding:
    servers = [end for each in analysis.rulesets for end in each.servers]
    share = packets.certain or packets.possible
    services = share.services()
    destination = share.destinations()
    passing, _, stopping = analysis.paths.passing(world.source, world.destination, services, device)
    own, hosts = let_in(analysis.devices, servers, rule.onward(world.source.addresses), destination, services)
    known = port_names(services)
    who = f"{world.source.name} ({exact(rule.source.possible)})"
    guess = world.source.doubt or world.destination.doubt
    severity = min(world.rule.severity, Severity.MEDIUM) if guess else world.rule.severity
    return check.found(
        device=device.name,
        rule=rule,
        severity=severity if passing & own else min(severity, Severity.LOW),
        confidence=Confidence.CERTAIN if packets.certain and not guess else Confidence.POSSIBLE,
        message=(
            f"{world.source.text} reaches {world.destination.name} {destination.text(4)} on {services.text(8)}"
            f"{f' ({known})' if known else ''}; no documented flow asks for it."
            f"{path_text(services, passing, stopping)}{host_text(services, own, hosts)}"
        ),
        remedy="Remove it, or document it with an owner: in an own ruleset or as an exception of the site.",
        packets=f"{who} to {exact(destination)} {exact(services, 40)}",
        example=share.example(),
        citation=world.rule.cite,
        flow=world.rule.id,
        lines=(f"{world.ruleset}:{world.rule.id}",),
        uncertain=(*rule.uncertain, guess) if guess else rule.uncertain,
    )


def _documented(rulesets: tuple[BoundRuleset, ...], world: BoundClosedWorld) -> ServiceSet:
    """Services some flow of any baseline documents, or some forbidden opening already reports, between these ends."""
    found: list[ServiceSet] = []
    inside = world.destination.kind == "zone"
    for bound in (bound for ruleset in rulesets for bound in ruleset.flows):
        if bound.preset is CoverageState.NOT_APPLICABLE or bound.source.addresses != world.source.addresses:
            continue
        if bound.destination.addresses == world.destination.addresses or (
            inside and bound.destination.addresses <= world.destination.addresses
        ):
            found += bound.options
    for forbidden in (forbidden for ruleset in rulesets for forbidden in ruleset.forbidden):
        same = forbidden.source.addresses == world.source.addresses
        if same and forbidden.destination.addresses == world.destination.addresses:
            found.append(forbidden.service)
    return ServiceSet.union(found)


CHECK = Check(
    "FW103",
    "undocumented-access",
    "Undocumented access",
    Severity.HIGH,
    "Nothing documents a need for this opening.",
    _run,
)
