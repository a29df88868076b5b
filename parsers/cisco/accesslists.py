"""Access lists by name, each line a rule of the common model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from parsers.cisco.entries import Entry, read_entry, read_standard_entry
from parsers.cisco.objects import Objects
from parsers.cisco.statements import Configuration, Statement
from parsers.model.addresses import ANY_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import NamedObject
from parsers.model.origin import Origin
from parsers.model.rule import Action, AsWritten, Condition, Rule
from parsers.model.services import ANY_SERVICE

_IPV6_WORDS = {"any": "any6", "icmp": "icmp6"}
"""What these words stand for in an IPv6 access list."""


_NO_LISTS = frozenset({"resequence", "log-update", "logging", "match-local-traffic", "persistent", "helper"})
"""`ip access-list` commands that set something up and hold no entries."""


@dataclass(slots=True)
class AccessLists:
    """The access lists of one configuration; lines are read when a list is first asked for."""

    objects: Objects
    wildcards: bool
    lines: dict[str, list[tuple[str, Statement, tuple[str, ...], bool]]] = field(default_factory=dict)
    """Per list: (number, statement, words from permit/deny on, standard?)."""
    _rules: dict[str, tuple[Rule, ...]] = field(default_factory=dict)

    @staticmethod
    def read(configuration: Configuration, objects: Objects, *, wildcards: bool = False) -> AccessLists:
        """Collect the lines of all lists, `access-list NAME ...` as well as IOS' named blocks."""
        lists = AccessLists(objects, wildcards)
        for statement in configuration.starting("access-list"):
            lists._numbered(statement)
        for statement in (*configuration.starting("ip", "access-list"), *configuration.starting("ipv6", "access-list")):
            lists._block(statement)
        for name, lines in lists.lines.items():
            if lines and lines[0][1].words[0] == "access-list":
                # What stands at its place by number now; remarks took a place, and are no entries.
                entries = [line for line in lines if line[2][0] != "remark"]
                lists.lines[name] = [(str(place), *line[1:]) for place, line in enumerate(entries, 1)]
            elif lines:
                # Named IOS lists are evaluated by sequence number, whatever the order of the lines.
                lines.sort(key=lambda line: int(line[0]))
        return lists

    def _numbered(self, statement: Statement) -> None:
        words = statement.words
        if len(words) < 3:
            self.objects.gap(statement, "access-list", f"not understood: {statement.text}")
            return
        name, rest = words[1], words[2:]
        place = 0
        if rest[0] == "line" and len(rest) > 2 and rest[1].isdigit():
            place, rest = int(rest[1]), rest[2:]
        standard = rest[0] == "standard" or (name.isdigit() and (1 <= int(name) <= 99 or 1300 <= int(name) <= 1999))
        if rest[0] in ("extended", "standard", "advanced"):
            rest = rest[1:]
        if rest and rest[0] == "trust":
            rest = ("permit", *rest[1:])  # FTD: passes without deep inspection
        if rest and rest[0] in ("permit", "deny", "remark"):
            lines = self.lines.setdefault(name, [])
            # `line N` puts an entry before the one that is N now; without it, it comes last.
            lines.insert(place - 1 if place else len(lines), ("", statement, rest, standard))
        elif rest and rest[0] in ("webtype", "ethertype"):
            self.objects.gap(statement, f"access-list {name}", f"{rest[0]} lists are not read", hides_access=False)
        else:
            self.lines.setdefault(name, [])
            self.objects.gap(statement, f"access-list {name}", f"not understood: {statement.text}")

    def _block(self, statement: Statement) -> None:
        words = statement.words
        if statement.at(2) in _NO_LISTS:
            return
        six = words[0] == "ipv6"
        name = statement.at(2) if six or len(words) < 4 else words[3]
        lines = self.lines.setdefault(name, [])
        following = 10
        for child in statement.children:
            rest = child.words
            if rest[0] == "sequence":
                rest = rest[1:]
            if rest and rest[0].isdigit():
                following, rest = int(rest[0]), rest[1:]
            if rest and rest[0] in ("permit", "deny"):
                if six:
                    rest = (rest[0], *(_IPV6_WORDS.get(word, word) for word in rest[1:]))
                lines.append((str(following), child, rest, words[2:3] == ("standard",)))
                following += 10
            elif rest and rest[0] not in ("remark", "description"):
                self.objects.gap(child, f"access-list {name}", f"not understood: {child.text}")

    def rules(self, name: str) -> tuple[Rule, ...]:
        """The rules of a list in order; a line that is not understood is a gap and matches nothing for certain."""
        if name not in self._rules:
            self._rules[name] = tuple(self._rule(name, *line) for line in self.lines.get(name, ()))
        return self._rules[name]

    def read_rest(self) -> None:
        """Read the lists no interface applies as well: what they name is used, what is odd in them hides no access."""
        applied = set(self._rules)
        gaps = self.objects.gaps
        known = len(gaps)
        for name in self.lines:
            if name not in applied:
                self.rules(name)
        gaps[known:] = [replace(gap, hides_access=False) for gap in gaps[known:]]

    def _rule(self, name: str, number: str, statement: Statement, words: tuple[str, ...], standard: bool) -> Rule:
        origin = Origin(
            self.objects.configuration.file, statement.line, statement.line, "access-list", f"{name} {number}"
        )
        self.objects.user = ("access-list", f"{name} {number}", origin)
        read = read_standard_entry if standard else read_entry
        try:
            entry = read(words, self.objects, wildcards=self.wildcards)
        except ValueError as error:
            self.objects.gap(statement, f"access-list {name}", f"line not understood ({error}): {statement.text}")
            return self._unknown(name, number, origin, words[0] == "permit", statement.text)
        finally:
            self.objects.user = None
        return _as_rule(name, number, origin, entry)

    def _unknown(self, name: str, number: str, origin: Origin, permit: bool, text: str) -> Rule:
        anything = Bounded.exactly(ANY_ADDRESS)
        return Rule(
            id=f"{name} {number}", name=f"{name} line {number}", origin=origin,
            action=Action.ALLOW if permit else Action.DENY, enabled=True, ingress=None, egress=None,
            source=anything, destination=anything, service=Bounded.exactly(ANY_SERVICE),
            conditions=(Condition("unread", f"the line was not understood: {text}"),),
            uncertain=(f"line not understood: {text}",), written=AsWritten(comment=text),
        )  # fmt: skip

    def named(self) -> tuple[NamedObject, ...]:
        """The lists as named objects, so that one nothing uses is seen."""
        return tuple(
            NamedObject("access-list", name, self.objects.origin(lines[0][1]), text=f"{len(lines)} lines")
            for name, lines in self.lines.items()
            if lines
        )


def _as_rule(name: str, number: str, origin: Origin, entry: Entry) -> Rule:
    return Rule(
        id=f"{name} {number}",
        name=f"{name} line {number}",
        origin=origin,
        action=Action.ALLOW if entry.permit else Action.DENY,
        enabled=entry.active,
        ingress=frozenset({entry.ingress}) if entry.ingress else None,
        egress=frozenset({entry.egress}) if entry.egress else None,
        source=entry.source.addresses,
        destination=entry.destination.addresses,
        service=entry.service,
        conditions=entry.conditions,
        uncertain=entry.uncertain,
        # Both ASA and IOS log without this keyword too (connection messages, NetFlow): absence proves nothing.
        logged=entry.logged or None,
        written=AsWritten(
            source=(entry.source_words,), destination=(entry.destination_words,), service=(entry.service_words,)
        ),
    )


def implicit(
    name: str,
    action: Action,
    origin: Origin,
    ingress: frozenset[str] | None = None,
    egress: frozenset[str] | None = None,
    family: AddressSet = ANY_ADDRESS,
) -> Rule:
    """A rule no line states: the end of a list (of one address family where the vendor has a list each), a level."""
    anything = Bounded.exactly(family)
    return Rule(
        id=f"implicit: {name}",
        name=name,
        origin=origin,
        action=action,
        enabled=True,
        ingress=ingress,
        egress=egress,
        source=anything,
        destination=anything,
        service=Bounded.exactly(ANY_SERVICE),
        translated_destination=anything,
        implicit=True,
    )
