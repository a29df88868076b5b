"""Connected and static routes.

Source: the reference, section 5 (last paragraph): destination defaults to 0.0.0.0/0, distance to 10 (1 for SD-WAN).
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.fortigate.convert.policies import Books
from parsers.fortigate.objects.interfaces import DEFAULT_SDWAN
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_IPV4, ANY_IPV6, AddressSet
from parsers.model.firewall import Route

_DYNAMIC = ("router bgp", "router ospf", "router rip", "router isis")


def routes(books: Books) -> Iterator[Route]:
    """Connected networks of enabled interfaces, then static routes that are switched on."""
    scope = books.scope
    for interface in books.interfaces.interfaces:
        if interface.networks and interface.enabled:
            yield Route(interface.networks, interface.name, 0, interface.origin, connected=True)
    for kind, whole in (("router static", ANY_IPV4), ("router static6", ANY_IPV6)):
        for _, block in scope.entries(kind):
            if block.get("status") != "disable":
                yield from _static(books, kind, block, whole)


def routes_elsewhere(books: Books) -> bool:
    """Does the device also learn routes, or choose them by policy?"""
    scope = books.scope
    found = any(_has_content(scope.table(name)) for name in (*_DYNAMIC, "router policy"))
    if found:
        scope.assume(
            "The device also routes dynamically or by policy routes: egress interfaces were computed from connected "
            "and static routes, and are open for private addresses that only the default route covers."
        )
    return found


def _static(books: Books, kind: str, block: Block, whole: AddressSet) -> Iterator[Route]:
    scope = books.scope
    origin = scope.origin(kind, block)
    named = block.get("dstaddr")
    try:
        words = block.words("dst")
        destination = AddressSet.network("/".join(words)) if words and words != ("",) else whole
    except ValueError as error:
        scope.gap(kind, block, "dst", f"route {block.name} cannot be read: {error}", hides_access=False)
        return
    if named:
        scope.refer(kind, block, "firewall address", named, defined=books.addresses.defines(named))
        destination = books.addresses.resolve(named).addresses.possible
    if block.words("internet-service") and block.get("internet-service") != "0":
        return
    zones = [*block.words("sdwan-zone")]
    if block.get("sdwan") == "enable" or block.get("virtual-wan-link") == "enable":
        zones.append(DEFAULT_SDWAN)
    distance = int(block.get("distance") or (1 if zones else 10))
    priority = int(block.get("priority") or 0)
    if block.get("blackhole") == "enable":
        yield Route(destination, "", distance, origin, priority=priority)
        return
    devices = books.interfaces.expand(tuple(zones)) if zones else frozenset(block.words("device"))
    for device in sorted(devices or ()):
        yield Route(destination, device, distance, origin, priority=priority)


def _has_content(table: Block | None) -> bool:
    """Does a routing table say more than its defaults?"""
    if table is None:
        return False
    if table.entries:
        return True
    return any(child.entries for name, child in table.tables.items() if name in ("neighbor", "network", "area"))
