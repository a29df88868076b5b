"""What one version of a firewall lets through that another does not, exactly, packet by packet.

Two versions have coordinates of their own; packets of one are looked up in the other by what they are: the name of the
interface (one that a version does not name is its "any other interface"), the service, the addresses, and what the
translation does to them (not what it is called).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from auditor.packets.box import Box, minus
from auditor.packets.filter import Filter
from auditor.packets.flow import Flow
from auditor.packets.index import BoxIndex, numbers
from auditor.packets.packetset import PacketSet
from auditor.packets.space import Space
from auditor.packets.translated import Domain, certainly_taken, domains
from parsers.model.addresses import ANY_ADDRESS
from parsers.model.bounds import Bounded
from parsers.model.firewall import Firewall
from parsers.model.rule import Direction
from parsers.model.services import ANY_SERVICE, ServiceSet

_EVERYTHING = Flow(ANY_ADDRESS, ANY_ADDRESS, ANY_SERVICE)


@dataclass(frozen=True, slots=True)
class Difference:
    """The packets that pass at the new version only, and at the old one only, each in the words of its version.

    `possible`: they may pass there and certainly do not at the other version. `certain`: of these, the ones that
    certainly pass. An object nobody can resolve, the same at both versions, is no difference. `passes_new` and
    `passes_old` are all packets that pass at a version.
    """

    direction: Direction
    new: Filter
    old: Filter
    opened: Bounded[PacketSet]
    closed: Bounded[PacketSet]
    passes_new: Bounded[PacketSet]
    passes_old: Bounded[PacketSet]


def difference(old: Firewall, new: Firewall, direction: Direction, now: datetime) -> Difference:
    """Compare what two versions let through in one direction, as of a time (device-local)."""
    services = tuple(dict.fromkeys((*_services(old, direction), *_services(new, direction))))
    before, after = Filter(old, direction, now, services), Filter(new, direction, now, services)
    passed_before, passed_after = before.allowed(_EVERYTHING), after.allowed(_EVERYTHING)
    return Difference(
        direction,
        after,
        before,
        _less(passed_after, passed_before),
        _less(passed_before, passed_after),
        passed_after,
        passed_before,
    )


def less(packets: PacketSet, others: PacketSet) -> PacketSet:
    """Packets of one version without those of another, which has coordinates of its own."""
    known = _Translator(others.space, packets.space).boxes(others.boxes)
    return PacketSet(packets.space, _outside(packets.boxes, known))


def _services(firewall: Firewall, direction: Direction) -> Iterator[ServiceSet]:
    """Every service a version tells apart: with those of both, the same atoms come out on both sides."""
    for each in firewall.lists:
        if each.direction is direction:
            for rule in each.rules:
                yield rule.service.possible
                yield rule.service.certain
    for domain in domains(firewall):
        yield domain.service
    for taken in certainly_taken(firewall):
        yield taken.service


def _less(whole: Bounded[PacketSet], other: Bounded[PacketSet]) -> Bounded[PacketSet]:
    rest = less(whole.possible, other.possible)
    return Bounded(rest & whole.certain if rest else rest, rest)


def _outside(boxes: Sequence[Box], others: Sequence[Box]) -> Iterator[Box]:
    same = set(others)
    index = BoxIndex(others)
    for box in boxes:
        if box not in same:
            yield from minus(box, [others[number] for number in numbers(index.near(box))])


class _Translator:
    """Boxes of one space in the coordinates of another."""

    def __init__(self, origin: Space, target: Space) -> None:
        self.interfaces = [
            (1 << number, 1 << origin.interfaces.get(name, 0)) for number, name in enumerate(target.interface_names)
        ]
        moved: dict[object, int] = {}
        for number, domain in enumerate(origin.domains, start=1):
            key = _effect(domain)
            moved[key] = moved.get(key, 0) | 1 << number
        self.translations = [(1, 1)]
        for number, domain in enumerate(target.domains, start=1):
            self.translations.append((1 << number, moved.get(_effect(domain), 0)))
        self._masks: dict[tuple[str, int], int] = {}

    def boxes(self, boxes: Iterable[Box]) -> list[Box]:
        """The packets of the boxes as far as the other space can tell them apart."""
        found = []
        for box in boxes:
            ingress = self._mask("interface", box.ingress, self.interfaces)
            egress = self._mask("interface", box.egress, self.interfaces)
            translation = self._mask("translation", box.translation, self.translations)
            if ingress and egress and translation:
                found.append(box._replace(ingress=ingress, egress=egress, translation=translation))
        return found

    def _mask(self, kind: str, mask: int, pairs: list[tuple[int, int]]) -> int:
        known = self._masks.get((kind, mask))
        if known is None:
            known = 0
            for bit, wanted in pairs:
                if mask & wanted:
                    known |= bit
            self._masks[kind, mask] = known
        return known


def _effect(domain: Domain) -> object:
    """What a translation does, whatever its name: by how much it moves addresses, and which ports it changes."""
    mapping = domain.mapping
    before, after = mapping.original_destination.intervals, mapping.mapped_destination.possible.intervals
    shifted = mapping.by_offset and len(before.ranges) == len(after.ranges) == 1 and before.count == after.count
    addresses: object = after.first - before.first if shifted else (before, after, mapping.by_offset)
    moved = mapping.mapped_service not in (mapping.original_service, ANY_SERVICE)
    return addresses, domain.certain, (mapping.original_service, mapping.mapped_service) if moved else None
