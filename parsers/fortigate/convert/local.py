"""Traffic to the FortiGate itself: local-in policies, management services, administrators.

Source: the reference, section 9: a local-in policy can only stop (its accept opens nothing by itself), the built-in
rules follow from `allowaccess` of the ingress interface and the daemons that run; the login page answers every source
that at least one administrator's trusted hosts admit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.fortigate.convert.acl import acl_rules
from parsers.fortigate.convert.books import Books
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
_EVERYBODY = Bounded.exactly(ANY_ADDRESS)
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
        policies = [rule for rule in acl_rules(self.books) if rule.destination.possible]
        policies += [
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

    def _trusted(self) -> Bounded[AddressSet]:
        """Sources the login pages answer: those at least one administrator (perhaps: one API user) may come from."""
        if not self.administrators or any(not each.restricted for each in self.administrators):
            return Bounded.exactly(ANY_ADDRESS)
        certain = AddressSet.union(each.trusted for each in self.administrators)
        possible = certain
        if not certain.ipv6:
            possible |= ANY_IPV6  # whether IPv4 trusted hosts alone close IPv6 is not documented
        for _, block in self.scope.entries("system api-user"):
            possible |= self._api_sources(block)
        return Bounded(certain, possible)

    def _api_sources(self, block: Block) -> AddressSet:
        table = block.table("trusthost")
        found = NO_ADDRESS
        for entry in table.entries.values() if table is not None else ():
            for keyword in ("ipv4-trusthost", "ipv6-trusthost"):
                words = entry.words(keyword)
                if words:
                    found |= _network(words)
        return found or ANY_ADDRESS

    def _local_in(self, kind: str) -> Iterator[Rule]:
        six = kind.endswith("6")
        for _, block in self.scope.entries(kind):
            source, unsure = self._source(kind, block, six=six)
            target, doubt = self._addresses(kind, block, "dstaddr", six=six)
            names = block.words("service")
            for name in names:
                defined = self.books.services.defines(name)
                self.scope.refer(kind, block, "firewall service custom", name, defined=defined)
            services = self.books.services.union(names)
            if block.get("service-negate") == "enable":
                services = self.books.services.negated(services)
            elif services.destination is not None:
                target = Bounded(target.certain & services.destination, target.possible)
            yield Rule(
                id=f"local-in {block.name}",
                name=block.get("comments") or "",
                origin=self.scope.origin(kind, block),
                action=Action.ALLOW if block.get("action") == "accept" else Action.DENY,
                enabled=block.get("status") != "disable",
                ingress=self.books.interfaces.expand(block.words("intf") or ("any",)),
                egress=None,
                source=source,
                destination=target,
                service=services.services,
                conditions=self._conditions(kind, block),
                uncertain=unsure + doubt + services.uncertain,
                written=AsWritten(
                    ingress=block.words("intf"),
                    source=block.words("srcaddr"),
                    destination=block.words("dstaddr"),
                    service=names,
                    schedule=block.get("schedule") or "",
                ),
            )

    def _source(self, kind: str, block: Block, *, six: bool) -> tuple[Bounded[AddressSet], tuple[str, ...]]:
        prefix = "internet-service6-src" if six else "internet-service-src"
        if block.get(prefix) != "enable":
            return self._addresses(kind, block, "srcaddr", six=six)
        found = self.books.internet.side(block, prefix)
        return Bounded(NO_ADDRESS, found.addresses.possible), found.uncertain

    def _addresses(
        self, kind: str, block: Block, keyword: str, *, six: bool
    ) -> tuple[Bounded[AddressSet], tuple[str, ...]]:
        book = self.books.addresses6 if six else self.books.addresses
        names = block.words(keyword)
        for name in names:
            self.scope.refer(kind, block, book.table, name, defined=book.defines(name))
        return _side(book, block, keyword)

    def _conditions(self, kind: str, block: Block) -> tuple[Condition, ...]:
        schedule = block.get("schedule")
        found: tuple[Condition, ...] = ()
        if schedule:
            defined = self.books.schedules.defines(schedule)
            self.scope.refer(kind, block, "firewall schedule", schedule, defined=defined)
            found = self.books.schedules.conditions(schedule)
        if block.get("ha-mgmt-intf-only") == "enable":
            found += (Condition("interface", "only on the cluster's own management interface"),)
        return found

    def _built_in(self) -> Iterator[Rule]:
        trusted = self._trusted()
        limited = trusted.certain != ANY_ADDRESS
        for interface in self.books.interfaces.interfaces:
            for label, own, words, entry in self.books.interfaces.logins(interface.name):
                origin = self.scope.origin("system interface", entry)
                for word in words:
                    service = self._service(word)
                    if service is None:
                        what = f"management service {word!r} is not known to fwproof"
                        self.scope.gap("system interface", entry, "allowaccess", what, hides_access=True)
                        continue
                    asked = word in _LOGINS or (limited and word in ("ping", "snmp"))
                    source = trusted if asked else Bounded.exactly(ANY_ADDRESS)
                    if label == "IPv6" and word == "ping":
                        service = ServiceSet.icmp(ICMPV6, 128)
                    rule = _listener(word, interface, own, service, source & self._dedicated(interface), origin)
                    yield replace(rule, id=f"{rule.id} ({label})") if label else rule
        yield from self._vpn()
        yield from self._daemons()

    def _dedicated(self, interface: Interface) -> Bounded[AddressSet]:
        """Sources that a dedicated management interface answers (`trust-ip-1` to `-3`); everybody elsewhere."""
        block = self.books.interfaces.blocks.get(interface.name)
        if block is None or interface.kind != "management":
            return Bounded.exactly(ANY_ADDRESS)
        words = [block.words(f"trust-{family}-{number}") for number in (1, 2, 3) for family in ("ip", "ip6")]
        found = AddressSet.union(_network(each) for each in words if each)
        blank = not found or found >= ANY_IPV4
        return Bounded.exactly(ANY_ADDRESS if blank else found)

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
            origin = self.scope.origin("vpn ssl settings", table)
            source, unsure = self._clients(table)
            for interface in self._named(table.words("source-interface")):
                rule = _listener("SSL VPN", interface, interface.own, service, source, origin)
                yield replace(rule, uncertain=rule.uncertain + unsure)
        ike = ServiceSet.parse("udp/500,4500") | ServiceSet.parse("ip/50")
        seen: set[str] = set()
        for kind in ("vpn ipsec phase1-interface", "vpn ipsec phase1"):
            for _, block in self.scope.entries(kind):
                name = block.get("interface") or ""
                if name in by_name and name not in seen:
                    seen.add(name)
                    origin = self.scope.origin(kind, block)
                    yield _listener("IPsec", by_name[name], by_name[name].own, ike, _EVERYBODY, origin)

    def _clients(self, table: Block) -> tuple[Bounded[AddressSet], tuple[str, ...]]:
        """Sources SSL VPN answers: everybody, or the address objects of `source-address`."""
        names, names6 = table.words("source-address"), table.words("source-address6")
        if not any(names) and not any(names6):
            return _EVERYBODY, ()
        found = self.books.addresses.union(names)
        found6 = self.books.addresses6.union(names6)
        four, six = found.addresses, found6.addresses
        if table.get("source-address-negate") == "enable":
            four = Bounded.exactly(ANY_IPV4) - four
        if table.get("source-address6-negate") == "enable":
            six = Bounded.exactly(ANY_IPV6) - six
        return four | six, found.uncertain + found6.uncertain

    def _named(self, names: tuple[str, ...]) -> Iterator[Interface]:
        by_name = self.books.interfaces.by_name
        expanded = self.books.interfaces.expand(names)
        yield from (by_name[name] for name in sorted(by_name if expanded is None else expanded) if name in by_name)

    def _daemons(self) -> Iterator[Rule]:
        """Servers that answer on interfaces without `allowaccess`: DNS, explicit web proxy."""
        dns = ServiceSet.parse("udp/53") | ServiceSet.parse("tcp/53")
        for name, block in self.scope.entries("system dns-server"):
            for interface in self._named((name,)):
                origin = self.scope.origin("system dns-server", block)
                yield _listener("DNS", interface, interface.own, dns, _EVERYBODY, origin)
        table = self.scope.table("web-proxy explicit")
        if table is None or table.get("status") != "enable":
            return
        words = table.get("http-incoming-port") or "8080"
        proxy = ServiceSet.parse(f"tcp/{words.replace(' ', ',')}")
        for name, block in self.books.interfaces.blocks.items():
            if block.get("explicit-web-proxy") == "enable":
                interface = self.books.interfaces.by_name[name]
                origin = self.scope.origin("web-proxy explicit", table)
                yield _listener("explicit web proxy", interface, interface.own, proxy, _EVERYBODY, origin)


def _side(book: AddressBook, block: Block, keyword: str) -> tuple[Bounded[AddressSet], tuple[str, ...]]:
    names = block.words(keyword)
    if not names:
        return Bounded.exactly(book.whole), ()
    found = book.union(names)
    addresses = found.addresses
    if block.get(f"{keyword}-negate") == "enable":
        addresses = Bounded.exactly(book.whole) - addresses
    return addresses, found.uncertain


def _network(words: tuple[str, ...]) -> AddressSet:
    """`A M` or `A/len`; nothing where it cannot be read or is blank."""
    try:
        network = AddressSet.network("/".join(words))
    except ValueError:
        return NO_ADDRESS
    return network


def _listener(
    word: str, interface: Interface, own: AddressSet, service: ServiceSet, source: Bounded[AddressSet], origin: Origin
) -> Rule:
    reasons: tuple[str, ...] = () if own else (f"the address of interface {interface.name} is not in the backup",)
    if not source.is_exact:
        reasons += ("which further sources may log in is not certain (API users, IPv6)",)
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
        destination=Bounded.exactly(own) if own else Bounded(NO_ADDRESS, ANY_ADDRESS),
        service=Bounded.exactly(service),
        conditions=conditions,
        uncertain=reasons,
        written=AsWritten(ingress=(interface.name,), service=(word,)),
    )
