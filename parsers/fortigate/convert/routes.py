"""Connected and static routes.

Source: the reference, section 5 (last paragraph): destination defaults to 0.0.0.0/0, distance to 10 (1 for SD-WAN).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from parsers.fortigate.convert.books import Books
from parsers.fortigate.objects.interfaces import DEFAULT_SDWAN
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_IPV4, ANY_IPV6, AddressSet
from parsers.model.firewall import Route

_DYNAMIC = ("router bgp", "router ospf", "router ospf6", "router rip", "router ripng", "router isis")


def routes(books: Books) -> Iterator[Route]:
    """Connected networks of enabled interfaces, static routes that are switched on, leased default routes.

    There are none in transparent mode.
    """
    if books.interfaces.transparent:
        return
    scope = books.scope
    for interface in books.interfaces.interfaces:
        if interface.networks and interface.enabled:
            yield Route(interface.networks, interface.name, 0, interface.origin, connected=True)
    static = [
        route
        for kind, whole in (("router static", ANY_IPV4), ("router static6", ANY_IPV6))
        for _, block in scope.entries(kind)
        if block.get("status") != "disable"
        for route in _static(books, kind, block, whole)
    ]
    yield from static
    yield from _leased(books, static)


def _leased(books: Books, static: Sequence[Route]) -> Iterator[Route]:
    """Default routes that interfaces perhaps get with their address: beside the static ones, never instead of them."""
    for interface in books.interfaces.interfaces:
        for whole, leases in zip((ANY_IPV4, ANY_IPV6), books.interfaces.leases(interface.name), strict=True):
            if leases and interface.enabled:
                known = [route.distance for route in static if route.destination == whole]
                yield Route(whole, interface.name, min(known, default=5), interface.origin, leased=True)


def incomplete(books: Books) -> tuple[str, ...]:
    """Why connected and static routes do not say where every packet leaves; () when they do."""
    scope = books.scope
    found = []
    if books.interfaces.transparent:
        found.append("the VDOM works in transparent mode: packets leave where the MAC address is")
    static = any(True for kind in ("router static", "router static6") for _ in scope.entries(kind))
    if static and scope.table("system interface") is None:
        found.append("the addresses of its interfaces are not in this part of a configuration")
    if any(_has_content(scope.table(name)) for name in _DYNAMIC):
        found.append("the device also learns routes dynamically")
    if any((block.get("vrf") or "0") != "0" for block in books.interfaces.blocks.values()):
        found.append("its interfaces belong to several routing instances (VRF)")
    if any(_by_service(block) for kind in ("router static", "router static6") for _, block in scope.entries(kind)):
        found.append("routes to Internet services depend on addresses that are not in the backup")
    if any(_by_name(books, block) for _, block in scope.entries("router static")):
        found.append("a route goes to an address object whose addresses are not in the backup")
    return tuple(found)


def _by_service(block: Block) -> bool:
    return any(
        word not in ("", "0")
        for keyword in ("internet-service", "internet-service-custom")
        for word in block.words(keyword)
    )


def _by_name(books: Books, block: Block) -> bool:
    named = block.get("dstaddr")
    return bool(named) and not books.addresses.resolve(named or "").addresses.is_exact


def _static(books: Books, kind: str, block: Block, whole: AddressSet) -> Iterator[Route]:
    scope = books.scope
    origin = scope.origin(kind, block)
    named = block.get("dstaddr")
    try:
        words = block.words("dst")
        destination = AddressSet.network("/".join(words)) if words else whole
    except ValueError as error:
        scope.gap(kind, block, "dst", f"route {block.name} cannot be read: {error}", hides_access=False)
        return
    if named:
        if _by_name(books, block):
            return
        scope.refer(kind, block, "firewall address", named, defined=books.addresses.defines(named))
        destination = books.addresses.resolve(named).addresses.possible
    if _by_service(block):
        return
    zones = [*block.words("sdwan-zone")]
    if block.get("sdwan") == "enable" or block.get("virtual-wan-link") == "enable":
        zones.append(DEFAULT_SDWAN)
    distance = scope.number(kind, block, "distance", 1 if zones else 10)
    priority = scope.number(kind, block, "priority", 0)
    if block.get("blackhole") == "enable":
        yield Route(destination, "", distance, origin, priority=priority)
        return
    if zones:
        devices = (books.interfaces.expand(tuple(zones)) or frozenset()) - books.interfaces.unused()
    else:
        devices = frozenset(block.words("device"))
    for device in sorted(devices):
        known = books.interfaces.by_name.get(device)
        if known is not None and not known.enabled:
            continue  # a route through an interface that is down is not in the routing table
        yield Route(destination, device, distance, origin, priority=priority)


def _has_content(table: Block | None) -> bool:
    """Does a routing table say more than its defaults?"""
    if table is None:
        return False
    if table.entries:
        return True
    return any(child.entries for name, child in table.tables.items() if name in ("neighbor", "network", "area"))
