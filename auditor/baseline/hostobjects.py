"""Address objects of firewalls that stand for one server."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.model.addresses import PUBLIC, AddressSet
from parsers.model.firewall import Firewall


def address_called(host: str, firewalls: tuple[Firewall, ...]) -> AddressSet | None:
    """The address of the objects called like a host (with or without its domain), None when they differ or are none."""
    found = {address for name, address in host_objects(firewalls) if _short(name) == _short(host)}
    return found.pop() if len(found) == 1 else None


def _short(name: str) -> str:
    first = name.casefold().partition(".")[0]
    return name if first.isdigit() else first  # 10.0.0.5 is no host of a domain


def host_objects(firewalls: tuple[Firewall, ...]) -> Iterator[tuple[str, AddressSet]]:
    """Objects of one address that may be a server of this site: public ones are others' unless they are connected."""
    connected = AddressSet.union(each.networks for firewall in firewalls for each in firewall.interfaces)
    for firewall in firewalls:
        for item in firewall.objects:
            if item.addresses is None or item.addresses.count != 1 or item.factory:
                continue
            if item.addresses <= connected or not item.addresses <= PUBLIC:
                yield item.name, item.addresses
