"""Policies of a VDOM as rules, in file order, with the rules no line states at the end.

Source: the reference, sections 3, 4, 7 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from parsers.fortigate.convert.books import Books
from parsers.fortigate.convert.implicit import after_policies, beside_policies
from parsers.fortigate.convert.keywords import POLICY_IRRELEVANT, POLICY_READ, WIDENING
from parsers.fortigate.objects.addresses import AddressBook
from parsers.fortigate.objects.schedules import expiry
from parsers.fortigate.objects.services import ResolvedService
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.rule import (
    NO_TRANSLATIONS,
    Action,
    AsWritten,
    Condition,
    Direction,
    Evaluation,
    Rule,
    RuleList,
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
    "ztna-device-ownership": "only from known devices",
    "endpoint-compliance": "only from endpoints that comply",
    "disclaimer": "only after a disclaimer was accepted",
}
_OFF = frozenset({"", "0", "0x00", "disable"})


@dataclass(frozen=True, slots=True)
class _Matched:
    """One side of a policy."""

    addresses: Bounded[AddressSet]
    translations: Bounded[frozenset[str]] = Bounded(NO_TRANSLATIONS, NO_TRANSLATIONS)
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
        self.asks_always = self.scope.setting("user setting", "auth-on-demand") == "always"
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
        rules = list(beside_policies(self.books))
        for kind in self._tables():
            for _, block in self.scope.entries(kind):
                rules += self._policy(kind, block)
        rules += after_policies(self.books)
        self._caveats()
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

    def _caveats(self) -> None:
        """Say which policies admit packets that no policy lists."""
        found: dict[str, list[str]] = {}
        for kind in self._tables():
            for _, block in self.scope.entries(kind):
                if block.get("status") != "disable" and block.get("action") == "accept":
                    for keyword in WIDENING.keys() & block.settings.keys():
                        if block.get(keyword) not in _OFF:
                            found.setdefault(keyword, []).append(block.name)
        for keyword in sorted(found):
            self.scope.assume(
                f"{keyword} in policy {', '.join(found[keyword])}: {WIDENING[keyword]}; not in the answers."
            )

    def _tables(self) -> tuple[str, ...]:
        """The policy tables in force: consolidated mode (6.2) replaces the policies of each family."""
        if self.scope.vdom_type == "admin":
            return ()
        if self.consolidated and any(True for _ in self.scope.entries("firewall consolidated policy")):
            return ("firewall consolidated policy", "firewall policy46", "firewall policy64")
        return ("firewall policy", "firewall policy6", "firewall policy46", "firewall policy64")

    def _policy(self, kind: str, block: Block) -> list[Rule]:
        self._unknown_keywords(kind, block)
        sub = block.table("identity-based-policy")
        if block.get("identity-based") == "enable" and sub is not None and sub.entries:
            return self._identity_rules(kind, block, sub)
        rule = self._rule(kind, block, block)
        if rule.action is Action.ALLOW and rule.enabled:
            if block.get("action") == "ipsec" and block.get("inbound") != "disable":
                return [rule, _inbound(rule)]
            if self.asks_always and any(each.kind == "identity" for each in rule.conditions):
                return [rule, _stopped(rule, "unless authenticated: auth-on-demand asks everybody this policy matches")]
        return [rule]

    def _identity_rules(self, kind: str, parent: Block, sub: Block) -> list[Rule]:
        """FortiOS 5.0 and earlier: each sub-rule lets authenticated users pass; the rest stops at the parent."""
        for entry in sub.entries.values():
            self._unknown_keywords(kind, entry)
        rules = [self._rule(kind, parent, _merged(parent, entry)) for entry in sub.entries.values()]
        if parent.get("fall-through-unauthenticated") == "enable":
            return rules
        whole = _merged(parent, parent)
        whole.settings |= {"service": ("ALL",), "schedule": ("always",)}
        for keyword in _IDENTITY:
            whole.settings.pop(keyword, None)
        rule = replace(self._rule(kind, parent, whole), service=Bounded.exactly(ANY_SERVICE), id=parent.name)
        return [*rules, _stopped(rule, "unless authenticated: an identity-based policy stops everybody else")]

    def _unknown_keywords(self, kind: str, block: Block) -> None:
        for keyword in block.settings:
            if keyword not in POLICY_READ and keyword not in POLICY_IRRELEVANT and not keyword.startswith("_"):
                what = f"keyword {keyword!r} of {kind} {block.name} is not known to fwproof"
                self.scope.gap(kind, block, keyword, what, hides_access=True)
        for name, table in block.tables.items():
            if name != "identity-based-policy" and (table.settings or table.entries):
                what = f"table {name!r} of {kind} {block.name} is not known to fwproof"
                self.scope.gap(kind, table, "", what, hides_access=True)

    def _rule(self, kind: str, place: Block, block: Block) -> Rule:
        source = self._source(kind, block)
        target, internet = self._destination(kind, block)
        service, limit = (internet, None) if internet is not None else self._service(kind, block)
        action, conditions = self._action(block)
        if self.ngfw and kind != "firewall security-policy":
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
            translations=target.translations,
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

    def _source(self, kind: str, block: Block) -> _Matched:
        return _union([self._family(kind, block, "src", six=six)[0] for six in _families(kind, "src")])

    def _destination(self, kind: str, block: Block) -> tuple[_Matched, ResolvedService | None]:
        """The destination, and the services an Internet service brings along (None: those the policy names)."""
        found = [self._family(kind, block, "dst", six=six) for six in _families(kind, "dst")]
        target = _union([matched for matched, _ in found])
        brought = [service for _, service in found if service is not None]
        if not brought:
            return target, None
        if len(brought) == 1 and all(not matched.addresses.possible for matched, service in found if service is None):
            return target, brought[0]
        # One family by Internet service, the other by addresses: each has services of its own.
        every = ResolvedService(Bounded(NO_SERVICE, ANY_SERVICE), uncertain=brought[0].uncertain)
        return target, every

    def _family(self, kind: str, block: Block, side: str, *, six: bool) -> tuple[_Matched, ResolvedService | None]:
        """One side of a policy in one family: an Internet service where one is switched on, else addresses."""
        book = self.books.addresses6 if six else self.books.addresses
        prefix = f"internet-service{'6' if six else ''}{'-src' if side == 'src' else ''}"
        if block.get(prefix) == "enable":
            found = self.books.internet.side(block, prefix)
            services = ResolvedService(found.services, uncertain=found.uncertain)
            addresses = found.addresses
            if side == "src" and services.services != self._every_service:
                # Whether the ports of an Internet service count where it is the source is not documented.
                addresses = Bounded(NO_ADDRESS, addresses.possible)
            return _Matched(addresses, uncertain=found.uncertain), services
        keyword = f"{side}addr6" if six and kind not in _OLD_FAMILIES else f"{side}addr"
        if not six and block.words(f"{side}addr4"):
            keyword = f"{side}addr4"
        return self._side(kind, block, keyword, book), None

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
        reasons = found.uncertain if found else ()
        if not _negated(block, keyword):
            return _Matched(addresses, Bounded.exactly(frozenset(translations)), reasons)
        others = frozenset(self.books.vips.blocks) - translations if keyword.startswith("dst") else NO_TRANSLATIONS
        if others and not self.central:
            reasons += ("whether a negated destination matches traffic to virtual IPs is not documented",)
            return _Matched(Bounded.exactly(book.whole) - addresses, Bounded(NO_TRANSLATIONS, others), reasons)
        return _Matched(Bounded.exactly(book.whole) - addresses, Bounded.exactly(NO_TRANSLATIONS), reasons)

    def _service(self, kind: str, block: Block) -> tuple[ResolvedService, AddressSet | None]:
        names = block.words("service")
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
            return self.books.services.negated(found), None
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


def _families(kind: str, side: str) -> tuple[bool, ...]:
    """Which address families one side of a policy has: (False,) IPv4, (True,) IPv6, both for unified policies."""
    if kind == "firewall policy6":
        return (True,)
    if kind in ("firewall policy46", "firewall policy64"):
        # NAT46 and NAT64: the destination is a virtual IP of the client's family.
        return (kind.endswith("64"),)
    return (False, True)


_OLD_FAMILIES = frozenset({"firewall policy6", "firewall policy46", "firewall policy64"})
"""Tables whose IPv6 addresses stand under `srcaddr` and `dstaddr`."""


def _negated(block: Block, keyword: str) -> bool:
    return block.get(f"{keyword}-negate") == "enable" or (
        keyword.endswith("4") and block.get(f"{keyword[:-1]}-negate") == "enable"
    )


def _merged(parent: Block, entry: Block) -> Block:
    """A sub-rule with what it inherits from its policy."""
    merged = Block(parent.name if entry is parent else f"{parent.name}.{entry.name}", entry.line)
    merged.last_line, merged.file = entry.last_line, entry.file
    merged.settings = parent.settings | entry.settings
    return merged


def _stopped(rule: Rule, text: str) -> Rule:
    """Those who do not authenticate at a policy do not reach the policies below it."""
    condition = Condition("identity", text)
    return replace(rule, action=Action.DENY, conditions=(condition,), implicit=True, uncertain=(text,))


def _inbound(rule: Rule) -> Rule:
    """A policy-based tunnel also lets its far side in: the same policy, the other way round."""
    return replace(
        rule,
        id=f"{rule.id} inbound",
        ingress=rule.egress,
        egress=rule.ingress,
        source=rule.destination,
        destination=rule.source,
        translations=Bounded(NO_TRANSLATIONS, NO_TRANSLATIONS),
    )


def _union(parts: list[_Matched]) -> _Matched:
    if len(parts) == 1 or not (parts[1].addresses.possible or parts[1].translations.possible):
        return parts[0]
    first, second = parts
    return _Matched(
        first.addresses | second.addresses, first.translations | second.translations, first.uncertain + second.uncertain
    )
