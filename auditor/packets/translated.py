"""Where translated packets can exist: which packets each translation takes, and what they become.

Source of the order: translations are tried in table order, the first that matches the original destination, service,
source and ingress interface takes the packet (FORTIOS reference, section 7.1 step 2). What an earlier entry certainly
takes never reaches a later one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from parsers.model.addresses import AddressSet
from parsers.model.firewall import Firewall, Mapping, Translation
from parsers.model.intervals import IntervalSet
from parsers.model.services import ANY_SERVICE, ServiceSet

OTHER = "(other)"
"""Stands for every interface the configuration does not name."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Packets as the client sends them: ingress (None: any), source, original destination and service."""

    ingress: frozenset[str] | None
    source: AddressSet
    destination: AddressSet
    service: ServiceSet


@dataclass(frozen=True, slots=True)
class Domain:
    """Packets one translation takes (`taken`), and the same packets at the server."""

    translation: Translation
    mapping: Mapping
    taken: Taken
    destination: AddressSet
    service: ServiceSet
    certain: bool
    """Is it known that these packets are translated, and to exactly this destination?"""


def domains(firewall: Firewall) -> tuple[Domain, ...]:
    """The domains of all active translations, in table order, and nothing that an earlier entry takes for certain."""
    everywhere = _interfaces(firewall)
    found: list[Domain] = []
    earlier: list[Taken] = []
    maybe: list[Taken] = []
    for translation in firewall.translations:
        if not translation.active:
            continue
        own: list[Taken] = []
        own_maybe: list[Taken] = []
        for mapping in translation.mappings:
            whole = Taken(
                translation.ingress, translation.source.possible, mapping.original_destination, mapping.original_service
            )
            exact = translation.source.is_exact and mapping.mapped_destination.is_exact and not translation.uncertain
            for piece in _outside([whole], earlier, everywhere):
                certain = exact and not any(_overlap(piece, other) for other in maybe)
                destination, service = image(mapping, piece.destination, piece.service)
                found.append(Domain(translation, mapping, piece, destination, service, certain))
            if translation.source.certain and not translation.uncertain:
                own.append(Taken(translation.ingress, translation.source.certain, whole.destination, whole.service))
            else:
                own_maybe.append(whole)
        earlier += own
        maybe += own_maybe
    return tuple(found)


def certainly_taken(firewall: Firewall) -> tuple[Taken, ...]:
    """Packets that some translation takes for certain: they never arrive untranslated."""
    return tuple(
        Taken(each.ingress, each.source.certain, mapping.original_destination, mapping.original_service)
        for each in firewall.translations
        if each.active and each.source.certain and not each.uncertain
        for mapping in each.mappings
    )


def image(mapping: Mapping, destination: AddressSet, service: ServiceSet) -> tuple[AddressSet, ServiceSet]:
    """What original destinations and services become."""
    if not mapping.by_offset:
        return mapping.mapped_destination.possible, _service_image(mapping, service, exact=False)
    addresses = _shifted(
        destination.intervals, mapping.original_destination.intervals, mapping.mapped_destination.possible.intervals
    )
    return AddressSet(addresses), _service_image(mapping, service, exact=True)


def origin_of(mapping: Mapping, destination: int, protocol: int, port: int | None) -> tuple[int, int | None]:
    """One original destination and port that become the given ones (the first, where several do)."""
    original = mapping.original_destination.intervals
    mapped = mapping.mapped_destination.possible.intervals
    number = original.first
    if mapping.by_offset and mapped.count == original.count:
        number = _shifted(IntervalSet.single(destination), mapped, original).first
    if port is None or mapping.original_service in (ANY_SERVICE, mapping.mapped_service):
        return number, port
    before = mapping.original_service.destination_ports(protocol)
    after = mapping.mapped_service.destination_ports(protocol)
    if not before:
        return number, port
    if mapping.by_offset and before.count == after.count and port in after:
        return number, _shifted(IntervalSet.single(port), after, before).first
    return number, before.first


def _service_image(mapping: Mapping, service: ServiceSet, *, exact: bool) -> ServiceSet:
    original, mapped = mapping.original_service, mapping.mapped_service
    if mapped in (original, ANY_SERVICE):
        return service
    parts: list[ServiceSet] = []
    mapped_pairs = mapped.by_protocol()
    for protocol, pairs in service.by_protocol().items():
        before, after = original.destination_ports(protocol), mapped.destination_ports(protocol)
        if protocol not in mapped_pairs:
            # Protocol-changing mappings do not exist; all mapped services may then result.
            parts.append(mapped)
            continue
        for ports, sources in pairs:
            shifted = _shifted(ports, before, after) if exact and before.count == after.count else after
            parts.append(ServiceSet.ports(protocol, shifted, sources))
    return ServiceSet.union(parts)


def _shifted(values: IntervalSet, before: IntervalSet, after: IntervalSet) -> IntervalSet:
    """The n-th members of `after` for the n-th members of `before` that are in `values`."""
    if after.count == 1 or before.count != after.count:
        return after
    found: list[tuple[int, int]] = []
    for first, last in (values & before).ranges:
        rank = _rank(before, first)
        size = last - first + 1
        for low, high in after.ranges:
            width = high - low + 1
            if rank < width and size:
                take = min(size, width - rank)
                found.append((low + rank, low + rank + take - 1))
                size -= take
                rank = 0
            else:
                rank = max(0, rank - width)
    return IntervalSet.of(*found)


def _rank(values: IntervalSet, member: int) -> int:
    rank = 0
    for first, last in values.ranges:
        if member <= last:
            return rank + member - first
        rank += last - first + 1
    return rank


def _overlap(a: Taken, b: Taken) -> bool:
    together = a.ingress is None or b.ingress is None or bool(a.ingress & b.ingress)
    return (
        together
        and a.destination.overlaps(b.destination)
        and a.source.overlaps(b.source)
        and a.service.overlaps(b.service)
    )


def _interfaces(firewall: Firewall) -> frozenset[str]:
    """Every interface a packet can come from: those the configuration names, and `OTHER` for all it does not."""
    names = {interface.name for interface in firewall.interfaces}
    for rules in firewall.lists:
        for rule in rules.rules:
            names |= (rule.ingress or frozenset()) | (rule.egress or frozenset())
    for translation in firewall.translations:
        names |= translation.ingress or frozenset()
    return frozenset({OTHER, *names})


def _outside(pieces: list[Taken], taken: Iterable[Taken], everywhere: frozenset[str]) -> list[Taken]:
    """The pieces less what is taken, exactly."""
    for other in taken:
        left: list[Taken] = []
        for piece in pieces:
            left += _less(piece, other, everywhere) if _overlap(piece, other) else [piece]
        pieces = left
    return pieces


def _less(piece: Taken, other: Taken, everywhere: frozenset[str]) -> list[Taken]:
    found: list[Taken] = []
    inside = piece.ingress
    if other.ingress is not None:
        whole = everywhere if piece.ingress is None else piece.ingress
        outside, inside = whole - other.ingress, whole & other.ingress
        if outside:
            found.append(Taken(outside, piece.source, piece.destination, piece.service))
    destination = piece.destination - other.destination
    if destination:
        found.append(Taken(inside, piece.source, destination, piece.service))
    shared = piece.destination & other.destination
    service = piece.service - other.service
    if service:
        found.append(Taken(inside, piece.source, shared, service))
    source = piece.source - other.source
    if source:
        found.append(Taken(inside, source, shared, piece.service & other.service))
    return found
