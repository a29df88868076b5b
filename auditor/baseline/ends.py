"""Zones and roles of a ruleset as addresses and interfaces of a site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.baseline.bound import BoundEnd
from auditor.baseline.errors import RulesetError, nearest
from auditor.baseline.model import End, Ruleset
from auditor.baseline.site import Binding, Site
from parsers.model.addresses import NO_ADDRESS, PRIVATE_IPV4, PUBLIC, AddressSet
from parsers.model.firewall import Firewall


class Ends:
    """Every zone and role of one ruleset, bound once.

    Raises:
        RulesetError: a binding names an object that its device does not have, or that has no fixed address.
    """

    def __init__(self, ruleset: Ruleset, site: Site, firewalls: tuple[Firewall, ...]) -> None:
        self.ruleset = ruleset
        self.site = site
        self.firewalls = firewalls
        self.zones = {name: self._zone(name, trust) for name, trust in ruleset.zones.items()}
        self.roles = {name: self._role(name) for name in ruleset.roles}

    def of(self, end: End) -> Iterator[BoundEnd]:
        """The bound ends of one end of a flow; nothing for a role that is not bound."""
        for name in end.names:
            if end.kind == "zone":
                yield self.zones[name]
            else:
                yield from self.roles[name]

    def or_unbound(self, end: End) -> Iterator[BoundEnd]:
        """The bound ends, and one without addresses for every role that is not bound."""
        for name in end.names:
            if end.kind == "zone":
                yield self.zones[name]
            elif self.roles[name]:
                yield from self.roles[name]
            else:
                yield BoundEnd("role", name, "", NO_ADDRESS, title=self.ruleset.roles[name].title)

    def _zone_interfaces(self, name: str) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for firewall in self.firewalls:
            device = self.site.devices.get(firewall.name)
            if device is None:
                continue
            members = {zone.name: zone.interfaces for zone in firewall.zones}
            names: set[str] = set()
            for each in device.zones.get(name, ()):
                names.update(members.get(each, (each,)))
            if names:
                found[firewall.name] = frozenset(names)
        return found

    def _zone(self, name: str, trust: str) -> BoundEnd:
        interfaces = self._zone_interfaces(name)
        stated = self.site.networks.get(name)
        why = ""
        if trust == "untrusted":
            addresses = stated or PUBLIC - self._inside(name) - self._own()
        elif stated or interfaces or not self._places_zones():
            addresses = stated or self._connected(interfaces)
        else:
            addresses = NO_ADDRESS
            why = f"which interfaces are the zone {name}? (devices.NAME.zones.{name}, or networks.{name})"
        return BoundEnd("zone", name, trust, addresses, interfaces, title=name, why=why)

    def _places_zones(self) -> bool:
        """Does the site say of any device's interfaces in which zone they are? Then a zone without any is not here."""
        described = (self.site.devices.get(firewall.name) for firewall in self.firewalls)
        return any(device is not None and device.zones for device in described)

    def _connected(self, interfaces: Mapping[str, frozenset[str]]) -> AddressSet:
        """Networks of the zone's interfaces and those routed through them; every private one when none is known."""
        found = AddressSet.union(
            route.destination
            for firewall in self.firewalls
            for route in firewall.routes
            if route.interface in interfaces.get(firewall.name, ()) and route.destination.count < 1 << 31
        )
        return found or PRIVATE_IPV4

    def _inside(self, name: str) -> AddressSet:
        """Networks behind interfaces of other zones: not the Internet, even where they use public addresses."""
        outside = self._zone_interfaces(name)
        return AddressSet.union(
            interface.networks
            for firewall in self.firewalls
            if firewall.name in outside
            for interface in firewall.interfaces
            if interface.name not in outside[firewall.name]
        )

    def _own(self) -> AddressSet:
        """Addresses the devices themselves hold or publish: no stranger has them."""
        published = [
            mapping.original_destination
            for firewall in self.firewalls
            for translation in firewall.translations
            for mapping in translation.mappings
            if mapping.original_destination.count <= 1 << 16
        ]
        own = [interface.own for firewall in self.firewalls for interface in firewall.interfaces]
        return AddressSet.union((*published, *own))

    def _role(self, name: str) -> tuple[BoundEnd, ...]:
        role = self.ruleset.roles[name]
        ends = []
        for number, binding in enumerate(self.site.bindings.get(name, ())):
            addresses, why = binding.address, ""
            if not addresses and binding.object_of is not None:
                addresses, why = self._object(binding, *binding.object_of, f"bindings.{name}[{number}].object")
            host = self._host(binding, addresses)
            trust = self._outside(addresses)
            ends.append(
                BoundEnd(
                    "role",
                    name,
                    trust,
                    addresses,
                    public=binding.public,
                    host=host,
                    title=role.title,
                    why=why,
                    guess=binding.guess,
                )
            )
        if not ends and role.client and role.zone and self.zones[role.zone].interfaces:
            zone = self.zones[role.zone]
            ends.append(BoundEnd("role", name, zone.trust, zone.addresses, zone.interfaces, title=role.title))
        return tuple(ends)

    def _outside(self, addresses: AddressSet) -> str:
        """The trust of the untrusted zone that holds the addresses of a role (a relay on the Internet), or ""."""
        zones = (zone for zone in self.zones.values() if zone.trust == "untrusted")
        return "untrusted" if addresses and any(addresses <= zone.addresses for zone in zones) else ""

    def _host(self, binding: Binding, addresses: AddressSet) -> str:
        """The Windows device of a binding: named, or by its host address in the site file or its own export."""
        if binding.device:
            return binding.device
        for name, device in self.site.devices.items():
            if device.host and addresses and addresses <= device.host:
                return name
        for firewall in self.firewalls:
            if firewall.host is not None and addresses and addresses <= firewall.host.addresses:
                return firewall.name
        return ""

    def _object(self, binding: Binding, device: str, name: str, path: str) -> tuple[AddressSet, str]:
        """The address of a named object; where the device's export is left out of the audit, the question instead."""
        firewall = next((each for each in self.firewalls if each.name == device), None)
        # A device without sources and objects stands for an export that is not there.
        if firewall is None or not (firewall.sources or firewall.objects):
            if device in self.site.devices:
                absent = f"the export of {device} is not part of the audit"
                return NO_ADDRESS, f"which address is object {name!r}? ({absent})"
            known = {*self.site.devices, *(each.name for each in self.firewalls)}
            message = f"no export and no entry under devices is called {device!r}{nearest(device, known)}"
            raise RulesetError(self.site.file, message, binding.line, path)
        exact = {item.name: item.addresses for item in firewall.objects if item.addresses}
        if name in exact:
            return exact[name] or NO_ADDRESS, ""
        if any(item.name == name for item in firewall.objects):
            message = f"object {name!r} of {device} has no fixed address in the export: bind an address instead"
        else:
            message = f"device {device!r} has no address object {name!r}{nearest(name, exact)}"
        raise RulesetError(self.site.file, message, binding.line, path)
