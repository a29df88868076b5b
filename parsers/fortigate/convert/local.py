"""Traffic to the FortiGate itself: local-in policies, policies towards its other interfaces, what answers.

Source: the reference, section 9: a local-in policy can only stop (its accept opens nothing by itself); packets to the
address of another interface need a policy towards that interface as well (the vendor's article 369268).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from parsers.fortigate.convert.acl import acl_rules, parted
from parsers.fortigate.convert.administrators import accounts, trusted_sources
from parsers.fortigate.convert.books import Books
from parsers.fortigate.convert.daemons import daemons
from parsers.fortigate.convert.ike import ike_gateways
from parsers.fortigate.convert.implicit import NO_NAMES, disabled, implicit_rule
from parsers.fortigate.convert.listeners import Management, vpn_portals
from parsers.fortigate.objects.addresses import AddressBook
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Interface, Translation
from parsers.model.rule import (
    Action,
    AsWritten,
    Condition,
    Direction,
    Evaluation,
    Rule,
    RuleList,
)
from parsers.redaction import safe_comment

_ELSEWHERE = "whose allowaccess counts for the address of another interface is not documented"


class LocalTraffic:
    """Who reaches which service of the device, and from where.

    Args:
        books: the objects of the VDOM.
        forwarding: its lists for forwarded packets.
        translations: its destination translations.
    """

    def __init__(self, books: Books, forwarding: tuple[RuleList, ...], translations: tuple[Translation, ...]) -> None:
        self.books = books
        self.scope = books.scope
        self.forwarding = forwarding
        self.translations = translations
        self.administrators = accounts(self.scope)
        self.proxied = books.vips.proxied() | books.interfaces.shared()
        """Addresses of address pools, virtual IPs and VRRP, which count as the device's own (reference, 7.3)."""

    def lists(self) -> tuple[RuleList, ...]:
        """Local-in policies and policies towards other interfaces (default: pass on), then what answers."""
        policies = [*disabled(self.books)]
        policies += [rule for rule in acl_rules(self.books, self.translations) if rule.destination.possible]
        policies += [
            rule for kind in ("firewall local-in-policy", "firewall local-in-policy6") for rule in self._local_in(kind)
        ]
        first = Evaluation.FIRST_MATCH
        towards = (
            RuleList(
                f"{each.name} to other interfaces", Direction.LOCAL, first, tuple(self._towards(each)), Action.ALLOW
            )
            for each in self.forwarding
        )
        return (
            RuleList("local-in policy", Direction.LOCAL, first, tuple(policies), Action.ALLOW),
            *towards,
            RuleList("built-in services", Direction.LOCAL, first, tuple(self._answering())),
        )

    def _local_in(self, kind: str) -> Iterator[Rule]:
        for _, block in self.scope.entries(kind):
            source, unsure = self._source(kind, block, six=kind.endswith("6"))
            target, doubt = self._addresses(kind, block, "dstaddr", six=kind.endswith("6"))
            names = block.words("service")
            for name in names:
                defined = self.books.services.defines(name)
                self.scope.refer(kind, block, "firewall service custom", name, defined=defined)
            services = self.books.services.union(names)
            if block.get("service-negate") == "enable":
                services = self.books.services.negated(services)
            rule = Rule(
                id=f"local-in {block.name}",
                name=safe_comment(block.get("comments") or ""),
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
            yield from parted(rule, services)

    def _source(self, kind: str, block: Block, *, six: bool) -> tuple[Bounded[AddressSet], tuple[str, ...]]:
        prefix = "internet-service6-src" if six else "internet-service-src"
        if block.get(prefix) != "enable":
            return self._addresses(kind, block, "srcaddr", six=six)
        found = self.books.internet.source(block, prefix)
        return found.addresses, found.uncertain

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

    def _towards(self, forwarding: RuleList) -> Iterator[Rule]:
        """The policies as they judge packets to the address of another interface than the one they come in by."""
        known = [each for each in self.books.interfaces.interfaces if each.own]
        own = {each.name: each.own for each in known}
        whole = AddressSet.union(own.values())
        for each in known:
            rule = implicit_rule(f"to {each.name} itself", each.origin, frozenset({each.name}), None, ())
            yield replace(rule, destination=Bounded.exactly(each.own))
        targets: dict[frozenset[str] | None, AddressSet] = {None: whole}
        for rule in forwarding.rules:
            target = targets.get(rule.egress)
            if target is None:
                names = rule.egress or frozenset()
                target = targets[rule.egress] = AddressSet.union(own[name] for name in names if name in own)
            possible = rule.destination.possible & target
            if possible:
                certain = possible if rule.destination.is_exact else rule.destination.certain & target
                yield replace(
                    rule,
                    destination=Bounded(certain, possible),
                    egress=None,
                    implicit=True,
                    translations=NO_NAMES,
                    translated_destination=Bounded.exactly(NO_ADDRESS),
                )
        for each in known:
            rule = implicit_rule(f"no policy to {each.name}", each.origin, None, None, ())
            yield replace(rule, action=Action.DENY, destination=Bounded.exactly(each.own))

    def _answering(self) -> Iterator[Rule]:
        """Each server at the addresses of its interface, and what it perhaps answers at others."""
        trusted, unsure = trusted_sources(self.scope, self.administrators)
        management = tuple(Management(self.books, trusted, unsure).rules())
        servers = (*management, *vpn_portals(self.books), *ike_gateways(self.books), *daemons(self.books))
        yield from servers
        interfaces = {each.name: each for each in self.books.interfaces.interfaces}
        for rule in servers:
            if rule.destination.certain:
                others = frozenset(interfaces) - (rule.ingress or frozenset())
                if others:
                    yield _perhaps(rule, f"{rule.id} from other interfaces", others, rule.destination.certain)
        whole = AddressSet.union(each.own for each in interfaces.values()) | self.proxied
        yield from self._elsewhere(management, interfaces, whole)

    @staticmethod
    def _elsewhere(management: Iterable[Rule], interfaces: dict[str, Interface], whole: AddressSet) -> Iterator[Rule]:
        """What an interface perhaps answers for addresses that are not its own."""
        for rule in management:
            (name,) = rule.ingress or frozenset({""})
            rest = whole - interfaces[name].own
            if rest:
                yield _perhaps(rule, f"{rule.id} at other addresses", rule.ingress, rest)


def _perhaps(rule: Rule, name: str, ingress: frozenset[str] | None, destination: AddressSet) -> Rule:
    """A server at addresses or from interfaces where it is not known to answer."""
    return replace(
        rule,
        id=name,
        name=name,
        ingress=ingress,
        destination=Bounded(NO_ADDRESS, destination),
        uncertain=(*rule.uncertain, _ELSEWHERE),
        implicit=True,
    )


def _side(book: AddressBook, block: Block, keyword: str) -> tuple[Bounded[AddressSet], tuple[str, ...]]:
    names = block.words(keyword)
    if not names:
        return Bounded.exactly(book.whole), ()
    found = book.union(names)
    addresses = found.addresses
    if block.get(f"{keyword}-negate") == "enable":
        addresses = Bounded.exactly(book.whole) - addresses
    return addresses, found.uncertain
