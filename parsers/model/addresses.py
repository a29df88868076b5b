"""Sets of IPv4 and IPv6 addresses on one number line, so that every question is asked once for both families."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass

from parsers.model.intervals import EMPTY_INTERVALS, IntervalSet

IPV6_BASE = 1 << 128
"""Where IPv6 begins on the number line; IPv4 takes 0 to 2**32 - 1."""

_IPV4_LAST = (1 << 32) - 1
_IPV6_LAST = IPV6_BASE + (1 << 128) - 1
_MOST_RANGES = 65_536
"""Ranges that a mask with gaps may come to."""


def address_number(text: str) -> int:
    """The number of one address ("192.0.2.1" or "2001:db8::1"); IPv6 numbers start at `IPV6_BASE`.

    Raises:
        ValueError: not an address in the usual notation (zone ids and short IPv4 forms are refused).
    """
    try:
        if ":" in text:
            return IPV6_BASE + int.from_bytes(socket.inet_pton(socket.AF_INET6, text), "big")
        return int.from_bytes(socket.inet_pton(socket.AF_INET, text), "big")
    except OSError:
        raise ValueError(f"not an IP address: {text!r}") from None


def address_text(number: int) -> str:
    """The usual notation of an address number, the inverse of `address_number`."""
    if number >= IPV6_BASE:
        return socket.inet_ntop(socket.AF_INET6, (number - IPV6_BASE).to_bytes(16, "big"))
    return socket.inet_ntop(socket.AF_INET, number.to_bytes(4, "big"))


@dataclass(frozen=True, slots=True)
class AddressSet:
    """A set of addresses of both families; `intervals` lies on the line described at `IPV6_BASE`."""

    intervals: IntervalSet = EMPTY_INTERVALS

    @staticmethod
    def network(text: str) -> AddressSet:
        """One address, "address/length" or "address/netmask"; host bits are masked away.

        Raises:
            ValueError: not an address, or a mask that is not a prefix.
        """
        address, slash, mask = text.partition("/")
        number = address_number(address)
        bits = 128 if number >= IPV6_BASE else 32
        length = _prefix_length(mask, bits) if slash else bits
        return AddressSet.prefix(number, length)

    @staticmethod
    def prefix(number: int, length: int) -> AddressSet:
        """The network of `length` leading bits that holds the address number."""
        base, bits = (IPV6_BASE, 128) if number >= IPV6_BASE else (0, 32)
        hosts = (1 << (bits - length)) - 1
        first = base + ((number - base) & ~hosts)
        return AddressSet(IntervalSet(((first, first + hosts),)))

    @staticmethod
    def range(first: str, last: str) -> AddressSet:
        """All addresses from first to last, both included.

        Raises:
            ValueError: not addresses, of two families, or in the wrong order.
        """
        low, high = address_number(first), address_number(last)
        if (low >= IPV6_BASE) != (high >= IPV6_BASE):
            raise ValueError(f"a range cannot mix IPv4 and IPv6: {first}-{last}")
        if high < low:
            raise ValueError(f"a range must not end before it starts: {first}-{last}")
        return AddressSet(IntervalSet.of((low, high)))

    @staticmethod
    def union(sets: Iterable[AddressSet]) -> AddressSet:
        """The union of many sets in one pass."""
        return AddressSet(IntervalSet.union(each.intervals for each in sets))

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def __contains__(self, number: int) -> bool:
        return number in self.intervals

    def __or__(self, other: AddressSet) -> AddressSet:
        return AddressSet(self.intervals | other.intervals)

    def __and__(self, other: AddressSet) -> AddressSet:
        return AddressSet(self.intervals & other.intervals)

    def __sub__(self, other: AddressSet) -> AddressSet:
        return AddressSet(self.intervals - other.intervals)

    def __le__(self, other: AddressSet) -> bool:
        return self.intervals <= other.intervals

    def overlaps(self, other: AddressSet) -> bool:
        """Do the two sets share an address?"""
        return self.intervals.overlaps(other.intervals)

    @property
    def ipv4(self) -> AddressSet:
        """The IPv4 part."""
        return self & ANY_IPV4

    @property
    def ipv6(self) -> AddressSet:
        """The IPv6 part."""
        return self & ANY_IPV6

    @property
    def count(self) -> int:
        """How many addresses the set holds."""
        return self.intervals.count

    def text(self, limit: int = 8) -> str:
        """The set as prefixes and ranges for people to read; after `limit` items the rest is counted, not printed."""
        if not self:
            return "none"
        if self.intervals == ANY_ADDRESS.intervals:
            return "any"
        items = [_range_text(first, last) for first, last in self.intervals.ranges[:limit]]
        rest = len(self.intervals.ranges) - limit
        return ", ".join(items) + (f" and {rest} more ranges" if rest > 0 else "")


def agreeing(address: int, mask: int) -> tuple[AddressSet, bool]:
    """The addresses that agree with `address` in every bit that is set in `mask`, which may have gaps.

    Args:
        address: the number of an address.
        mask: the number of a mask of the same family (FortiOS writes it so; Cisco's wildcards have the other bits set).

    Returns:
        The set and True; or a set that contains it and False where it has over 65,536 ranges.

    Raises:
        ValueError: the mask is of the other family.
    """
    if (address >= IPV6_BASE) != (mask >= IPV6_BASE):
        raise ValueError("the address and its wildcard mask are of two families")
    length = 128 if address >= IPV6_BASE else 32
    free = ~mask & ((1 << length) - 1)
    base = address & mask
    low = 0
    while free >> low & 1:
        low += 1
    width = 1 << low
    bits = [position for position in range(low, length) if free >> position & 1]
    if 1 << len(bits) > _MOST_RANGES:
        return AddressSet(IntervalSet.of((base, base | free))), False
    starts = [base]
    for position in bits:
        starts += [start | 1 << position for start in starts]
    return AddressSet(IntervalSet.of(*((start, start + width - 1) for start in starts))), True


def _prefix_length(mask: str, bits: int) -> int:
    if mask.isascii() and mask.isdigit():
        length = int(mask)
        if length > bits:
            raise ValueError(f"a prefix length is at most {bits}: /{mask}")
        return length
    if bits == 128:
        raise ValueError(f"an IPv6 prefix length is a number: /{mask}")
    hosts = _IPV4_LAST ^ address_number(mask)
    if hosts & (hosts + 1):
        raise ValueError(f"not a netmask: {mask}")
    return 32 - hosts.bit_length()


def _range_text(first: int, last: int) -> str:
    if first == last:
        return address_text(first)
    if (first, last) == (0, _IPV4_LAST):
        return "any IPv4"
    if (first, last) == (IPV6_BASE, _IPV6_LAST):
        return "any IPv6"
    size = last - first + 1
    base, bits = (IPV6_BASE, 128) if first >= IPV6_BASE else (0, 32)
    if size & (size - 1) == 0 and (first - base) % size == 0:
        return f"{address_text(first)}/{bits - size.bit_length() + 1}"
    return f"{address_text(first)}-{address_text(last)}"


NO_ADDRESS = AddressSet()
ANY_IPV4 = AddressSet(IntervalSet(((0, _IPV4_LAST),)))
ANY_IPV6 = AddressSet(IntervalSet(((IPV6_BASE, _IPV6_LAST),)))
ANY_ADDRESS = AddressSet(IntervalSet(((0, _IPV4_LAST), (IPV6_BASE, _IPV6_LAST))))

PRIVATE_IPV4 = AddressSet.union(map(AddressSet.network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""RFC 1918: addresses that no router of the Internet carries."""

NOT_ROUTED = PRIVATE_IPV4 | AddressSet.union(
    map(
        AddressSet.network,
        ("0.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"),
    )
)
"""IPv4 addresses that cannot be the source of a packet from the Internet (RFC 6890). Documentation networks are
kept as public, so that samples and tests behave like real companies."""

PUBLIC = (ANY_IPV4 - NOT_ROUTED) | AddressSet.network("2000::/3")
"""Addresses that a stranger on the Internet can have: routed IPv4, and IPv6 global unicast."""
