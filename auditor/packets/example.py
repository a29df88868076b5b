"""One packet that stands for a set: the same for the same set, and one that people find likely."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.findings.finding import Packet
from auditor.packets.box import Box
from auditor.packets.space import Space
from auditor.packets.translated import OTHER, Domain, origin_of
from parsers.model.addresses import ANY_IPV4, ANY_IPV6, PRIVATE_IPV4, PUBLIC, AddressSet, address_text
from parsers.model.services import ICMP, ICMPV6, PORT_PROTOCOLS, TCP, UDP, ServiceSet

_PRIVATE = PRIVATE_IPV4 | AddressSet.network("fc00::/7")
_FAVOURITES = (135, 445, 3389, 443, 25, 80, 53, 389)


def example_packet(space: Space, boxes: Sequence[Box]) -> Packet:
    """A packet of one of the boxes (at least one is needed).

    Where there is a choice the sender sits in the network of its interface, or else on the Internet; the receiver in
    the network behind its interface, or else inside for a stranger and on the Internet for somebody inside.
    """
    box = min(boxes, key=_plainness)
    protocol, port, source_port = _representative(space.atoms.services(box.service))
    ingress, egress = _first_name(space, box.ingress), _first_name(space, box.egress)
    sources = _sender(space, AddressSet(box.source), ingress)
    source = sources.intervals.ranges[0]
    # The first address of a network is not a host's: take the next one where the range has it.
    client = source[0] + (1 if source[1] > source[0] else 0)
    translation, original, original_port = "", "", None
    if box.translation & 1:
        inside = bool(sources & _PRIVATE)
        destination = _receiver(space, AddressSet(box.destination), egress, inside=inside).intervals.ranges[0]
        target = destination[0] + (1 if destination[1] - destination[0] > 1 else 0)
        # Nobody sends to himself.
        target += 1 if target == client and target < destination[1] else 0
    else:
        number = (box.translation & -box.translation).bit_length() - 1
        domain = space.domains[number - 1]
        target = box.destination.ranges[0][0]
        first, original_port = origin_of(domain.mapping, target, protocol, port)
        translation, original = domain.translation.name, _outside(domain, first)
    return Packet(
        ingress=ingress,
        egress=egress,
        source=address_text(client),
        destination=address_text(target),
        protocol=protocol,
        source_port=source_port,
        destination_port=port,
        translation=translation,
        original_destination=original,
        original_port=original_port,
    )


def _outside(domain: Domain, number: int) -> str:
    """What a client sends to; where an interface's address is meant that no export holds, it is said in words."""
    listening = domain.translation.listening
    leased = domain.mapping.original_destination in (ANY_IPV4, ANY_IPV6) and listening not in ("", "any")
    return f"the address of {listening}" if leased else address_text(number)


def _plainness(box: Box) -> tuple[bool, int, tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    return bool(box.translation & 1), box.translation, box.destination.ranges, box.source.ranges


def _sender(space: Space, possible: AddressSet, ingress: str) -> AddressSet:
    near = space.networks.get(ingress, AddressSet()) & _PRIVATE & possible
    return near or possible & PUBLIC or possible


def _receiver(space: Space, possible: AddressSet, egress: str, *, inside: bool) -> AddressSet:
    networks = space.networks.get(egress, AddressSet())
    near = networks & _PRIVATE & possible
    if near:
        return near
    if inside and (networks or egress in space.outward):
        return possible & PUBLIC or possible
    return possible & _PRIVATE or possible & PUBLIC or possible


def _representative(service: ServiceSet) -> tuple[int, int | None, int | None]:
    """(protocol, destination port or ICMP type and code, source port) of one packet of a service set."""
    by_protocol = service.by_protocol()
    protocol = next((each for each in (TCP, UDP, ICMP, ICMPV6) if each in by_protocol), None)
    if protocol is None:
        protocol = min(by_protocol)
    ports, sources = by_protocol[protocol][0]
    if protocol not in PORT_PROTOCOLS and protocol not in (ICMP, ICMPV6):
        return protocol, None, None
    port = next((each for each in _FAVOURITES if each in ports), None)
    if port is None or protocol in (ICMP, ICMPV6):
        first, last = ports.ranges[0]
        # Port 0 is legal in a range and never used.
        port = first + 1 if first == 0 and last > 0 and protocol in PORT_PROTOCOLS else first
    if protocol in (ICMP, ICMPV6):
        return protocol, 8 * 256 if protocol == ICMP and 8 * 256 in ports else port, None
    return protocol, port, 40000 if 40000 in sources else sources.ranges[-1][1]


def _first_name(space: Space, mask: int) -> str:
    """A name for the packet's interface; "" when every interface is meant."""
    if mask == space.all_interfaces:
        return ""
    names = [name for name in space.names(mask) if name != OTHER]
    return names[0] if names else OTHER
