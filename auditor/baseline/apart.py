"""Which exports belong to one network: several backups in one audit may be those of different sites or customers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, product

from parsers.model.addresses import NO_ADDRESS, PRIVATE_IPV4, AddressSet
from parsers.model.firewall import Firewall, Interface

_LARGEST_SEGMENT = 1 << 12
"""Two firewalls in one larger "network" (0.0.0.0/0 on a tunnel, a summary) are not neighbours because of it."""
_ONE_PATH = 3
"""Up to so many firewalls may stand one behind the other without their exports showing it (an address by DHCP)."""


_ALIKE = 3
"""So many addresses must two firewalls have in common to be one device (two backups of it, a cluster) by that alone."""


def share_segment(here: Interface, there: Interface, reused: AddressSet = NO_ADDRESS) -> bool:
    """Do two interfaces of different firewalls stand in one network, each with an address of its own?

    `reused` are networks that exist more than once (see `reused_networks`): to stand in one of them says nothing.
    """
    if not here.own or not there.own or here.own == there.own:
        return False
    shared = (here.networks & there.networks) - reused
    return bool(shared) and shared.count <= _LARGEST_SEGMENT


def reused_networks(firewalls: Iterable[Firewall]) -> AddressSet:
    """The networks in which two firewalls have one and the same address: there are several of them, of several sites.

    192.168.1.99/24 is what every FortiGate comes with, and each of a hundred branches may have its own 10.0.0.0/24.
    Two backups of one device, or of the members of a cluster, are no such firewalls.
    """
    holders: dict[tuple[AddressSet, AddressSet], list[Firewall]] = {}
    for firewall in firewalls:
        for interface in firewall.interfaces:
            if interface.own and interface.networks:
                holders.setdefault((interface.own, interface.networks), []).append(firewall)
    several = {key: found for key, found in holders.items() if len(found) > 1}
    own = {id(each): _own(each) for found in several.values() for each in found}
    return AddressSet.union(
        networks
        for (_, networks), found in several.items()
        if not all(_one_device(one, other, own) for one, other in combinations(found, 2))
    )


def _own(firewall: Firewall) -> AddressSet:
    return AddressSet.union(each.own for each in firewall.interfaces)


def _one_device(one: Firewall, other: Firewall, own: dict[int, AddressSet]) -> bool:
    here, there = own[id(one)], own[id(other)]
    fewest = min(here.count, there.count)
    same_name = one.name.partition(" (")[0] == other.name.partition(" (")[0]
    return (here & there).count * 2 >= fewest and (same_name or fewest >= _ALIKE)


def apart(firewalls: tuple[Firewall, ...]) -> tuple[tuple[Firewall, ...], ...]:
    """The firewalls in groups that nothing in the exports joins, each in the order given.

    VDOMs of one backup belong together, firewalls that share a segment, and hosts with the firewalls that know the way
    to them. All is one network where the place of a host is not known, and where there are so few firewalls that all
    may be on one path: a flow must then pass all of them. Routes join nothing: which tunnels lead where, hundreds of
    branches do not say, and servers of one branch need not reach those of every other one.
    """
    walls = [_Place(each) for each in firewalls if not each.is_host]
    if len(walls) <= _ONE_PATH:
        return (firewalls,)
    group = {id(each.firewall): number for number, each in enumerate(walls)}

    def join(one: Firewall, other: Firewall) -> None:
        kept, gone = group[id(one)], group[id(other)]
        if kept != gone:
            group.update((key, kept) for key, number in group.items() if number == gone)

    reused = reused_networks(each.firewall for each in walls)
    for one, other in combinations(walls, 2):
        if group[id(one.firewall)] != group[id(other.firewall)] and one.joins(other, reused):
            join(one.firewall, other.firewall)
    for host in (each for each in firewalls if each.is_host):
        homes = [each.firewall for each in walls if each.knows(host)]
        if not homes:
            return (firewalls,)
        group[id(host)] = group[id(homes[0])]
        for home in homes[1:]:
            join(homes[0], home)
    found: dict[int, list[Firewall]] = {}
    for each in firewalls:
        found.setdefault(group[id(each)], []).append(each)
    return tuple(map(tuple, found.values())) if len(set(group.values())) > _ONE_PATH else (firewalls,)


class _Place:
    """The networks around one firewall: its own ones, and those it has routes of its own to."""

    def __init__(self, firewall: Firewall) -> None:
        self.firewall = firewall
        self.connected = AddressSet.union(each.networks for each in firewall.interfaces)
        inside = [route.destination for route in firewall.routes if not route.connected and route.interface]
        self.routed = AddressSet.union(each for each in inside if each.count <= 1 << 24) & PRIVATE_IPV4

    def joins(self, other: _Place, reused: AddressSet) -> bool:
        if self.firewall.sources and self.firewall.sources == other.firewall.sources:
            return True
        pairs = product(self.firewall.interfaces, other.firewall.interfaces)
        return self.connected.overlaps(other.connected) and any(share_segment(*pair, reused) for pair in pairs)

    def knows(self, host: Firewall) -> bool:
        addresses = host.host.addresses if host.host else AddressSet()
        return bool(addresses) and (addresses.overlaps(self.connected) or addresses.overlaps(self.routed))
