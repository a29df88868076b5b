"""Interval arithmetic against Python's own sets of integers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.model.intervals import IntervalSet

ranges = st.tuples(st.integers(0, 40), st.integers(0, 6)).map(lambda pair: (pair[0], pair[0] + pair[1]))
sets = st.lists(ranges, max_size=6).map(lambda items: IntervalSet.of(*items))


def members(values: IntervalSet) -> set[int]:
    return {number for first, last in values.ranges for number in range(first, last + 1)}


@given(sets, sets)
def test_operations_agree_with_python_sets(a: IntervalSet, b: IntervalSet) -> None:
    assert members(a | b) == members(a) | members(b)
    assert members(a & b) == members(a) & members(b)
    assert members(a - b) == members(a) - members(b)
    assert (a <= b) == (members(a) <= members(b))
    assert a.overlaps(b) == bool(members(a) & members(b))
    assert a.count == len(members(a))


@given(sets)
def test_the_normal_form_is_sorted_disjoint_and_does_not_touch(a: IntervalSet) -> None:
    for (_, last), (first, _) in zip(a.ranges, a.ranges[1:], strict=False):
        assert first > last + 1


@given(sets, st.integers(-2, 50))
def test_membership(a: IntervalSet, value: int) -> None:
    assert (value in a) == (value in members(a))


def test_touching_ranges_merge() -> None:
    assert IntervalSet.of((5, 9), (1, 4)) == IntervalSet(((1, 9),))


def test_a_range_in_the_wrong_order_is_refused() -> None:
    with pytest.raises(ValueError, match="must not end before it starts: 9-5"):
        IntervalSet.of((9, 5))


def test_the_empty_set_has_no_first_member() -> None:
    with pytest.raises(ValueError, match="no first member"):
        _ = IntervalSet().first
