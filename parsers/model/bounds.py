"""A set known between two bounds: what certainly belongs to it and what possibly does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar


class SetLike(Protocol):
    """What a set must offer to be bounded: union, intersection, difference (AddressSet, ServiceSet, frozenset)."""

    def __or__(self, other: Any, /) -> Any: ...
    def __and__(self, other: Any, /) -> Any: ...
    def __sub__(self, other: Any, /) -> Any: ...


S = TypeVar("S", bound=SetLike)


@dataclass(frozen=True, slots=True)
class Bounded(Generic[S]):
    """certain <= real <= possible.

    To claim that something is open look at `certain`; to claim that it is closed look at `possible`. What cannot be
    known offline (FQDN, geography, schedules, users ...) narrows `certain` and never `possible`.
    """

    certain: S
    possible: S

    @staticmethod
    def exactly(value: S) -> Bounded[S]:
        """A set that is fully known."""
        return Bounded(value, value)

    @property
    def is_exact(self) -> bool:
        """Are the two bounds equal?"""
        return self.certain == self.possible

    def __or__(self, other: Bounded[S]) -> Bounded[S]:
        return Bounded(self.certain | other.certain, self.possible | other.possible)

    def __and__(self, other: Bounded[S]) -> Bounded[S]:
        return Bounded(self.certain & other.certain, self.possible & other.possible)

    def __sub__(self, other: Bounded[S]) -> Bounded[S]:
        """Subtraction swaps the bounds of what is taken away."""
        return Bounded(self.certain - other.possible, self.possible - other.certain)
