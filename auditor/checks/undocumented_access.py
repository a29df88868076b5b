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

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.exposure import port_names
from auditor.analysis.layers import candidates
from auditor.analysis.reach import let_in
from auditor.baseline import BoundClosedWorld, BoundRuleset
from auditor.checks.check import Check, exact
from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.result import CoverageState
from auditor.packets import Flow, PacketSet, opens
from parsers.model.services import ANY_SERVICE, ServiceSet


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    seen: set[tuple[object, ...]] = set()
    for world in (world for ruleset in analysis.rulesets for world in ruleset.closed_world):
        key = (world.source.name, world.source.addresses, world.destination.addresses)
        if key not in seen:
            seen.add(key)
            yield from _world(analysis, check, world)


def _world(analysis: Analysis, check: Check, world: BoundClosedWorld) -> Iterable[Finding]:
    ends = (end for each in analysis.rulesets for found in each.ends.values() for end in found)
    servers = [end for end in ends if end.kind == "role" and not end.interfaces]
    rest = ANY_SERVICE - _documented(analysis.rulesets, world)
    for asked in analysis.paths.asked(world.source, world.destination) if rest else ():
        device, forward = asked.device, asked.device.forward
        assert forward is not None
        packets, _ = candidates(asked, rest)
        for bound in (bound for ruleset in analysis.rulesets for bound in ruleset.forbidden):
            if packets and bound.source.addresses == world.source.addresses:
                banned = Flow(bound.source.addresses, bound.destination.addresses, bound.service)
                packets = packets - forward.packets(banned)  # reported as forbidden openings
        for decision in forward.deciding(packets, opens) if packets else ():
            rule = decision.rule
            share: PacketSet = decision.packets.certain or decision.packets.possible
            services = share.services()
            destination = share.destinations()
            passing, _, stopping = analysis.paths.passing(world.source, world.destination, services, device)
            own, hosts = let_in(analysis.devices, servers, world.source.addresses, destination, services)
            known = port_names(services)
            who = f"{world.source.name} ({exact(rule.source.possible)})"
            yield check.found(
                device=device.name,
                rule=rule,
                severity=world.rule.severity if passing & own else min(world.rule.severity, Severity.LOW),
                confidence=Confidence.CERTAIN if decision.packets.certain else Confidence.POSSIBLE,
                message=(
                    f"{world.source.text} reaches {world.destination.name} {destination.text(4)} on {services.text(8)}"
                    f"{f' ({known})' if known else ''}; no documented flow asks for it."
                    f"{_further(services, passing, stopping)}{_hosts(services, own, hosts)}"
                ),
                remedy="Remove it, or document it with an owner: in an own ruleset or as an exception of the site.",
                packets=f"{who} to {exact(destination)} {exact(services, 40)}",
                example=share.example(),
                citation=world.rule.cite,
                flow=world.rule.id,
                uncertain=rule.uncertain,
            )


def _further(services: ServiceSet, passing: ServiceSet, stopping: tuple[str, ...]) -> str:
    """What the other firewalls of the path make of it."""
    if not passing:
        where = " and ".join(stopping) or "another firewall"
        return f" {where} on the same path stops all of it today; only that stands between."
    return "" if services <= passing else f" The other firewalls of the path let on {passing.text(8)}."


def _hosts(services: ServiceSet, own: ServiceSet, hosts: tuple[str, ...]) -> str:
    """What the servers' own firewalls make of it."""
    if not hosts or services <= own:
        return ""
    names = " and ".join(hosts)
    if not own:
        return f" The host's own firewall ({names}) stops all of it today; only that stands between."
    return f" Of these the host's own firewall ({names}) lets in {own.text(8)}."


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
            found += [each for each in (bound.service, *bound.alternatives) if each is not None]
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
