"""The zone-based policy firewall of IOS and IOS-XE: class maps, policy maps and zone pairs as rule lists.

Source: Cisco, "Zone-Based Policy Firewall Design and Application Guide" and Security Configuration Guide:
Zone-Based Policy Firewall. Between two zones nothing passes without a zone pair that has a policy; between members of
one zone everything does unless a pair of the zone with itself says otherwise; nothing passes between a member and an
interface of no zone; the router itself ("self") is reached freely until a pair with a policy names it. Classes are
tried in order, `class-default` last (drop unless it says otherwise). The firewall sees real addresses: it decides
after destination translation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.cisco.accesslists import AccessLists, implicit
from parsers.cisco.classes import Classes, Selection
from parsers.cisco.objects import Objects
from parsers.cisco.statements import Configuration, Statement
from parsers.model.firewall import Interface, Reference, Zone
from parsers.model.origin import Origin
from parsers.model.rule import Action, AsWritten, Direction, Evaluation, Rule, RuleList

_ACTIONS = {"inspect": Action.ALLOW, "pass": Action.ALLOW, "drop": Action.DENY}
_SELF = "self"


@dataclass(slots=True)
class ZoneFirewall:
    """The zones of a configuration and what its zone pairs let through."""

    configuration: Configuration
    objects: Objects
    access: AccessLists
    interfaces: tuple[Interface, ...]
    members: dict[str, frozenset[str]] = field(default_factory=dict)
    """Interfaces by zone; the zone "default" takes every interface that is in no other."""

    def __post_init__(self) -> None:
        for statement in self.configuration.starting("zone", "security"):
            if len(statement.words) > 2:
                self.members[statement.at(2)] = frozenset()
        for interface in self.interfaces:
            if interface.zone:
                self.members[interface.zone] = self.members.get(interface.zone, frozenset()) | {interface.name}
        if "default" in self.members:
            self.members["default"] = frozenset(each.name for each in self.interfaces if not each.zone)

    def zones(self) -> tuple[Zone, ...]:
        """The zones as rules refer to them."""
        origins = {
            statement.at(2): self.objects.origin(statement)
            for statement in self.configuration.starting("zone", "security")
            if len(statement.words) > 2
        }
        return tuple(
            Zone(name, origins.get(name, Origin(self.configuration.file, 0, 0, "zone", name)), tuple(sorted(members)))
            for name, members in self.members.items()
        )

    def lists(self) -> tuple[RuleList, ...]:
        """Between interfaces, and to the router itself; nothing where no interface is in a zone."""
        if not any(self.members.values()):
            return ()
        classes = Classes(self.configuration, self.objects, self.access)
        between: list[Rule] = []
        to_self: list[Rule] = []
        paired: set[str] = set()
        for statement in self.configuration.starting("zone-pair", "security"):
            pair = _Pair.read(statement, self.objects)
            if pair is None or pair.source == _SELF:
                continue  # what the router itself sends is no path through it
            if pair.destination == _SELF:
                if pair.policy:
                    to_self += self._pair(pair, classes)
                continue
            between += self._pair(pair, classes)
            if pair.source == pair.destination and pair.policy:
                paired.add(pair.source)
        between += self._defaults(paired)
        first = Evaluation.FIRST_MATCH
        return (
            RuleList("zone pairs", Direction.FORWARD, first, tuple(between), Action.DENY),
            RuleList("zone pairs to self", Direction.LOCAL, first, tuple(to_self), Action.ALLOW),
        )

    def _defaults(self, paired: set[str]) -> Iterator[Rule]:
        origins = {zone.name: zone.origin for zone in self.zones()}
        for name, members in self.members.items():
            if name not in paired and members:
                yield implicit(f"within zone {name}", Action.ALLOW, origins[name], ingress=members, egress=members)
        outside = frozenset(each.name for each in self.interfaces if not each.zone)
        if outside and "default" not in self.members:
            everywhere = Origin(self.configuration.file, 0, 0, "zone", "")
            yield implicit("between interfaces of no zone", Action.ALLOW, everywhere, ingress=outside, egress=outside)

    def _pair(self, pair: _Pair, classes: Classes) -> Iterator[Rule]:
        ingress = self._interfaces(pair, pair.source)
        egress = None if pair.destination == _SELF else self._interfaces(pair, pair.destination)
        if not ingress or (egress is not None and not egress):
            return
        default = Action.DENY
        for statement in self._policy(pair):
            name = statement.words[-1]
            action = next((_ACTIONS[each.words[0]] for each in statement.children if each.words[0] in _ACTIONS), None)
            if name == "class-default":
                default = action or Action.DENY
                continue
            for selection in classes.selected(name, statement) if action else ():
                yield self._rule(pair, name, action or Action.DENY, selection, ingress, egress)
        yield implicit(f"end of zone pair {pair.name}", default, pair.origin, ingress=ingress, egress=egress)

    def _interfaces(self, pair: _Pair, zone: str) -> frozenset[str]:
        defined = zone in self.members
        self.objects.references.append(Reference("zone-pair", pair.name, "zone", zone, pair.origin, defined))
        return self.members.get(zone, frozenset())

    def _policy(self, pair: _Pair) -> Iterator[Statement]:
        if not pair.policy:
            return
        maps = self.configuration.starting("policy-map", "type", "inspect")
        found = next((each for each in maps if each.words[-1] == pair.policy), None)
        defined = found is not None
        self.objects.references.append(
            Reference("zone-pair", pair.name, "policy-map", pair.policy, pair.origin, defined)
        )
        for child in found.children if found else ():
            if child.words[0] == "class":
                yield child

    def _rule(
        self,
        pair: _Pair,
        name: str,
        action: Action,
        selection: Selection,
        ingress: frozenset[str],
        egress: frozenset[str] | None,
    ) -> Rule:
        return Rule(
            id=f"{pair.name} {name} {selection.number}",
            name=f"zone pair {pair.name}, class {name}",
            origin=selection.origin,
            action=action,
            enabled=True,
            ingress=ingress,
            egress=egress,
            source=selection.source,
            destination=selection.destination,
            service=selection.service,
            translated_destination=selection.destination,
            conditions=selection.conditions,
            uncertain=selection.uncertain,
            written=AsWritten(
                ingress=(pair.source,), egress=(pair.destination,), service=(selection.words,), group=pair.policy
            ),
        )


@dataclass(frozen=True, slots=True)
class _Pair:
    """`zone-pair security NAME source A destination B` with its `service-policy type inspect P`."""

    name: str
    source: str
    destination: str
    policy: str
    origin: Origin

    @staticmethod
    def read(statement: Statement, objects: Objects) -> _Pair | None:
        words = statement.words
        try:
            source, destination = words[words.index("source") + 1], words[words.index("destination") + 1]
        except (ValueError, IndexError):
            objects.gap(statement, "zone-pair", f"source and destination zone expected: {statement.text}")
            return None
        policies = [each.words[-1] for each in statement.children if each.words[0] == "service-policy"]
        origin = objects.origin(statement)
        return _Pair(statement.at(2), source, destination, policies[-1] if policies else "", origin)
