"""One rule of a firewall and what it matches, in the field's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.origin import Origin
from parsers.model.services import ServiceSet


class Action(Enum):
    """What a rule does with the packets it decides."""

    ALLOW = "allow"
    DENY = "deny"
    BYPASS = "bypass"
    """Windows: an authenticated (IPsec) connection passes even where a block rule matches."""


class Truth(Enum):
    """Three-valued logic for conditions that an export cannot always settle."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Condition:
    """Something beyond addresses, interfaces and services that must hold for the rule to match.

    `kind` is one word for grouping ("schedule", "identity", "package", "interface-type", "ipsec", "setting" ...),
    `text` a clause for people ("only on weekdays 08:00 to 18:00"). A condition with `not_before` / `not_after`
    (device-local time) is settled against the day of the audit; otherwise `truth` says what is known. `later` says
    that it holds for later packets of a session only (replies, fragments): such a rule lets no session begin.
    """

    kind: str
    text: str
    truth: Truth = Truth.UNKNOWN
    not_before: datetime | None = None
    not_after: datetime | None = None
    later: bool = False

    def at(self, now: datetime) -> Truth:
        """What is known of the condition at the time of the audit."""
        if self.not_after is not None and now > self.not_after:
            return Truth.FALSE
        if self.not_before is not None and now < self.not_before:
            return Truth.FALSE
        return self.truth


class ScopeKind(Enum):
    """How far a program or service scope is known."""

    ANY = "any"
    NAMED = "named"
    UNKNOWN = "unknown"
    """The export does not print it (netsh without verbose): absent is not "any"."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which program (or Windows service) a host rule is limited to; `name` as written, "" unless NAMED."""

    kind: ScopeKind = ScopeKind.ANY
    name: str = ""


@dataclass(frozen=True, slots=True)
class AsWritten:
    """The rule in the words of the export: object, group and interface names, for people and for references."""

    ingress: tuple[str, ...] = ()
    egress: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    destination: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    schedule: str = ""
    comment: str = ""
    group: str = ""
    edge: str = ""
    """Windows: edge traversal ("no", "yes", "defer to application", "defer to user"); "" where not said."""


@dataclass(frozen=True, slots=True)
class SourceNat:
    """What a rule makes of the sources it lets through: each becomes one of `addresses`, if these hold its family.

    `certain` is False where they perhaps stay as they are.
    """

    addresses: AddressSet
    certain: bool = True

    def onward(self, source: AddressSet) -> AddressSet:
        """As what the next device sees some sources: the new addresses of their families, or perhaps the old ones."""
        pairs = ((source.ipv4, self.addresses.ipv4), (source.ipv6, self.addresses.ipv6))
        new = AddressSet.union(after or before for before, after in pairs if before)
        return new if self.certain else new | source


NO_TRANSLATIONS: frozenset[str] = frozenset()
ANY_TRANSLATION: frozenset[str] = frozenset({"*"})
"""Stands for every translation of the firewall."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one line of a rule list matches and does.

    A packet is matched after destination translation: `destination` and `service` speak of the translated address
    and port. It matches when interfaces, source, service and every condition do, and one of:

    * it was not translated and its destination lies in `destination`;
    * it was translated by an entry named in `translations` (`ANY_TRANSLATION` for all of them);
    * it was translated, by whatever entry, and its translated destination lies in `translated_destination`
      (central NAT, match-vip, vendors whose rules name the real address).

    `ingress` and `egress` name leaf interfaces (zones already expanded; Windows profiles "domain", "private",
    "public" for `ingress` of host rules); None means any. `translations.certain <= translations.possible`.
    `source_nat` is None where sources stay.
    `uncertain` says in words which objects make a bound inexact. `logged` is None where the export does not say.
    """

    id: str
    name: str
    origin: Origin
    action: Action
    enabled: bool
    ingress: frozenset[str] | None
    egress: frozenset[str] | None
    source: Bounded[AddressSet]
    destination: Bounded[AddressSet]
    service: Bounded[ServiceSet]
    translations: Bounded[frozenset[str]] = Bounded(NO_TRANSLATIONS, NO_TRANSLATIONS)
    translated_destination: Bounded[AddressSet] = Bounded(NO_ADDRESS, NO_ADDRESS)
    source_nat: SourceNat | None = None
    conditions: tuple[Condition, ...] = ()
    program: Scope = Scope()
    windows_service: Scope = Scope()
    uncertain: tuple[str, ...] = ()
    logged: bool | None = None
    implicit: bool = False
    """True for rules no line states: defaults, intrazone traffic, a firewall that is switched off."""
    written: AsWritten = AsWritten()

    def onward(self, source: AddressSet) -> AddressSet:
        """As whom the next device sees some senders that this rule lets through."""
        return source if self.source_nat is None else self.source_nat.onward(source)


class Evaluation(Enum):
    """How a rule list decides."""

    FIRST_MATCH = "first match"
    BLOCK_OVERRIDES = "block overrides"
    """Windows: authenticated bypass, then every block, then every allow; order in the list is meaningless."""


class Direction(Enum):
    """Which packets a rule list judges."""

    FORWARD = "forward"
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    LOCAL = "local"
    """Packets to the firewall itself: its management plane and own services."""


@dataclass(frozen=True, slots=True)
class RuleList:
    """An ordered list of rules and what happens to a packet that none of them matches.

    Where a firewall has several lists of one direction (local-in policy and built-in services; NGFW policy mode),
    a packet passes only if every one of them allows it.
    """

    name: str
    direction: Direction
    evaluation: Evaluation
    rules: tuple[Rule, ...]
    default: Action = Action.DENY
    hands_over: bool = False
    """Do its accepts only hand packets to the list behind it (NGFW policy mode)? By themselves they let nothing in."""

    @property
    def stated(self) -> tuple[Rule, ...]:
        """The rules that lines state, the first of each line: several of one id and place are parts of one."""
        return lines(rule for rule in self.rules if not rule.implicit)


def lines(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The first of each line's rules: several of one id and place are parts of one line."""
    found: dict[tuple[str, Origin], Rule] = {}
    for rule in rules:
        found.setdefault((rule.id, rule.origin), rule)
    return tuple(found.values())
