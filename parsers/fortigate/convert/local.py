"""Traffic to the FortiGate itself: local-in policies, management services, administrators.

Source: the reference, section 9: a local-in policy can only stop (its accept opens nothing by itself), the built-in
rules follow from `allowaccess` of the ingress interface and the daemons that run; the login page answers every source
that at least one administrator's trusted hosts admit.
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.fortigate.convert.policies import Books
from parsers.fortigate.objects.addresses import AddressBook
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Administrator, Interface
from parsers.model.origin import Origin
from parsers.model.rule import Action, AsWritten, Condition, Direction, Evaluation, Rule, RuleList
from parsers.model.services import ICMP, ICMPV6, ServiceSet

_LOGINS = frozenset({"https", "http", "ssh", "telnet"})
_FIXED = {
    "ping": ServiceSet.icmp(ICMP, 8) | ServiceSet.icmp(ICMPV6, 128),
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


class LocalTraffic:
    """Who reaches which service of the device, and from where."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.scope = books.scope
        self.administrators = tuple(self._administrators())

    def lists(self) -> tuple[RuleList, ...]:
        """Local-in policies (default: pass on), then management and built-in services (default: drop)."""
        policies = [
            rule for kind in ("firewall local-in-policy", "firewall local-in-policy6") for rule in self._local_in(kind)
        ]
        first = Evaluation.FIRST_MATCH
        return (
            RuleList("local-in policy", Direction.LOCAL, first, tuple(policies), Action.ALLOW),
            RuleList("built-in services", Direction.LOCAL, first, tuple(self._built_in())),
        )

    def _administrators(self) -> Iterator[Administrator]:
        for name, block in self.scope.entries("system admin"):
            trusted = NO_ADDRESS
            restricted = False
            for keyword, words in block.settings.items():
                if not keyword.startswith(("trusthost", "ip6-trusthost")):
                    continue
                try:
                    network = AddressSet.network("/".join(words))
                except ValueError:
                    what = f"{keyword} of administrator {name} cannot be read"
                    self.scope.gap("system admin", block, keyword, what, hides_access=True)
                    continue
                blank = network in (ANY_IPV4, ANY_IPV6)
                # Only the first slot can mean "any"; a blank later one is ignored by the device.
                if not blank or keyword in ("trusthost1", "ip6-trusthost1"):
                    trusted |= network
                    restricted |= not blank
            if not restricted or trusted >= ANY_IPV4:
                trusted, restricted = ANY_ADDRESS, False
            yield Administrator(name, self.scope.origin("system admin", block), trusted, restricted)

    def _trusted(self) -> AddressSet:
        if not self.administrators or any(not each.restricted for each in self.administrators):
            return ANY_ADDRESS
        return AddressSet.union(each.trusted for each in self.administrators)

    def _local_in(self, kind: str) -> Iterator[Rule]:
        six = kind.endswith("6")
        book = self.books.addresses6 if six else self.books.addresses
        for _, block in self.scope.entries(kind):
            source, unsure = _side(book, block, "srcaddr")
            target, doubt = _side(book, block, "dstaddr")
            services = self.books.services.union(block.words("service"))
            found = services.services
            if block.get("service-negate") == "enable":
                found = Bounded.exactly(ServiceSet.parse("any")) - found
            for keyword, table in (
                ("srcaddr", book.table),
                ("dstaddr", book.table),
                ("service", "firewall service custom"),
            ):
                for name in block.words(keyword):
                    known = book.defines(name) if table == book.table else self.books.services.defines(name)
                    self.scope.refer(kind, block, table, name, defined=known)
            schedule = block.get("schedule")
            accepts = block.get("action") == "accept"
            yield Rule(
                id=f"local-in {block.name}",
                name=block.get("comments") or "",
                origin=self.scope.origin(kind, block),
                action=Action.ALLOW if accepts else Action.DENY,
                enabled=block.get("status") != "disable",
                ingress=self.books.interfaces.expand(block.words("intf") or ("any",)),
                egress=None,
                source=source,
                destination=target,
                service=found,
                conditions=self.books.schedules.conditions(schedule) if schedule else (),
                uncertain=unsure + doubt + services.uncertain,
                written=AsWritten(
                    ingress=block.words("intf"),
                    source=block.words("srcaddr"),
                    destination=block.words("dstaddr"),
                    service=block.words("service"),
                ),
            )

    def _built_in(self) -> Iterator[Rule]:
        trusted = self._trusted()
        ping_limited = trusted != ANY_ADDRESS
        for interface in self.books.interfaces.interfaces:
            block = self.books.interfaces.blocks.get(interface.name)
            extra = self.books.interfaces.secondary(interface.name)
            places = [(interface.allowaccess, interface, interface.own, interface.origin)]
            places += [
                (words, interface, own, self.scope.origin("system interface", entry)) for own, words, entry in extra
            ]
            for words, where, own, origin in places:
                for word in words:
                    service = self._service(word)
                    if service is None:
                        if block is not None:
                            what = f"management service {word!r} is not known to fwproof"
                            self.scope.gap("system interface", block, "allowaccess", what, hides_access=True)
                        continue
                    limited = word in _LOGINS or (ping_limited and word in ("ping", "snmp"))
                    yield _listener(word, where, own, service, trusted if limited else ANY_ADDRESS, origin)
        yield from self._vpn()

    def _service(self, word: str) -> ServiceSet | None:
        if word in _PORTS:
            keyword, default = _PORTS[word]
            port = self.scope.setting("system global", keyword) or default
            return ServiceSet.parse(f"tcp/{port}") if port.isdigit() else None
        return _FIXED.get(word)

    def _vpn(self) -> Iterator[Rule]:
        by_name = self.books.interfaces.by_name
        table = self.scope.table("vpn ssl settings")
        if table is not None and table.get("status") != "disable" and table.words("source-interface"):
            port = table.get("port") or "443"
            service = ServiceSet.parse(f"tcp/{port}") | ServiceSet.parse(f"udp/{port}")
            expanded = self.books.interfaces.expand(table.words("source-interface"))
            for name in sorted(by_name if expanded is None else expanded):
                if name in by_name:
                    origin = self.scope.origin("vpn ssl settings", table)
                    yield _listener("SSL VPN", by_name[name], by_name[name].own, service, ANY_ADDRESS, origin)
        ike = ServiceSet.parse("udp/500,4500") | ServiceSet.parse("ip/50")
        seen: set[str] = set()
        for kind in ("vpn ipsec phase1-interface", "vpn ipsec phase1"):
            for _, block in self.scope.entries(kind):
                name = block.get("interface") or ""
                if name in by_name and name not in seen:
                    seen.add(name)
                    origin = self.scope.origin(kind, block)
                    yield _listener("IPsec", by_name[name], by_name[name].own, ike, ANY_ADDRESS, origin)


def _side(book: AddressBook, block: Block, keyword: str) -> tuple[Bounded[AddressSet], tuple[str, ...]]:
    names = block.words(keyword)
    if not names:
        return Bounded.exactly(book.whole), ()
    found = book.union(names)
    addresses = found.addresses
    if block.get(f"{keyword}-negate") == "enable":
        addresses = Bounded.exactly(book.whole) - addresses
    return addresses, found.uncertain


def _listener(
    word: str, interface: Interface, own: AddressSet, service: ServiceSet, source: AddressSet, origin: Origin
) -> Rule:
    unknown = interface.dynamic or not own
    reason = f"the address of interface {interface.name} is not in the backup"
    conditions = () if interface.enabled else (Condition("interface", f"interface {interface.name} is down"),)
    return Rule(
        id=f"{word} on {interface.name}",
        name=f"{word} on {interface.name}",
        origin=origin,
        action=Action.ALLOW,
        enabled=True,
        ingress=frozenset({interface.name}),
        egress=None,
        source=Bounded.exactly(source),
        destination=Bounded(NO_ADDRESS, ANY_ADDRESS) if unknown else Bounded.exactly(own),
        service=Bounded.exactly(service),
        conditions=conditions,
        uncertain=(reason,) if unknown else (),
        written=AsWritten(ingress=(interface.name,), service=(word,)),
    )
