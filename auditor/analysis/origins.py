"""Where packets come in: the interfaces that a zone, an interface or a sender's address stands for."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.devices import Device
from parsers.model.addresses import AddressSet, address_number


def known_origins(devices: Iterable[Device], origin: str) -> dict[str, tuple[Device, frozenset[str]]]:
    """The network devices that know an origin by this word, each with the interfaces it stands for.

    An address comes in where it is connected, or else where the routes to it lead.
    """
    devices = tuple(devices)
    sender = sender_address(origin)
    if sender is None:
        named = ((each, origin_interfaces(each, origin)) for each in devices)
        return {each.name: (each, found) for each, found in named if found is not None}
    connected = {each.name: (each, found) for each in devices if (found := _connected(each, sender))}
    routed = ((each, each.routing.interfaces(sender)) for each in devices)
    return connected or {each.name: (each, found) for each, found in routed if found}


def sender_address(origin: str) -> AddressSet | None:
    """The address that an origin is written as, None for a name."""
    try:
        address_number(origin)
    except ValueError:
        return None
    return AddressSet.network(origin)


def _connected(device: Device, sender: AddressSet) -> frozenset[str]:
    return frozenset(each.name for each in device.firewall.interfaces if sender <= each.networks)


def origin_interfaces(device: Device, name: str) -> frozenset[str] | None:
    """The interfaces a zone or interface name stands for at a device, None when it knows none."""
    in_zone = frozenset(leaf for leaf, zone in device.zones.items() if zone == name)
    if in_zone:
        return in_zone
    for zone in device.firewall.zones:
        if zone.name == name:
            return frozenset(zone.interfaces)
    for interface in device.firewall.interfaces:
        if interface.name == name:
            return frozenset({interface.switch or name})
    return frozenset({name}) if name in device.through.space.interfaces else None


def origin_names(device: Device) -> set[str]:
    """The zones and interfaces a question may name at a device."""
    names = set(device.zones.values()) | {zone.name for zone in device.firewall.zones}
    return names | {interface.name for interface in device.firewall.interfaces}
