"""Who reaches which login and server of a firewall itself, and from where.

Source: the FORTIOS reference, section 9: the services of the address, less what local rules stop, for the sources
that logins answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from auditor.analysis.devices import Device
from auditor.baseline import Site
from auditor.findings.result import Login
from auditor.findings.wording import listed
from auditor.packets import Decision, Filter, Flow, PacketSet
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, AddressSet
from parsers.model.firewall import Firewall
from parsers.model.rule import Action, Direction, Rule, Truth
from parsers.model.services import ANY_SERVICE

_LOGINS = frozenset({"https", "http", "ssh", "telnet"})
_MOST_INTERFACES = 6


def answering(device: Device, asked: Flow) -> Iterator[Decision]:
    """The rules by which a firewall itself answers packets, each with its exact share.

    A list that passes on by default only stops; what opens a login is in the lists that close by default. What a
    server perhaps does elsewhere is left out where the same server answers there anyway.
    """
    if device.local is None:
        return
    openers = {
        id(rule): rule
        for each in device.firewall.lists
        if each.direction is Direction.LOCAL and each.default is Action.DENY
        for rule in each.rules
        if rule.action is not Action.DENY
    }
    # Only what some server answers is followed through the local rules and the policies towards other interfaces.
    served = device.local.packets(asked) & _matched(device.local, openers.values())
    allowed = device.local.allowed(served)
    decisions = device.local.deciding(allowed.possible, lambda rule: id(rule) in openers)
    stated = {(each.rule.written.service, _ingress(each)) for each in decisions if not each.rule.implicit}
    for each in decisions:
        if not each.rule.implicit or (each.rule.written.service, _ingress(each)) not in stated:
            yield each


def _matched(local: Filter, rules: Iterable[Rule]) -> PacketSet:
    """The packets that some rules match, each looked at alone."""
    return PacketSet(local.space, (box for rule in rules for box in local.matched(rule).possible.boxes))


def _ingress(decision: Decision) -> tuple[str, ...]:
    return decision.packets.possible.ingress()


def logins(device: Device) -> Iterator[Login]:
    """One row for each server of a firewall and the interfaces it answers on."""
    asked = Flow(ANY_ADDRESS, ANY_ADDRESS, ANY_SERVICE, None, None)
    for decision in answering(device, asked):
        certain, possible = decision.packets.certain, decision.packets.possible
        shown = certain or possible
        names = shown.ingress()
        perhaps = _who(possible - certain) if certain and not possible <= certain else ""
        yield Login(
            device=device.name,
            interface=listed(names, _MOST_INTERFACES) or "any",
            zone=device.zone_text(names) if names else "any",
            service=decision.rule.written.service[0] if decision.rule.written.service else decision.rule.name,
            port=shown.services().text(4),
            address=_address(decision.rule, shown),
            who=_who(shown),
            perhaps=perhaps,
            confidence="certain" if certain else "possible",
            limits=_limits(device, decision.rule, unsure=bool(perhaps) or not certain),
            rule=decision.rule.id,
            origin=decision.rule.origin,
        )


def logins_of(firewall: Firewall, now: datetime) -> tuple[Login, ...]:
    """The logins of one firewall looked at alone, without a site."""
    return tuple(logins(Device(firewall, Site(""), frozenset(), now, (), lambda _: lambda rule: rule)))


def _address(rule: Rule, packets: PacketSet) -> str:
    if not rule.destination.certain and rule.destination.possible in (ANY_ADDRESS, ANY_IPV4, ANY_IPV6):
        return "its address, which the export does not hold"
    return packets.destinations().text(4)


def _who(packets: PacketSet) -> str:
    sources = packets.sources()
    if sources in (ANY_ADDRESS, ANY_IPV4, ANY_IPV6):
        return "everybody"
    for family in (ANY_IPV4, ANY_IPV6):
        rest = family - sources
        if sources <= family and rest.count < 1 << 24 and len(rest.intervals.ranges) <= 4:
            return f"everybody but {rest.text(4)}"
    return sources.text(6)


def _limits(device: Device, rule: Rule, *, unsure: bool) -> str:
    """What decides who is answered: administrators without trusted hosts, trusted hosts, local rules."""
    parts = []
    accounts = device.firewall.administrators
    if rule.written.service[:1] and rule.written.service[0] in _LOGINS and accounts:
        open_ones = [each.name for each in accounts if not each.restricted]
        parts.append(
            f"no trusted hosts for {', '.join(open_ones[:4])}" if open_ones else "trusted hosts of all administrators"
        )
    stopping = [each.id for each in _stopping(device, rule)]
    if stopping:
        parts.append(f"stopped in part by {', '.join(stopping[:6])}")
    open_conditions = [each.text for each in rule.conditions if each.at(device.now) is Truth.UNKNOWN]
    return "; ".join((*parts, *rule.uncertain, *open_conditions) if unsure else parts)


def _stopping(device: Device, rule: Rule) -> Iterator[Rule]:
    """Local rules that deny a part of what a server would answer."""
    local = device.local
    assert local is not None
    denies = [
        each
        for rules in device.firewall.lists
        if rules.direction is Direction.LOCAL
        for each in rules.rules
        if each.action is Action.DENY and not each.implicit
    ]
    if denies:
        matched = local.matched(rule).possible
        found = {id(each.rule) for each in local.deciding(matched)}
        yield from (each for each in denies if id(each) in found)


def deliverable(device: Device) -> AddressSet:
    """Destinations by which strangers can reach the firewall itself: public ones, and its own outer addresses."""
    outer = AddressSet.union(each.own for each in device.firewall.interfaces if each.name in device.internet)
    return device.deliverable(ANY_ADDRESS) | outer
