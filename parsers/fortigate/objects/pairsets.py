"""Sets of pairs of an address and a service: objects that are for different services at different addresses.

Custom Internet services pair the addresses of each entry with its ports; `set iprange` binds a service to addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from parsers.model.addresses import ANY_ADDRESS, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.services import ANY_SERVICE, NO_SERVICE, ServiceSet

_Cell = tuple[AddressSet, ServiceSet]


@dataclass(frozen=True, slots=True)
class PairSet:
    """Pairs in a unique form: disjoint addresses, each with services of its own that no other addresses have."""

    cells: tuple[_Cell, ...] = ()

    @staticmethod
    def of(addresses: AddressSet, services: ServiceSet) -> PairSet:
        """Every one of some addresses with every one of some services."""
        return PairSet(((addresses, services),) if addresses and services else ())

    @staticmethod
    def union(sets: Iterable[PairSet]) -> PairSet:
        """The union of many sets."""
        by_services: dict[ServiceSet, list[AddressSet]] = {}
        for each in sets:
            for addresses, services in each.cells:
                by_services.setdefault(services, []).append(addresses)
        found = NO_PAIRS
        for services, several in by_services.items():
            found = found | PairSet.of(AddressSet.union(several), services)
        return found

    def __bool__(self) -> bool:
        return bool(self.cells)

    def __or__(self, other: PairSet) -> PairSet:
        beyond = ((addresses - self.addresses, services) for addresses, services in other.cells)
        return _normal((*self._with(other, ServiceSet.__or__), *beyond))

    def __and__(self, other: PairSet) -> PairSet:
        return _normal(
            (addresses & others, services & theirs)
            for addresses, services in self.cells
            for others, theirs in other.cells
        )

    def __sub__(self, other: PairSet) -> PairSet:
        return _normal(self._with(other, ServiceSet.__sub__))

    def _with(self, other: PairSet, change: Callable[[ServiceSet, ServiceSet], ServiceSet]) -> Iterator[_Cell]:
        """The own cells, their services changed where the other set has pairs."""
        for addresses, services in self.cells:
            rest = addresses
            for others, theirs in other.cells:
                shared = rest & others
                if shared:
                    rest = rest - others
                    yield shared, change(services, theirs)
            yield rest, services

    @property
    def addresses(self) -> AddressSet:
        """The addresses of all pairs."""
        return AddressSet.union(addresses for addresses, _ in self.cells)


def _normal(cells: Iterable[_Cell]) -> PairSet:
    """Disjoint cells in the unique form."""
    by_services: dict[ServiceSet, list[AddressSet]] = {}
    for addresses, services in cells:
        if addresses and services:
            by_services.setdefault(services, []).append(addresses)
    found = ((AddressSet.union(several), services) for services, several in by_services.items())
    return PairSet(tuple(sorted(found, key=lambda cell: cell[0].intervals.ranges)))


NO_PAIRS = PairSet()
EVERY_PAIR = PairSet.of(ANY_ADDRESS, ANY_SERVICE)

Part = tuple[Bounded[AddressSet], Bounded[ServiceSet]]
"""Addresses and services of which every combination is meant."""


def product(addresses: Bounded[AddressSet], services: Bounded[ServiceSet]) -> Bounded[PairSet]:
    """Every one of some addresses with every one of some services."""
    return Bounded(PairSet.of(addresses.certain, services.certain), PairSet.of(addresses.possible, services.possible))


def parts(pairs: Bounded[PairSet]) -> tuple[Part, ...]:
    """Products whose bounds together are those of the pairs: certain ones first, then what is possible only."""
    certain = ((Bounded.exactly(addresses), Bounded.exactly(services)) for addresses, services in pairs.certain.cells)
    rest = (pairs.possible - pairs.certain).cells
    perhaps = ((Bounded(NO_ADDRESS, addresses), Bounded(NO_SERVICE, services)) for addresses, services in rest)
    return (*certain, *perhaps)
