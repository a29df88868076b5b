"""Who reaches an ASA itself: logins, VPN listeners, and the lists of the control plane.

Source: Cisco ASA Series Firewall CLI Configuration Guide, "Access Rules", management access rules: ssh, telnet and http
statements name who may log in, and win over a control-plane list that denies it; such a list decides the other traffic
to the box. Access lists end in an implicit deny (same guide, "Information About Access Lists"); whether those of the
control plane do was not found in writing, so what none of their entries names is uncertain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from parsers.cisco.accesslists import AccessLists
from parsers.cisco.objects import Objects
from parsers.cisco.statements import Configuration
from parsers.model.addresses import ANY_ADDRESS, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Interface
from parsers.model.intervals import IntervalSet
from parsers.model.origin import Origin
from parsers.model.rule import Action, AsWritten, Condition, Direction, Evaluation, Rule, RuleList
from parsers.model.services import ANY_SERVICE, TCP, UDP, ServiceSet


@dataclass(frozen=True, slots=True)
class Management:
    """The management plane of one configuration."""

    configuration: Configuration
    objects: Objects
    interfaces: tuple[Interface, ...]
    access: AccessLists

    def lists(self) -> Iterator[RuleList]:
        """Logins and listeners, and what control-plane lists take away from the listeners."""
        logins = tuple(self._logins())
        first = Evaluation.FIRST_MATCH
        yield RuleList("management", Direction.LOCAL, first, (*logins, *self._vpn()))
        plane = tuple(self._control_plane())
        if plane:
            ahead = (replace(each, id=f"{each.id} ahead of the control plane", implicit=True) for each in logins)
            yield RuleList("control plane", Direction.LOCAL, first, (*ahead, *plane), Action.ALLOW)

    def _control_plane(self) -> Iterator[Rule]:
        for statement in self.configuration.starting("access-group"):
            if "control-plane" in statement.words[5:]:
                for rule in self.access.rules(statement.at(1)):
                    where = frozenset({statement.at(4)})
                    yield replace(rule, id=f"{rule.id} control plane {statement.at(4)}", ingress=where)
                yield _unnamed(statement.at(4), self.objects.origin(statement))

    def _logins(self) -> Iterator[Rule]:
        ports = {"ssh": 22, "telnet": 23, "http": 443}
        enabled = {"ssh": True, "telnet": True, "http": False}
        for statement in self.configuration.starting("http", "server", "enable"):
            enabled["http"] = True
            if statement.at(3).isdigit() and int(statement.at(3)) <= 65535:
                ports["http"] = int(statement.at(3))
        by_name = {interface.name: interface for interface in self.interfaces}
        for service, port in ports.items():
            for statement in self.configuration.starting(service):
                words = statement.words
                if len(words) < 3 or words[-1] not in by_name or not enabled[service]:
                    continue
                word = "https" if service == "http" else service
                try:
                    whole = "/" in words[1]
                    source = AddressSet.network(words[1]) if whole else self.objects.masked(words[1], words[2])
                except ValueError as error:
                    what = f"{service} statement not understood ({error}): {statement.text}"
                    self.objects.gap(statement, service, what)
                    continue
                yield _listener(
                    by_name[words[-1]], word, ServiceSet.ports(TCP, IntervalSet.single(port)),
                    source, self.objects.origin(statement),
                )  # fmt: skip

    def _vpn(self) -> Iterator[Rule]:
        by_name = {interface.name: interface for interface in self.interfaces}
        ike = ServiceSet.ports(UDP, IntervalSet.of((500, 500), (4500, 4500)))
        for statement in self.configuration.starting("crypto"):
            if statement.at(1) in ("ikev1", "ikev2", "isakmp") and statement.at(2) == "enable":
                interface = by_name.get(statement.at(3))
                if interface:
                    yield _listener(interface, "IPsec", ike, ANY_ADDRESS, self.objects.origin(statement))
        for statement in self.configuration.starting("webvpn"):
            ports = [each.at(1) for each in statement.children if each.words[0] == "port"]
            port = next((int(each) for each in ports if each.isdigit() and int(each) <= 65535), 443)
            for child in statement.children:
                if child.words[0] == "enable" and len(child.words) > 1 and child.at(1) in by_name:
                    services = ServiceSet.ports(TCP, IntervalSet.single(port)) | ServiceSet.ports(
                        UDP, IntervalSet.single(port)
                    )
                    origin = self.objects.origin(child)
                    yield _listener(by_name[child.at(1)], "SSL VPN", services, ANY_ADDRESS, origin)


def _unnamed(interface: str, origin: Origin) -> Rule:
    """What no entry of a control-plane list names: perhaps denied at its end, perhaps not."""
    everything = Bounded.exactly(ANY_ADDRESS)
    text = "a control-plane list names neither permit nor deny, and may or may not end in an implicit deny"
    return Rule(
        id=f"end of the control-plane list of {interface}",
        name="",
        origin=origin,
        action=Action.DENY,
        enabled=True,
        ingress=frozenset({interface}),
        egress=None,
        source=everything,
        destination=everything,
        service=Bounded.exactly(ANY_SERVICE),
        conditions=(Condition("setting", text),),
        implicit=True,
    )


def _listener(interface: Interface, word: str, service: ServiceSet, source: AddressSet, origin: Origin) -> Rule:
    unknown = interface.dynamic or not interface.own
    destination = Bounded(NO_ADDRESS, ANY_ADDRESS) if unknown else Bounded.exactly(interface.own)
    reasons = (f"the address of interface {interface.name} is not in the configuration",) if unknown else ()
    return Rule(
        id=f"{word} on {interface.name} line {origin.first_line}",
        name=f"{word} on {interface.name}",
        origin=origin,
        action=Action.ALLOW,
        enabled=interface.enabled,
        ingress=frozenset({interface.name}),
        egress=None,
        source=Bounded.exactly(source),
        destination=destination,
        service=Bounded.exactly(service),
        uncertain=reasons,
        written=AsWritten(ingress=(interface.name,), service=(word,)),
    )
