"""Services as bits: every distinction that the rules of a firewall make, and no other, is one atom."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from parsers.model.intervals import IntervalSet
from parsers.model.services import ANY_SERVICE, PORTS, ServiceSet


@dataclass(frozen=True, slots=True)
class _Grid:
    """One protocol's atoms: destination-port cuts by source-port cuts, numbered from `base` row by row."""

    protocol: int
    base: int
    destinations: tuple[int, ...]
    sources: tuple[int, ...]

    @property
    def size(self) -> int:
        return len(self.destinations) * len(self.sources)


class ServiceAtoms:
    """The common refinement of many service sets.

    Each protocol that some set limits by ports has a grid of atoms, each other protocol that occurs by itself one
    atom, and all remaining protocols share the last one. Any union of the given sets is one integer.
    """

    def __init__(self, services: Iterable[ServiceSet]) -> None:
        destinations: dict[int, set[int]] = {}
        sources: dict[int, set[int]] = {}
        for service in set(services):
            for protocols, pairs in service.entries:
                for protocol in _limited(protocols, pairs):
                    cuts = destinations.setdefault(protocol, {0})
                    edges = sources.setdefault(protocol, {0})
                    for ports, own in pairs:
                        cuts.update(edge for low, high in ports.ranges for edge in (low, high + 1))
                        edges.update(edge for low, high in own.ranges for edge in (low, high + 1))
        self.grids: dict[int, _Grid] = {}
        base = 0
        for protocol in sorted(destinations):
            grid = _Grid(
                protocol,
                base,
                tuple(sorted(cut for cut in destinations[protocol] if cut <= 65535)),
                tuple(sorted(cut for cut in sources[protocol] if cut <= 65535)),
            )
            self.grids[protocol] = grid
            base += grid.size
        self._rest = base
        rest = sorted(set(range(256)) - set(self.grids))
        self._other = IntervalSet.of(*((number, number) for number in rest))
        self.everything = (1 << (base + 1)) - 1
        self._masks: dict[int, tuple[ServiceSet, int]] = {}
        self._sets: dict[int, ServiceSet] = {}

    def mask(self, service: ServiceSet) -> int:
        """The bits of a service set; a set that cuts through an atom is rounded down to whole atoms."""
        known = self._masks.get(id(service))
        if known is not None:
            return known[1]
        mask = 0
        by_protocol = service.by_protocol()
        for protocol, pairs in by_protocol.items():
            grid = self.grids.get(protocol)
            if grid is not None:
                mask |= self._grid_mask(grid, pairs)
        if self._other and self._other.first in by_protocol:
            # Sets that part the remaining protocols do not exist: `_limited` gave each of those a grid.
            mask |= 1 << self._rest
        self._masks[id(service)] = (service, mask)
        return mask

    def covering(self, service: ServiceSet) -> ServiceSet:
        """The smallest set these atoms can tell that holds all of a service: for questions put from elsewhere."""
        return self.services(self.everything & ~self.mask(ANY_SERVICE - service))

    @staticmethod
    def _grid_mask(grid: _Grid, pairs: tuple[tuple[IntervalSet, IntervalSet], ...]) -> int:
        width = len(grid.sources)
        comb = (1 << width) - 1
        mask = 0
        for ports, sources in pairs:
            row = 0
            for first, last in _cells(grid.sources, sources):
                row |= (1 << (last + 1)) - (1 << first)
            for first, last in _cells(grid.destinations, ports):
                rows = ((1 << (width * (last - first + 1))) - 1) // comb
                mask |= (row * rows) << (grid.base + first * width)
        return mask

    def services(self, mask: int) -> ServiceSet:
        """The service set of some bits; every question about a rule asks for the same ones again."""
        known = self._sets.get(mask)
        if known is None:
            known = self._sets[mask] = self._of(mask)
        return known

    def _of(self, mask: int) -> ServiceSet:
        parts: list[ServiceSet] = []
        for protocol, grid in self.grids.items():
            bits = (mask >> grid.base) & ((1 << grid.size) - 1)
            if bits:
                parts.append(self._grid_services(protocol, grid, bits))
        if mask >> self._rest & 1 and self._other:
            parts.append(ServiceSet(((self._other, ((PORTS, PORTS),)),)))
        return ServiceSet.union(parts)

    @staticmethod
    def _grid_services(protocol: int, grid: _Grid, bits: int) -> ServiceSet:
        width = len(grid.sources)
        if bits == (1 << grid.size) - 1:
            return ServiceSet.protocol(protocol)
        cuts = (*grid.destinations, 65536)
        rows: dict[int, list[tuple[int, int]]] = {}
        full = (1 << width) - 1
        number = 0
        while bits:
            # Jump over empty rows at once: most sets are a few ports out of thousands.
            skip = ((bits & -bits).bit_length() - 1) // width
            bits >>= skip * width
            number += skip
            rows.setdefault(bits & full, []).append((cuts[number], cuts[number + 1] - 1))
            bits >>= width
            number += 1
        return ServiceSet.union(
            ServiceSet.ports(protocol, IntervalSet.of(*ranges), _values(grid.sources, row))
            for row, ranges in rows.items()
        )

    def point(self, protocol: int, destination: int, source: int) -> int:
        """The bit of the atom of one packet; `destination` is the port, or type * 256 + code for ICMP."""
        grid = self.grids.get(protocol)
        if grid is None:
            return 1 << self._rest
        row = bisect_right(grid.destinations, destination) - 1
        return 1 << (grid.base + row * len(grid.sources) + bisect_right(grid.sources, source) - 1)


def _limited(protocols: IntervalSet, pairs: tuple[tuple[IntervalSet, IntervalSet], ...]) -> Iterable[int]:
    """The protocols that need atoms of their own so that this group can be told from its complement."""
    if pairs == ((PORTS, PORTS),) and protocols.count > 128:
        protocols = IntervalSet(((0, 255),)) - protocols
    return (number for first, last in protocols.ranges for number in range(first, last + 1))


def _cells(cuts: tuple[int, ...], values: IntervalSet) -> Iterable[tuple[int, int]]:
    """Index ranges of the cells that lie wholly inside the values."""
    for first, last in values.ranges:
        low = bisect_right(cuts, first) - 1
        if cuts[low] < first:
            low += 1
        high = bisect_right(cuts, last) - 1
        after = cuts[high + 1] if high + 1 < len(cuts) else 65536
        if after - 1 > last:
            high -= 1
        if low <= high:
            yield low, high


def _values(cuts: tuple[int, ...], row: int) -> IntervalSet:
    ranges = []
    for number, first in enumerate(cuts):
        if row >> number & 1:
            after = cuts[number + 1] if number + 1 < len(cuts) else 65536
            ranges.append((first, after - 1))
    return IntervalSet.of(*ranges)
