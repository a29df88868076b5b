"""Sets of services: protocol x source port x destination port, ICMP type and code on the destination-port line."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from parsers.model.intervals import IntervalSet, Range

ICMP, TCP, UDP, ICMPV6, SCTP = 1, 6, 17, 58, 132

PROTOCOL_NAMES: Mapping[int, str] = {
    ICMP: "icmp",
    2: "igmp",
    TCP: "tcp",
    UDP: "udp",
    41: "ipv6",
    47: "gre",
    50: "esp",
    51: "ah",
    ICMPV6: "icmp6",
    89: "ospf",
    SCTP: "sctp",
    136: "udplite",
}
_NUMBERS = {name: number for number, name in PROTOCOL_NAMES.items()} | {"icmpv4": ICMP, "icmpv6": ICMPV6}

PORTS = IntervalSet(((0, 65535),))
"""Every value of a port dimension. For ICMP the destination dimension is type * 256 + code, which fills it exactly."""

PORT_PROTOCOLS = frozenset({TCP, UDP, SCTP, 136})

Pair = tuple[IntervalSet, IntervalSet]
"""(destination ports, source ports): every combination of the two is meant."""


@dataclass(frozen=True, slots=True)
class ServiceSet:
    """A set of (protocol, source port, destination port) triples in a unique normal form.

    `entries` lists, per group of protocols (0 to 255) that share the same ports, pairs of destination and source
    ports. Within one group no destination port occurs twice and no two pairs have the same source ports, so equal
    sets are equal values. Protocols without ports carry the full range in both dimensions.
    """

    entries: tuple[tuple[IntervalSet, tuple[Pair, ...]], ...] = ()

    @staticmethod
    def ports(protocol: int, destination: IntervalSet, source: IntervalSet = PORTS) -> ServiceSet:
        """All packets of one protocol from these source ports to these destination ports."""
        if not destination or not source:
            return NO_SERVICE
        return ServiceSet(((IntervalSet.single(protocol), ((destination, source),)),))

    @staticmethod
    def protocol(number: int) -> ServiceSet:
        """Every packet of one IP protocol (0 to 255)."""
        if not 0 <= number <= 255:
            raise ValueError(f"an IP protocol number lies between 0 and 255: {number}")
        return ServiceSet.ports(number, PORTS)

    @staticmethod
    def icmp(protocol: int, kind: int | None = None, code: int | None = None) -> ServiceSet:
        """ICMP (1) or ICMPv6 (58) messages of one type (0 to 255) and code; None means every one."""
        if kind is None:
            return ServiceSet.protocol(protocol)
        first = kind * 256 + (code or 0)
        return ServiceSet.ports(protocol, IntervalSet.of((first, first if code is not None else first + 255)))

    @staticmethod
    def parse(text: str) -> ServiceSet:
        """One service as people write it: "tcp/443", "udp/5060-5061,5065", "icmp/8", "ip/47", "any".

        Raises:
            ValueError: unknown protocol, or a port outside 0 to 65535.
        """
        word = text.strip().lower()
        if word in ("any", "ip", "ip/any"):
            return ANY_SERVICE
        name, slash, rest = word.partition("/")
        if name == "ip":
            return ServiceSet.protocol(_number(rest, 255, text))
        if name not in _NUMBERS:
            raise ValueError(f"unknown protocol in {text!r}: expected tcp, udp, icmp, icmp6, sctp or ip/NUMBER")
        protocol = _NUMBERS[name]
        if not slash or rest == "any":
            return ServiceSet.protocol(protocol)
        if protocol in (ICMP, ICMPV6):
            kind, _, code = rest.partition("/")
            return ServiceSet.icmp(protocol, _number(kind, 255, text), _number(code, 255, text) if code else None)
        return ServiceSet.ports(protocol, parse_ports(rest))

    @staticmethod
    def union(sets: Iterable[ServiceSet]) -> ServiceSet:
        """The union of many sets."""
        pairs: dict[int, list[Pair]] = {}
        for each in sets:
            for protocols, own in each.entries:
                for protocol in _members(protocols):
                    pairs.setdefault(protocol, []).extend(own)
        return _from_pairs(pairs)

    def __bool__(self) -> bool:
        return bool(self.entries)

    def by_protocol(self) -> dict[int, tuple[Pair, ...]]:
        """The (destination, source) pairs of every protocol in the set, by protocol number."""
        return {protocol: pairs for protocols, pairs in self.entries for protocol in _members(protocols)}

    def contains(self, protocol: int, destination: int, source: int = 40000) -> bool:
        """Is one packet in the set? `destination` is the port, or type * 256 + code for ICMP."""
        return any(
            destination in ports and source in sources
            for protocols, pairs in self.entries
            if protocol in protocols
            for ports, sources in pairs
        )

    def destination_ports(self, protocol: int) -> IntervalSet:
        """The destination ports of one protocol, from any source port."""
        return IntervalSet.union(
            ports for protocols, pairs in self.entries if protocol in protocols for ports, _ in pairs
        )

    def __or__(self, other: ServiceSet) -> ServiceSet:
        if not other or self is other:
            return self
        return ServiceSet.union((self, other)) if self else other

    def __and__(self, other: ServiceSet) -> ServiceSet:
        theirs = other.by_protocol()
        pairs: dict[int, list[Pair]] = {}
        for protocol, own in self.by_protocol().items():
            shared = [
                (mine & ports, sources & others)
                for mine, sources in own
                for ports, others in theirs.get(protocol, ())
                if mine.overlaps(ports) and sources.overlaps(others)
            ]
            if shared:
                pairs[protocol] = shared
        return _from_pairs(pairs)

    def __sub__(self, other: ServiceSet) -> ServiceSet:
        theirs = other.by_protocol()
        pairs: dict[int, list[Pair]] = {}
        for protocol, own in self.by_protocol().items():
            left = list(own)
            for ports, sources in theirs.get(protocol, ()):
                left = [piece for pair in left for piece in _minus(pair, (ports, sources))]
            if left:
                pairs[protocol] = left
        return _from_pairs(pairs)

    def __le__(self, other: ServiceSet) -> bool:
        """Is every service of this set in the other?"""
        return not (self - other)

    def overlaps(self, other: ServiceSet) -> bool:
        """Do the two sets share a service?"""
        return bool(self & other)

    def text(self, limit: int = 8) -> str:
        """The set for people to read ("tcp/25,587, udp/53"); after `limit` protocols the rest is counted."""
        if not self:
            return "none"
        if self == ANY_SERVICE:
            return "any"
        items = [
            _entry_text(protocol_range, pair, max(limit, 20))
            for protocols, pairs in self.entries
            for protocol_range in protocols.ranges
            for pair in pairs
        ]
        rest = len(items) - limit
        return ", ".join(items[:limit]) + (f" and {rest} more" if rest > 0 else "")


def parse_ports(text: str) -> IntervalSet:
    """A list of ports and ranges, "25,587,6005-65534".

    Raises:
        ValueError: not numbers from 0 to 65535, or a range in the wrong order.
    """
    ranges: list[Range] = []
    for item in text.split(","):
        first, dash, last = item.strip().partition("-")
        low = _number(first, 65535, text)
        ranges.append((low, _number(last, 65535, text) if dash else low))
    return IntervalSet.of(*ranges)


def port_list(ports: IntervalSet) -> str:
    """Every port and range, as `parse_ports` reads them: "25,587,6005-65534"."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ports.ranges)


def ports_text(ports: IntervalSet, limit: int = 20) -> str:
    """Ports as people write them, "25,587,6005-65534"; "any" for all of them."""
    if ports == PORTS or ports == IntervalSet(((1, 65535),)):
        return "any"
    rest = len(ports.ranges) - limit
    return port_list(IntervalSet(ports.ranges[:limit])) + (f" and {rest} more" if rest > 0 else "")


def _number(text: str, most: int, whole: str) -> int:
    word = text.strip()
    if not (word.isascii() and word.isdigit()) or int(word) > most:
        raise ValueError(f"expected a number from 0 to {most} in {whole!r}, found {text!r}")
    return int(word)


def _members(values: IntervalSet) -> Iterable[int]:
    for first, last in values.ranges:
        yield from range(first, last + 1)


def _minus(pair: Pair, other: Pair) -> list[Pair]:
    ports, sources = pair
    if not ports.overlaps(other[0]) or not sources.overlaps(other[1]):
        return [pair]
    pieces = [(ports - other[0], sources), (ports & other[0], sources - other[1])]
    return [piece for piece in pieces if piece[0] and piece[1]]


def _canonical(pairs: list[Pair]) -> tuple[Pair, ...]:
    """The unique form: for each set of source ports, the destination ports that accept exactly these sources."""
    if len({sources for _, sources in pairs}) == 1:
        return ((IntervalSet.union(ports for ports, _ in pairs), pairs[0][1]),)
    cuts = sorted({edge for ports, _ in pairs for first, last in ports.ranges for edge in (first, last + 1)})
    slabs: dict[IntervalSet, list[Range]] = {}
    for first, after in itertools.pairwise(cuts):
        sources = IntervalSet.union(own for ports, own in pairs if first in ports)
        if sources:
            slabs.setdefault(sources, []).append((first, after - 1))
    return tuple(sorted(((IntervalSet.of(*ranges), own) for own, ranges in slabs.items()), key=lambda p: p[0].ranges))


def _from_pairs(pairs: Mapping[int, list[Pair]]) -> ServiceSet:
    groups: dict[tuple[Pair, ...], list[Range]] = {}
    seen: dict[tuple[Pair, ...], tuple[Pair, ...]] = {}
    for protocol, own in pairs.items():
        key = tuple(own)
        form = seen.get(key)
        if form is None:
            form = seen[key] = _canonical(own)
        groups.setdefault(form, []).append((protocol, protocol))
    entries = [(IntervalSet.of(*protocols), form) for form, protocols in groups.items()]
    return ServiceSet(tuple(sorted(entries, key=lambda entry: entry[0].ranges)))


def _entry_text(protocols: Range, pair: Pair, most: int) -> str:
    first, last = protocols
    ports, sources = pair
    if first != last:
        return f"ip/{first}-{last}"
    name = PROTOCOL_NAMES.get(first, f"ip/{first}")
    if ports == PORTS and sources == PORTS:
        return name
    if first in (ICMP, ICMPV6):
        return f"{name}/{_icmp_text(ports)}"
    text = f"{name}/{ports_text(ports, most)}"
    return text if sources == PORTS else f"{text} from port {ports_text(sources)}"


def _icmp_text(values: IntervalSet) -> str:
    items = []
    for first, last in values.ranges:
        if first % 256 == 0 and last % 256 == 255:
            low, high = first // 256, last // 256
            items.append(str(low) if low == high else f"{low}-{high}")
        elif first == last:
            items.append(f"{first // 256}/{first % 256}")
        else:
            items.append(f"{first // 256}/{first % 256}-{last // 256}/{last % 256}")
    return ",".join(items)


NO_SERVICE = ServiceSet()
ANY_SERVICE = ServiceSet(((IntervalSet(((0, 255),)), ((PORTS, PORTS),)),))
