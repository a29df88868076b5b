"""What of the device answers packets: management services of interfaces, VPN gateways and other servers.

Source: the reference, section 9 (2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.fortigate.convert.administrators import network_or_none
from parsers.fortigate.convert.books import Books
from parsers.fortigate.convert.snmp import snmp_sources
from parsers.fortigate.objects.scope import EMPTY
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Interface
from parsers.model.origin import Origin
from parsers.model.rule import Action, AsWritten, Condition, Rule
from parsers.model.services import ICMP, ICMPV6, ServiceSet

EVERYBODY = Bounded.exactly(ANY_ADDRESS)
_LOGINS = frozenset({"https", "http", "ssh", "telnet"})
_FIXED = {
    "ping": ServiceSet.icmp(ICMP, 8),
    "snmp": ServiceSet.parse("udp/161"),
    "fgfm": ServiceSet.parse("tcp/541"),
    "radius-acct": ServiceSet.parse("udp/1813"),
    "probe-response": ServiceSet.parse("tcp/8008"),
    "fabric": ServiceSet.parse("tcp/8013") | ServiceSet.parse("udp/5246-5247"),
    "capwap": ServiceSet.parse("udp/5246-5247"),
    "ftm": ServiceSet.parse("tcp/4433"),
    "speed-test": ServiceSet.parse("tcp/5201"),
    "scim": ServiceSet.parse("tcp/44558"),
    "auto-ipsec": ServiceSet.parse("udp/500,4500"),
}
_PORTS = {"http": ("admin-port", "80"), "https": ("admin-sport", "443"), "ssh": ("admin-ssh-port", "22"),
          "telnet": ("admin-telnet-port", "23")}  # fmt: skip


def listener(
    word: str,
    books: Books,
    interface: Interface,
    service: ServiceSet,
    source: Bounded[AddressSet],
    origin: Origin,
    where: Bounded[AddressSet] | None = None,
    unsure: str = "",
) -> Rule:
    """The rule of one server on one interface: it answers at the interface's own addresses, or at those of `where`.

    `unsure` says why the sources are not certain.
    """
    where = where or books.interfaces.listening(interface)
    held = where.is_exact
    reasons: tuple[str, ...] = () if held else (f"the address of interface {interface.name} is not in the backup",)
    if not source.is_exact and unsure:
        reasons += (unsure,)
    conditions = () if interface.enabled else (Condition("interface", f"interface {interface.name} is down"),)
    return Rule(
        id=f"{word} on {interface.name}",
        name=f"{word} on {interface.name}",
        origin=origin,
        action=Action.ALLOW,
        enabled=True,
        ingress=frozenset({interface.name}),
        egress=None,
        source=source,
        destination=where,
        service=Bounded.exactly(service),
        conditions=conditions,
        uncertain=reasons,
        written=AsWritten(ingress=(interface.name,), service=(word,)),
    )


class Management:
    """The management services of `allowaccess`, address by address.

    Args:
        books: the objects of the VDOM.
        trusted: the sources that logins answer.
        unsure: why they are not certain, "" when they are.
    """

    def __init__(self, books: Books, trusted: Bounded[AddressSet], unsure: str) -> None:
        self.books = books
        self.scope = books.scope
        self.trusted = trusted
        self.unsure = unsure

    def rules(self) -> Iterator[Rule]:
        """One rule for each service of each address of each interface."""
        for interface in self.books.interfaces.interfaces:
            for label, own, words, entry in self.books.interfaces.logins(interface.name):
                origin = self.scope.origin("system interface", entry)
                for word in words:
                    rule = self._rule(word, interface, own, entry, origin, six=label == "IPv6")
                    if rule is not None:
                        yield replace(rule, id=f"{rule.id} ({label})") if label else rule

    def _rule(
        self, word: str, interface: Interface, own: AddressSet, entry: Block, origin: Origin, *, six: bool
    ) -> Rule | None:
        service = self._service(word)
        if service is None:
            what = f"management service {word!r} is not known to fwproof"
            if word in _PORTS:
                what = f"the port of {word!r} ({_PORTS[word][0]}) is no number but a variable: fill in the template"
            self.scope.gap("system interface", entry, "allowaccess", what, hides_access=True)
            return None
        if word == "telnet" and self.scope.setting("system global", "admin-telnet") == "disable":
            return None
        if six and word == "ping":
            service = ServiceSet.icmp(ICMPV6, 128)
        unheld = ANY_IPV6 if six else ANY_IPV4
        where = Bounded.exactly(own) if own else Bounded(NO_ADDRESS, unheld)
        source = self._sources(word) & self._dedicated(interface)
        if word != "snmp":
            return listener(word, self.books, interface, service, source, origin, where, self.unsure)
        if self.scope.enabled("system snmp sysinfo", "status"):
            asking, unsure = snmp_sources(self.scope)
            unsure = unsure or self.unsure
            return listener(word, self.books, interface, service, source & asking, origin, where, unsure)
        off = Condition("setting", "the SNMP agent is not switched on in this backup")
        rule = listener(word, self.books, interface, service, source, origin, where, self.unsure)
        return replace(rule, conditions=(*rule.conditions, off))

    def _sources(self, word: str) -> Bounded[AddressSet]:
        """Who is answered: logins ask for trusted hosts, and so do ping and SNMP when every administrator has some."""
        limited = self.trusted.certain != ANY_ADDRESS
        return self.trusted if word in _LOGINS or (limited and word in ("ping", "snmp")) else EVERYBODY

    def _dedicated(self, interface: Interface) -> Bounded[AddressSet]:
        """Sources that a dedicated management interface answers (`trust-ip-1` to `-3`); everybody elsewhere."""
        block = self.books.interfaces.blocks.get(interface.name)
        if block is None or interface.kind != "management":
            return EVERYBODY
        words = [block.words(f"trust-{family}-{number}") for number in (1, 2, 3) for family in ("ip", "ip6")]
        found = AddressSet.union(network_or_none(each) for each in words if each)
        blank = not found or found >= ANY_IPV4
        return Bounded.exactly(ANY_ADDRESS if blank else found)

    def _service(self, word: str) -> ServiceSet | None:
        if word in _PORTS:
            keyword, default = _PORTS[word]
            port = self.scope.setting("system global", keyword) or default
            return ServiceSet.parse(f"tcp/{port}") if port.isdecimal() and int(port) < 65536 else None
        return _FIXED.get(word)


def vpn_portals(books: Books) -> Iterator[Rule]:
    """SSL VPN on its interfaces."""
    scope = books.scope
    table = scope.table("vpn ssl settings")
    if table is not None and table.get("status") != "disable":
        port = scope.ports("vpn ssl settings", table, "port", "443")
        names = table.words("source-interface")
        if table.get("sslvpn-enable") == "enable" and not names:
            # Up to 5.0 the policies with action ssl-vpn say where it answers.
            port = scope.ports("system global", scope.table("system global") or EMPTY, "sslvpn-sport", "10443")
            policies = (block for _, block in scope.entries("firewall policy") if block.get("action") == "ssl-vpn")
            names = tuple(name for block in policies for name in block.words("srcintf"))
        service = ServiceSet.parse(f"tcp/{port}") | ServiceSet.parse(f"udp/{port}")
        source, unsure = _clients(books, table)
        for interface in leaves(books, names):
            origin = scope.origin("vpn ssl settings", table)
            rule = listener("SSL VPN", books, interface, service, source, origin)
            yield replace(rule, uncertain=rule.uncertain + unsure)


def _clients(books: Books, table: Block) -> tuple[Bounded[AddressSet], tuple[str, ...]]:
    """Sources SSL VPN answers: everybody, or the address objects of `source-address`."""
    names, names6 = table.words("source-address"), table.words("source-address6")
    if not any(names) and not any(names6):
        return EVERYBODY, ()
    found = books.addresses.union(names)
    found6 = books.addresses6.union(names6)
    four, six = found.addresses, found6.addresses
    if table.get("source-address-negate") == "enable":
        four = Bounded.exactly(ANY_IPV4) - four
    if table.get("source-address6-negate") == "enable":
        six = Bounded.exactly(ANY_IPV6) - six
    return four | six, found.uncertain + found6.uncertain


def leaves(books: Books, names: tuple[str, ...]) -> Iterator[Interface]:
    """The interfaces that names of interfaces and zones stand for, in order of their names."""
    by_name = books.interfaces.by_name
    expanded = books.interfaces.expand(names)
    yield from (by_name[name] for name in sorted(by_name if expanded is None else expanded) if name in by_name)
