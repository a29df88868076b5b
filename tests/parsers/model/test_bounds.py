"""Bounds stay bounds under every operation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from parsers.model.bounds import Bounded

worlds = st.frozensets(st.integers(0, 6))


@st.composite
def bounded(draw: st.DrawFn) -> tuple[Bounded[frozenset[int]], frozenset[int]]:
    """Bounds together with a real set that lies between them."""
    real = draw(worlds)
    return Bounded(real & draw(worlds), real | draw(worlds)), real


@given(bounded(), bounded())
def test_the_real_set_stays_between(
    a: tuple[Bounded[frozenset[int]], frozenset[int]], b: tuple[Bounded[frozenset[int]], frozenset[int]]
) -> None:
    (known_a, real_a), (known_b, real_b) = a, b
    for bounds, real in (
        (known_a | known_b, real_a | real_b),
        (known_a & known_b, real_a & real_b),
        (known_a - known_b, real_a - real_b),
    ):
        assert bounds.certain <= real <= bounds.possible


def test_exact_sets() -> None:
    assert Bounded.exactly(frozenset({1})).is_exact
    assert not Bounded(frozenset[int](), frozenset({1})).is_exact
