"""Where IPsec gateways answer: the ports of IKE, and TCP around it.

Source: the reference, section 9 (2); the CLI reference (`ike-port` of `config system settings`, UDP, default 500) and
the administration guides of FortiOS 7.4.2 and 7.6.2, "Encapsulate ESP packets within TCP headers": for version 2 of
IKE, by the `transport` of a phase 1; `ike-tcp-port` defaults to 4500, since 7.6.1 to 443, and where it is not 4500 the
daemon also listens on 4500 and 11443. Neither says whether 500 and 4500 are left when `ike-port` is another one.
Since 8.0 `ike-extra-ports` adds UDP ports, and TCP is answered only where `ike-tcp-service` is switched on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from parsers.fortigate.convert.books import Books
from parsers.fortigate.convert.listeners import EVERYBODY, leaves, listener
from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.syntax.tree import Block
from parsers.model.bounds import Bounded
from parsers.model.firewall import Interface
from parsers.model.rule import Rule
from parsers.model.services import NO_SERVICE, ServiceSet

_ESP = ServiceSet.parse("ip/50")
_USUAL = ServiceSet.parse("udp/500,4500")
_SETTINGS = ("system settings", "system global")


def ike_gateways(books: Books) -> Iterator[Rule]:
    """IPsec where a phase 1 is bound, over UDP and, where one may ask for it, over TCP."""
    bound: dict[str, tuple[Interface, list[tuple[str, Block]]]] = {}
    for kind in ("vpn ipsec phase1-interface", "vpn ipsec phase1"):
        for _, block in books.scope.entries(kind):
            for interface in leaves(books, block.words("interface")[:1]):
                bound.setdefault(interface.name, (interface, []))[1].append((kind, block))
    udp, doubt = _udp(books.scope) if bound else (Bounded.exactly(_USUAL), ())
    for interface, phases in bound.values():
        kind, first = phases[0]
        rule = listener("IPsec", books, interface, udp.possible, EVERYBODY, books.scope.origin(kind, first))
        yield replace(rule, service=udp, uncertain=rule.uncertain + doubt)
        yield from _over_tcp(books, interface, phases)


def _udp(scope: Scope) -> tuple[Bounded[ServiceSet], tuple[str, ...]]:
    port = _stated(scope, "ike-port", "500")
    further = _extra(scope)
    if not all(_is_port(each) for each in (port, *further)):
        return Bounded(_ESP, ServiceSet.parse("udp") | _ESP), ("the port of IKE is no number",)
    others = ServiceSet.union(ServiceSet.parse(f"udp/{each}") for each in further)
    if port == "500":
        return Bounded.exactly(_USUAL | _ESP | others), ()
    own = ServiceSet.parse(f"udp/{port}") | _ESP | others
    return Bounded(own, own | _USUAL), ("whether UDP 500 and 4500 still answer beside ike-port is not documented",)


def _over_tcp(books: Books, interface: Interface, phases: Iterable[tuple[str, Block]]) -> Iterator[Rule]:
    scope = books.scope
    asking = [(kind, block, _asks_tcp(scope, block)) for kind, block in phases]
    asking = [each for each in asking if each[2] is not False]
    if not asking:
        return
    kind, block, asks = next((each for each in asking if each[2]), asking[0])
    certain, possible = _tcp(scope)
    doubt: tuple[str, ...] = () if asks else (f"the default of {_unstated(block)} depends on the release",)
    if certain != possible:
        doubt += ("on which TCP ports IKE listens besides ike-tcp-port depends on the release",)
    rule = listener("IPsec over TCP", books, interface, possible, EVERYBODY, scope.origin(kind, block))
    service = Bounded(certain if asks else NO_SERVICE, possible)
    yield replace(rule, service=service, uncertain=rule.uncertain + doubt)


def _asks_tcp(scope: Scope, phase: Block) -> bool | None:
    """May the peers of a phase 1 use TCP? None where the file does not say; version 1 of IKE, the default, never."""
    if phase.get("ike-version") != "2" or _stated(scope, "ike-tcp-service", "") == "disable":
        return False
    transport = phase.get("transport")
    if transport is None:
        return None if scope.version >= (7, 6) else False
    if transport != "udp" and scope.version >= (8,) and not _stated(scope, "ike-tcp-service", ""):
        return None
    return transport != "udp"


def _unstated(phase: Block) -> str:
    return "the phase 1's transport" if phase.get("transport") is None else "ike-tcp-service"


def _tcp(scope: Scope) -> tuple[ServiceSet, ServiceSet]:
    """The TCP ports of IKE: certainly, possibly."""
    port = _stated(scope, "ike-tcp-port", "")
    if port and not _is_port(port):
        return NO_SERVICE, ServiceSet.parse("tcp")
    if not port and len(scope.version) > 2:
        port = "443" if scope.version >= (7, 6, 1) else "4500"
    if not port:
        return NO_SERVICE, ServiceSet.parse("tcp/443,4500,11443")
    certain = ServiceSet.parse(f"tcp/{port}")
    return certain, certain if port == "4500" else certain | ServiceSet.parse("tcp/4500,11443")


def _is_port(word: str) -> bool:
    return word.isdecimal() and int(word) < 1 << 16


def _extra(scope: Scope) -> tuple[str, ...]:
    """The words of `ike-extra-ports`."""
    table = scope.table("system settings")
    return table.words("ike-extra-ports") if table is not None else ()


def _stated(scope: Scope, keyword: str, default: str) -> str:
    return next((word for path in _SETTINGS if (word := scope.setting(path, keyword))), default)
