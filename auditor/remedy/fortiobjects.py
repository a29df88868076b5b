"""The objects FortiOS policies name: addresses, services, virtual IPs, each written once.

Source: the reference, sections 6 and 7: a virtual IP forwards one protocol and port range, or every protocol of an
address; protocols without ports cannot be forwarded one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from auditor.remedy.names import Names, because, remark
from auditor.remedy.planned import Cause, NetworkPlan, Permit
from auditor.remedy.publishing import whole_protocols
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, IPV6_BASE, AddressSet, address_text
from parsers.model.intervals import IntervalSet, Range
from parsers.model.services import (
    ANY_SERVICE,
    ICMP,
    ICMPV6,
    PORTS,
    PROTOCOL_NAMES,
    SCTP,
    TCP,
    UDP,
    ServiceSet,
)

_COMMENT = 255
_GROUP_FROM = 4
"""From so many ranges on, what belongs to one label becomes an address group."""

Lines = list[str]


def quoted(text: str) -> str:
    """A word in quotes, what FortiOS would read in it escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def words(names: Iterable[str]) -> str:
    """Names as the words of one setting."""
    return " ".join(quoted(name) for name in names)


def interfaces(names: Iterable[str]) -> str:
    """Interface, zone and VDOM names of a site file; what no device would take in one is left out of it."""
    return words(remark(name, 79) for name in sorted(names))


def table(name: str, entries: Iterable[Lines]) -> Lines:
    """A table with its entries; nothing for an empty one."""
    lines = [line for entry in entries for line in entry]
    return [f"config {name}", *lines, "end"] if lines else []


def entry(name: str, *settings: str) -> Lines:
    """One entry of a table."""
    return [f"    edit {quoted(name)}", *(f"        set {setting}" for setting in settings), "    next"]


class Addresses:
    """Address objects by what they hold, named after the server that has the address where one does."""

    def __init__(self, labels: Mapping[AddressSet, str], names: Names) -> None:
        self.labels = sorted(labels.items(), key=lambda item: (-item[0].count, item[1]))
        self.new = names.new
        self.objects: dict[Range, str] = {}
        self.groups: dict[AddressSet, str] = {}
        self.entries: dict[str, list[Lines]] = {}

    def names(self, addresses: AddressSet) -> tuple[str, ...]:
        """The objects that together are these addresses (of one family)."""
        if addresses in (ANY_IPV4, ANY_IPV6, ANY_ADDRESS):
            return ("all",)
        found: list[str] = []
        rest = addresses
        family = ANY_IPV6 if addresses.ipv6 else ANY_IPV4
        for whole, label in self.labels:
            part = whole & family
            if part and part <= rest:
                found += self._named(part, label)
                rest = rest - part
        if rest:
            found += self._named(rest, "network")
        return tuple(found)

    def _named(self, addresses: AddressSet, label: str) -> list[str]:
        ranges = addresses.intervals.ranges
        if len(ranges) < _GROUP_FROM:
            return [self._object(each, label) for each in ranges]
        if addresses not in self.groups:
            members = [self._object(each, label) for each in ranges]
            name = self.groups[addresses] = self.new(f"{label}_addresses")
            kind = "firewall addrgrp6" if addresses.ipv6 else "firewall addrgrp"
            self.entries.setdefault(kind, []).append(entry(name, f"member {words(members)}"))
        return [self.groups[addresses]]

    def _object(self, span: Range, label: str) -> str:
        if span not in self.objects:
            text = AddressSet(IntervalSet((span,))).text()
            name = self.objects[span] = self.new(f"{label}_{text}")
            kind = "firewall address6" if span[0] >= IPV6_BASE else "firewall address"
            self.entries.setdefault(kind, []).append(entry(name, *_address(span, text)))
        return self.objects[span]

    def written(self) -> Lines:
        """The tables, objects before groups."""
        kinds = ("firewall address", "firewall address6", "firewall addrgrp", "firewall addrgrp6")
        return [line for kind in kinds for line in table(kind, self.entries.get(kind, ()))]


def _address(span: Range, text: str) -> Iterator[str]:
    first, last = span
    six = first >= IPV6_BASE
    if "-" in text:
        yield "type iprange"
        yield f"start-ip {address_text(first)}"
        yield f"end-ip {address_text(last)}"
    elif six:
        yield f"ip6 {text if '/' in text else text + '/128'}"
    else:
        yield f"subnet {address_text(first)} {address_text((1 << 32) - (last - first + 1))}"


class Services:
    """Service objects, one for each protocol and set of ports."""

    def __init__(self, names: Names) -> None:
        self.new = names.new
        self.known: dict[tuple[str, ...], str] = {}
        self.entries: list[Lines] = []

    def names(self, service: ServiceSet) -> tuple[str, ...]:
        """The objects that together are this service."""
        if service == ANY_SERVICE:
            # Not the factory's ALL: a device may have changed it.
            return (self._object("ANY_protocol", ("protocol IP",)),)
        return tuple(self._object(title, settings) for title, settings in _service_objects(service))

    def _object(self, title: str, settings: tuple[str, ...]) -> str:
        if settings not in self.known:
            name = self.known[settings] = self.new(title)
            self.entries.append(entry(name, *settings))
        return self.known[settings]

    def written(self) -> Lines:
        """The table."""
        return table("firewall service custom", self.entries)


def _service_objects(service: ServiceSet) -> Iterator[tuple[str, tuple[str, ...]]]:
    for protocol, pairs in service.by_protocol().items():
        word = PROTOCOL_NAMES.get(protocol, "")
        for ports, sources in pairs:
            if protocol in (ICMP, ICMPV6):
                yield from _messages(protocol, ports)
            elif protocol in (TCP, UDP, SCTP):
                for first, last in ports.ranges:
                    span = port_text(first, last)
                    tail = "" if sources == PORTS else ":" + port_text(*sources.ranges[0])
                    yield f"{word.upper()}_{span}{tail}", (f"{word}-portrange {span}{tail}",)
            else:
                yield f"IP_{protocol}", ("protocol IP", f"protocol-number {protocol}")


def _messages(protocol: int, kinds: IntervalSet) -> Iterator[tuple[str, tuple[str, ...]]]:
    """ICMP messages: all of them, whole types, or single codes of a type."""
    word = "ICMP6" if protocol == ICMPV6 else "ICMP"
    if kinds == PORTS:
        yield f"{word}_any", (f"protocol {word}",)
        return
    for first, last in kinds.ranges:
        place = first
        while place <= last:
            kind = place // 256
            if place % 256 == 0 and place + 255 <= last:
                yield f"{word}_{kind}", (f"protocol {word}", f"icmptype {kind}")
                place += 256
            else:
                code = place % 256
                yield f"{word}_{kind}_{code}", (f"protocol {word}", f"icmptype {kind}", f"icmpcode {code}")
                place += 1


def port_text(first: int, last: int) -> str:
    """A port or a range; port 0 is never used and FortiOS begins at 1."""
    first = max(first, 1)
    return str(first) if first == last else f"{first}-{last}"


class VirtualAddresses:
    """The virtual IPs of one device: a forwarded port range each, or a whole address where protocols have no ports."""

    def __init__(self, part: NetworkPlan, names: Names) -> None:
        self.part = part
        self.new = names.new
        self.pairs: dict[tuple[AddressSet, AddressSet], list[Permit]] = {}
        for permit in part.permits:
            if permit.public:
                self.pairs.setdefault((permit.public, permit.destination), []).append(permit)
        self.made: dict[tuple[AddressSet, AddressSet], list[tuple[ServiceSet, str]]] = {}
        self.entries: dict[str, list[Lines]] = {}
        for pair, permits in self.pairs.items():
            self.made[pair] = list(self._pair(*pair, permits))

    def names(self, permit: Permit) -> tuple[str, ...]:
        """The virtual IPs that a policy for these packets names."""
        made = self.made[permit.public, permit.destination]
        return tuple(name for service, name in made if service.overlaps(permit.service))

    def _pair(self, public: AddressSet, server: AddressSet, permits: list[Permit]) -> Iterator[tuple[ServiceSet, str]]:
        service = ServiceSet.union(each.service for each in permits)
        causes = tuple(dict.fromkeys(cause for each in permits for cause in each.causes))
        ways = frozenset(name for each in permits for name in each.ingress)
        base = f"{public.text()}"
        known = dict(self.part.existing.leading(public, server, service))
        if whole_protocols(service) and service not in known:
            yield ANY_SERVICE, self._vip(base, public, server, ways, causes, ())
            return
        rest = service
        for share, name in self.part.existing.leading(public, server, service):
            yield share, name
            rest = rest - share
        for protocol, pairs in rest.by_protocol().items():
            for first, last in IntervalSet.union(ports for ports, _ in pairs).ranges:
                span = port_text(first, last)
                word = PROTOCOL_NAMES[protocol]
                forward = ("portforward enable", f"protocol {word}", f"extport {span}", f"mappedport {span}")
                share = ServiceSet.ports(protocol, IntervalSet.of((first, last)))
                yield share, self._vip(f"{base}_{word.upper()}_{span}", public, server, ways, causes, forward)

    def _vip(
        self,
        title: str,
        public: AddressSet,
        server: AddressSet,
        ways: frozenset[str],
        causes: tuple[Cause, ...],
        forward: tuple[str, ...],
    ) -> str:
        name = self.new(f"vip_{title}")
        kind = "firewall vip6" if public.ipv6 else "firewall vip"
        listening = next(iter(ways)) if len(ways) == 1 and ways <= self._usable(ways) else "any"
        settings = (
            f"comment {quoted(because(causes, _COMMENT))}",
            f"extip {public.text()}",
            *(() if public.ipv6 else (f"extintf {interfaces([listening])}",)),
            f"mappedip {quoted(server.text())}",
            *forward,
        )
        self.entries.setdefault(kind, []).append(entry(name, *settings))
        return name

    def _usable(self, ways: frozenset[str]) -> frozenset[str]:
        """Names a virtual IP may listen on: interfaces, not zones; without an export the site file is believed."""
        return self.part.existing.interfaces or ways

    def written(self) -> Lines:
        """The tables."""
        return [line for kind in ("firewall vip", "firewall vip6") for line in table(kind, self.entries.get(kind, ()))]
