"""Names, objects and object groups of ASA and IOS, resolved once and shared.

Sources: Cisco ASA Series General Operations CLI Configuration Guide, "Objects for Access Control";
Cisco IOS Security Configuration Guide, "Object Groups for ACLs".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from parsers.cisco.statements import Configuration, Statement
from parsers.cisco.words import ICMP6_TYPES, ICMP_TYPES
from parsers.model.addresses import ANY_ADDRESS, NO_ADDRESS, AddressSet, address_number, agreeing
from parsers.model.bounds import Bounded
from parsers.model.firewall import Interface, NamedObject, Reference
from parsers.model.intervals import IntervalSet
from parsers.model.origin import Gap, Origin
from parsers.model.rule import Condition, Truth
from parsers.model.services import ANY_SERVICE, NO_SERVICE, PORTS, ServiceSet

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Resolved:
    """Addresses an expression stands for, and why they are not exact."""

    addresses: Bounded[AddressSet]
    uncertain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResolvedService:
    """Services an object stands for; `port_protocols` are those a port may still be named for."""

    services: Bounded[ServiceSet]
    port_protocols: frozenset[int] = frozenset()
    uncertain: tuple[str, ...] = ()


@dataclass(slots=True)
class Objects:
    """The objects of one configuration; resolution is by name, cached, and guarded against cycles."""

    configuration: Configuration
    dual_stack: bool
    """Does "any" mean both address families? ASA 9.0 and later."""
    wildcards: bool
    names: dict[str, str] = field(default_factory=dict)
    networks: dict[str, Statement] = field(default_factory=dict)
    services: dict[str, Statement] = field(default_factory=dict)
    protocols: dict[str, Statement] = field(default_factory=dict)
    icmp: dict[str, Statement] = field(default_factory=dict)
    times: dict[str, Statement] = field(default_factory=dict)
    interfaces: dict[str, Interface] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    user: tuple[str, str, Origin] | None = None
    """What is being read (kind, name, origin): references are noted from here."""
    _addresses: dict[str, Resolved] = field(default_factory=dict)
    _services: dict[str, ResolvedService] = field(default_factory=dict)

    def name(self, word: str) -> str:
        """The address a `name` statement gives a word, or the word itself."""
        return self.names.get(word, word)

    def host(self, word: str) -> Resolved:
        """A single address or a named one.

        Raises:
            ValueError: neither an address nor a name.
        """
        return Resolved(Bounded.exactly(AddressSet.network(self.name(word))))

    def masked(self, address: str, mask: str) -> AddressSet:
        """The addresses of an address (or a name for one) and a netmask; "0" is short for 0.0.0.0 in both.

        Raises:
            ValueError: not an address, or not a mask.
        """
        zero = {"0": "0.0.0.0"}
        address = self.name(address)
        return AddressSet.network(f"{zero.get(address, address)}/{zero.get(mask, mask)}")

    def interface(self, name: str) -> Resolved:
        """The own addresses of an interface; any address where it gets them from DHCP or PPPoE."""
        found = self.interfaces.get(name)
        if found is None or found.dynamic or not found.own:
            reason = f"the address of interface {name} is not in the configuration"
            return Resolved(Bounded(NO_ADDRESS, ANY_ADDRESS), (reason,))
        return Resolved(Bounded.exactly(found.own))

    def network(self, name: str) -> Resolved:
        """A network object or group by name; undefined ones stand for anything."""
        self._note("network object", name, defined=name in self.networks)
        if name in self._addresses:
            return self._addresses[name]
        statement = self.networks.get(name)
        if statement is None:
            missing = Resolved(Bounded(NO_ADDRESS, ANY_ADDRESS), (f"object {name!r} is not in the configuration",))
            self._addresses[name] = missing
            return missing
        self._addresses[name] = Resolved(Bounded(NO_ADDRESS, ANY_ADDRESS), (f"group {name!r} contains itself",))
        parts = self._within("network object", statement, self._network_member)
        union = Bounded(
            AddressSet.union(part.addresses.certain for part in parts),
            AddressSet.union(part.addresses.possible for part in parts),
        )
        reasons = tuple(dict.fromkeys(reason for part in parts for reason in part.uncertain))
        self._addresses[name] = Resolved(union, reasons)
        return self._addresses[name]

    def _network_member(self, statement: Statement) -> Resolved | None:
        words = statement.words
        match words:
            case ("host", address, *_):
                return self.host(address)
            case ("subnet", prefix) if "/" in prefix:
                return Resolved(Bounded.exactly(AddressSet.network(prefix)))
            case ("subnet", address, mask):
                return Resolved(Bounded.exactly(self.masked(address, mask)))
            case ("range", first, last):
                return Resolved(Bounded.exactly(AddressSet.range(self.name(first), self.name(last))))
            case ("fqdn", *rest):
                reason = f"{' '.join(rest)} is a host name: its addresses are not in the configuration"
                return Resolved(Bounded(NO_ADDRESS, ANY_ADDRESS), (reason,))
            case ("network-object", "host", address):
                return self.host(address)
            case ("network-object", "object", name) | ("group-object", name):
                return self.network(name)
            case ("network-object", prefix) if "/" in prefix:
                return Resolved(Bounded.exactly(AddressSet.network(prefix)))
            case ("network-object", address, mask):
                return Resolved(Bounded.exactly(self.masked(address, mask)))
            case (first, mask) if first[0].isdigit() and mask.count(".") == 3:
                return Resolved(Bounded.exactly(AddressSet.network(f"{first}/{mask}")))
            case ("any",):
                return Resolved(Bounded.exactly(ANY_ADDRESS))
            case ("description" | "nat", *_):
                return None
        raise ValueError(f"unknown word {words[0]!r}")

    def is_port_group(self, name: str) -> bool:
        """Is this a service group (so that it can stand where ports stand)?"""
        return name in self.services

    def ports(self, name: str) -> IntervalSet:
        """The destination ports of a service group that lists ports."""
        services = self.service(name).services.possible
        return IntervalSet.union(ports for _, pairs in services.entries for ports, _ in pairs)

    def icmp_types(self, name: str) -> tuple[int, ...]:
        """The ICMP types of an icmp-type group."""
        self._note("icmp-type group", name, defined=name in self.icmp)
        found: list[int] = []
        for child in self.icmp[name].children if name in self.icmp else ():
            if child.words[0] == "icmp-object":
                word = child.at(1).lower()
                found.append(int(word) if word.isdigit() else ICMP_TYPES.get(word, ICMP6_TYPES.get(word, 255)))
        return tuple(found)

    def service(self, name: str) -> ResolvedService:
        """A service object, service group or protocol group by name; undefined ones stand for anything."""
        statement = self.services.get(name) or self.protocols.get(name)
        self._note("service object", name, defined=statement is not None)
        if name in self._services:
            return self._services[name]
        if statement is None:
            reason = f"service {name!r} is not in the configuration"
            self._services[name] = ResolvedService(Bounded(NO_SERVICE, ANY_SERVICE), uncertain=(reason,))
            return self._services[name]
        self._services[name] = ResolvedService(
            Bounded(NO_SERVICE, ANY_SERVICE), uncertain=(f"group {name!r} contains itself",)
        )
        header = statement.at(3).lower() if len(statement.words) > 3 else ""
        parts = self._within("service object", statement, lambda child: self._service_member(child, header))
        union = Bounded(
            ServiceSet.union(part.services.certain for part in parts),
            ServiceSet.union(part.services.possible for part in parts),
        )
        protocols = (
            frozenset().union(*(part.port_protocols for part in parts)) if name in self.protocols else frozenset()
        )
        reasons = tuple(dict.fromkeys(reason for part in parts for reason in part.uncertain))
        self._services[name] = ResolvedService(union, protocols, reasons)
        return self._services[name]

    def _service_member(self, statement: Statement, header: str) -> ResolvedService | None:
        from parsers.cisco.entries import PORT_WORDS, Words, protocol_number, read_ports

        words = statement.words
        match words:
            case ("description", *_):
                return None
            case ("group-object", name) | ("service-object", "object", name):
                return self.service(name)
            case ("port-object", *rest):
                ports = read_ports(Words(tuple(rest)))
                return _exact(ServiceSet.ports(each, ports) for each in PORT_WORDS.get(header, (6, 17)))
            case ("protocol-object", word):
                if word.lower() == "ip":
                    return _exact([ANY_SERVICE])
                number = protocol_number(word)
                return ResolvedService(Bounded.exactly(ServiceSet.protocol(number)), frozenset({number}))
            case ("service-object" | "service", *rest):
                return _exact([self._service_line(tuple(rest))])
            case _:
                return _exact([self._service_line(words)])

    def _service_line(self, words: tuple[str, ...]) -> ServiceSet:
        """`tcp source gt 1023 destination eq www`, `icmp echo`, `tcp-udp eq domain`, `ip`, `47`."""
        from parsers.cisco.entries import PORT_WORDS, Words, protocol_number, read_ports

        line = Words(words)
        word = line.take().lower()
        if word == "ip":
            return ANY_SERVICE
        if word in ("icmp", "icmp6") and line.peek():
            kinds = ICMP_TYPES if word == "icmp" else ICMP6_TYPES
            kind = line.take().lower()
            number = int(kind) if kind.isdigit() else kinds[kind]
            code = int(line.take()) if line.peek().isdigit() else None
            return ServiceSet.icmp(protocol_number(word), number, code)
        protocols = PORT_WORDS.get(word) or (protocol_number(word),)
        sources = destinations = PORTS
        while following := line.peek():
            if following == "source":
                line.take()
                sources = read_ports(line)
            elif following == "destination":
                line.take()
                destinations = read_ports(line)
            else:
                destinations = read_ports(line)
        return ServiceSet.union(ServiceSet.ports(each, destinations, sources) for each in protocols)

    def time_range(self, name: str) -> Condition:
        """The condition a time range puts on a rule."""
        self._note("time-range", name, defined=name in self.times)
        statement = self.times.get(name)
        if statement is None:
            return Condition("schedule", f"only in time-range {name}, which is not in the configuration")
        begin = end = None
        periodic = False
        for child in statement.children:
            if child.words[0] == "absolute":
                begin, end = _moment(child.words, "start"), _moment(child.words, "end")
            periodic |= child.words[0] == "periodic"
        truth = Truth.UNKNOWN if periodic or begin is not None or end is not None else Truth.TRUE
        return Condition("schedule", f"only in time-range {name}", truth, begin, end)

    def _within(self, kind: str, statement: Statement, read: Callable[[Statement], T | None]) -> list[T]:
        outer = self.user
        self.user = (kind, statement.at(2), self.origin(statement))
        parts: list[T] = []
        for child in statement.children:
            try:
                part = read(child)
            except (ValueError, KeyError, IndexError) as error:
                self.gap(child, f"{' '.join(statement.words[:3])}", f"not understood: {child.text} ({error})")
                continue
            if part is not None:
                parts.append(part)
        self.user = outer
        return parts

    def _note(self, kind: str, name: str, *, defined: bool) -> None:
        if self.user is not None:
            self.references.append(Reference(self.user[0], self.user[1], kind, name, self.user[2], defined))

    def origin(self, statement: Statement) -> Origin:
        """The place of a statement with everything below it."""
        words = statement.words
        return Origin(self.configuration.file, statement.line, statement.last_line, words[0], " ".join(words[1:3]))

    def own_address(self, statement: Statement, address: str, mask: str) -> tuple[AddressSet, AddressSet]:
        """An interface's (address, network) from address and mask or prefix length; nothing and a gap when odd."""
        try:
            return AddressSet.network(address), AddressSet.network(f"{address}/{mask}")
        except ValueError as error:
            self.gap(statement, "interface", f"address not understood ({error}): {statement.text}")
            return NO_ADDRESS, NO_ADDRESS

    def gap(self, statement: Statement, path: str, what: str, *, hides_access: bool = True) -> None:
        """Note something that was not understood."""
        self.gaps.append(Gap(self.origin(statement), path, statement.words[0], what, hides_access))


def read_objects(configuration: Configuration, *, dual_stack: bool, wildcards: bool) -> Objects:
    """Collect the named things of a configuration; nothing is resolved yet."""
    objects = Objects(configuration, dual_stack, wildcards)
    for statement in configuration.starting("name"):
        if len(statement.words) >= 3:
            objects.names[statement.at(2)] = statement.at(1)
    tables = {"network": objects.networks, "service": objects.services, "protocol": objects.protocols}
    tables |= {"icmp-type": objects.icmp, "ip": objects.networks}
    for word in ("object", "object-group"):
        for statement in configuration.starting(word):
            if len(statement.words) >= 3 and statement.at(1) in tables:
                key = statement.at(2)
                known = tables[statement.at(1)].get(key)
                # ASA prints an object twice: its value, and later its NAT; the children belong together.
                merged = statement if known is None else _merged(known, statement)
                tables[statement.at(1)][key] = merged
    for statement in configuration.starting("time-range"):
        objects.times[statement.at(1)] = statement
    return objects


def named_objects(objects: Objects) -> tuple[NamedObject, ...]:
    """The objects as the model lists them, in file order."""
    groups: Iterable[tuple[str, dict[str, Statement]]] = (
        ("network object", objects.networks),
        ("service object", objects.services),
        ("service object", objects.protocols),
        ("icmp-type group", objects.icmp),
        ("time-range", objects.times),
    )
    found = [
        NamedObject(kind, name, objects.origin(statement), text="; ".join(child.text for child in statement.children))
        for kind, table in groups
        for name, statement in table.items()
    ]
    return tuple(sorted(found, key=lambda each: each.origin.first_line))


def wildcard_set(address: str, mask: str) -> tuple[AddressSet, bool]:
    """The addresses that agree with `address` in every bit that is 0 in the IPv4 wildcard `mask`.

    Returns:
        The set and True, or a set that contains it and False where it has over 65,536 ranges.
    """
    return agreeing(address_number(address), 0xFFFFFFFF ^ address_number(mask))


def _merged(first: Statement, second: Statement) -> Statement:
    return Statement(first.text, first.words, first.line, first.children + second.children)


def _exact(sets: Iterable[ServiceSet]) -> ResolvedService:
    return ResolvedService(Bounded.exactly(ServiceSet.union(sets)))


def _moment(words: tuple[str, ...], word: str) -> datetime | None:
    """`start 08:00 01 January 2026`, as `absolute` writes it; device-local time."""
    if word not in words:
        return None
    place = words.index(word)
    return datetime.strptime(" ".join(words[place + 1 : place + 5]), "%H:%M %d %B %Y")
