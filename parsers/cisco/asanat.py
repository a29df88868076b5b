"""ASA static NAT (8.3 and later) as destination translations, in the order the ASA tries them.

Source: Cisco ASA Series Firewall CLI Configuration Guide, "Network Address Translation": section 1 is twice NAT in the
order of the lines, section 2 object NAT (static before dynamic, fewest real addresses first, lowest address first,
then object name), section 3 twice NAT with after-auto. Only static rules translate destinations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from parsers.cisco.entries import Words, read_ports
from parsers.cisco.objects import Objects, Resolved
from parsers.cisco.statements import Configuration, Statement
from parsers.cisco.words import port_number
from parsers.model.addresses import ANY_ADDRESS, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Mapping, Translation
from parsers.model.intervals import IntervalSet
from parsers.model.origin import Origin
from parsers.model.services import ANY_SERVICE, TCP, UDP, ServiceSet


@dataclass(frozen=True, slots=True)
class _Static:
    """One static rule seen from the mapped side: clients send to `mapped`, servers are `real`."""

    name: str
    origin: Origin
    real: Resolved
    mapped: Resolved
    mapped_service: ServiceSet
    real_service: ServiceSet
    interface: str
    source: Resolved


def read_translations(configuration: Configuration, objects: Objects) -> tuple[Translation, ...]:
    """Every destination translation in evaluation order; NAT lines that are not understood become gaps."""
    first: list[_Static] = []
    last: list[_Static] = []
    for statement in configuration.starting("nat"):
        objects.user = ("nat", f"line {statement.line}", objects.origin(statement))
        try:
            found = list(_twice(statement, objects))
        except (ValueError, IndexError) as error:
            objects.gap(statement, "nat", f"NAT line not understood ({error}): {statement.text}")
            continue
        finally:
            objects.user = None
        (last if "after-auto" in statement.words else first).extend(found)
    automatic = sorted(_object_nat(configuration, objects), key=_section_two)
    return tuple(_translation(static) for static in (*first, *automatic, *last))


def _section_two(static: _Static) -> tuple[int, int, str]:
    addresses = static.real.addresses.possible
    return addresses.count, addresses.intervals.first if addresses else 0, static.name


def _object_nat(configuration: Configuration, objects: Objects) -> Iterator[_Static]:
    for statement in configuration.starting("object", "network"):
        for child in statement.children:
            if child.words[0] != "nat":
                continue
            # An object with a NAT line of its own is in use, whether or not a rule names it.
            objects.user = ("nat", f"line {child.line}", objects.origin(child))
            objects.network(statement.at(2))
            objects.user = None
            if "static" not in child.words:
                continue
            try:
                yield _auto(statement, child, objects)
            except (ValueError, IndexError) as error:
                objects.gap(child, f"object network {statement.at(2)}", f"NAT not understood ({error}): {child.text}")


def _auto(statement: Statement, child: Statement, objects: Objects) -> _Static:
    words = child.words
    _, mapped_interface = _interfaces(words[1])
    place = words.index("static") + 1
    real = objects.network(statement.at(2))
    mapped = _mapped(words[place], mapped_interface, objects)
    real_service = mapped_service = ANY_SERVICE
    if "service" in words:
        at = words.index("service")
        protocol = {"tcp": TCP, "udp": UDP}.get(words[at + 1].lower())
        if protocol is None:
            raise ValueError(f"unknown protocol {words[at + 1]!r}")
        real_service = _port(protocol, words[at + 2])
        mapped_service = _port(protocol, words[at + 3])
    origin = Origin(objects.configuration.file, child.line, child.line, "object nat", statement.at(2))
    anyone = Resolved(Bounded.exactly(ANY_ADDRESS))
    return _Static(
        f"object nat {statement.at(2)}", origin, real, mapped, mapped_service, real_service, mapped_interface, anyone
    )


def _twice(statement: Statement, objects: Objects) -> Iterator[_Static]:
    """`nat (real,mapped) [line] [after-auto] source static REAL MAPPED [destination static MAPPED REAL] [service A B]`.

    The source part translates what others send to MAPPED (unless unidirectional), the destination part what the real
    side sends to its MAPPED address.
    """
    words = statement.words
    if "inactive" in words or "source" not in words:
        return
    real_interface, mapped_interface = _interfaces(words[1])
    at = words.index("source")
    origin = objects.origin(statement)
    name = f"nat line {statement.line}"
    services = _service_pair(words, objects)
    destination = words.index("destination") if "destination" in words else -1
    if words[at + 1] == "static" and "unidirectional" not in words:
        real = _named(words[at + 2], objects)
        mapped = _mapped(words[at + 3], mapped_interface, objects)
        # Who sends to MAPPED from outside still carries his own, real address.
        peers = _named(words[destination + 3], objects) if destination > 0 else Resolved(Bounded.exactly(ANY_ADDRESS))
        mapped_service, real_service = services if destination < 0 else (ANY_SERVICE, ANY_SERVICE)
        yield _Static(name, origin, real, mapped, mapped_service, real_service, mapped_interface, peers)
    if destination > 0 and words[destination + 1] == "static":
        mapped = _mapped(words[destination + 2], real_interface, objects)
        real = _named(words[destination + 3], objects)
        yield _Static(
            f"{name} destination", origin, real, mapped, *services, real_interface, _named(words[at + 2], objects)
        )


def _service_pair(words: tuple[str, ...], objects: Objects) -> tuple[ServiceSet, ServiceSet]:
    """(mapped, real) services of `service A B`: A is what stands in the packet on the real side of a source rule."""
    if "service" not in words:
        return ANY_SERVICE, ANY_SERVICE
    at = words.index("service")
    first = objects.service(words[at + 1]).services.possible
    second = objects.service(words[at + 2]).services.possible
    if "destination" in words:
        return first, second
    return _as_destination(second), _as_destination(first)


def _as_destination(service: ServiceSet) -> ServiceSet:
    """A source rule names the server's port as a source port; for packets towards the server it is the destination."""
    return ServiceSet.union(
        ServiceSet.ports(protocol, sources, ports)
        for protocol, pairs in service.by_protocol().items()
        for ports, sources in pairs
    )


def _interfaces(word: str) -> tuple[str, str]:
    real, _, mapped = word.strip("()").partition(",")
    return real, mapped


def _named(word: str, objects: Objects) -> Resolved:
    if word == "any":
        return Resolved(Bounded.exactly(ANY_ADDRESS))
    return objects.network(word) if word in objects.networks else objects.host(word)


def _mapped(word: str, interface: str, objects: Objects) -> Resolved:
    return objects.interface(interface) if word == "interface" else _named(word, objects)


def _port(protocol: int, word: str) -> ServiceSet:
    if "-" in word and word.replace("-", "").isdigit():
        first, _, last = word.partition("-")
        return ServiceSet.ports(protocol, read_ports(Words(("range", first, last))))
    return ServiceSet.ports(protocol, IntervalSet.single(port_number(word)))


def _translation(static: _Static) -> Translation:
    mapped, real = static.mapped.addresses, static.real.addresses
    # Many real addresses behind fewer mapped ones: which of them answers is the ASA's choice.
    exact = mapped.is_exact and real.is_exact and real.certain.count <= mapped.certain.count
    same_size = exact and mapped.certain.count == real.certain.count
    anything = static.mapped_service == ANY_SERVICE
    return Translation(
        name=static.name,
        origin=static.origin,
        mappings=(
            Mapping(
                original_destination=mapped.possible,
                original_service=static.mapped_service,
                mapped_destination=real if exact else Bounded(NO_ADDRESS, _wide(real)),
                mapped_service=static.real_service,
                by_offset=same_size and (anything or _same_ports(static)),
            ),
        ),
        source=static.source.addresses,
        ingress=None if static.interface in ("any", "") else frozenset({static.interface}),
        listening=static.interface,
        kind="static-nat",
        uncertain=(*static.mapped.uncertain, *static.real.uncertain),
    )


def _wide(real: Bounded[AddressSet]) -> AddressSet:
    return real.possible or ANY_ADDRESS


def _same_ports(static: _Static) -> bool:
    def size(service: ServiceSet) -> int:
        return sum(ports.count for _, pairs in service.entries for ports, _ in pairs)

    return size(static.mapped_service) == size(static.real_service)
