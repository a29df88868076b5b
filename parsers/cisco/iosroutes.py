"""Static routes of IOS, with their gateways followed to an interface.

Source: Cisco IOS IP Routing: Protocol-Independent Configuration Guide: a static route names an interface, a gateway, or
both; a gateway that is not on a connected network is looked up among the other routes (recursive static routes). An
interface with `ip address dhcp` gets its default route from the server, with the distance 254.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parsers.cisco.objects import Objects
from parsers.cisco.statements import Configuration, Statement
from parsers.model.addresses import ANY_IPV4, NO_ADDRESS, AddressSet
from parsers.model.firewall import Interface, Route

_LEARNT = 254
_DEEPEST = 8
"""How many gateways are followed one after the other."""


@dataclass(frozen=True, slots=True)
class _Static:
    destination: AddressSet
    gateway: AddressSet
    metric: int
    statement: Statement


def read_routes(
    configuration: Configuration, objects: Objects, interfaces: tuple[Interface, ...]
) -> tuple[tuple[Route, ...], bool]:
    """Connected networks and static routes, and whether every gateway was found on one of them."""
    found = list(_connected(interfaces))
    pending: list[_Static] = []
    names = {interface.name for interface in interfaces}
    for statement in configuration.starting("ip", "route"):
        words = statement.words[2:]
        if words[:1] == ("vrf",):
            objects.gap(statement, "ip route", f"routes of a VRF are not read: {statement.text}", hides_access=False)
            continue
        try:
            destination = AddressSet.network(f"{words[0]}/{words[1]}")
        except (ValueError, IndexError) as error:
            objects.gap(statement, "ip route", f"route not understood ({error}): {statement.text}", hides_access=False)
            continue
        rest = words[2:]
        metric = int(rest[-1]) if len(rest) > 1 and rest[-1].isdigit() else 1
        if rest and rest[0].lower() == "null0":
            found.append(Route(destination, "", metric, objects.origin(statement)))
        elif rest and rest[0] in names:
            found.append(Route(destination, rest[0], metric, objects.origin(statement)))
        elif rest:
            pending.append(_Static(destination, _gateway(rest[0]), metric, statement))
    return _followed(found, pending, objects)


def _connected(interfaces: Iterable[Interface]) -> Iterator[Route]:
    for interface in interfaces:
        if interface.networks and interface.enabled:
            yield Route(interface.networks, interface.name, 0, interface.origin, connected=True)
        if interface.dynamic and interface.enabled:
            yield Route(ANY_IPV4, interface.name, _LEARNT, interface.origin)


def _followed(found: list[Route], pending: list[_Static], objects: Objects) -> tuple[tuple[Route, ...], bool]:
    for _ in range(_DEEPEST):
        left: list[_Static] = []
        for static in pending:
            ways = _ways(static, found)
            found += [Route(static.destination, name, static.metric, objects.origin(static.statement)) for name in ways]
            if not ways:
                left.append(static)
        if not left or len(left) == len(pending):
            pending = left
            break
        pending = left
    for static in pending:
        what = f"the way to the gateway is not in the file: {static.statement.text}"
        objects.gap(static.statement, "ip route", what, hides_access=False)
    return tuple(found), not pending


def _ways(static: _Static, known: list[Route]) -> tuple[str, ...]:
    """The interfaces of the most specific known routes to the gateway; the default route leads to no gateway."""
    if not static.gateway:
        return ()
    near = [each for each in known if static.gateway <= each.destination and each.destination != ANY_IPV4]
    least = min((each.destination.count for each in near), default=0)
    return tuple(dict.fromkeys(each.interface for each in near if each.destination.count == least))


def _gateway(word: str) -> AddressSet:
    try:
        return AddressSet.network(word)
    except ValueError:
        return NO_ADDRESS
