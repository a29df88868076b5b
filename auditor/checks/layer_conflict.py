"""Perimeter and host disagree.

What it finds
-------------
Documented flows, permitted ones included, that the perimeter lets through and the host's own firewall stops (required
ones are reported as missing, at the host). And the reverse: what a server's own firewall lets everybody on the Internet
in on and the perimeter alone keeps out, one finding a host, for information.

Why it matters
--------------
The service does not work although the firewall team sees it open; each team looks for the fault at the other. In the
reverse, one mistake in the perimeter's rules is enough.

Example
-------
Port 80 is forwarded for the redirect to web mail, and the server's firewall has no rule for it. Its rule for the RPC
endpoint mapper admits any remote address, and only the FortiGate keeps the Internet off port 135.

What to do
----------
Decide whether the flow is wanted, then open it on the host or close it at the perimeter. In the reverse, limit the
remote addresses of the host's rules to the networks that need them.

When to waive
-------------
When the host's firewall is a deliberate second line.

References
----------
None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.analysis.exposure import port_names
from auditor.analysis.layers import host_passing
from auditor.baseline import BoundEnd
from auditor.checks.check import Check, evidence, exact
from auditor.findings.finding import Evidence, Finding, Severity
from parsers.model.services import NO_SERVICE, ServiceSet


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    yield from _closed_inside(analysis, check)
    yield from _open_inside(analysis, check)


def _closed_inside(analysis: Analysis, check: Check) -> Iterator[Finding]:
    """Open at the perimeter, closed on the host."""
    seen: set[tuple[object, ...]] = set()
    for covered in analysis.covered:
        if covered.bound.flow.level == "required":
            continue
        outer = [layer for layer in covered.layers if not layer.device.is_host]
        inner = [layer for layer in covered.layers if layer.device.is_host and not layer.touched]
        if not outer or not inner or not all(layer.certain for layer in outer):
            continue
        row = covered.row
        key = (inner[0].device.name, row.source, row.service)
        if key in seen:
            continue
        seen.add(key)
        through = outer[0].accepts
        yield check.found(
            device=inner[0].device.name,
            message=(
                f"{covered.bound.flow.title}: {outer[0].device.name} lets {row.service} from {row.source} through to "
                f"{row.destination}, but the host stops all of it."
            ),
            remedy="Open it on the host, or close it at the perimeter.",
            packets=f"{row.service} {covered.bound.source.name} {exact(covered.bound.destination.addresses)}",
            origin=through[0].rule.origin if through else None,
            identity=covered.bound.flow.id,
            related=tuple(evidence(outer[0].device.name, each.rule, "lets it through") for each in through[:4]),
            citation=row.citation,
            flow=covered.bound.flow.id,
            lines=(f"{covered.bound.ruleset}:{covered.bound.flow.id}",),
        )


def _open_inside(analysis: Analysis, check: Check) -> Iterator[Finding]:
    """Open on the host, closed at the perimeter: one finding a host."""
    zones: dict[str, BoundEnd] = {}
    hosts: dict[str, list[BoundEnd]] = {}
    for end in (end for each in analysis.rulesets for end in each.every_end):
        if end.kind == "zone" and end.trust == "untrusted":
            zones.setdefault(end.name, end)
        if end.is_server and end.addresses and end.host in analysis.devices:
            hosts.setdefault(end.host, []).append(end)
    for host, ends in hosts.items():
        for zone in zones.values():
            yield from _kept_out(analysis, check, analysis.devices[host], zone, ends)


def _kept_out(
    analysis: Analysis, check: Check, device: Device, zone: BoundEnd, ends: list[BoundEnd]
) -> Iterator[Finding]:
    left, rules, outer = NO_SERVICE, dict[str, Evidence](), dict[str, None]()
    for end in {end.addresses: end for end in ends}.values():
        layer = host_passing(device, zone.addresses, end.addresses, _talked_of(analysis, zone, end))
        asked = analysis.paths.asked(zone, end)
        if layer is None or not layer.passing.certain or not asked:
            continue
        stopped = layer.passing.certain.services() & _talked_of(analysis, zone, end)
        stopped = stopped - analysis.paths.passing(zone, end, stopped)[0]
        left = left | stopped
        outer |= {each.device.name: None for each in asked}
        for each in layer.accepts:
            if not each.rule.implicit and each.packets.certain.services().overlaps(stopped):
                rules[each.rule.id] = evidence(device.name, each.rule, "lets it in")
    if left:
        known = port_names(left)
        yield check.found(
            device=device.name,
            severity=Severity.INFO,
            message=(
                f"Its own firewall lets {zone.name} in on {left.text(8)}{f', among them {known}' if known else ''}; "
                f"only {' and '.join(outer)} keeps it out."
            ),
            remedy="As a second line, limit the remote addresses of these rules to the networks that need them.",
            packets=f"only the perimeter stops {zone.name} {exact(left, 40)}",
            identity="open behind the perimeter",
            related=tuple(rules.values())[:8],
        )


def _talked_of(analysis: Analysis, zone: BoundEnd, end: BoundEnd) -> ServiceSet:
    """The services that baselines document or forbid from a zone to a server."""
    flows = (
        service
        for each in analysis.rulesets
        for bound in each.flows
        if (bound.source.addresses, bound.destination.addresses) == (zone.addresses, end.addresses)
        for service in bound.options
    )
    bans = (
        bound.service
        for each in analysis.rulesets
        for bound in each.forbidden
        if (bound.source.addresses, bound.destination.addresses) == (zone.addresses, end.addresses)
        and "everything" not in bound.rule.services
    )
    return ServiceSet.union((*flows, *bans))


CHECK = Check(
    "FW117",
    "layer-conflict",
    "Perimeter and host disagree",
    Severity.LOW,
    "Each team looks for the fault, or the protection, at the other.",
    _run,
)
