"""Which network devices a flow crosses, in the order of travel.

Devices are joined where the exports say so: the two ends of a VDOM link (FORTIOS reference, section 2: a packet then
crosses two policy tables), or two interfaces with different addresses in one small network. Devices whose place is not
known are never taken for alternatives: a flow must then pass all of them, and none of them is credited with stopping
what another one opens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, permutations

from auditor.analysis.devices import Device
from auditor.baseline import BoundEnd, reused_networks, share_segment
from parsers.model.addresses import AddressSet
from parsers.model.services import ANY_SERVICE


@dataclass(frozen=True, slots=True)
class Hop:
    """One network device on a way: where packets come in and leave (None where the export leaves it open).

    `first` holds where packets come from the source itself and not from the device before.
    """

    device: Device
    ingress: frozenset[str] | None
    egress: frozenset[str] | None
    first: bool = True


Way = tuple[Hop, ...]

_MOST_WAYS = 256
"""Ways of one flow that are followed. Firewalls that all seem to stand in each other's networks have millions."""
_MOST_STEPS = 5000
"""Steps from firewall to firewall, dead ends included, that the search for them takes."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of a flow, `_MOST_WAYS` at most.

    Of `complete` ones, whose both ends are known to lie at their outermost devices, a single one suffices. The devices
    of `unplaced` ones may or may not be on the path.
    """

    complete: tuple[Way, ...] = ()
    unplaced: tuple[Way, ...] = ()
    cut: bool = False
    """Are there more than were followed?"""

    @property
    def hops(self) -> tuple[Hop, ...]:
        """Every hop of every way once."""
        return tuple(dict.fromkeys(hop for way in (*self.complete, *self.unplaced) for hop in way))


class Topology:
    """The network devices of an audit and what joins them."""

    def __init__(self, devices: Mapping[str, Device]) -> None:
        self.devices = tuple(device for device in devices.values() if device.forward is not None)
        self._links = self._joined()
        self._known: dict[tuple[int, int], tuple[BoundEnd, BoundEnd, Ways]] = {}

    def neighbours(self, device: Device, interface: str) -> tuple[tuple[Device, str], ...]:
        """The devices and their interfaces at the other end of an interface."""
        return self._links.get((device.name, interface), ())

    def ways(self, source: BoundEnd, destination: BoundEnd) -> Ways:
        """How packets travel between two ends; no way at all when no device sees them."""
        key = (id(source), id(destination))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = (source, destination, self._find(source, destination))
        return known[2]

    @property
    def crowded(self) -> tuple[tuple[BoundEnd, BoundEnd], ...]:
        """The ends asked about so far between which there are more ways than were followed."""
        return tuple((source, destination) for source, destination, ways in self._known.values() if ways.cut)

    def entries(self, zone: BoundEnd) -> tuple[tuple[Device, frozenset[str]], ...]:
        """The devices an untrusted zone reaches first, with the interfaces it comes in by."""
        found = []
        for device in self.devices:
            names = zone.interfaces.get(device.name, device.internet)
            outer = frozenset(name for name in names if not self._outer(device, name, zone))
            if outer:
                found.append((device, outer))
        return tuple(found)

    # --- what joins devices

    def _joined(self) -> dict[tuple[str, str], tuple[tuple[Device, str], ...]]:
        found: dict[tuple[str, str], dict[tuple[str, str], tuple[Device, str]]] = {}
        reused = reused_networks(device.firewall for device in self.devices)
        for one, other in permutations(self.devices, 2):
            for here, there in _shared(one, other, reused):
                found.setdefault((one.name, here), {})[other.name, there] = (other, there)
                found.setdefault((other.name, there), {})[one.name, here] = (one, here)
        return {key: tuple(each.values()) for key, each in found.items()}

    # --- ways

    def _find(self, source: BoundEnd, destination: BoundEnd) -> Ways:
        if _same_segment(self.devices, source, destination):
            return Ways()
        steps = iter(range(_MOST_STEPS))
        found = list(islice(self._ways(source, destination, steps), _MOST_WAYS + 1))
        complete: list[Way] = []
        unplaced: list[Way] = []
        for way in found[:_MOST_WAYS]:
            placed = self._lies_at(way[0].device, source) and self._lies_at(way[-1].device, destination)
            (complete if placed else unplaced).append(way)
        return Ways(tuple(complete), tuple(unplaced), len(found) > _MOST_WAYS or next(steps, None) is None)

    def _ways(self, source: BoundEnd, destination: BoundEnd, steps: Iterator[int]) -> Iterator[Way]:
        for device in self.devices:
            egress = _leaving(device, source, destination)
            if egress is not None and not egress:
                continue
            if not self._leads_further(device, egress, source, destination):
                yield from self._back(device, egress, source, destination, frozenset(), steps)

    def _back(
        self,
        device: Device,
        egress: frozenset[str] | None,
        source: BoundEnd,
        destination: BoundEnd,
        visited: frozenset[str],
        steps: Iterator[int],
    ) -> Iterator[Way]:
        """Every way that ends at a device and leaves it by some interfaces, found against the direction of travel.

        Each call takes one of `steps`; where none is left the search ends.
        """
        if next(steps, None) is None:
            return
        ingress = _towards(device, source)
        if ingress is not None and (not ingress or (egress is not None and len(ingress | egress) == 1)):
            return
        linked: set[str] = set()
        for name, (other, there) in self._before(device, ingress, egress, source, destination, visited):
            for way in self._back(other, frozenset({there}), source, destination, visited | {device.name}, steps):
                linked.add(name)
                yield (*way, Hop(device, frozenset({name}), egress, first=False))
        own = None if ingress is None else ingress - linked
        if source.trust == "untrusted" and not source.interfaces.get(device.name) and not device.internet:
            return  # this device faces no untrusted zone itself: it is reached through others only
        if own or (ingress is None and not linked):
            yield (Hop(device, own, egress),)

    def _before(
        self,
        device: Device,
        ingress: frozenset[str] | None,
        egress: frozenset[str] | None,
        source: BoundEnd,
        destination: BoundEnd,
        visited: frozenset[str],
    ) -> list[tuple[str, tuple[Device, str]]]:
        """The neighbours that hand the packets over, by the interface they do it on."""
        names = ingress if ingress is not None else self._linked(device) - (egress or frozenset())
        found = []
        for name in sorted(names):
            for other, there in self.neighbours(device, name):
                if other.name in visited or not self._hands_over(other, there, source):
                    continue
                if _sends(other, there, device, source, destination):
                    found.append((name, (other, there)))
        return found

    def _linked(self, device: Device) -> frozenset[str]:
        return frozenset(name for owner, name in self._links if owner == device.name)

    @staticmethod
    def _hands_over(other: Device, there: str, source: BoundEnd) -> bool:
        """Do packets of the source come into a neighbour by another interface than the shared one?"""
        coming = _towards(other, source)
        return coming is None or bool(coming - {there})

    def _leads_further(
        self, device: Device, egress: frozenset[str] | None, source: BoundEnd, destination: BoundEnd
    ) -> bool:
        names = egress if egress is not None else self._linked(device)
        for name in names:
            for other, there in self.neighbours(device, name):
                leaving = _leaving(other, source, destination)
                if leaving and there not in leaving and (egress is not None or _connected(other, destination)):
                    return True
        return False

    def _lies_at(self, device: Device, end: BoundEnd) -> bool:
        """Is an end known to lie at a device, and not behind a further one?"""
        if end.kind == "zone":
            named = end.interfaces.get(device.name) or (device.internet if end.trust == "untrusted" else frozenset())
            return bool(named) and not (end.trust == "untrusted" and device.behind_nat)
        if end.interfaces:
            return device.name in end.interfaces
        connected = [each for each in self.devices if _connected(each, end)]
        homes = connected or [each for each in self.devices if _routed(each, end)]
        return device in homes and (bool(connected) or len(homes) == 1)

    def _outer(self, device: Device, name: str, zone: BoundEnd) -> bool:
        """Is there a further firewall in front of an interface that the site calls untrusted?"""
        return any(
            there not in (outer := zone.interfaces.get(other.name, other.internet)) and bool(outer)
            for other, there in self.neighbours(device, name)
        )


def _shared(one: Device, other: Device, reused: AddressSet) -> Iterator[tuple[str, str]]:
    """Pairs of interfaces that are joined."""
    for here in one.firewall.interfaces:
        for there in other.firewall.interfaces:
            # Nothing stands between the two ends of a link, so nothing else shares its network.
            near = not here.peer and not there.peer and share_segment(here, there, reused)
            joined = near or _is_link(one, here.peer, other, there.name)
            if joined and here.enabled and there.enabled:
                yield here.name, there.name


def _is_link(one: Device, peer: str, other: Device, name: str) -> bool:
    vdom, _, end = peer.partition("/")
    same_box = one.firewall.sources == other.firewall.sources
    return bool(peer) and same_box and (other.firewall.vdom or "root") == vdom and end == name


def _towards(device: Device, end: BoundEnd) -> frozenset[str] | None:
    """The interfaces of a device towards an end; None where the export leaves it open, empty where none leads there."""
    named = end.interfaces.get(device.name)
    if named is not None:
        return named
    if end.kind == "zone" and end.trust == "untrusted" and device.internet:
        return device.internet
    return device.routing.interfaces(end.addresses)


def _leaving(device: Device, source: BoundEnd, destination: BoundEnd) -> frozenset[str] | None:
    """The interfaces by which a device sends what goes from one end to another, policy routes included."""
    named = destination.interfaces.get(device.name)
    if named is not None or not device.firewall.detours:
        return _towards(device, destination)
    ways = device.routing.alternatives(_towards(device, source), source.addresses, destination.addresses, ANY_SERVICE)
    if ways is None:
        return _towards(device, destination)
    return None if None in ways else frozenset(name for way in ways for name in way or ())


def _sends(other: Device, there: str, device: Device, source: BoundEnd, destination: BoundEnd) -> bool:
    """Does a neighbour send packets for the destination over the shared interface: itself, or its public face?"""
    leaving = _leaving(other, source, destination)
    if leaving is None or there in leaving:
        return True
    for translation in device.firewall.translations:
        for mapping in translation.mappings:
            if translation.active and mapping.mapped_destination.possible.overlaps(destination.addresses):
                face = other.routing.interfaces(mapping.original_destination)
                if face is None or there in face:
                    return True
    return False


def _connected(device: Device, end: BoundEnd) -> frozenset[str]:
    """The interfaces whose own networks hold all addresses of a server."""
    if end.kind != "role" or not end.addresses:
        return frozenset()
    return frozenset(each.name for each in device.firewall.interfaces if end.addresses <= each.networks)


def _same_segment(devices: tuple[Device, ...], source: BoundEnd, destination: BoundEnd) -> bool:
    """Do two servers share a network of some device? Then no device sees what they send each other."""
    return any(_connected(device, source) & _connected(device, destination) for device in devices)


def _routed(device: Device, end: BoundEnd) -> bool:
    """Does a route of its own, not the default one and not a tunnel's, lead to a server?"""
    tunnels = {each.name for each in device.firewall.interfaces if each.kind == "tunnel"}
    return any(
        end.addresses <= route.destination and route.destination.count < 1 << 31 and route.interface not in tunnels
        for route in device.firewall.routes
        if route.interface
    )
