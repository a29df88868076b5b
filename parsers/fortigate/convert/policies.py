"""Policies of a VDOM as rules, in file order, with the rules no line states at the end.

Source: the reference, sections 3, 4, 7 and 8.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from parsers.fortigate.convert.acl import acl_rules
from parsers.fortigate.convert.books import Books
from parsers.fortigate.convert.bridging import bridged
from parsers.fortigate.convert.conditions import IDENTITY, OFF, action_of, conditions, learning
from parsers.fortigate.convert.implicit import (
    NO_NAMES,
    after_policies,
    before_policies,
    beside,
    implicit_dns,
    unchecked,
    unfiltered,
)
from parsers.fortigate.convert.keywords import WIDENING
from parsers.fortigate.convert.portals import portals
from parsers.fortigate.convert.proxies import proxied, published
from parsers.fortigate.convert.sides import NO_ADDRESSES, NO_SERVICES, Sides, Target
from parsers.fortigate.convert.sourcenat import source_nat
from parsers.fortigate.objects.vips import vip_table
from parsers.fortigate.syntax.tree import Block
from parsers.fortigate.syntax.vocabulary import gone
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
from parsers.model.services import ANY_SERVICE
from parsers.redaction import safe_comment

_TIMED = frozenset({"schedule", "expiry"})
"""Conditions that a policy which hands over to the security policies does not have (the reference, section 8)."""
_SECURITY = "firewall security-policy"
_CONSOLIDATED = "firewall consolidated policy"
_OTHER_FAMILY = "whether a policy that changes the family also matches packets that keep theirs is not documented"
POLICY_TABLES = frozenset(
    f"firewall {name}"
    for name in ("policy", "policy6", "consolidated policy", "policy46", "policy64", "security-policy")
)
"""The tables whose entries let traffic through the device (the reference, section 3)."""


@dataclass(frozen=True, slots=True)
class _Translated:
    """Translated packets that plain addresses match, by new destination and by VIP; `only` these and no others."""

    addresses: Bounded[AddressSet]
    names: Bounded[frozenset[str]] = NO_NAMES
    only: bool = False
    doubts: tuple[str, ...] = ()


class Policies:
    """Reads the policy tables of one VDOM."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.scope = books.scope
        settings = "system settings"
        ngfw = self.scope.setting(settings, "ngfw-mode") == "policy-based"
        self.central = ngfw or self.scope.enabled(settings, "central-nat")
        stated = any(True for _ in self.scope.entries(_SECURITY))
        old = self.scope.before(6, 2)
        self.ngfw = ngfw and (stated or old is False)
        """Do two tables decide? Up to 6.0 the policies of the NGFW mode name the applications themselves."""
        self.unsure_mode = ngfw and not stated and old is None
        self.asks_always = self.scope.setting("user setting", "auth-on-demand") == "always"
        self.sides = Sides(books, central=self.central)
        self.translations = books.vips.translations(self.referenced(), central=self.central)
        self.portals = portals(books)

    def referenced(self) -> frozenset[str]:
        """The VIPs that some policy names, disabled ones included."""
        found = set(published(self.books))
        for table in ("firewall policy", "firewall policy6", "firewall consolidated policy", "firewall policy46",
                      "firewall policy64"):  # fmt: skip
            for _, block in self.scope.entries(table):
                for keyword in ("dstaddr", "dstaddr6", "dstaddr4"):
                    for name in block.words(keyword):
                        if not self._is_address(name):
                            found |= self.books.vips.names(name, vip_table(table, keyword)) or NO_TRANSLATIONS
        return frozenset(found)

    def lists(self) -> tuple[RuleList, ...]:
        """The forwarding rule list, and the security policy beside it in NGFW policy mode."""
        self._caveats()
        found = [replace(self._list("firewall policy", self._tables()), hands_over=self.ngfw)]
        if self.ngfw:
            if self.scope.setting("system settings", "implicit-allow-dns") is None:
                self.scope.assume("NGFW policy mode: implicit-allow-dns is not in the file, and taken as off.")
            found.append(self._list(_SECURITY, (_SECURITY,), found[0]))
        return tuple(found)

    def _list(self, name: str, tables: tuple[str, ...], before: RuleList | None = None) -> RuleList:
        policies = [
            rule for kind in tables for _, block in self.scope.entries(kind) for rule in self._policy(kind, block)
        ]
        rules = [*proxied(self.books), *before_policies(self.books), *bridged(self.books)]
        rules += [*acl_rules(self.books, self.translations), *unfiltered(self.books)]
        if before is not None:
            rules += (*implicit_dns(self.books), *beside(self.books, before.rules, policies))
        rules += (*unchecked(self.books, policies), *policies)
        for rule in after_policies(self.books, several=self.ngfw or self.unsure_mode):
            rules += (*self._asked(rule), rule)
        return RuleList(name, Direction.FORWARD, Evaluation.FIRST_MATCH, tuple(rules))

    def _caveats(self) -> None:
        """Say which policies admit packets that no policy lists."""
        found: dict[str, list[str]] = {}
        for kind in self._tables():
            for _, block in self.scope.entries(kind):
                if block.get("status") != "disable" and block.get("action") == "accept":
                    for keyword in WIDENING.keys() & block.settings.keys():
                        if block.get(keyword) not in OFF:
                            found.setdefault(keyword, []).append(block.name)
        for keyword in sorted(found):
            self.scope.assume(
                f"{keyword} in policy {', '.join(found[keyword])}: {WIDENING[keyword]}; not in the answers."
            )

    def _tables(self) -> tuple[str, ...]:
        """The policy tables in force: consolidated mode (6.2 only) replaces the policies of each family.

        A later release that holds such a table all the same has perhaps those policies as well.
        """
        if self.scope.vdom_type == "admin":
            return ()
        families = ("firewall policy", "firewall policy6", "firewall policy46", "firewall policy64")
        if gone(_CONSOLIDATED, self.scope.version):
            return (*families, _CONSOLIDATED)
        present = any(True for _ in self.scope.entries(_CONSOLIDATED))
        if self.scope.enabled("system settings", "consolidated-firewall-mode") or (self.ngfw and present):
            return (_CONSOLIDATED, "firewall policy46", "firewall policy64")
        return families

    def _policy(self, kind: str, block: Block) -> list[Rule]:
        sub = block.table("identity-based-policy")
        if block.get("identity-based") == "enable" and sub is not None and sub.entries:
            return self._identity_rules(kind, block, sub)
        found: list[Rule] = []
        for rule in self._rules(kind, block, learning(kind, block)):
            asked = () if block.get("captive-portal-exempt") == "enable" else self._asked(rule)
            found += (*asked, rule, *self._straight(rule), *self._beside(block, rule))
        return found

    def _asked(self, rule: Rule) -> Iterator[Rule]:
        """Those whom the captive portal of their interface keeps from a rule that accepts."""
        here = self.portals if rule.ingress is None else self.portals & rule.ingress
        if here and rule.action is Action.ALLOW and rule.enabled:
            text = f"unless authenticated at the captive portal of {', '.join(sorted(here))}"
            yield replace(_stopped(rule, text), ingress=here)

    def _beside(self, block: Block, rule: Rule) -> Iterator[Rule]:
        """What a policy that accepts does to further packets."""
        if rule.action is Action.ALLOW and rule.enabled:
            if block.get("action") == "ipsec" and block.get("inbound") != "disable":
                yield _inbound(rule)
            elif self.asks_always and any(each.kind == "identity" for each in rule.conditions):
                yield _stopped(rule, "unless authenticated: auth-on-demand asks everybody this policy matches")

    def _straight(self, rule: Rule) -> list[Rule]:
        """Packets sent straight to the server of a virtual IP: whether its policy matches them is not documented."""
        if self.central or not rule.enabled or not rule.translations.certain:
            return []
        servers = self.books.vips.servers(rule.translations.certain) - rule.destination.certain
        if not servers:
            return []
        text = "whether a policy for a virtual IP also matches packets sent straight to its server is not documented"
        perhaps = replace(
            rule,
            id=f"{rule.id} (straight to the server)",
            destination=Bounded(NO_ADDRESS, servers),
            translations=NO_NAMES,
            translated_destination=NO_ADDRESSES,
            uncertain=(text,),
            implicit=True,
        )
        return [perhaps]

    def _identity_rules(self, kind: str, parent: Block, sub: Block) -> list[Rule]:
        """FortiOS 5.0 and earlier: each sub-rule lets authenticated users pass; the rest stops at the parent."""
        named = [rule for entry in sub.entries.values() for rule in self._rules(kind, parent, _merged(parent, entry))]
        rules = [each for rule in named for each in (rule, *self._straight(rule))]
        if parent.get("fall-through-unauthenticated") == "enable":
            return rules
        whole = _merged(parent, parent)
        whole.settings |= {"service": ("ALL",), "schedule": ("always",)}
        for keyword in IDENTITY:
            whole.settings.pop(keyword, None)
        rule = replace(self._rules(kind, parent, whole)[0], service=Bounded.exactly(ANY_SERVICE), id=parent.name)
        stop = _stopped(rule, "unless authenticated: an identity-based policy stops everybody else")
        return [*rules, stop, *self._straight(stop)]

    def _rules(self, kind: str, place: Block, block: Block) -> list[Rule]:
        """A policy as rules of one id and place: one for each of its destinations with services of their own."""
        source = self.sides.source(kind, block)
        action, tunnel = action_of(block)
        hands_over = self.ngfw and kind != _SECURITY
        if hands_over:
            # NGFW policy mode: this table only hands traffic to the security policy; it has no action of its own.
            action = Action.ALLOW
        self._interface_references(kind, block)
        comment = block.get("comments")
        whole = Rule(
            id=block.name,
            name=block.get("name") or "",
            origin=self.scope.origin(kind, place if place is block else block),
            action=action,
            enabled=block.get("status") != "disable",
            ingress=self.books.interfaces.expand(block.words("srcintf")),
            egress=self.books.interfaces.expand(block.words("dstintf")),
            source=source.addresses,
            destination=NO_ADDRESSES,
            service=NO_SERVICES,
            source_nat=None
            if action is Action.DENY
            else source_nat(self.books, kind, block, source.addresses.possible, central=self.central),
            conditions=tunnel + self._conditions(kind, block, hands_over=hands_over),
            uncertain=source.uncertain,
            logged={"all": True, "disable": False}.get(block.get("logtraffic") or ""),
            written=AsWritten(
                ingress=block.words("srcintf"),
                egress=block.words("dstintf"),
                source=block.words("srcaddr") + block.words("srcaddr4") + block.words("srcaddr6"),
                destination=block.words("dstaddr") + block.words("dstaddr4") + block.words("dstaddr6"),
                service=block.words("service"),
                schedule=block.get("schedule") or "",
                comment=safe_comment(comment) if comment else "",
            ),
        )
        return [self._towards(whole, block, target) for target in self.sides.targets(kind, block)]

    def _towards(self, whole: Rule, block: Block, target: Target) -> Rule:
        addresses = target.matched.addresses
        behind = self._match_translated(block, whole.action, addresses)
        if addresses.certain and "enable" in (block.get("nat46"), block.get("nat64")):
            behind = replace(behind, doubts=(*behind.doubts, _OTHER_FAMILY))
            addresses = Bounded(NO_ADDRESS, addresses.possible)
        return replace(
            whole,
            destination=NO_ADDRESSES if behind.only else addresses,
            service=target.services,
            translations=target.matched.translations | behind.names,
            translated_destination=behind.addresses,
            uncertain=tuple(dict.fromkeys(whole.uncertain + target.matched.uncertain + behind.doubts)),
        )

    def _conditions(self, kind: str, block: Block, *, hands_over: bool) -> tuple[Condition, ...]:
        found = conditions(self.books, kind, block)
        if hands_over and any(each.kind in _TIMED for each in found):
            text = "whether a policy that hands over to the security policies has a schedule is not documented"
            found = (*(each for each in found if each.kind not in _TIMED), Condition("schedule", text))
        if gone(kind, self.scope.version):
            found += (Condition("setting", f"this version has no table {kind} any more"),)
        if self.unsure_mode:
            text = "from FortiOS 6.2 on security policies decide in NGFW policy mode, and the file names no version"
            found += (Condition("setting", text),)
        return found

    def _interface_references(self, kind: str, block: Block) -> None:
        for keyword in ("srcintf", "dstintf"):
            for name in block.words(keyword):
                defined = self.books.interfaces.defines(name) or self.scope.table("system interface") is None
                self.scope.refer(kind, block, "interface or zone", name, defined=defined)

    def _is_address(self, name: str) -> bool:
        return self.books.addresses.defines(name) and name not in self.books.vips.blocks

    def _match_translated(self, block: Block, action: Action, addresses: Bounded[AddressSet]) -> _Translated:
        """Which translated packets the plain addresses of a policy match: match-vip, central NAT."""
        if self.central:
            return _Translated(addresses)
        only = block.get("match-vip-only") == "enable"
        word = "enable" if only else block.get("match-vip")
        if word not in (None, "enable") or (word is None and action is not Action.DENY) or not addresses.possible:
            return _Translated(NO_ADDRESSES, only=only)
        # The default of deny policies turned to enable in 7.2.3 or 7.2.4: the sources disagree (7.2).
        if word is None and self.scope.before(7, 2, 3):
            return _Translated(NO_ADDRESSES)
        found = replace(self._compared(block, addresses), only=only)
        if word is None and self.scope.before(7, 2, 4) is not False:
            reason = "whether this deny also stops traffic to virtual IPs depends on the FortiOS version (match-vip)"
            doubts = (reason,) if self.books.vips.blocks else ()
            perhaps = Bounded(NO_ADDRESS, found.addresses.possible), Bounded(NO_TRANSLATIONS, found.names.possible)
            return _Translated(*perhaps, only, doubts)
        return found

    def _compared(self, block: Block, addresses: Bounded[AddressSet]) -> _Translated:
        negated = "enable" in (block.get("dstaddr-negate"), block.get("dstaddr4-negate"), block.get("dstaddr6-negate"))
        if negated:
            reason = "which packets to virtual IPs a negated destination with match-vip takes is not documented"
            return _Translated(Bounded(NO_ADDRESS, ANY_ADDRESS), doubts=(reason,))
        if addresses.certain >= ANY_IPV4:
            return _Translated(addresses)
        names = self.books.vips.compared(addresses)
        reason = "whether match-vip compares the external or the mapped address is not documented"
        doubts = () if names.is_exact else (reason,)
        return _Translated(NO_ADDRESSES, names, doubts=doubts)


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
        translations=NO_NAMES,
    )
