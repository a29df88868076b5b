"""What clients outside send to: the public addresses of servers, and where two servers want the same one."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.baseline import BoundEnd, BoundRuleset
from auditor.remedy.planned import Permit
from parsers.model.addresses import ANY_IPV4, NO_ADDRESS, PRIVATE_IPV4, AddressSet, address_text
from parsers.model.firewall import Firewall
from parsers.model.services import PORT_PROTOCOLS, ServiceSet

Face = tuple[AddressSet, AddressSet]
"""A public address (none where nothing is translated) and the server behind it."""


class Publishing:
    """The public faces of bound servers, by what the site file says and what the exports translate already."""

    def __init__(self, rulesets: tuple[BoundRuleset, ...], firewalls: tuple[Firewall, ...]) -> None:
        self.firewalls = firewalls
        self.notes: dict[str, None] = {}
        self.stated: dict[AddressSet, AddressSet] = {}
        for ruleset in rulesets:
            for end in ruleset.every_end:
                if end.public:
                    self.stated[end.addresses] = self.stated.get(end.addresses, NO_ADDRESS) | end.public

    def faces(self, end: BoundEnd, family: AddressSet) -> tuple[Face, ...] | str:
        """(public address, server) pairs of one family, or the question; no public address where none is translated.

        A single public address for several servers is a load balancer's work, which is not planned.
        """
        server = end.addresses & family
        public = (end.public or self.stated.get(end.addresses, NO_ADDRESS)) & family
        if not public and family == ANY_IPV4:
            public = self._translated(server)
        if not public:
            if server.overlaps(PRIVATE_IPV4):
                return f"what do clients outside send to for {end.text}? (bindings.{end.name}, public:)"
            return ((NO_ADDRESS, server),)
        if public == server:
            return ((NO_ADDRESS, server),)
        outside, inside = list(_single(public)), list(_single(server))
        if len(inside) == 1:
            return tuple((each, inside[0]) for each in outside)
        if len(inside) == len(outside):
            return tuple(zip(outside, inside, strict=True))
        return (
            f"{len(outside)} public addresses for {len(inside)} servers ({end.text}): bind each server with its own; "
            "a load balancer is not planned"
        )

    def sender(self, end: BoundEnd) -> AddressSet:
        """The one public address a server sends from; none where it has no single one."""
        public = (end.public or self.stated.get(end.addresses, NO_ADDRESS)).ipv4
        return public if public.count == 1 and public != end.addresses.ipv4 else NO_ADDRESS

    def _translated(self, server: AddressSet) -> AddressSet:
        """The public address an existing translation leads from to this server."""
        for firewall in self.firewalls:
            for translation in firewall.translations:
                for mapping in translation.mappings:
                    if mapping.mapped_destination.certain == server and mapping.original_destination.count == 1:
                        public = mapping.original_destination
                        self.notes[
                            f"{server.text()} is published under {public.text()}, because {translation.name} of "
                            f"{firewall.name} does so."
                        ] = None
                        return public
        return NO_ADDRESS


def _single(addresses: AddressSet) -> Iterator[AddressSet]:
    for first, last in addresses.intervals.ranges:
        for number in range(first, min(last, first + 255) + 1):
            yield AddressSet.network(address_text(number))


def whole_protocols(service: ServiceSet) -> bool:
    """Does a service hold protocols without ports? They cannot be forwarded port by port."""
    return bool(service.by_protocol().keys() - PORT_PROTOCOLS)


def clashes(permits: list[Permit]) -> tuple[list[Permit], list[tuple[Permit, str]]]:
    """(permits that can stand together, those that cannot and why): one public port leads to one server only."""
    found: dict[int, str] = {}
    published = [(number, each) for number, each in enumerate(permits) if each.public]
    for number, one in published:
        for _, other in published:
            if one.public != other.public or one.destination == other.destination:
                continue
            shared = one.service & other.service
            address = one.public.text()
            servers = f"{one.destination.text()} and {other.destination.text()}"
            if shared:
                found[number] = f"{shared.text()} of {address} cannot lead to both {servers}: give each its own address"
            elif whole_protocols(one.service) or whole_protocols(other.service):
                found[number] = (
                    f"{address} leads to {servers}, and a protocol without ports needs an address of its own"
                )
    kept = [each for number, each in enumerate(permits) if number not in found]
    return kept, [(permits[number], reason) for number, reason in found.items()]
