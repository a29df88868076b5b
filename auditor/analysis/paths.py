"""What the devices along the ways of a flow do with it, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from auditor.analysis.devices import Device
from auditor.analysis.layers import Asked, Layer, either, network_layer
from auditor.analysis.topology import Hop, Topology, Way
from auditor.baseline import BoundEnd
from auditor.packets.translated import image
from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Firewall
from parsers.model.firewall import Mapping as Translated
from parsers.model.rule import Action, Direction, Rule
from parsers.model.services import NO_SERVICE, ServiceSet


@dataclass(frozen=True, slots=True)
class Stretch:
    """One device of a journey: its answer, and what it was asked for (the packets as they are after it)."""

    layer: Layer
    service: ServiceSet


_Face = tuple[AddressSet, ServiceSet]

Journey = tuple[Stretch, ...]
"""Every device that a flow must pass, in the order of travel."""


def arriving(journey: Journey, source: AddressSet) -> frozenset[AddressSet]:
    """As whom the server itself sees some senders: what each rule that lets them through makes of them."""
    found = frozenset({source})
    for stretch in journey:
        rules = [each.rule for each in stretch.layer.accepts]
        if any(rule.source_nat is not None for rule in rules):
            found = frozenset(rule.onward(each) for each in found for rule in rules)
    return found


class Paths:
    """The journeys of flows through the network devices of an audit."""

    def __init__(self, devices: Mapping[str, Device]) -> None:
        self.topology = Topology(devices)

    def asked(self, source: BoundEnd, destination: BoundEnd) -> tuple[Asked, ...]:
        """How a flow meets each network device that may see it, wherever the device stands on the path."""
        return tuple(_asked(hop, source, destination.addresses) for hop in self.topology.ways(source, destination).hops)

    def alternatives(self, source: BoundEnd, destination: BoundEnd, service: ServiceSet) -> tuple[Journey, ...]:
        """The journeys of which one that lets everything through suffices; () when no device sees the flow.

        Where no complete way is known, every device that may be on the path must let the flow through.
        """
        ways = self.topology.ways(source, destination)
        if ways.complete:
            return tuple(each for way in ways.complete for each in _journeys(way, source, destination, service))
        together: list[Stretch] = []
        for way in ways.unplaced:
            together += next(_journeys(way, source, destination, service))
        return (tuple(together),) if together else ()

    def passing(
        self, source: BoundEnd, destination: BoundEnd, service: ServiceSet, but: Device | None = None
    ) -> tuple[ServiceSet, tuple[Layer, ...], tuple[str, ...]]:
        """What possibly gets through the network devices on some way, with the layers it passes and who stops it.

        With `but` only ways through that device count, and what it does itself is left out. A device whose place is not
        known stops nothing on another's way.
        """
        ways = self.topology.ways(source, destination)
        found = NO_SERVICE
        passed: list[Layer] = []
        stopping: dict[str, None] = {}
        for way in (*ways.complete, *ways.unplaced):
            if but is not None and all(hop.device is not but for hop in way):
                continue
            if all(hop.device is but for hop in way):
                found = service  # nothing else stands in this way: no need to ask the device itself
                continue
            for journey in _journeys(way, source, destination, service, foreign=True):
                others = [each for each in journey if each.layer.device is not but]
                through = _through(others, service)
                found = found | through
                if through:
                    passed += [each.layer for each in others]
                else:
                    closed = (each.layer for each in others if not each.layer.services & each.service)
                    stopping |= {layer.device.name: None for layer in closed}
        return found, tuple(passed), () if found else tuple(stopping)

    def precedes(self, outer: Device, inner: Device, source: BoundEnd, destination: BoundEnd) -> bool:
        """Do packets between two ends cross one device and later the other, on every way through the second?"""
        ways = self.topology.ways(source, destination)
        names = [[hop.device.name for hop in way] for way in (*ways.complete, *ways.unplaced)]
        through = [way for way in names if inner.name in way]
        return bool(through) and all(outer.name in way[: way.index(inner.name)] for way in through)


def _through(journey: list[Stretch], service: ServiceSet) -> ServiceSet:
    """The services, as the server sees them, that possibly pass every device of a journey."""
    found = service
    for each in journey:
        if each.service == service:
            found = found & each.layer.services
        elif not each.layer.touched:
            return NO_SERVICE
    return found


def _asked(hop: Hop, source: BoundEnd, destination: AddressSet) -> Asked:
    outside = hop.first and source.trust == "untrusted"
    return Asked(hop.device, source.addresses, destination, hop.ingress, hop.egress, outside)


def _journeys(
    way: Way, source: BoundEnd, destination: BoundEnd, service: ServiceSet, foreign: bool = False
) -> Iterator[Journey]:
    return _back(way, len(way) - 1, source, destination.addresses, service, foreign)


def _back(
    way: Way, last: int, source: BoundEnd, target: AddressSet, service: ServiceSet, foreign: bool
) -> Iterator[Journey]:
    """Journeys over the first devices of a way, found against the direction of travel: a translation on an inner device
    decides what the outer ones must let through.
    """
    asked = _asked(way[last], source, target)
    forward = way[last].device.through
    # A service that no ruleset names may cut through what this device can tell: ask for all that holds it.
    told = forward.space.atoms.covering(service) if foreign else service
    layer = network_layer(asked, told)
    if last == 0:
        yield (Stretch(layer, service),)
        return
    for faces in _faces(layer, target, service):
        before: Journey = ()
        for face, port in faces:
            before += next(_back(way, last - 1, source, face, port, foreign))
        yield (*before, Stretch(_seen(way[:last], asked, layer, faces, told), service))


def _seen(way: Way, asked: Asked, layer: Layer, faces: tuple[_Face, ...], told: ServiceSet) -> Layer:
    """The answer of a device for the senders it really sees: those before it may have translated them."""
    senders = frozenset({asked.source})
    for place, hop in enumerate(way):
        near = faces if place == len(way) - 1 else ()
        senders = frozenset(after for before in senders for after in masked(hop, before, near))
    if senders == {asked.source}:
        return layer
    layers = tuple(network_layer(replace(asked, source=each), told) for each in sorted(senders, key=str))
    return either(layers, f"{asked.device.name}: rules of a device before decide as whom it sees the senders (NAT)")


def masked(hop: Hop, source: AddressSet, faces: Iterable[_Face] = ()) -> frozenset[AddressSet]:
    """As whom the next device sees some senders, by the rules of one that may let them through.

    Args:
        hop: the device that lets them through.
        source: the senders as it sees them.
        faces: what they are on the way to, as it leaves the device; () for anything.
    """
    faces = tuple(faces)
    found = set()
    for rules in hop.device.firewall.lists:
        for rule in rules.rules if rules.direction is Direction.FORWARD else ():
            if rule.action is Action.DENY or not rule.enabled or not rule.source.possible.overlaps(source):
                continue
            apart = (
                (rule.ingress is not None and hop.ingress is not None and not rule.ingress & hop.ingress)
                or (rule.egress is not None and hop.egress is not None and not rule.egress & hop.egress)
                or (faces and not any(_leads_to(rule, *face) for face in faces))
            )
            if not apart:
                found.add(rule.onward(source))
    return frozenset(found) or frozenset({source})


def _leads_to(rule: Rule, target: AddressSet, service: ServiceSet) -> bool:
    there = rule.destination.possible | rule.translated_destination.possible
    return rule.service.possible.overlaps(service) and (bool(rule.translations.possible) or target.overlaps(there))


def faces(services: Iterable[ServiceSet], firewalls: Iterable[Firewall]) -> tuple[ServiceSet, ...]:
    """As what a device in front of a translation sees some services: filters must be able to tell these apart."""
    mappings = _moving(firewalls)
    found: dict[ServiceSet, None] = {}
    for service in services:
        for mapping in mappings:
            if service.overlaps(mapping.mapped_service):
                found[_before(mapping, NO_ADDRESS, service & mapping.mapped_service)[1]] = None
    return tuple(found)


def becoming(services: Iterable[ServiceSet], firewalls: Iterable[Firewall]) -> tuple[ServiceSet, ...]:
    """As what a device behind translations, one after the other, sees some services."""
    mappings = _moving(firewalls)
    found: dict[ServiceSet, None] = {}
    new = list(services)
    while new:
        service = new.pop()
        for mapping in mappings:
            if service.overlaps(mapping.original_service):
                after = image(mapping, mapping.original_destination, service & mapping.original_service)[1]
                if after not in found:
                    found[after] = None
                    new.append(after)
    return tuple(found)


def _moving(firewalls: Iterable[Firewall]) -> list[Translated]:
    """The mappings that change the service."""
    return [
        mapping
        for firewall in firewalls
        for translation in firewall.translations
        for mapping in translation.mappings
        if translation.active and mapping.original_service != mapping.mapped_service
    ]


def _faces(layer: Layer, target: AddressSet, service: ServiceSet) -> Iterator[tuple[_Face, ...]]:
    """As what the device before sees the packets: as they are, or as they were before a translation on this device.

    Each item is an alternative; all faces of one alternative are needed.
    """
    packets = layer.packets
    if not packets or packets.untranslated():
        yield ((target, service),)
    names = packets.translations()
    parts: list[_Face] = []
    for domain in layer.device.through.space.domains:
        if domain.translation.name not in names or not domain.destination.overlaps(target):
            continue
        if not domain.service.overlaps(service):
            continue
        face = _before(domain.mapping, target & domain.destination, service & domain.service)
        if service <= domain.service and target <= domain.destination:
            yield (face,)
        else:
            parts.append(face)
    if parts:
        yield tuple(parts)


def _before(mapping: Translated, target: AddressSet, service: ServiceSet) -> _Face:
    """Addresses and services before a translation: the mapping read backwards."""
    backwards = Translated(
        mapping.mapped_destination.possible,
        mapping.mapped_service,
        Bounded.exactly(mapping.original_destination),
        mapping.original_service,
        mapping.by_offset,
    )
    return image(backwards, target, service)
