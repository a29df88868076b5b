"""Entries of Internet services: which addresses, protocols and ports they add or disable.

Source: the CLI reference of `firewall internet-service-custom` and `-extension` (6.0 to 7.6). What an entry without
protocol, ports or addresses stands for is not documented: it is possible, never certain.
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.fortigate.objects.addresses import AddressBook
from parsers.fortigate.objects.pairsets import PairSet, product
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_ADDRESS, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.intervals import IntervalSet
from parsers.model.services import ANY_SERVICE, NO_SERVICE, PORTS, SCTP, TCP, UDP, ServiceSet

_WITH_PORTS = (TCP, UDP, SCTP)
Books = tuple[AddressBook, AddressBook]
"""The addresses of both families."""


def served(entry: Block, books: Books) -> tuple[Bounded[PairSet], tuple[str, ...]]:
    """What an entry adds to a service, and why that is not exact.

    Raises:
        ValueError: a number or a port range that cannot be.
    """
    addresses: Bounded[AddressSet] = Bounded.exactly(NO_ADDRESS)
    reasons: tuple[str, ...] = ()
    unnamed = True
    for keyword, book in zip(("dst", "dst6"), books, strict=True):
        names = tuple(name for name in entry.words(keyword) if name)
        if names:
            unnamed = False
            found = book.union(names)
            addresses, reasons = addresses | found.addresses, reasons + found.uncertain
    if unnamed:
        addresses = Bounded(NO_ADDRESS, ANY_ADDRESS)
        reasons += ("an entry of an Internet service names no address",)
    services = _services(entry)
    if not services.is_exact:
        reasons += ("an entry of an Internet service names no protocol or port",)
    return product(addresses, services), reasons


def disabled(entry: Block, books: Books) -> tuple[Bounded[PairSet], tuple[str, ...]]:
    """What an entry takes from a service, and why that is not exact.

    Raises:
        ValueError: an address, a number or a port range that cannot be.
    """
    spans = [
        AddressSet.range(first, each.get(f"end-{word}") or first)
        for name, word in (("ip-range", "ip"), ("ip6-range", "ip6"))
        if (table := entry.table(name)) is not None
        for each in table.entries.values()
        if (first := each.get(f"start-{word}") or "")
    ]
    whole = AddressSet.union(spans)
    addresses = Bounded(whole, whole or ANY_ADDRESS)
    pairs = product(addresses, _services(entry))
    return pairs, () if pairs.is_exact else ("an entry disables a part of an Internet service that it does not name",)


def _services(entry: Block) -> Bounded[ServiceSet]:
    """The services of an entry; without a protocol, or the ports it needs, none for certain."""
    protocol = _number(entry.get("protocol") or "0")
    if protocol == 0:
        return Bounded(NO_SERVICE, ANY_SERVICE)
    if protocol not in _WITH_PORTS:
        return Bounded.exactly(ServiceSet.protocol(protocol))
    spans = tuple(_spans(entry))
    if any(last < first or last > 65535 for first, last in spans):
        raise ValueError("a port range ends before it starts or above 65535")
    found = ServiceSet.ports(protocol, IntervalSet.of(*spans) if spans else PORTS)
    return Bounded(found if spans else NO_SERVICE, found)


def _spans(entry: Block) -> Iterator[tuple[int, int]]:
    """The ports of an entry: ranges, or the list of single ports that older releases have in disabled entries."""
    yield from ((port, port) for word in entry.words("port") if (port := _number(word)))
    table = entry.table("port-range")
    for each in table.entries.values() if table is not None else ():
        yield _number(each.get("start-port") or "1"), _number(each.get("end-port") or "65535")


def _number(word: str) -> int:
    if not word.isdecimal():
        raise ValueError(f"not a number: {word!r}")
    return int(word)
