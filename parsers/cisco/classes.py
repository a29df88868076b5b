"""Class maps of the zone-based firewall: the packets a class selects, as disjoint or overlapping boxes in order.

Sources: Cisco IOS Security Command Reference, `class-map type inspect`, `match access-group`, `match protocol`
(a protocol is known by its port: `ip port-map`, system-defined mappings). Entries of an access list that deny take
packets out of the class; they do not drop them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from parsers.cisco.accesslists import AccessLists
from parsers.cisco.objects import Objects
from parsers.cisco.statements import Configuration, Statement
from parsers.model.addresses import ANY_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Reference
from parsers.model.intervals import IntervalSet
from parsers.model.origin import Origin
from parsers.model.rule import Action, Condition, Rule, Truth
from parsers.model.services import ANY_SERVICE, NO_SERVICE, TCP, UDP, ServiceSet

_MOST_PARTS = 256
"""Into so many boxes the denies of a class's list may part a permit; further denies are said to be uncertain."""

_TCP = {
    "http": (80,), "https": (443,), "smtp": (25,), "pop3": (110,), "pop3s": (995,), "imap": (143,), "imap3": (220,),
    "imaps": (993,), "ftp": (21,), "ftps": (990,), "ssh": (22,), "telnet": (23,), "telnets": (992,), "ldap": (389,),
    "ldaps": (636,), "ms-sql": (1433,), "mysql": (3306,), "sqlnet": (1521,), "tacacs": (49,), "pptp": (1723,),
    "netbios-ssn": (139,), "rtsp": (554,), "skinny": (2000,), "h323": (1720,), "citrix": (1494,), "exec": (512,),
    "login": (513,), "shell": (514,), "finger": (79,), "nntp": (119,), "gopher": (70,), "whois": (43,),
    "microsoft-ds": (445,), "lotusnote": (1352,), "nfs": (2049,), "realmedia": (7070,), "streamworks": (1558,),
    "netshow": (1755,), "vdolive": (7000,), "cuseeme": (7648,), "sip-tls": (5061,), "ircs": (994,),
}  # fmt: skip
_UDP = {
    "ntp": (123,), "tftp": (69,), "snmp": (161,), "snmptrap": (162,), "syslog": (514,), "isakmp": (500,),
    "ipsec-msft": (4500,), "bootps": (67,), "bootpc": (68,), "netbios-ns": (137,), "netbios-dgm": (138,),
    "l2tp": (1701,), "radius": (1812, 1813), "router": (520,), "sunrpc": (111,),
}  # fmt: skip
_BOTH = {"dns": (53,), "sip": (5060,), "kerberos": (88,), "time": (37,), "echo": (7,), "discard": (9,)}


@dataclass(frozen=True, slots=True)
class Selection:
    """A box of packets that a class selects, with where it is written and in which words."""

    number: str
    origin: Origin
    source: Bounded[AddressSet]
    destination: Bounded[AddressSet]
    service: Bounded[ServiceSet]
    words: str
    conditions: tuple[Condition, ...] = ()
    uncertain: tuple[str, ...] = ()

    def within(self, other: Selection) -> Selection | None:
        """The packets both select; None when there are none."""
        both = replace(
            self,
            number=f"{self.number}/{other.number}",
            source=self.source & other.source,
            destination=self.destination & other.destination,
            service=self.service & other.service,
            words=f"{self.words} and {other.words}",
            conditions=(*self.conditions, *other.conditions),
            uncertain=(*self.uncertain, *other.uncertain),
        )
        return both if both.source.possible and both.destination.possible and both.service.possible else None


@dataclass(slots=True)
class Classes:
    """The class maps of one configuration."""

    configuration: Configuration
    objects: Objects
    access: AccessLists

    def selected(self, name: str, user: Statement, inside: tuple[str, ...] = ()) -> tuple[Selection, ...]:
        """What a class selects; one that is not defined, or contains itself, selects nothing."""
        found = next(
            (each for each in self.configuration.starting("class-map", "type", "inspect") if each.words[-1] == name),
            None,
        )
        origin = self.objects.origin(user)
        self.objects.references.append(Reference("class", name, "class-map", name, origin, found is not None))
        if found is None or name in inside:
            return ()
        matches = [each for each in found.children if each.words[0] == "match"]
        parts = [tuple(self._match(each, (*inside, name))) for each in matches]
        if "match-any" in found.words:
            return tuple(selection for part in parts for selection in part)
        selections: tuple[Selection, ...] = parts[0] if parts else ()
        for part in parts[1:]:
            selections = tuple(both for one in selections for other in part if (both := one.within(other)) is not None)
        return selections

    def _match(self, statement: Statement, inside: tuple[str, ...]) -> Iterator[Selection]:
        match statement.words[1:]:
            case ("access-group", "name", name) | ("access-group", name):
                yield from self._list(name, statement)
            case ("protocol", name, *_):
                yield self._protocol(name, statement)
            case ("class-map", name):
                yield from self.selected(name, statement, inside)
            case _:
                yield self._unknown(statement)

    def _list(self, name: str, statement: Statement) -> Iterator[Selection]:
        defined = name in self.access.lines
        origin = self.objects.origin(statement)
        self.objects.references.append(Reference("class", origin.name, "access-list", name, origin, defined))
        denies: list[Rule] = []
        for rule in self.access.rules(name) if defined else ():
            if rule.action is Action.DENY:
                denies.append(rule)
            elif rule.enabled:
                yield from _less(_selection(rule), denies)

    def _protocol(self, name: str, statement: Statement) -> Selection:
        service = _service(name)
        remapped = any(each.words[2:3] == (name,) for each in self.configuration.starting("ip", "port-map"))
        if service is None or remapped:
            return self._unknown(statement)
        return self._anything(statement, Bounded.exactly(service), f"protocol {name}")

    def _unknown(self, statement: Statement) -> Selection:
        what = f"which packets it selects is not known: {statement.text}"
        self.objects.gap(statement, "class-map", what)
        found = self._anything(statement, Bounded(NO_SERVICE, ANY_SERVICE), statement.text)
        return replace(found, uncertain=(what,))

    def _anything(self, statement: Statement, service: Bounded[ServiceSet], words: str) -> Selection:
        anywhere = Bounded.exactly(ANY_ADDRESS)
        origin = self.objects.origin(statement)
        return Selection(f"line {statement.line}", origin, anywhere, anywhere, service, words)


def _service(name: str) -> ServiceSet | None:
    if name in ("tcp", "udp", "icmp"):
        return ServiceSet.parse(name)
    if name in _BOTH:
        return _ports((TCP, UDP), _BOTH[name])
    if name in _TCP:
        return _ports((TCP,), _TCP[name])
    return _ports((UDP,), _UDP[name]) if name in _UDP else None


def _ports(protocols: tuple[int, ...], ports: tuple[int, ...]) -> ServiceSet:
    wanted = IntervalSet.of(*((port, port) for port in ports))
    return ServiceSet.union(ServiceSet.ports(protocol, wanted) for protocol in protocols)


def _selection(rule: Rule) -> Selection:
    return Selection(
        rule.id, rule.origin, rule.source, rule.destination, rule.service, " ".join(rule.written.service),
        rule.conditions, rule.uncertain,
    )  # fmt: skip


def _less(selection: Selection, denies: list[Rule]) -> Iterator[Selection]:
    """A permit less the denies before it: exact where these are, else possible only."""
    parts = [selection]
    for deny in denies:
        if not deny.enabled or any(condition.truth is Truth.FALSE for condition in deny.conditions):
            continue
        near = [part for part in parts if _overlap(part, deny)]
        if not near:
            continue
        exact = deny.source.is_exact and deny.destination.is_exact and deny.service.is_exact and not deny.conditions
        if not exact or len(parts) > _MOST_PARTS:
            reason = f"{deny.name} takes packets out of the class, which ones is not known"
            doubt = Condition("class", reason)
            parts = [
                replace(part, conditions=(*part.conditions, doubt), uncertain=(*part.uncertain, reason))
                if part in near
                else part
                for part in parts
            ]
            continue
        parts = [piece for part in parts for piece in (_cut(part, deny) if part in near else (part,))]
    if len(parts) == 1:
        yield parts[0]
    else:
        yield from (replace(part, number=f"{part.number}.{place}") for place, part in enumerate(parts, 1))


def _overlap(part: Selection, deny: Rule) -> bool:
    return bool(
        part.source.possible & deny.source.possible
        and part.destination.possible & deny.destination.possible
        and part.service.possible & deny.service.possible
    )


def _cut(part: Selection, deny: Rule) -> Iterator[Selection]:
    """The part outside an exact deny, as up to three disjoint boxes."""
    pieces = (
        replace(part, source=part.source - deny.source),
        replace(part, source=part.source & deny.source, destination=part.destination - deny.destination),
        replace(
            part,
            source=part.source & deny.source,
            destination=part.destination & deny.destination,
            service=part.service - deny.service,
        ),
    )
    for piece in pieces:
        if piece.source.possible and piece.destination.possible and piece.service.possible:
            yield piece
