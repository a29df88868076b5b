"""Servers of the device that need no `allowaccess`: name and address services, proxies, portals, routing, tunnels.

Source: the reference, section 9 (2); `config llm proxy` of the CLI reference of FortiOS 8.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.fortigate.convert.books import Books
from parsers.fortigate.convert.listeners import EVERYBODY, leaves, listener
from parsers.fortigate.convert.portals import portals
from parsers.fortigate.objects.scope import EMPTY
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Interface
from parsers.model.rule import Rule
from parsers.model.services import ServiceSet

_BOUND = (
    ("system dhcp server", "interface", "DHCP", "udp/67"),
    ("system dhcp6 server", "interface", "DHCPv6", "udp/547"),
    ("system vxlan", "interface", "VXLAN", "udp/4789"),
    ("system gre-tunnel", "interface", "GRE", "ip/47"),
)
"""Tables whose entries name the interface they answer on: table, keyword, name, service."""
_EVERYWHERE = (("vpn l2tp", "L2TP", "udp/1701"), ("vpn pptp", "PPTP", "tcp/1723"))
"""Servers that answer on every interface of the VDOM when they are switched on."""
_PROXIES = (
    ("web-proxy explicit", "explicit-web-proxy", "explicit web proxy", "http-incoming-port", "8080"),
    ("ftp-proxy explicit", "explicit-ftp-proxy", "explicit FTP proxy", "incoming-port", "21"),
)
_ROUTING = (("router ospf", "OSPF", "ip/89"), ("router rip", "RIP", "udp/520"))


def daemons(books: Books) -> Iterator[Rule]:
    """One rule for each server on each interface it answers on."""
    yield from _name_servers(books)
    yield from _bound_servers(books)
    yield from _proxies(books)
    yield from _model_proxy(books)
    yield from _portals(books)
    yield from _routing(books)


def _name_servers(books: Books) -> Iterator[Rule]:
    dns = ServiceSet.parse("udp/53") | ServiceSet.parse("tcp/53")
    for name, block in books.scope.entries("system dns-server"):
        for interface in leaves(books, (name,)):
            origin = books.scope.origin("system dns-server", block)
            yield listener("DNS", books, interface, dns, EVERYBODY, origin)
    table = books.scope.table("system ntp")
    if table is not None and table.get("server-mode") == "enable":
        for interface in leaves(books, table.words("interface")):
            origin = books.scope.origin("system ntp", table)
            yield listener("NTP", books, interface, ServiceSet.parse("udp/123"), EVERYBODY, origin)


def _bound_servers(books: Books) -> Iterator[Rule]:
    for table, keyword, word, service in _BOUND:
        for _, block in books.scope.entries(table):
            if block.get("status") != "disable":
                for interface in leaves(books, block.words(keyword)):
                    origin = books.scope.origin(table, block)
                    yield listener(word, books, interface, ServiceSet.parse(service), EVERYBODY, origin)
    for name, word, service in _EVERYWHERE:
        server = books.scope.table(name)
        if server is not None and server.get("status") == "enable":
            for interface in leaves(books, ("any",)):
                origin = books.scope.origin(name, server)
                yield listener(word, books, interface, ServiceSet.parse(service), EVERYBODY, origin)


def _proxies(books: Books) -> Iterator[Rule]:
    for name, keyword, word, port, default in _PROXIES:
        table = books.scope.table(name)
        if table is None or table.get("status") != "enable":
            continue
        service = ServiceSet.parse(f"tcp/{books.scope.ports(name, table, port, default)}")
        for interface in _switched_on(books, keyword, "enable"):
            yield listener(word, books, interface, service, EVERYBODY, books.scope.origin(name, table))


def _model_proxy(books: Books) -> Iterator[Rule]:
    """The proxy for language models (8.0): HTTPS unless `protocol` says otherwise."""
    table = books.scope.table("llm proxy")
    if table is None or table.get("status") != "enable":
        return
    for word in table.words("protocol") or ("https",):
        default = {"http": "8098", "https": "8099"}.get(word)
        if default is None:
            books.scope.gap("llm proxy", table, "protocol", f"protocol {word!r} is not known", hides_access=True)
            continue
        service = ServiceSet.parse(f"tcp/{books.scope.ports('llm proxy', table, f'incoming-{word}-port', default)}")
        for interface in leaves(books, table.words("interface")):
            yield listener("LLM proxy", books, interface, service, EVERYBODY, books.scope.origin("llm proxy", table))


def _portals(books: Books) -> Iterator[Rule]:
    """The login pages for users of an interface with a captive portal."""
    scope = books.scope
    found = portals(books)
    table = scope.table("system global") or EMPTY
    ports = [
        scope.ports("system global", table, keyword, default)
        for keyword, default in (("auth-http-port", "1000"), ("auth-https-port", "1003"))
        if found
    ]
    for interface in (each for each in books.interfaces.interfaces if each.name in found):
        service = ServiceSet.parse(f"tcp/{','.join(ports)}")
        yield listener("captive portal", books, interface, service, EVERYBODY, interface.origin)


def _routing(books: Books) -> Iterator[Rule]:
    for name, word, service in _ROUTING:
        table = books.scope.table(name)
        networks = table.table("network") if table is not None else None
        for entry in networks.entries.values() if networks is not None else ():
            covered = _prefix(entry)
            for interface in leaves(books, ("any",)):
                if interface.own and interface.own.overlaps(covered):
                    origin = books.scope.origin(name, entry)
                    yield listener(word, books, interface, ServiceSet.parse(service), EVERYBODY, origin)
    yield from _neighbours(books)


def _neighbours(books: Books) -> Iterator[Rule]:
    """BGP answers its neighbours only."""
    table = books.scope.table("router bgp")
    neighbours = table.table("neighbor") if table is not None else None
    for name, entry in neighbours.entries.items() if neighbours is not None else ():
        try:
            source = Bounded.exactly(AddressSet.network(name))
        except ValueError:
            continue
        for interface in leaves(books, ("any",)):
            if interface.networks & source.certain:
                origin = books.scope.origin("router bgp", entry)
                yield listener("BGP", books, interface, ServiceSet.parse("tcp/179"), source, origin)


def _prefix(entry: Block) -> AddressSet:
    try:
        return AddressSet.network("/".join(entry.words("prefix")))
    except ValueError:
        return AddressSet()


def _switched_on(books: Books, keyword: str, word: str) -> Iterator[Interface]:
    for name, block in books.interfaces.blocks.items():
        if block.get(keyword) == word:
            yield books.interfaces.by_name[name]
