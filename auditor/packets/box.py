"""Boxes: products of one set per dimension, and exact subtraction among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from parsers.model.intervals import IntervalSet


class Box(NamedTuple):
    """Packets whose every dimension lies in the given set.

    Masks hold bits of interfaces, translations (bit 0: not translated) and service atoms; addresses are ranges on
    the model's number line, each of one family: the same, unless the translation changes it (NAT46, NAT64).
    """

    ingress: int
    egress: int
    translation: int
    source: IntervalSet
    destination: IntervalSet
    service: int


def intersect(a: Box, b: Box) -> Box | None:
    """The packets in both boxes, None when there are none."""
    ingress = a.ingress & b.ingress
    egress = a.egress & b.egress
    translation = a.translation & b.translation
    service = a.service & b.service
    if not (ingress and egress and translation and service):
        return None
    # Destinations part more boxes than sources do: servers have addresses, senders are often anybody.
    destination = a.destination if a.destination is b.destination else a.destination & b.destination
    if not destination.ranges:
        return None
    source = a.source if a.source is b.source else a.source & b.source
    if not source.ranges:
        return None
    return Box(ingress, egress, translation, source, destination, service)


def covers(a: Box, b: Box) -> bool:
    """Is every packet of b in a?"""
    return (
        not b.ingress & ~a.ingress
        and not b.egress & ~a.egress
        and not b.translation & ~a.translation
        and not b.service & ~a.service
        and b.source <= a.source
        and b.destination <= a.destination
    )


def minus(box: Box, others: Sequence[Box]) -> Iterator[Box]:
    """The packets of a box that are in none of the others, as disjoint boxes: the first is a witness, all are exact.

    Works in coordinates local to the box, where every dimension is a bit mask, and subtracts the largest overlap
    first: in rule order the same takes hundreds of times longer.
    """
    local = _Local(box, others)
    for piece in local.remainder():
        yield local.decode(piece)


_Piece = tuple[int, int, int, int, int, int]


class _Local:
    """A box and what is subtracted from it, with address ranges as bits over the cuts that occur inside the box."""

    def __init__(self, box: Box, others: Sequence[Box]) -> None:
        self.box = box
        self.sources = _Cuts(box.source, [other.source for other in others])
        self.destinations = _Cuts(box.destination, [other.destination for other in others])
        self.whole: _Piece = (
            box.ingress, box.egress, box.translation, self.sources.all, self.destinations.all, box.service,
        )  # fmt: skip
        self.others: list[_Piece] = []
        for other in others:
            piece = (
                other.ingress & box.ingress, other.egress & box.egress, other.translation & box.translation,
                self.sources.mask(other.source), self.destinations.mask(other.destination),
                other.service & box.service,
            )  # fmt: skip
            if all(piece):
                self.others.append(piece)

    def remainder(self) -> Iterator[_Piece]:
        stack: list[tuple[_Piece, list[_Piece]]] = [(self.whole, self.others)]
        while stack:
            piece, candidates = stack.pop()
            slimmed = _without_slabs(piece, candidates)
            if slimmed is None:
                continue
            piece, candidates = slimmed
            a, b, c, d, e, f = piece
            near: list[_Piece] = []
            best: _Piece | None = None
            most = 0
            for other in candidates:
                i, j, k, m, n, o = a & other[0], b & other[1], c & other[2], d & other[3], e & other[4], f & other[5]
                if not (i and j and k and m and n and o):
                    continue
                shared = (i, j, k, m, n, o)
                near.append(shared)
                size = i.bit_count() * j.bit_count() * k.bit_count() * m.bit_count() * n.bit_count() * o.bit_count()
                if size > most:
                    most, best = size, shared
            if best is None:
                yield piece
                continue
            rest = list(piece)
            for dimension in (4, 5, 3, 2, 0, 1):
                outside = rest[dimension] & ~best[dimension]
                if outside:
                    cut = rest.copy()
                    cut[dimension] = outside
                    stack.append(((cut[0], cut[1], cut[2], cut[3], cut[4], cut[5]), near))
                    rest[dimension] &= best[dimension]

    def decode(self, piece: _Piece) -> Box:
        a, b, c, d, e, f = piece
        return Box(a, b, c, self.sources.ranges(d), self.destinations.ranges(e), f)


def _without_slabs(piece: _Piece, candidates: list[_Piece]) -> tuple[_Piece, list[_Piece]] | None:
    """The piece less all candidates that span it in every dimension but one, and the candidates left.

    Such a candidate only narrows the piece in that dimension, so any number of them leave one piece: a thousand
    rules of one port each cost one pass instead of a thousand cuts. None when nothing is left.
    """
    while True:
        a, b, c, d, e, f = piece
        gone = [0, 0, 0, 0, 0, 0]
        others: list[_Piece] = []
        for other in candidates:
            i, j, k, m, n, o = a & other[0], b & other[1], c & other[2], d & other[3], e & other[4], f & other[5]
            if not (i and j and k and m and n and o):
                continue
            short = (i != a) + (j != b) + (k != c) + (m != d) + (n != e) + (o != f)
            if short == 0:
                return None
            if short > 1:
                others.append((i, j, k, m, n, o))
            elif o != f:
                gone[5] |= o
            elif n != e:
                gone[4] |= n
            elif m != d:
                gone[3] |= m
            elif k != c:
                gone[2] |= k
            elif i != a:
                gone[0] |= i
            else:
                gone[1] |= j
        if not any(gone):
            return piece, others
        a, b, c, d, e, f = (have & ~less for have, less in zip(piece, gone, strict=True))
        if not (a and b and c and d and e and f):
            return None
        piece, candidates = (a, b, c, d, e, f), others


class _Cuts:
    """Elementary ranges of one address dimension inside a box."""

    def __init__(self, inside: IntervalSet, sets: list[IntervalSet]) -> None:
        self.inside = inside
        edges: set[int] = set()
        seen: set[int] = set()
        low, high = inside.ranges[0][0], inside.ranges[-1][1]
        for each in sets:
            if id(each) in seen or each is inside:
                continue
            seen.add(id(each))
            for first, last in each.ranges:
                if low < first <= high:
                    edges.add(first)
                if low <= last < high:
                    edges.add(last + 1)
        cuts: list[tuple[int, int]] = []
        ordered = sorted(edges)
        place = 0
        for first, last in inside.ranges:
            start = first
            while place < len(ordered) and ordered[place] <= start:
                place += 1
            while place < len(ordered) and ordered[place] <= last:
                cuts.append((start, ordered[place] - 1))
                start = ordered[place]
                place += 1
            cuts.append((start, last))
        self.cuts = cuts
        self.all = (1 << len(cuts)) - 1
        self._starts = {first: number for number, (first, _) in enumerate(cuts)}
        self._ends = {last: number for number, (_, last) in enumerate(cuts)}
        self._masks: dict[int, int] = {}

    def mask(self, values: IntervalSet) -> int:
        if values is self.inside:
            return self.all
        known = self._masks.get(id(values))
        if known is not None:
            return known
        mask = 0
        shared = self.inside & values
        for first, last in shared.ranges:
            # A shared range may span several elementary ones; its edges are cuts by construction.
            mask |= (1 << (self._ends[last] + 1)) - (1 << self._starts[first])
        self._masks[id(values)] = mask
        return mask

    def ranges(self, mask: int) -> IntervalSet:
        if mask == self.all:
            return self.inside
        # Runs of neighbouring bits are one range each unless the box itself has a hole between them.
        found: list[tuple[int, int]] = []
        number = 0
        while mask:
            skip = (mask & -mask).bit_length() - 1
            mask >>= skip
            number += skip
            run = (~mask & (mask + 1)).bit_length() - 1
            found += self.cuts[number : number + run]
            mask >>= run
            number += run
        return IntervalSet.of(*found)
