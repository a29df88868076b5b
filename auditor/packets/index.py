"""Finding the boxes near a box with a few ANDs over big integers, one bit a box."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from auditor.packets.box import Box
from parsers.model.intervals import IntervalSet


class BoxIndex:
    """An index over numbered boxes; bit n of an answer stands for the n-th box."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.boxes = boxes
        self._groups = (
            _MaskIndex([box.ingress for box in boxes]),
            _MaskIndex([box.egress for box in boxes]),
            _MaskIndex([box.translation for box in boxes]),
            _MaskIndex([box.service for box in boxes]),
        )
        self._sources = _RangeIndex([box.source for box in boxes])
        self._destinations = _RangeIndex([box.destination for box in boxes])

    def near(self, box: Box) -> int:
        """The boxes that share a packet with this one: overlap in every dimension is exact, not a guess."""
        ingress, egress, translation, service = self._groups
        found = translation.near(box.translation)
        if found:
            found &= ingress.near(box.ingress)
        if found:
            found &= egress.near(box.egress)
        if found:
            found &= self._destinations.near(box.destination)
        if found:
            found &= self._sources.near(box.source)
        if found.bit_count() <= _FEW:
            boxes, wanted = self.boxes, box.service
            return sum(1 << number for number in numbers(found) if boxes[number].service & wanted)
        return found & service.near(box.service)


_FEW = 48
"""Up to this many boxes left, asking each for its services is cheaper than the index of services."""


def numbers(mask: int) -> list[int]:
    """The positions of the bits that are set, ascending."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


_CHUNK = 128
"""Bits a chunk: a question looks only at the masks that have a bit in one of its own chunks."""


class _MaskIndex:
    """Boxes by one mask dimension: few distinct masks, found through chunks of bits, answers cached per question."""

    def __init__(self, masks: list[int]) -> None:
        groups: dict[int, bytearray] = {}
        size = len(masks) // 8 + 1
        for number, mask in enumerate(masks):
            bits = groups.get(mask)
            if bits is None:
                bits = groups[mask] = bytearray(size)
            bits[number >> 3] |= 1 << (number & 7)
        width = max(groups, default=0).bit_length()
        self._chunks: list[list[tuple[int, int]]] = [[] for _ in range(width // _CHUNK + 1)]
        for mask, members in groups.items():
            boxes = int.from_bytes(members, "little")
            for chunk, part in _parts(mask):
                self._chunks[chunk].append((part, boxes))
        self._answers: dict[int, int] = {}

    def near(self, mask: int) -> int:
        found = self._answers.get(mask)
        if found is None:
            found = 0
            for chunk, wanted in _parts(mask):
                if chunk < len(self._chunks):
                    for part, boxes in self._chunks[chunk]:
                        if part & wanted:
                            found |= boxes
            self._answers[mask] = found
        return found


def _parts(mask: int) -> Iterator[tuple[int, int]]:
    """The chunks of a mask that are not empty, by number."""
    chunk = 0
    while mask:
        part = mask & _FULL
        if part:
            yield chunk, part
            mask >>= _CHUNK
            chunk += 1
        else:
            # Skip a run of empty chunks at once.
            empty = ((mask & -mask).bit_length() - 1) // _CHUNK
            mask >>= empty * _CHUNK
            chunk += empty


_FULL = (1 << _CHUNK) - 1


class _RangeIndex:
    """Boxes by one address dimension: a segment tree over the cuts; nodes hold who covers them and who lies below."""

    def __init__(self, sets: list[IntervalSet]) -> None:
        unique: dict[int, tuple[IntervalSet, list[int]]] = {}
        for number, each in enumerate(sets):
            unique.setdefault(id(each), (each, []))[1].append(number)
        edges = {0}
        for each, _ in unique.values():
            for first, last in each.ranges:
                edges.add(first)
                edges.add(last + 1)
        self._edges = sorted(edges)
        size = 1
        while size < len(self._edges):
            size *= 2
        self._size = size
        self._covers: dict[int, int] = {}
        self._below: dict[int, int] = {}
        for each, boxes in unique.values():
            bits = 0
            for number in boxes:
                bits |= 1 << number
            self._insert(each, bits)
        self._answers: dict[int, tuple[IntervalSet, int]] = {}

    def _insert(self, values: IntervalSet, bits: int) -> None:
        covers, below, size = self._covers, self._below, self._size
        nodes: set[int] = set()
        for first, last in values.ranges:
            low = bisect_right(self._edges, first) - 1 + size
            high = bisect_right(self._edges, last) - 1 + size + 1
            while low < high:
                if low & 1:
                    covers[low] = covers.get(low, 0) | bits
                    nodes.add(low)
                    low += 1
                if high & 1:
                    high -= 1
                    covers[high] = covers.get(high, 0) | bits
                    nodes.add(high)
                low >>= 1
                high >>= 1
        touched: set[int] = set()
        for start in nodes:
            node = start
            while node and node not in touched:
                touched.add(node)
                node >>= 1
        for node in touched:
            below[node] = below.get(node, 0) | bits

    def near(self, values: IntervalSet) -> int:
        known = self._answers.get(id(values))
        if known is not None and known[0] is values:
            return known[1]
        covers, below, size = self._covers, self._below, self._size
        found = 0
        for first, last in values.ranges:
            low = max(0, bisect_right(self._edges, first) - 1) + size
            high = max(0, bisect_right(self._edges, last) - 1) + size + 1
            for leaf in (low, high - 1):
                node = leaf
                while node:
                    found |= covers.get(node, 0)
                    node >>= 1
            while low < high:
                if low & 1:
                    found |= below.get(low, 0)
                    low += 1
                if high & 1:
                    high -= 1
                    found |= below.get(high, 0)
                low >>= 1
                high >>= 1
        if len(self._answers) > 4096:
            self._answers.clear()
        self._answers[id(values)] = (values, found)
        return found
