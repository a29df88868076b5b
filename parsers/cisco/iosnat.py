"""IOS static NAT as destination translations, and rules that see packets before it.

Source: Cisco IOS IP Addressing Services Configuration Guide, "Configuring NAT", order of operation: outside to inside,
the inbound access list is checked before NAT, so it names the public address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.cisco.objects import Objects
from parsers.cisco.statements import Configuration, Statement
from parsers.cisco.words import port_number
from parsers.model.addresses import ANY_ADDRESS, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Mapping, Translation
from parsers.model.intervals import IntervalSet
from parsers.model.rule import Rule
from parsers.model.services import ANY_SERVICE, NO_SERVICE, TCP, UDP, ServiceSet


def read_translations(configuration: Configuration, objects: Objects) -> tuple[Translation, ...]:
    """`ip nat inside source static ...` in order, port forwardings before whole addresses (the more specific wins)."""
    outside = frozenset(
        " ".join(statement.words[1:])
        for statement in configuration.starting("interface")
        if any(child.words == ("ip", "nat", "outside") for child in statement.children)
    )
    found = []
    for statement in configuration.starting("ip", "nat", "inside", "source", "static"):
        try:
            found.append(_translation(statement, statement.words[5:], objects, outside))
        except (ValueError, IndexError) as error:
            objects.gap(statement, "ip nat", f"NAT line not understood ({error}): {statement.text}")
    # NAT by a virtual interface (`ip nat enable`) knows no inside and outside.
    for statement in configuration.starting("ip", "nat", "source", "static"):
        try:
            found.append(_translation(statement, statement.words[4:], objects, frozenset()))
        except (ValueError, IndexError) as error:
            objects.gap(statement, "ip nat", f"NAT line not understood ({error}): {statement.text}")
    for statement in configuration.starting("ip", "nat", "outside"):
        objects.gap(statement, "ip nat outside", f"NAT of outside addresses is not read: {statement.text}")
    for statement in configuration.starting("ip", "nat", "inside", "destination"):
        objects.gap(statement, "ip nat inside destination", f"load sharing by NAT is not read: {statement.text}")
    return tuple(sorted(found, key=lambda each: each.mappings[0].original_service == ANY_SERVICE))


def _translation(statement: Statement, said: tuple[str, ...], objects: Objects, outside: frozenset[str]) -> Translation:
    words = [word for word in said if word not in ("extendable", "no-alias", "no-payload", "overload")]
    service = mapped_service = ANY_SERVICE
    if words[0] in ("tcp", "udp"):
        protocol = TCP if words[0] == "tcp" else UDP
        real, port, public, *rest = words[1:]
        if public == "interface":
            public, rest = f"interface {rest[0]}", rest[1:]
        mapped_service = ServiceSet.ports(protocol, IntervalSet.single(port_number(port)))
        service = ServiceSet.ports(protocol, IntervalSet.single(port_number(rest[0])))
        inner, outer = AddressSet.network(real), _public(public, objects)
    elif words[0] == "network":
        prefix = words[3].lstrip("/")
        inner = AddressSet.network(f"{words[1]}/{prefix}")
        outer = Bounded.exactly(AddressSet.network(f"{words[2]}/{prefix}"))
    else:
        inner = AddressSet.network(words[0])
        public = f"interface {words[2]}" if words[1] == "interface" else words[1]
        outer = _public(public, objects)
    mapping = Mapping(
        outer.possible, service, Bounded(inner if outer.is_exact else NO_ADDRESS, inner), mapped_service,
        by_offset=outer.is_exact,
    )  # fmt: skip
    return Translation(
        name=f"ip nat line {statement.line}",
        origin=objects.origin(statement),
        mappings=(mapping,),
        source=Bounded.exactly(ANY_ADDRESS),
        ingress=outside or None,
        uncertain=() if outer.is_exact else ("the public address is the interface's, which is not in the file",),
    )


def _public(word: str, objects: Objects) -> Bounded[AddressSet]:
    if word.startswith("interface "):
        return objects.interface(word.removeprefix("interface ")).addresses
    return Bounded.exactly(AddressSet.network(word))


def before_translation(rule: Rule, translations: tuple[Translation, ...]) -> Iterator[Rule]:
    """The rule as it decides packets that are not translated, and as it decides those of each translation.

    An inbound list compares the public address and port; the model speaks of translated packets. A translation that the
    rule covers wholly, by public and by translated port, is named in it; the covered part of another is expressed at
    the server by a rule of the same id and place.
    """
    whole = [each.name for each in translations if _takes(rule, each)]
    named = frozenset(whole)
    yield replace(rule, translations=Bounded(named, named))
    for translation in translations:
        mapping = translation.mappings[0]
        if translation.name in named or not _meet(rule, translation):
            continue
        destination = Bounded(_image(rule.destination.certain, mapping), _image(rule.destination.possible, mapping))
        service = Bounded(_service_image(rule.service.certain, mapping), _service_image(rule.service.possible, mapping))
        if service.possible:
            yield replace(
                rule,
                destination=Bounded.exactly(NO_ADDRESS),
                translated_destination=destination,
                service=service,
            )


def _meet(rule: Rule, translation: Translation) -> bool:
    """Can packets of the translation reach the rule at all?"""
    where = translation.ingress is None or rule.ingress is None or bool(rule.ingress & translation.ingress)
    return where and rule.destination.possible.overlaps(translation.mappings[0].original_destination)


def _takes(rule: Rule, translation: Translation) -> bool:
    """Does the rule match every packet of the translation, and none less where its port is another one behind it?"""
    mapping = translation.mappings[0]
    return (
        _meet(rule, translation)
        and rule.destination.is_exact
        and rule.service.is_exact
        and mapping.original_destination <= rule.destination.certain
        and mapping.original_service <= rule.service.certain
        and mapping.mapped_service <= rule.service.certain
    )


def _image(addresses: AddressSet, mapping: Mapping) -> AddressSet:
    """What the addresses become: shifted where the mapping is one to one, all of the mapped side otherwise."""
    shared = addresses & mapping.original_destination
    if not shared:
        return NO_ADDRESS
    if not mapping.by_offset or mapping.original_destination.count == 1:
        return mapping.mapped_destination.possible
    shift = mapping.mapped_destination.certain.intervals.first - mapping.original_destination.intervals.first
    pieces = [(first + shift, last + shift) for first, last in shared.intervals.ranges]
    return AddressSet(IntervalSet.of(*pieces))


def _service_image(service: ServiceSet, mapping: Mapping) -> ServiceSet:
    if mapping.original_service == ANY_SERVICE:
        return service
    return mapping.mapped_service if mapping.original_service <= service else NO_SERVICE
