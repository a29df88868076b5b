"""Where a packet leaves: the most specific route, then the smallest distance.

Source: FORTIOS reference, section 5: the outgoing interface follows from routing after destination translation; a
file without static routes leaves it open, and a rule's own interface is then taken as given. Where routes are also
learnt, only the file's own routes to a place are believed: a private address that nothing but the default route covers
may be reached anywhere, because the default is for the Internet and internal networks are what is learnt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, NO_ADDRESS, PUBLIC, AddressSet
from parsers.model.firewall import Detour, Firewall, Route
from parsers.model.intervals import IntervalSet
from parsers.model.services import ServiceSet

_DEFAULTS = (ANY_IPV4, ANY_IPV6, AddressSet.network("2000::/3"))
"""What a default route covers."""

Way = tuple[AddressSet, frozenset[str] | None]
"""Addresses and the interfaces towards them: None when not known, empty for a blackhole or no route."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which addresses each interface leads to by the routes, and those of which it is not known what leads to them.

    `unnamed` are private ones that no route but the default one covers: a tunnel may add a route of its own.
    """

    towards: Mapping[str, AddressSet]
    unknown: AddressSet
    unnamed: AddressSet


class Routing:
    """The routes of one firewall, most specific first."""

    def __init__(self, firewall: Firewall) -> None:
        self._learns = firewall.dynamic_routing
        self._detours = firewall.detours
        self._complete = any(not route.connected for route in firewall.routes) and not self._learns
        # An interface's networks are several routes: each range has its own length, and the families never compete.
        groups: dict[tuple[int, int], list[Route]] = {}
        for route in firewall.routes:
            for span in route.destination.intervals.ranges:
                groups.setdefault(span, []).append(route)
        self._groups = [
            (AddressSet(IntervalSet((span,))), _best(routes))
            for span, routes in sorted(groups.items(), key=lambda each: (each[0][1] - each[0][0], each[0]))
        ]
        self._known: dict[AddressSet, tuple[Way, ...]] = {}
        self._reach: Reach | None = None

    def ways(self, addresses: AddressSet) -> tuple[Way, ...]:
        """The addresses split by the interfaces they are reached through."""
        known = self._known.get(addresses)
        if known is None:
            known = self._known[addresses] = self._ways(addresses)
        return known

    def _ways(self, addresses: AddressSet) -> tuple[Way, ...]:
        found: list[Way] = []
        rest = addresses
        for destination, interfaces in self._groups:
            if not rest:
                break
            part = rest & destination
            if part:
                rest = rest - destination
                if self._learns and destination in _DEFAULTS:
                    if internal := part - PUBLIC:
                        found.append((internal, None))
                    part = part & PUBLIC
                if part:
                    found.append((part, interfaces))
        if rest:
            found.append((rest, frozenset() if self._complete else None))
        return tuple(found)

    def interfaces(self, addresses: AddressSet) -> frozenset[str] | None:
        """All interfaces towards some of the addresses; None when for a part of them it is not known."""
        found: set[str] = set()
        for _, interfaces in self.ways(addresses):
            if interfaces is None:
                return None
            found |= interfaces
        return frozenset(found)

    def balanced(self, addresses: AddressSet, egress: frozenset[str] | None) -> tuple[frozenset[str], ...]:
        """Where routes of one cost lead to some addresses: the ways out with each of their interfaces in turn.

        Args:
            addresses: where packets go, after translation.
            egress: the ways out that are looked at; nothing is told of an open set.

        Returns:
            One item for each interface that may be taken alone; empty where no two share the packets.
        """
        whole = egress or frozenset()
        shared = {interfaces & whole for _, interfaces in self.ways(addresses) if interfaces is not None}
        several = sorted((found for found in shared if len(found) > 1), key=sorted)
        return tuple(whole - found | {name} for found in several for name in sorted(found))

    def reach(self) -> Reach:
        """Every address by the interfaces that lead to it."""
        if self._reach is None:
            found: dict[str, AddressSet] = {}
            unknown = NO_ADDRESS
            for addresses, interfaces in self.ways(ANY_ADDRESS):
                if interfaces is None:
                    unknown |= addresses
                for name in interfaces or ():
                    found[name] = found.get(name, NO_ADDRESS) | addresses
            for detour in self._detours:
                if detour.interfaces is None:
                    unknown |= detour.destination.possible
                for name in detour.interfaces or ():
                    found[name] = found.get(name, NO_ADDRESS) | self._taken(detour)
            named = AddressSet.union(each for each, _ in self._groups if each not in _DEFAULTS)
            self._reach = Reach(found, unknown, ANY_ADDRESS - PUBLIC - named)
        return self._reach

    def detoured(self, ingress: frozenset[str] | None) -> AddressSet:
        """Destinations that policy routes or rules of SD-WAN may take elsewhere for packets from some interfaces."""
        return AddressSet.union(
            self._taken(detour)
            for detour in self._detours
            if detour.interfaces != () and (ingress is None or detour.ingress is None or detour.ingress & ingress)
        )

    def _taken(self, detour: Detour) -> AddressSet:
        """The destinations a detour may take."""
        whole = detour.destination.possible
        if detour.through is None:
            return whole
        return AddressSet.union(
            part for part, interfaces in self.ways(whole) if interfaces is None or interfaces & detour.through
        )

    def alternatives(
        self, ingress: frozenset[str] | None, source: AddressSet, destination: AddressSet, service: ServiceSet
    ) -> tuple[frozenset[str] | None, ...] | None:
        """Where policy routes and rules of SD-WAN send some packets: the interfaces of each that may take them, and
        those of the table.

        Args:
            ingress: where they come in, None for anywhere.
            source: their senders.
            destination: where they go, after translation.
            service: their service.

        Returns:
            One item for each possible way, None in it where a way is open; None when no detour takes any packet.
        """
        found: dict[frozenset[str] | None, None] = {}
        if not destination.ipv6 or not destination.ipv4:  # packets do not mix families
            source = source.ipv4 if destination.ipv4 else source.ipv6
        for detour in self._detours:
            if not (_touches(detour, ingress, source, destination, service) and self._fits(detour, destination)):
                continue
            certain = _takes(detour, ingress, source, destination, service) and self._fits_all(detour, destination)
            if detour.interfaces == ():
                if certain:
                    break
                continue
            names, settled = self._chosen(detour, destination)
            found |= dict.fromkeys(names)
            if certain and settled:
                return tuple(found)
        if not found:
            return None
        table = self.interfaces(destination)
        return tuple(dict.fromkeys((*found, *(self.balanced(destination, table) or (table,)))))

    def _fits(self, detour: Detour, destination: AddressSet) -> bool:
        """Does the table send some packets where a detour asks for it?"""
        through = detour.through
        return through is None or any(names is None or bool(names & through) for _, names in self.ways(destination))

    def _fits_all(self, detour: Detour, destination: AddressSet) -> bool:
        """Does it send all of them there?"""
        through = detour.through
        if through is None:
            return True
        return all(names is not None and bool(names) and names <= through for _, names in self.ways(destination))

    def _chosen(self, detour: Detour, destination: AddressSet) -> tuple[list[frozenset[str] | None], bool]:
        """The ways a detour may choose, each alone, and whether it is certain that it chooses one of them."""
        if detour.interfaces is None:
            return [None], True
        found: list[frozenset[str] | None] = []
        settled = False
        for name in detour.interfaces:
            found.append(frozenset({name}))
            usable = not detour.routed or all(
                names is not None and name in names for _, names in self.ways(destination)
            )
            settled = settled or usable
            if usable and detour.first:
                break
        return found, settled

    def leaving(
        self, ingress: frozenset[str] | None, source: AddressSet, destination: AddressSet, service: ServiceSet
    ) -> frozenset[str] | None:
        """The interfaces by which some packets leave, policy routes included; None where it is not known."""
        found = self.alternatives(ingress, source, destination, service)
        if found is None:
            return self.interfaces(destination)
        known = [each for each in found if each is not None]
        return frozenset[str]().union(*known) if len(known) == len(found) else None


def _touches(
    detour: Detour, ingress: frozenset[str] | None, source: AddressSet, destination: AddressSet, service: ServiceSet
) -> bool:
    return (
        (detour.ingress is None or ingress is None or bool(detour.ingress & ingress))
        and detour.source.possible.overlaps(source)
        and detour.destination.possible.overlaps(destination)
        and detour.service.possible.overlaps(service)
    )


def _takes(
    detour: Detour, ingress: frozenset[str] | None, source: AddressSet, destination: AddressSet, service: ServiceSet
) -> bool:
    return (
        (detour.ingress is None or (ingress is not None and ingress <= detour.ingress))
        and source <= detour.source.certain
        and destination <= detour.destination.certain
        and service <= detour.service.certain
    )


def _best(routes: Sequence[Route]) -> frozenset[str]:
    least = min(route.distance for route in routes)
    return frozenset(route.interface for route in routes if route.distance == least and route.interface)
