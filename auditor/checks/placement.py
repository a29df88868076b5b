"""A server stands in a zone where its vendor does not support it.

What it finds
-------------
A bound role whose address lies in a zone that the baseline does not list for it, such as a Client Access server
in the perimeter network. The zone is that of the interface the address is connected to (or routed through), or
of the networks the site file states.

Why it matters
--------------
The vendor does not support the topology, and it does not protect: a domain member in the perimeter needs so many
ports to the inside that the firewall behind it hardly filters.

Example
-------
Client Access at 10.0.20.21 in the DMZ, with 389, 88, 135 and all dynamic RPC ports open to the domain controllers.

What to do
----------
Move the server inside and publish it through a reverse proxy or the firewall, or use the role made for the
perimeter (Edge Transport, Web Application Proxy, Remote Desktop Gateway).

When to waive
-------------
While the move is planned, with a date. When the zone in the site file is wrong, correct it there.

References
----------
Microsoft Exchange team, "Don't put CAS in the perimeter network" (2009) and "Exchange, Firewalls, and Support"
(2013).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.baseline import BoundEnd, BoundRuleset
from auditor.checks.check import Check, exact
from auditor.findings.finding import Confidence, Finding, Severity
from parsers.model.addresses import PRIVATE_IPV4, AddressSet
from parsers.model.origin import Origin

_ORDER = {"untrusted": 0, "semi": 1, "trusted": 2}
_Place = tuple[str, str, Origin | None]
"""(zone, device, where the device says so)."""


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for bound in analysis.rulesets:
        for role in bound.ruleset.roles.values():
            for end in bound.ends[role.name] if role.allowed_zones else ():
                places = list(_places(analysis, bound, end))
                if places and not any(zone in role.allowed_zones for zone, _, _ in places):
                    yield _finding(check, bound, end, places[0])


def _places(analysis: Analysis, bound: BoundRuleset, end: BoundEnd) -> Iterator[_Place]:
    """Where the devices nearest to the address put it; a default route says nothing of a private address.

    Nor does a route by the interface of the Internet to a private network: another router leads on to it from there.
    """
    if not end.addresses or end.interfaces:
        return
    for zone, networks in analysis.site.networks.items():
        if end.addresses <= networks:
            yield zone, "", None
    devices = [device for device in analysis.devices.values() if device.forward is not None]
    connected = [place for device in devices for place in _connected(device, end.addresses)]
    found = connected or [place for device in devices for place in _routed(device, end.addresses)]
    trust = bound.ruleset.zones
    led_on = not connected and end.addresses <= PRIVATE_IPV4
    yield from (place for place in found if place[0] in trust and not (led_on and trust[place[0]] == "untrusted"))
    if not found and end.trust == "untrusted":
        holds = (name for name in trust if trust[name] == "untrusted")
        yield from ((name, "", None) for name in holds if end.addresses <= bound.ends[name][0].addresses)


def _connected(device: Device, addresses: AddressSet) -> Iterator[_Place]:
    for interface in device.firewall.interfaces:
        if addresses <= interface.networks and interface.name in device.zones:
            yield device.zones[interface.name], device.name, interface.origin


def _routed(device: Device, addresses: AddressSet) -> Iterator[_Place]:
    for route in device.firewall.routes:
        if addresses <= route.destination and route.destination.count < 1 << 31 and route.interface in device.zones:
            yield device.zones[route.interface], device.name, route.origin


def _finding(check: Check, bound: BoundRuleset, end: BoundEnd, place: _Place) -> Finding:
    zone, device, origin = place
    role = bound.ruleset.roles[end.name]
    allowed = " or ".join(role.allowed_zones)
    trust = bound.ruleset.zones
    inward = all(_ORDER[trust[zone]] > _ORDER[trust[each]] for each in role.allowed_zones)
    return check.found(
        device=device,
        severity=Severity.LOW if inward or end.guess else check.severity,
        confidence=Confidence.POSSIBLE if end.guess else Confidence.CERTAIN,
        message=(
            f"{role.title} {end.addresses.text(3)} stands in zone {zone}; "
            f"{bound.ruleset.title} supports it in zone {allowed} only."
        ),
        remedy=f"Move it to zone {allowed}, or correct the zone in the site file.",
        packets=f"{end.name} {exact(end.addresses)} in {zone}",
        origin=origin,
        identity=end.name,
        citation=role.cite,
        uncertain=(end.doubt,) if end.guess else (),
    )


CHECK = Check(
    "FW119",
    "placement",
    "Server in an unsupported zone",
    Severity.MEDIUM,
    "The vendor does not support this topology, and it does not protect.",
    _run,
)
