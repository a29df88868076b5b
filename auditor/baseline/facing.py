"""Which interfaces face the Internet, as far as an export itself says so: the strongest signs that it has count.

Signs from strong to weak: default routes, members of SD-WAN and public addresses; roles; names of interfaces and of
zones; what they are used for (published addresses, VPN gateways, everything going out with NAT); a default route into a
tunnel.
Interfaces that only manage the device never count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from parsers.model.addresses import ANY_IPV4, ANY_IPV6, PUBLIC
from parsers.model.firewall import Firewall, Interface
from parsers.model.rule import Action, Direction, Rule

_NAME = re.compile(r"(?<![a-z])(?:v?wan|outside|internet|inet|untrust(?:ed)?|external|isp)[-_ ]?\d*(?![a-z])", re.I)
_MEMBER = "it is an SD-WAN member"
_GATEWAYS = frozenset({"SSL VPN", "IPsec", "IPsec over TCP"})

Sign = tuple[str, str]
"""The name of an interface and why it faces the Internet."""


def facing(firewall: Firewall) -> dict[str, str]:
    """The interfaces that face the Internet, each with the reason as a clause."""
    known = {each.name: each for each in firewall.interfaces}
    described = any(forwards(each) and each.kind != "tunnel" for each in firewall.interfaces)
    for signs in _SIGNS:
        found: dict[str, str] = {}
        for name, why in signs(firewall):
            interface = known.get(name)
            if interface is None or forwards(interface):
                found.setdefault(name, why)
        if found and signs is _placed and described and not found.keys() & known.keys():
            # A default route into SD-WAN whose members the export does not hold says nothing of the interfaces it has.
            return dict(_of_role(firewall)) or found
        if found:
            return found
    return {}


def mentioned(firewall: Firewall) -> set[str]:
    """Interfaces that rules name but the export does not describe (partial pastes)."""
    known = {interface.name for interface in firewall.interfaces} | {zone.name for zone in firewall.zones}
    named: set[str] = set()
    for rule in _forwarding(firewall):
        named |= (rule.ingress or frozenset()) | (rule.egress or frozenset())
    return {name for name in named - known if not name.startswith(("ssl.", "naf.", "l2t."))}


def forwards(interface: Interface) -> bool:
    """Does an interface carry packets for others? Those that only manage the device do not."""
    return interface.kind != "management" and interface.name not in ("modem", "fortilink")


def _forwarding(firewall: Firewall) -> Iterator[Rule]:
    for each in firewall.lists:
        if each.direction is Direction.FORWARD:
            yield from each.rules


def _placed(firewall: Firewall) -> Iterator[Sign]:
    """By where the device sends what it knows no other way for, and by public addresses."""
    tunnels = {each.name for each in firewall.interfaces if each.kind == "tunnel"}
    inner = {each.name for each in firewall.interfaces if each.role in ("lan", "dmz")}
    for route in firewall.routes:
        if route.connected or not route.interface or route.interface in tunnels or not route.destination >= ANY_IPV4:
            continue
        if route.leased and route.interface not in inner:
            yield route.interface, "it gets its address and with it a default route from outside"
        elif not route.leased:
            yield route.interface, "the default route leaves through it"
    for each in firewall.interfaces:
        # SD-WAN chooses among tunnels of a VPN too: they lead to other sites.
        if each.sdwan and each.kind != "tunnel":
            yield each.name, _MEMBER
        if each.own and each.own <= PUBLIC and each.enabled and each.kind != "loopback":
            yield each.name, f"it has the public address {each.own.text(2)}"
    known = {each.name for each in firewall.interfaces}
    for zone in firewall.zones:
        yield from ((name, _MEMBER) for name in zone.interfaces if zone.sdwan and name not in known)


def _of_role(firewall: Firewall) -> Iterator[Sign]:
    for each in firewall.interfaces:
        if each.role == "wan" or (each.role == "security-level 0" and each.own):
            yield each.name, f"its role is {each.role}"


def _named(firewall: Firewall) -> Iterator[Sign]:
    for each in firewall.interfaces:
        if each.kind != "tunnel":
            if _NAME.search(each.name):
                yield each.name, "its name says so"
            elif _NAME.search(each.alias):
                yield each.name, f"its alias {each.alias} says so"
    for zone in firewall.zones:
        if _NAME.search(zone.name):
            yield from ((name, f"its zone is called {zone.name}") for name in zone.interfaces)
    for name in sorted(mentioned(firewall)):
        if _NAME.search(name):
            yield name, "its name says so"


def _used(firewall: Firewall) -> Iterator[Sign]:
    """By what only an outer interface is used for."""
    tunnels = {each.name for each in firewall.interfaces if each.kind == "tunnel"}
    zones = {zone.name: zone.interfaces for zone in firewall.zones}
    for each in firewall.translations:
        public = any(mapping.original_destination <= PUBLIC for mapping in each.mappings)
        if each.active and public and each.listening not in ("", "any"):
            for name in zones.get(each.listening, (each.listening,)):
                yield name, f"the virtual IP {each.name} publishes a server on it"
    for rules in firewall.lists:
        for rule in rules.rules if rules.direction is Direction.LOCAL else ():
            if rule.written.service[:1] and rule.written.service[0] in _GATEWAYS and not rule.implicit:
                yield from (
                    (name, f"the {rule.written.service[0]} gateway listens there") for name in rule.ingress or ()
                )
    outgoing = [rule for rule in _forwarding(firewall) if _hides_senders(rule)]
    inner = frozenset(name for rule in outgoing for name in rule.ingress or ())
    for rule in outgoing:
        for name in sorted((rule.egress or frozenset()) - tunnels - inner):
            yield name, f"rule {rule.id} sends everything out through it with NAT"


def _hides_senders(rule: Rule) -> bool:
    everywhere = rule.destination.certain >= ANY_IPV4 or rule.destination.certain >= ANY_IPV6
    return everywhere and rule.enabled and rule.action is Action.ALLOW and rule.source_nat is not None


def _tunnelled(firewall: Firewall) -> Iterator[Sign]:
    for route in firewall.routes:
        if not route.connected and not route.leased and route.interface and route.destination >= ANY_IPV4:
            yield route.interface, "the default route leaves through it"


_SIGNS: tuple[Callable[[Firewall], Iterator[Sign]], ...] = (_placed, _of_role, _named, _used, _tunnelled)
