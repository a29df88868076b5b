"""Sets of integers as sorted, disjoint, non-touching ranges: the arithmetic under addresses and ports."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class IntervalSet:
    """A finite set of integers; `ranges` holds inclusive (first, last) pairs in ascending order.

    Build one with `IntervalSet.of`, which normalises; the plain constructor trusts its argument. Equal sets are equal
    values, because the normal form is unique.
    """

    ranges: tuple[Range, ...] = ()

    @staticmethod
    def of(*ranges: Range) -> IntervalSet:
        """The union of inclusive ranges in any order.

        Raises:
            ValueError: a range ends before it starts.
        """
        return IntervalSet(_normalised(ranges))

    @staticmethod
    def single(value: int) -> IntervalSet:
        """The set that holds one integer."""
        return IntervalSet(((value, value),))

    @staticmethod
    def union(sets: Iterable[IntervalSet]) -> IntervalSet:
        """The union of many sets in one pass (n log n, not n squared)."""
        return IntervalSet(_normalised([piece for each in sets for piece in each.ranges]))

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __contains__(self, value: int) -> bool:
        position = bisect_right(self.ranges, (value, _INFINITE)) - 1
        return position >= 0 and self.ranges[position][1] >= value

    def __iter__(self) -> Iterator[Range]:
        return iter(self.ranges)

    def __or__(self, other: IntervalSet) -> IntervalSet:
        if not other.ranges:
            return self
        if not self.ranges:
            return other
        return IntervalSet(_normalised(self.ranges + other.ranges))

    def __and__(self, other: IntervalSet) -> IntervalSet:
        mine, theirs = self.ranges, other.ranges
        if not mine or not theirs or mine[-1][1] < theirs[0][0] or theirs[-1][1] < mine[0][0]:
            return EMPTY_INTERVALS
        found: list[Range] = []
        i = j = 0
        while i < len(mine) and j < len(theirs):
            first = max(mine[i][0], theirs[j][0])
            last = min(mine[i][1], theirs[j][1])
            if first <= last:
                found.append((first, last))
            if mine[i][1] < theirs[j][1]:
                i += 1
            else:
                j += 1
        return IntervalSet(tuple(found))

    def __sub__(self, other: IntervalSet) -> IntervalSet:
        if not self.ranges or not other.ranges:
            return self
        left: list[Range] = []
        theirs = other.ranges
        j = 0
        for first, last in self.ranges:
            while j < len(theirs) and theirs[j][1] < first:
                j += 1
            k = j
            while k < len(theirs) and theirs[k][0] <= last:
                if theirs[k][0] > first:
                    left.append((first, theirs[k][0] - 1))
                first = theirs[k][1] + 1
                k += 1
            if first <= last:
                left.append((first, last))
        return IntervalSet(tuple(left))

    def __le__(self, other: IntervalSet) -> bool:
        """Is every member of this set a member of the other?"""
        theirs = other.ranges
        j = 0
        for first, last in self.ranges:
            while j < len(theirs) and theirs[j][1] < first:
                j += 1
            if j == len(theirs) or theirs[j][0] > first or theirs[j][1] < last:
                return False
        return True

    def overlaps(self, other: IntervalSet) -> bool:
        """Do the two sets share a member?"""
        mine, theirs = self.ranges, other.ranges
        i = j = 0
        while i < len(mine) and j < len(theirs):
            if mine[i][1] < theirs[j][0]:
                i += 1
            elif theirs[j][1] < mine[i][0]:
                j += 1
            else:
                return True
        return False

    @property
    def count(self) -> int:
        """How many integers the set holds."""
        return sum(last - first + 1 for first, last in self.ranges)

    @property
    def first(self) -> int:
        """The smallest member.

        Raises:
            ValueError: the set is empty.
        """
        if not self.ranges:
            raise ValueError("an empty set has no first member")
        return self.ranges[0][0]


_INFINITE = 1 << 200
EMPTY_INTERVALS = IntervalSet()


def _normalised(ranges: Iterable[Range]) -> tuple[Range, ...]:
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if last < first:
            raise ValueError(f"a range must not end before it starts: {first}-{last}")
        if merged and first <= merged[-1][1] + 1:
            if last > merged[-1][1]:
                merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return tuple(merged)
