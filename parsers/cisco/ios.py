"""IOS and IOS-XE running configurations into the common model.

Sources: Cisco IOS Security Configuration Guide, "Access Control Lists" (an inbound list sees the packet before NAT and
routing, an outbound one after; an interface without a list passes everything; every list ends in an implicit deny;
a list that is applied but not defined, or empty, permits everything); Cisco IOS IP Addressing Command Reference,
`ip nat inside source static`; "Crypto Access Check on Clear-Text Packets" (12.3(8)T: decrypted packets do not pass the
list of the interface a second time).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from parsers.cisco.accesslists import AccessLists, implicit
from parsers.cisco.asavpn import tunnelled
from parsers.cisco.iosnat import before_translation, read_translations
from parsers.cisco.iosroutes import read_routes
from parsers.cisco.ledger import IOS_IRRELEVANT, IOS_READ, account
from parsers.cisco.objects import Objects, named_objects, read_objects
from parsers.cisco.statements import Configuration, Statement, read_statements
from parsers.cisco.uses import uses
from parsers.cisco.zones import ZoneFirewall
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Firewall, Interface, Reference, Source, Translation
from parsers.model.intervals import IntervalSet
from parsers.model.rule import Action, AsWritten, Condition, Direction, Evaluation, Rule, RuleList
from parsers.model.services import TCP, UDP, ServiceSet
from parsers.source import Document

_VERSION = re.compile(r"^version (\d\S*)", re.MULTILINE)


def read_ios(document: Document) -> tuple[Firewall, ...]:
    """One IOS or IOS-XE device: its access lists, its zone-based firewall and who reaches the device itself."""
    configuration = read_statements(document, "ios")
    objects = read_objects(configuration, dual_stack=False, wildcards=True)
    interfaces = tuple(_interfaces(configuration, objects))
    objects.interfaces = {interface.name: interface for interface in interfaces}
    access = AccessLists.read(configuration, objects, wildcards=True)
    translations = read_translations(configuration, objects)
    router = _Ios(configuration, objects, interfaces, access, translations)
    zoned = ZoneFirewall(configuration, objects, access, interfaces)
    lists = (*router.lists(), *zoned.lists())
    access.read_rest()
    routes, known = read_routes(configuration, objects, interfaces)
    ledger, unread = account(configuration, IOS_READ, IOS_IRRELEVANT)
    found = _VERSION.search(document.text)
    return (
        Firewall(
            name=configuration.device,
            vendor="cisco",
            product="IOS",
            version=found.group(1) if found else "",
            sources=(Source(document.name, document.sha256, "ios", document.decoded.encoding, ledger),),
            lists=lists,
            interfaces=interfaces,
            zones=zoned.zones(),
            routes=routes,
            dynamic_routing=not known or any(configuration.starting("router")),
            translations=translations,
            objects=named_objects(objects) + access.named(),
            references=(*objects.references, *uses(configuration, objects, access)),
            gaps=tuple(sorted((*objects.gaps, *unread), key=lambda gap: gap.origin.first_line)),
            assumptions=("Access lists of IOS are stateless: only the first packet of a session is judged.",),
        ),
    )


def _interfaces(configuration: Configuration, objects: Objects) -> Iterator[Interface]:
    for statement in configuration.starting("interface"):
        own, networks, dynamic, up = NO_ADDRESS, NO_ADDRESS, False, True
        alias = zone = ""
        for child in statement.children:
            words = child.words
            if words[:2] == ("ip", "address") and len(words) > 3 and words[2][0].isdigit():
                one, network = objects.own_address(child, words[2], words[3])
                own, networks = own | one, networks | network
            elif words[:2] == ("ipv6", "address") and len(words) > 2 and "/" in words[2]:
                one, network = objects.own_address(child, *words[2].split("/", 1))
                own, networks = own | one, networks | network
            elif words[:2] == ("ip", "address") and len(words) > 2:
                dynamic = True
            elif words == ("shutdown",):
                up = False
            elif words[0] == "description":
                alias = " ".join(words[1:])
            elif words[:2] == ("zone-member", "security") and len(words) > 2:
                zone = words[2]
        yield Interface(
            " ".join(statement.words[1:]), objects.origin(statement), own, networks, up, dynamic, "routed",
            alias=alias, zone=zone,
        )  # fmt: skip


_DECRYPTED = "only what arrives through a VPN tunnel (decrypted packets are not checked by the interface's list)"
_UNSTATED = Condition("default", "only where transport input defaults to all protocols, as in older releases")


@dataclass(frozen=True, slots=True)
class _Ios:
    configuration: Configuration
    objects: Objects
    interfaces: tuple[Interface, ...]
    access: AccessLists
    translations: tuple[Translation, ...]

    def lists(self) -> tuple[RuleList, ...]:
        """Lists applied inbound, lists applied outbound, and who reaches the router itself."""
        inbound = tuple(self._applied("in"))
        first = Evaluation.FIRST_MATCH
        return (
            RuleList("access lists in", Direction.FORWARD, first, inbound, Action.ALLOW),
            RuleList("access lists out", Direction.FORWARD, first, tuple(self._applied("out")), Action.ALLOW),
            RuleList("access lists in", Direction.LOCAL, first, inbound, Action.ALLOW),
            RuleList("management", Direction.LOCAL, first, tuple(self._management())),
        )

    def _tunnels(self) -> Iterator[Rule]:
        """What a crypto map's tunnels let in: clear text is not checked again by the list of the interface."""
        for statement in self.configuration.starting("interface"):
            for child in statement.children:
                if child.words[:2] == ("crypto", "map"):
                    yield from self._tunnelled(" ".join(statement.words[1:]), child.at(2))

    def _tunnelled(self, interface: str, name: str) -> Iterator[Rule]:
        for entry in self.configuration.starting("crypto", "map", name):
            for child in entry.children:
                if child.words[:2] != ("match", "address"):
                    continue
                for number, rule in enumerate(self.access.rules(child.at(2)), 1):
                    if rule.action is Action.ALLOW and rule.enabled:
                        words = " ".join((*rule.written.destination, "to", *rule.written.source))
                        key = f"tunnel {name} {entry.at(3)}.{number} in {interface}"
                        origin = self.objects.origin(entry)
                        yield tunnelled(key, interface, origin, rule.destination, rule.source, words, _DECRYPTED)

    def _applied(self, direction: str) -> Iterator[Rule]:
        if direction == "in":
            yield from self._tunnels()
        for statement in self.configuration.starting("interface"):
            interface = " ".join(statement.words[1:])
            for child in statement.children:
                words = child.words
                six = words[:2] == ("ipv6", "traffic-filter")
                if (words[:2] == ("ip", "access-group") or six) and words[-1] == direction:
                    yield from self._list(words[2], interface, direction, child, ANY_IPV6 if six else ANY_IPV4)

    def _list(
        self, name: str, interface: str, direction: str, statement: Statement, family: AddressSet
    ) -> Iterator[Rule]:
        where = frozenset({interface})
        origin = self.objects.origin(statement)
        self.objects.references.append(
            Reference("interface", interface, "access-list", name, origin, name in self.access.lines)
        )
        if not self.access.lines.get(name):
            return
        for rule in self.access.rules(name):
            key = f"{rule.id} {direction} {interface}"
            if direction == "in":
                yield from before_translation(replace(rule, id=key, ingress=where), self.translations)
            else:
                yield replace(rule, id=key, egress=where, translated_destination=rule.destination)
        if direction == "in":
            yield implicit(f"end of {name} in {interface}", Action.DENY, origin, ingress=where, family=family)
        else:
            yield implicit(f"end of {name} out {interface}", Action.DENY, origin, egress=where, family=family)

    def _management(self) -> Iterator[Rule]:
        for statement in self.configuration.starting("line", "vty"):
            allowed = ["telnet", "ssh"]
            stated = any(child.words[:2] == ("transport", "input") for child in statement.children)
            lists = [
                child.at(1) for child in statement.children if child.words[0] == "access-class" and "in" in child.words
            ]
            for child in statement.children:
                if child.words[:2] == ("transport", "input"):
                    words = child.words[2:]
                    allowed = (
                        ["telnet", "ssh"] if "all" in words else [word for word in words if word in ("telnet", "ssh")]
                    )
            for word in allowed:
                for rule in self._login(word, {"telnet": 23, "ssh": 22}[word], TCP, lists, statement):
                    yield rule if stated else replace(rule, conditions=(_UNSTATED,), uncertain=(_UNSTATED.text,))
        for words, port, name in (
            (("ip", "http", "server"), 80, "http"),
            (("ip", "http", "secure-server"), 443, "https"),
        ):
            for statement in self.configuration.starting(*words):
                lists = [each.words[-1] for each in self.configuration.starting("ip", "http", "access-class")]
                yield from self._login(name, port, TCP, lists, statement)
        for statement in self.configuration.starting("snmp-server", "community"):
            last = statement.words[-1]
            lists = [last] if last in self.access.lines else []
            yield from self._login("snmp", 161, UDP, lists, statement)

    def _login(self, word: str, port: int, protocol: int, lists: list[str], statement: Statement) -> Iterator[Rule]:
        service = ServiceSet.ports(protocol, IntervalSet.single(port))
        origin = self.objects.origin(statement)
        if origin.kind == "snmp-server":
            origin = replace(origin, name="community")
        own = AddressSet.union(interface.own for interface in self.interfaces)
        unknown = not own or any(interface.dynamic for interface in self.interfaces)
        destination = Bounded(own, ANY_ADDRESS) if unknown else Bounded.exactly(own)
        for source, uncertain in self._sources(lists):
            yield Rule(
                id=f"{word} line {statement.line}",
                name=f"{word} login",
                origin=origin,
                action=Action.ALLOW,
                enabled=True,
                ingress=None,
                egress=None,
                source=source,
                destination=destination,
                service=Bounded.exactly(service),
                uncertain=uncertain,
                written=AsWritten(source=tuple(lists), service=(word,)),
            )

    def _sources(self, lists: list[str]) -> Iterator[tuple[Bounded[AddressSet], tuple[str, ...]]]:
        """Who a standard list lets in, as one set: permits less the denies before them."""
        lists = [name for name in lists if self.access.lines.get(name)]  # others permit everything
        if not lists:
            yield Bounded.exactly(ANY_ADDRESS), ()
        for name in lists:
            passed = Bounded.exactly(NO_ADDRESS)
            stopped = Bounded.exactly(NO_ADDRESS)
            reasons: tuple[str, ...] = ()
            for rule in self.access.rules(name):
                if rule.action is Action.ALLOW:
                    passed = passed | (rule.source - stopped)
                else:
                    stopped = stopped | rule.source
                reasons += rule.uncertain
            yield passed, reasons
