"""Policies of a VDOM as rules, in file order, with the rules no line states at the end.

Source: the reference, sections 3, 4, 7 and 8.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from parsers.fortigate.convert.keywords import POLICY_IRRELEVANT, POLICY_READ
from parsers.fortigate.objects.addresses import AddressBook
from parsers.fortigate.objects.interfaces import Interfaces
from parsers.fortigate.objects.schedules import Schedules, expiry
from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.objects.services import ResolvedService, ServiceBook
from parsers.fortigate.objects.vips import VirtualAddresses
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.origin import Origin
from parsers.model.rule import (
    ANY_TRANSLATION,
    NO_TRANSLATIONS,
    Action,
    AsWritten,
    Condition,
    Direction,
    Evaluation,
    Rule,
    RuleList,
    Truth,
)
from parsers.model.services import ANY_SERVICE, NO_SERVICE

_NO_ADDRESSES = Bounded.exactly(NO_ADDRESS)
_IDENTITY = ("groups", "users", "fsso-groups")
_UNSEEN = {
    "devices": "only for devices {0}",
    "src-vendor-mac": "only for hardware of some vendors",
    "ztna-ems-tag": "only with ZTNA tag {0}",
    "ztna-geo-tag": "only with ZTNA geography tag {0}",
    "sgt": "only with security group tag {0}",
    "tos": "only with type of service {0}",
    "vlan-filter": "only for VLANs {0}",
    "reputation-minimum": "only from a reputation of {0}",
    "application": "only for applications {0}",
    "app-category": "only for application categories {0}",
    "app-group": "only for application group {0}",
    "url-category": "only for URL categories {0}",
}
_OFF = frozenset({"", "0", "0x00", "disable"})


@dataclass(frozen=True, slots=True)
class Books:
    """Everything a policy refers to, of one VDOM."""

    scope: Scope
    interfaces: Interfaces
    addresses: AddressBook
    addresses6: AddressBook
    services: ServiceBook
    schedules: Schedules
    vips: VirtualAddresses


@dataclass(frozen=True, slots=True)
class _Matched:
    """One side of a policy."""

    addresses: Bounded[AddressSet]
    translations: frozenset[str] = NO_TRANSLATIONS
    uncertain: tuple[str, ...] = ()


class Policies:
    """Reads the policy tables of one VDOM."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.scope = books.scope
        settings = "system settings"
        self.ngfw = self.scope.setting(settings, "ngfw-mode") == "policy-based"
        self.consolidated = self.ngfw or self.scope.enabled(settings, "consolidated-firewall-mode")
        self.central = self.ngfw or self.scope.enabled(settings, "central-nat")
        self._every_service = Bounded.exactly(ANY_SERVICE)

    def referenced(self) -> frozenset[str]:
        """The VIPs that some policy names, disabled ones included."""
        found: set[str] = set()
        for table in ("firewall policy", "firewall policy6", "firewall consolidated policy", "firewall policy46",
                      "firewall policy64"):  # fmt: skip
            for _, block in self.scope.entries(table):
                for keyword in ("dstaddr", "dstaddr6", "dstaddr4"):
                    for name in block.words(keyword):
                        if not self._is_address(name):
                            found |= self.books.vips.names(name) or NO_TRANSLATIONS
        return frozenset(found)

    def lists(self) -> tuple[RuleList, ...]:
        """The forwarding rule list, and the security policy beside it in NGFW policy mode."""
        rules: list[Rule] = []
        for kind in ("firewall policy", "firewall policy6", "firewall policy46", "firewall policy64"):
            for _, block in self.scope.entries(kind):
                rules += self._policy(kind, block, hand_over=self.ngfw)
        if self.consolidated:
            for _, block in self.scope.entries("firewall consolidated policy"):
                rules += self._policy("firewall consolidated policy", block, hand_over=self.ngfw)
        rules += self._implicit()
        found = [RuleList("firewall policy", Direction.FORWARD, Evaluation.FIRST_MATCH, tuple(rules))]
        if self.ngfw:
            security = [
                rule
                for _, block in self.scope.entries("firewall security-policy")
                for rule in self._policy("firewall security-policy", block)
            ]
            found.append(
                RuleList("firewall security-policy", Direction.FORWARD, Evaluation.FIRST_MATCH, tuple(security))
            )
        return tuple(found)

    def _policy(self, kind: str, block: Block, *, hand_over: bool = False) -> list[Rule]:
        sub = block.table("identity-based-policy")
        if block.get("identity-based") == "enable" and sub is not None and sub.entries:
            self.scope.assume(
                "Identity-based policies (FortiOS 5.0 and earlier) are read as conditional accepts; traffic they stop "
                "before authentication is not modelled."
            )
            return [self._identity_rule(kind, block, entry) for entry in sub.entries.values()]
        self._unknown_keywords(kind, block)
        return [self._rule(kind, block, block, hand_over=hand_over)]

    def _identity_rule(self, kind: str, parent: Block, entry: Block) -> Rule:
        merged = Block(f"{parent.name}.{entry.name}", entry.line)
        merged.last_line = entry.last_line
        merged.settings = parent.settings | entry.settings
        return self._rule(kind, parent, merged)

    def _unknown_keywords(self, kind: str, block: Block) -> None:
        for keyword in block.settings:
            if keyword not in POLICY_READ and keyword not in POLICY_IRRELEVANT and not keyword.startswith("_"):
                what = f"keyword {keyword!r} of {kind} {block.name} is not known to fwproof"
                self.scope.gap(kind, block, keyword, what, hides_access=True)

    def _rule(self, kind: str, place: Block, block: Block, *, hand_over: bool = False) -> Rule:
        six = kind == "firewall policy6"
        source = self._source(kind, block, six=six)
        target = self._destination(kind, block, six=six)
        service, limit = self._service(kind, block)
        action, conditions = self._action(block)
        if hand_over:
            # NGFW policy mode: this table only hands traffic to the security policy; it has no action of its own.
            action = Action.ALLOW
        addresses = target.addresses
        if limit is not None:
            addresses = addresses & Bounded.exactly(limit)
        translated, only, doubt = self._match_translated(block, action, addresses)
        if only:
            addresses = _NO_ADDRESSES
        self._interface_references(kind, block)
        return Rule(
            id=block.name,
            name=block.get("name") or "",
            origin=self.scope.origin(kind, place if place is block else block),
            action=action,
            enabled=block.get("status") != "disable",
            ingress=self.books.interfaces.expand(block.words("srcintf")),
            egress=self.books.interfaces.expand(block.words("dstintf")),
            source=source.addresses,
            destination=addresses,
            service=service.services,
            translations=Bounded.exactly(target.translations),
            translated_destination=translated,
            conditions=conditions + self._conditions(kind, block),
            uncertain=tuple(dict.fromkeys(source.uncertain + target.uncertain + service.uncertain + doubt)),
            logged={"all": True, "disable": False}.get(block.get("logtraffic") or ""),
            written=AsWritten(
                ingress=block.words("srcintf"),
                egress=block.words("dstintf"),
                source=block.words("srcaddr") + block.words("srcaddr4") + block.words("srcaddr6"),
                destination=block.words("dstaddr") + block.words("dstaddr4") + block.words("dstaddr6"),
                service=block.words("service"),
                schedule=block.get("schedule") or "",
                comment=block.get("comments") or "",
            ),
        )

    def _interface_references(self, kind: str, block: Block) -> None:
        for keyword in ("srcintf", "dstintf"):
            for name in block.words(keyword):
                defined = self.books.interfaces.defines(name) or self.scope.table("system interface") is None
                self.scope.refer(kind, block, "interface or zone", name, defined=defined)

    def _is_address(self, name: str) -> bool:
        return self.books.addresses.defines(name) and name not in self.books.vips.blocks

    def _source(self, kind: str, block: Block, *, six: bool) -> _Matched:
        if block.get("internet-service-src") == "enable":
            reason = "its sources are an Internet service, whose addresses are not in the backup"
            return _Matched(Bounded(NO_ADDRESS, ANY_ADDRESS), uncertain=(reason,))
        parts: list[_Matched] = []
        if six:
            parts.append(self._side(kind, block, "srcaddr", self.books.addresses6))
        else:
            keyword = "srcaddr4" if block.words("srcaddr4") else "srcaddr"
            parts.append(self._side(kind, block, keyword, self.books.addresses))
            parts.append(self._side(kind, block, "srcaddr6", self.books.addresses6))
        return _union(parts)

    def _destination(self, kind: str, block: Block, *, six: bool) -> _Matched:
        if block.get("internet-service") == "enable":
            reason = "its destination is an Internet service, whose addresses and ports are not in the backup"
            return _Matched(Bounded(NO_ADDRESS, ANY_ADDRESS), uncertain=(reason,))
        parts: list[_Matched] = []
        if six:
            parts.append(self._side(kind, block, "dstaddr", self.books.addresses6))
        else:
            keyword = "dstaddr4" if block.words("dstaddr4") else "dstaddr"
            parts.append(self._side(kind, block, keyword, self.books.addresses))
            parts.append(self._side(kind, block, "dstaddr6", self.books.addresses6))
        return _union(parts)

    def _side(self, kind: str, block: Block, keyword: str, book: AddressBook) -> _Matched:
        names = block.words(keyword)
        if not names or names == ("",):
            return _Matched(_NO_ADDRESSES)
        plain: list[str] = []
        translations: set[str] = set()
        for name in names:
            vips = None if book.defines(name) else self.books.vips.names(name)
            target = book.table if vips is None else "firewall vip"
            self.scope.refer(kind, block, target, name, defined=vips is not None or book.defines(name))
            if vips is None:
                plain.append(name)
            else:
                translations |= vips
        found = book.union(tuple(plain)) if plain else None
        addresses = found.addresses if found else _NO_ADDRESSES
        if block.get(f"{keyword}-negate") == "enable" or (
            keyword.endswith("4") and block.get(f"{keyword[:-1]}-negate") == "enable"
        ):
            addresses = Bounded.exactly(book.whole) - addresses
        return _Matched(addresses, frozenset(translations), found.uncertain if found else ())

    def _service(self, kind: str, block: Block) -> tuple[ResolvedService, AddressSet | None]:
        names = block.words("service")
        if block.get("internet-service") == "enable":
            return ResolvedService(Bounded(NO_SERVICE, ANY_SERVICE)), None
        if not names or names == ("",):
            # A policy without service matches nothing; security policies then use the applications' own ports.
            if kind == "firewall security-policy":
                return ResolvedService(self._every_service), None
            return ResolvedService(Bounded.exactly(NO_SERVICE)), None
        for name in names:
            defined = self.books.services.defines(name)
            self.scope.refer(kind, block, "firewall service custom", name, defined=defined)
        found = self.books.services.union(names)
        if block.get("service-negate") == "enable":
            found = ResolvedService(self._every_service - found.services, None, found.uncertain)
        return found, found.destination

    @staticmethod
    def _action(block: Block) -> tuple[Action, tuple[Condition, ...]]:
        word = block.get("action") or "deny"
        if block.get("learning-mode") == "enable" or word == "learn":
            return Action.ALLOW, ()
        if word == "accept":
            return Action.ALLOW, ()
        if word in ("ipsec", "ssl-vpn"):
            return Action.ALLOW, (Condition("tunnel", f"only through the {word} tunnel of the policy"),)
        return Action.DENY, ()

    def _conditions(self, kind: str, block: Block) -> tuple[Condition, ...]:
        found = list(expiry(block))
        schedule = block.get("schedule")
        if schedule:
            self.scope.refer(kind, block, "firewall schedule", schedule, defined=self.books.schedules.defines(schedule))
            found += self.books.schedules.conditions(schedule)
        who = [name for keyword in _IDENTITY for name in block.words(keyword) if name]
        if who:
            found.append(Condition("identity", f"only after authentication as {', '.join(who)}"))
        if block.get("geoip-match") == "registered-location":
            found.append(Condition("geography", "countries are matched by registration"))
        for keyword, text in _UNSEEN.items():
            words = block.words(keyword)
            if words and words[0] not in _OFF:
                found.append(Condition(keyword, text.format(" ".join(words))))
        return tuple(found)

    def _match_translated(
        self, block: Block, action: Action, addresses: Bounded[AddressSet]
    ) -> tuple[Bounded[AddressSet], bool, tuple[str, ...]]:
        """(translated destinations matched by plain addresses, only those?, why uncertain): match-vip, central NAT."""
        if self.central:
            return addresses, False, ()
        only = block.get("match-vip-only") == "enable"
        word = "enable" if only else block.get("match-vip")
        if word is None and action is Action.DENY:
            old, late = self.scope.before(7, 2, 3), self.scope.before(7, 2, 4)
            # The default of deny policies turned to enable in 7.2.3 or 7.2.4: the sources disagree (7.2).
            if late is False:
                word = "enable"
            elif old is not True and addresses.possible:
                reason = (
                    "whether this deny also stops traffic to virtual IPs depends on the FortiOS version (match-vip)"
                )
                return Bounded(NO_ADDRESS, ANY_ADDRESS), only, (reason,) if self.books.vips.blocks else ()
        if word != "enable" or not addresses.possible:
            return _NO_ADDRESSES, only, ()
        whole = {"all"} & set(block.words("dstaddr"))
        if whole or addresses.certain in (ANY_IPV4, ANY_ADDRESS):
            return Bounded.exactly(addresses.certain | ANY_IPV4), only, ()
        reason = "whether match-vip compares the external or the mapped address is not documented"
        return Bounded(NO_ADDRESS, ANY_ADDRESS), only, (reason,)

    def _implicit(self) -> Iterator[Rule]:
        """Traffic that passes without a policy: within zones, within software switches, back out of one interface."""
        for zone in self.books.interfaces.zones:
            if zone.intrazone_allowed is not False and not zone.sdwan:
                members = frozenset(zone.interfaces)
                unknown = zone.intrazone_allowed is None
                text = "the default of intrazone traffic in FortiOS 4 is not known"
                conditions = (Condition("setting", text),) if unknown else ()
                yield self._passing(f"intrazone {zone.name}", zone.origin, members, members, conditions)
        if not self._redirects():
            return
        late = self.scope.before(7, 4, 10)
        conditions = (
            ()
            if self.scope.setting("system global", "allow-traffic-redirect") == "enable" or late
            else (Condition("setting", "the default of allow-traffic-redirect depends on the exact release"),)
        )
        for interface in self.books.interfaces.interfaces:
            if interface.networks and interface.enabled:
                names = frozenset({interface.name})
                rule = self._passing(f"same interface {interface.name}", interface.origin, names, names, conditions)
                yield _from_network(rule, interface.networks)

    def _redirects(self) -> bool:
        """Is traffic back out of its own interface forwarded without a policy? Default enable before 7.4.10 / 7.6.5."""
        word = self.scope.setting("system global", "allow-traffic-redirect")
        if word is not None:
            return word == "enable"
        version = self.scope.version
        if version[:2] == (7, 4) and len(version) > 2:
            return version < (7, 4, 10)
        if version[:2] == (7, 6) and len(version) > 2:
            return version < (7, 6, 5)
        return version < (8,)

    @staticmethod
    def _passing(
        name: str, origin: Origin, ingress: frozenset[str], egress: frozenset[str], conditions: tuple[Condition, ...]
    ) -> Rule:
        everything = Bounded.exactly(ANY_IPV4 | ANY_IPV6)
        return Rule(
            id=f"implicit: {name}",
            name=name,
            origin=origin,
            action=Action.ALLOW,
            enabled=True,
            ingress=ingress,
            egress=egress,
            source=everything,
            destination=everything,
            service=Bounded.exactly(ANY_SERVICE),
            translations=Bounded.exactly(ANY_TRANSLATION),
            conditions=conditions,
            implicit=True,
            uncertain=tuple(condition.text for condition in conditions if condition.truth is Truth.UNKNOWN),
        )


def _from_network(rule: Rule, networks: AddressSet) -> Rule:
    """Traffic back out of its interface: sources in the interface's own network, in every release that does so."""
    return replace(rule, source=Bounded.exactly(networks), translations=Bounded(NO_TRANSLATIONS, NO_TRANSLATIONS))


def _union(parts: list[_Matched]) -> _Matched:
    if len(parts) == 2 and not parts[1].addresses.possible and not parts[1].translations:
        return parts[0]
    return _Matched(
        Bounded(
            AddressSet.union(part.addresses.certain for part in parts),
            AddressSet.union(part.addresses.possible for part in parts),
        ),
        frozenset().union(*(part.translations for part in parts)),
        tuple(reason for part in parts for reason in part.uncertain),
    )
