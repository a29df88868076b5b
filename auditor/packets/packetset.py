"""Exact sets of packets, with a witness and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.findings.finding import Packet
from auditor.packets.box import Box, covers, intersect, minus
from auditor.packets.example import example_packet
from auditor.packets.space import Space
from parsers.model.addresses import AddressSet
from parsers.model.intervals import IntervalSet
from parsers.model.services import ServiceSet


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
        """One packet of the set, the same for the same set; None of an empty one."""
        if not self.boxes:
            return None
        return example_packet(self.space, self.boxes)

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
