"""What untrusted zones reach: by server, service and rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from auditor.analysis.coverage import published_as
from auditor.analysis.devices import Device
from auditor.analysis.layers import Asked, Layer, candidates, host_passing
from auditor.analysis.paths import Paths
from auditor.baseline import BoundEnd, BoundRuleset
from auditor.baseline.services import KnownService, load_services
from auditor.findings.finding import Confidence
from auditor.findings.result import CoverageState, Exposure
from auditor.findings.wording import listed
from auditor.packets import Decision, PacketSet, opens
from auditor.packets.index import numbers
from parsers.model.addresses import ANY_ADDRESS, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.intervals import IntervalSet
from parsers.model.rule import Rule
from parsers.model.services import ANY_SERVICE, ServiceSet


@dataclass(frozen=True, slots=True)
class Opening:
    """The packets from one zone that one accept rule lets through.

    `near` are those that only a neighbour on the outer segment can send (untranslated packets to private addresses).
    """

    device: Device
    zone: BoundEnd
    rule: Rule
    packets: Bounded[PacketSet]
    near: PacketSet

    @property
    def confidence(self) -> Confidence:
        """Certain when some packet certainly passes."""
        return Confidence.CERTAIN if self.packets.certain else Confidence.POSSIBLE


def openings(device: Device, zone: BoundEnd) -> Iterator[Opening]:
    """Every accept rule that an untrusted zone reaches, with its exact share."""
    if device.forward is None or not device.internet:
        return
    ingress = zone.interfaces.get(device.name, device.internet)
    asked = Asked(device, zone.addresses, ANY_ADDRESS, ingress, None, from_internet=True)
    real, near = candidates(asked, ANY_SERVICE)
    filter_ = device.forward
    shares: dict[int, tuple[Decision | None, Decision | None]] = {}
    rules: dict[int, Rule] = {}
    for number, packets in enumerate((real, near)):
        for decision in filter_.deciding(packets, opens) if packets else ():
            key = id(decision.rule)
            rules[key] = decision.rule
            first, second = shares.get(key, (None, None))
            shares[key] = (decision, second) if number == 0 else (first, decision)
    nothing = PacketSet(filter_.space, ())
    for key, (direct, neighbour) in shares.items():
        share = _leaving(device, direct.packets, ingress) if direct else Bounded(nothing, nothing)
        close = _leaving(device, neighbour.packets, ingress).possible if neighbour else nothing
        if share.possible or close:
            yield Opening(device, zone, rules[key], share, close)


def _leaving(device: Device, packets: Bounded[PacketSet], ingress: frozenset[str]) -> Bounded[PacketSet]:
    """Leave out what no route takes out where a rule lets it, and what goes straight back to the zone it came from."""
    space = packets.possible.space
    mask = space.interface_mask(ingress)
    reach = device.routing.reach()

    def routed(part: PacketSet, beyond: AddressSet) -> PacketSet:
        boxes = []
        for box in part.boxes:
            ways: dict[IntervalSet, int] = {}
            for number in numbers(box.egress & ~mask):
                leads = reach.towards.get(space.interface_names[number], NO_ADDRESS) | beyond
                there = box.destination & leads.intervals
                if there.ranges:
                    ways[there] = ways.get(there, 0) | 1 << number
            boxes += [box._replace(egress=egress, destination=there) for there, egress in ways.items()]
        return PacketSet(space, boxes)

    # Policy routes decide by more than the destination: nothing of what they may take is certain.
    detoured = device.routing.detoured(ingress).intervals
    by_table = [
        box._replace(destination=rest) for box in packets.certain.boxes if (rest := box.destination - detoured).ranges
    ]
    certain = routed(PacketSet(space, by_table), reach.unknown)
    return Bounded(certain, routed(packets.possible, reach.unknown | reach.unnamed))


def exposures(
    found: Iterable[Opening], rulesets: Iterable[BoundRuleset], devices: Mapping[str, Device], paths: Paths
) -> Iterator[Exposure]:
    """One row per rule and destination server (or range), widest things merged.

    A row begins at the firewall the zone meets first and holds what also passes the firewalls after it, the server's
    own included; `rules` names theirs too.
    """
    rulesets = tuple(rulesets)
    servers = [end for each in rulesets for end in each.servers]
    for opening in found:
        entries = {device.name for device, _ in paths.topology.entries(opening.zone)}
        if opening.device.name not in entries:
            continue
        packets = opening.packets.certain or opening.packets.possible or opening.near
        only_near = not opening.packets.possible
        for destination, whole in _by_server(packets, servers):
            services, onward = _onward(opening, destination, whole, servers, devices, paths)
            if not services:
                continue
            part = _of_service(whole, services)
            roles = sorted({end.name for end in servers if end.addresses and destination <= end.addresses})
            yield Exposure(
                device=opening.device.name,
                zone=opening.zone.name,
                destination=destination.text(4),
                server=", ".join(roles),
                services=services.text(),
                confidence="possible" if only_near else opening.confidence.value,
                rules=(opening.rule.id, *onward),
                published_as=published_as(part or whole),
                documented=", ".join(documented(opening.zone, destination, services, rulesets)),
                example=part.example(),
            )


def _onward(
    opening: Opening,
    destination: AddressSet,
    part: PacketSet,
    servers: list[BoundEnd],
    devices: Mapping[str, Device],
    paths: Paths,
) -> tuple[ServiceSet, tuple[str, ...]]:
    """The services that also pass the firewalls behind the first one, and the rules that let them."""
    services = part.services()
    left = services
    layers: list[Layer] = []
    if len(paths.topology.devices) > 1:
        target = BoundEnd("role", destination.text(2), "", destination)
        left, passed, _ = paths.passing(opening.zone, target, services, opening.device)
        layers += passed
    host = next((end.host for end in servers if end.host and destination <= end.addresses), "")
    senders = opening.rule.onward(part.sources())
    for layer in layers:
        senders = AddressSet.union(each.rule.onward(senders) for each in layer.accepts) or senders
    own = host_passing(devices[host], senders, destination, left) if left and host in devices else None
    if own is not None:
        left = left & own.services
        layers.append(own)
    rules = (f"{layer.device.name} {each.rule.id}" for layer in layers for each in layer.accepts)
    return left, tuple(dict.fromkeys(rules))[:6]


def _of_service(packets: PacketSet, services: ServiceSet) -> PacketSet:
    """The packets whose service certainly is among some."""
    mask = packets.space.atoms.mask(services)
    return PacketSet(
        packets.space, [box._replace(service=shared) for box in packets.boxes if (shared := box.service & mask)]
    )


def _by_server(packets: PacketSet, servers: list[BoundEnd]) -> Iterator[tuple[AddressSet, PacketSet]]:
    """The packets by destination: bound servers one by one, other destinations by the services they are reached on."""
    rest = packets
    seen: set[AddressSet] = set()
    for end in servers:
        if not end.addresses or end.addresses in seen:
            continue
        seen.add(end.addresses)
        part = restricted(packets, end.addresses)
        if part:
            yield part.destinations(), part
            rest = PacketSet(
                rest.space, [box for box in rest.boxes if not AddressSet(box.destination) <= end.addresses]
            )
    groups: dict[int, list[int]] = {}
    for number, box in enumerate(rest.boxes):
        groups.setdefault(box.service, []).append(number)
    for places in groups.values():
        part = PacketSet(rest.space, [rest.boxes[place] for place in places])
        yield part.destinations(), part


def restricted(packets: PacketSet, destination: AddressSet) -> PacketSet:
    """The packets to some destinations."""
    boxes = []
    for box in packets.boxes:
        shared = box.destination & destination.intervals
        if shared.ranges:
            boxes.append(box._replace(destination=shared))
    return PacketSet(packets.space, boxes)


def documented(
    zone: BoundEnd, destination: AddressSet, services: ServiceSet, rulesets: Iterable[BoundRuleset]
) -> list[str]:
    """The flows that ask for all of these services to this destination from the zone; [] when some are undocumented."""
    found: dict[str, None] = {}
    rest = services
    for each in rulesets:
        for bound in each.flows:
            if bound.preset is CoverageState.NOT_APPLICABLE or bound.source.name != zone.name:
                continue
            for service in bound.options:
                if destination <= bound.destination.addresses and service.overlaps(services):
                    found[bound.flow.id] = None
                    rest = rest - service
    return [] if rest else list(found)


def port_names(services: ServiceSet, most: int = 6) -> str:
    """The names of well-known ports among some services: "SMB (tcp/445), Telnet (tcp/23, clear text)"."""
    return listed((_named(each) for each in load_services() if each.service <= services), most)


def _named(known: KnownService) -> str:
    clear = ", clear text" if known.cleartext else ""
    return f"{known.name} ({known.service.text()}{clear})"
