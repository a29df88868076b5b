"""Exact sets of packets, with a witness and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.findings.finding import Packet
from auditor.packets.box import Box, covers, intersect, minus
from auditor.packets.space import Space
from auditor.packets.translated import OTHER, origin_of
from parsers.model.addresses import PRIVATE_IPV4, PUBLIC, AddressSet, address_text
from parsers.model.intervals import IntervalSet
from parsers.model.services import ICMP, ICMPV6, PORT_PROTOCOLS, TCP, UDP, ServiceSet


@dataclass(frozen=True, slots=True)
class Piece:
    """One box of a packet set in the model's words; () for interfaces means any, "" in `translations` untranslated."""

    ingress: tuple[str, ...]
    egress: tuple[str, ...]
    translations: tuple[str, ...]
    source: AddressSet
    destination: AddressSet
    service: ServiceSet


class PacketSet:
    """A union of boxes of one space. Boxes may overlap; every operation is exact."""

    __slots__ = ("boxes", "space")

    def __init__(self, space: Space, boxes: Iterable[Box]) -> None:
        self.space = space
        self.boxes = _without_covered(list(boxes))

    def __bool__(self) -> bool:
        return bool(self.boxes)

    def __or__(self, other: PacketSet) -> PacketSet:
        return PacketSet(self.space, (*self.boxes, *other.boxes))

    def __and__(self, other: PacketSet) -> PacketSet:
        return PacketSet(
            self.space, [box for a in self.boxes for b in other.boxes if (box := intersect(a, b)) is not None]
        )

    def __sub__(self, other: PacketSet) -> PacketSet:
        if not other.boxes:
            return self
        return PacketSet(self.space, [piece for box in self.boxes for piece in minus(box, other.boxes)])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PacketSet):
            return NotImplemented
        return self <= other <= self

    __hash__ = None  # type: ignore[assignment]

    def __le__(self, other: PacketSet) -> bool:
        """Is every packet of this set in the other?"""
        return not any(next(minus(box, other.boxes), None) for box in self.boxes)

    @property
    def pieces(self) -> Iterator[Piece]:
        """The boxes in words."""
        for box in self.boxes:
            yield Piece(
                self.space.names(box.ingress),
                self.space.names(box.egress),
                self._translations(box.translation),
                AddressSet(box.source),
                AddressSet(box.destination),
                self.space.atoms.services(box.service),
            )

    def _translations(self, mask: int) -> tuple[str, ...]:
        names = [""] if mask & 1 else []
        names += [d.translation.name for n, d in enumerate(self.space.domains, start=1) if mask >> n & 1]
        return tuple(dict.fromkeys(names))

    def services(self) -> ServiceSet:
        """All services that occur."""
        mask = 0
        for box in self.boxes:
            mask |= box.service
        return self.space.atoms.services(mask)

    def destinations(self) -> AddressSet:
        """All destinations that occur (after translation)."""
        return AddressSet(IntervalSet.union(box.destination for box in self.boxes))

    def sources(self) -> AddressSet:
        """All sources that occur."""
        return AddressSet(IntervalSet.union(box.source for box in self.boxes))

    def translations(self) -> tuple[str, ...]:
        """The names of all translations that occur, "" for untranslated packets."""
        mask = 0
        for box in self.boxes:
            mask |= box.translation
        return self._translations(mask)

    def ingress(self) -> tuple[str, ...]:
        """The ingress interfaces that occur, () when all do."""
        mask = 0
        for box in self.boxes:
            mask |= box.ingress
        return self.space.names(mask)

    def egress(self) -> tuple[str, ...]:
        """The egress interfaces that occur, () when all do."""
        mask = 0
        for box in self.boxes:
            mask |= box.egress
        return self.space.names(mask)

    def untranslated(self) -> PacketSet:
        """The part that is not translated."""
        return PacketSet(self.space, [box._replace(translation=1) for box in self.boxes if box.translation & 1])

    def translated(self) -> PacketSet:
        """The part that is translated."""
        rest = [(box, box.translation & ~1) for box in self.boxes]
        return PacketSet(self.space, [box._replace(translation=mask) for box, mask in rest if mask])

    def example(self) -> Packet | None:
        """One packet, the same for the same set: public sources and everyday ports where there is a choice."""
        if not self.boxes:
            return None
        return self._packet(min(self.boxes, key=_plainness))

    def _packet(self, box: Box) -> Packet:
        space = self.space
        service = space.atoms.services(box.service)
        protocol, port, source_port = _representative(service)
        public = AddressSet(box.source) & PUBLIC
        source = (public or AddressSet(box.source)).intervals.ranges[0]
        # The first address of a network is not a host's: take the next one where the range has it.
        client = source[0] + (1 if source[1] > source[0] else 0)
        reached = AddressSet(box.destination)
        destination = (reached & PRIVATE_IPV4 or reached & PUBLIC or reached).intervals.ranges[0]
        target = destination[0] + (1 if destination[1] - destination[0] > 1 else 0)
        translation, original, original_port = "", "", None
        if not box.translation & 1:
            number = (box.translation & -box.translation).bit_length() - 1
            domain = space.domains[number - 1]
            target = box.destination.ranges[0][0]
            first, original_port = origin_of(domain.mapping, target, protocol, port)
            translation, original = domain.translation.name, address_text(first)
        return Packet(
            ingress=_first_name(space, box.ingress),
            egress=_first_name(space, box.egress),
            source=address_text(client),
            destination=address_text(target),
            protocol=protocol,
            source_port=source_port,
            destination_port=port,
            translation=translation,
            original_destination=original,
            original_port=original_port,
        )

    def text(self, limit: int = 6) -> str:
        """The set for people: one clause a box; the rest is counted."""
        clauses = []
        for number, piece in enumerate(self.pieces):
            if number == limit:
                clauses.append(f"and {len(self.boxes) - limit} more")
                break
            clauses.append(f"{piece.service.text()} from {piece.source.text(3)} to {piece.destination.text(3)}")
        return "; ".join(clauses) or "none"


def _without_covered(boxes: list[Box]) -> tuple[Box, ...]:
    """Leave out boxes that lie in another one; quadratic, so only for short lists."""
    unique = list(dict.fromkeys(boxes))
    if len(unique) > 200:
        return tuple(unique)
    kept: list[Box] = []
    for number, box in enumerate(unique):
        others = (*kept, *unique[number + 1 :])
        if not any(covers(other, box) for other in others):
            kept.append(box)
    return tuple(kept)


def _plainness(box: Box) -> tuple[bool, int, tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    return bool(box.translation & 1), box.translation, box.destination.ranges, box.source.ranges


_FAVOURITES = (135, 445, 3389, 443, 25, 80, 53, 389)


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
