"""Servers that translations of a network firewall publish, and what tells one kind of mail server from another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.baseline.hostobjects import host_objects
from parsers.model.addresses import PUBLIC, AddressSet, address_text
from parsers.model.firewall import Firewall
from parsers.model.rule import Action, Direction, Rule
from parsers.model.services import TCP, ServiceSet

EDGE_NAME = re.compile(r"(?<![a-z])(?:ex|exch\w*|mail)?edge(?:transport|srv|server)?(?![a-z])", re.IGNORECASE)
_EDGESYNC, _MAIL = ServiceSet.parse("tcp/50636"), ServiceSet.parse("tcp/25")
_DIRECTORY = _EDGESYNC | ServiceSet.parse("tcp/50389")
"""AD LDS of an Edge, over SSL and in clear text."""
_FEW_PORTS = 2000


@dataclass(frozen=True, slots=True)
class Published:
    """One server that a translation publishes, and the services that policies let through to it."""

    name: str
    address: AddressSet
    outside: AddressSet
    service: ServiceSet

    @property
    def telling(self) -> bool:
        """Does what is let through say what server it is? A rule for nearly every port says nothing."""
        return _tells(self.service)


def published_servers(firewall: Firewall, outside: frozenset[str]) -> Iterator[Published]:
    """Every server that a firewall publishes to the Internet, once a translation.

    Args:
        firewall: the firewall.
        outside: its interfaces that face the Internet; none where they are not known, and every rule counts.
    """
    passes = _passed_services(firewall, outside)
    for translation in firewall.translations:
        if not translation.active:
            continue
        for mapping in translation.mappings:
            server = mapping.mapped_destination.certain
            if not server or server.count > 4:
                continue
            service = mapping.mapped_service & passes.get(translation.name, ServiceSet())
            public = mapping.original_destination if mapping.original_destination.count <= 4 else AddressSet()
            for first, last in server.intervals.ranges:
                for number in range(first, last + 1):
                    address = AddressSet.network(address_text(number))
                    yield Published(translation.name, address, public, service)


def edge_sign(firewalls: tuple[Firewall, ...], server: Published, servers: tuple[Published, ...]) -> str:
    """What tells an Edge Transport server from another mail gateway, as a clause: its name, or a rule for EdgeSync.

    `servers` are all that its firewall publishes, among them perhaps the directory of the same server.
    """
    called = [name for name, address in host_objects(firewalls) if address == server.address]
    name = next((each for each in (server.name, *called) if EDGE_NAME.search(each)), "")
    if name:
        return f"{name!r} is called so"
    own = (each for each in servers if each.address == server.address and each.telling)
    directory = next((each.name for each in own if each.service.overlaps(_DIRECTORY)), "")
    if directory:
        return f"{directory} publishes its directory (AD LDS)"
    rules = (rule for each in firewalls for rule in _accepting(each))
    sync = next((rule.id for rule in rules if _opens_edgesync(rule, server.address)), "")
    return f"rule {sync} opens EdgeSync to it" if sync else ""


def speaks_of_edge(firewalls: tuple[Firewall, ...]) -> bool:
    """Does anything at all speak of an Edge Transport server: a name of an object or translation, a rule for EdgeSync?

    In the zone where mail arrives there may be another server, or a name that no single address has.
    """
    names = [item.name for each in firewalls for item in each.objects]
    names += [item.name for each in firewalls for item in each.translations]
    rules = (rule for each in firewalls for rule in _accepting(each))
    return any(EDGE_NAME.search(name) for name in names) or any(_is_for_edgesync(rule) for rule in rules)


def untranslated_mail(firewall: Firewall, outside: frozenset[str]) -> bool:
    """Do rules let mail from the Internet through to public addresses as they are? A server may have one of them."""
    return any(
        rule.service.possible.overlaps(_MAIL)
        and _tells(rule.service.possible)
        and rule.destination.possible.overlaps(PUBLIC)
        for rule in _accepting(firewall)
        if not outside or rule.ingress is None or rule.ingress & outside
    )


def _is_for_edgesync(rule: Rule) -> bool:
    return rule.service.possible.overlaps(_EDGESYNC) and _tells(rule.service.possible)


def _opens_edgesync(rule: Rule, address: AddressSet) -> bool:
    return _is_for_edgesync(rule) and rule.destination.possible.overlaps(address)


def _tells(service: ServiceSet) -> bool:
    return service.destination_ports(TCP).count <= _FEW_PORTS


def _accepting(firewall: Firewall) -> Iterator[Rule]:
    for each in firewall.lists:
        for rule in each.rules if each.direction is Direction.FORWARD else ():
            if rule.enabled and not rule.implicit and rule.action is not Action.DENY:
                yield rule


def _passed_services(firewall: Firewall, outside: frozenset[str]) -> dict[str, ServiceSet]:
    """Per translation the services that enabled accept rules name for it, for packets from the Internet."""
    found: dict[str, ServiceSet] = {}
    targets = {
        translation.name: AddressSet.union(mapping.mapped_destination.possible for mapping in translation.mappings)
        for translation in firewall.translations
    }
    for rule in _accepting(firewall):
        if outside and rule.ingress is not None and not rule.ingress & outside:
            continue
        names = [name for name in rule.translations.possible if name in targets]
        if rule.translated_destination.possible:
            names += [name for name, target in targets.items() if target.overlaps(rule.translated_destination.possible)]
        for name in names:
            found[name] = found.get(name, ServiceSet()) | rule.service.possible
    return found
