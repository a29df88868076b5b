"""The rules of a Windows host that let something in, for the checks that judge them one by one."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.packets import PacketSet
from parsers.model.addresses import PUBLIC, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.rule import Action, Direction, Rule, ScopeKind

_MOST_ADDRESSES = 1 << 31


def hosts(analysis: Analysis) -> Iterator[Device]:
    """The devices that are Windows hosts."""
    return (device for device in analysis.devices.values() if device.is_host)


def written_rules(device: Device, direction: Direction = Direction.INBOUND) -> tuple[Rule, ...]:
    """The rules of one direction that the export states, in its order."""
    lists = (each for each in device.firewall.lists if each.direction is direction)
    return tuple(rule for each in lists for rule in each.rules if not rule.implicit)


def allowing(device: Device) -> tuple[Rule, ...]:
    """The enabled inbound rules that allow."""
    return tuple(rule for rule in written_rules(device) if rule.enabled and rule.action is Action.ALLOW)


def is_unseen(rule: Rule) -> bool:
    """Does the rule stand for rules that are in no export?"""
    return rule.origin.kind == "rules"


def effect(device: Device, rule: Rule) -> Bounded[PacketSet]:
    """What an inbound rule lets in, whatever others allow too: less all blocks, and the ports of other programs."""
    assert device.inbound is not None
    return device.inbound.unblocked(rule)


def is_from_anywhere(sources: AddressSet) -> bool:
    """Does the set hold practically every address of the Internet?"""
    return sources.overlaps(PUBLIC) and (sources.ipv4.count > _MOST_ADDRESSES or sources.ipv6.count > 1 << 124)


def is_open_to_any_program(rule: Rule) -> bool:
    """Is a rule known to be limited neither to a program nor to a service nor by a further condition?"""
    known = rule.program.kind is ScopeKind.ANY and rule.windows_service.kind is ScopeKind.ANY
    return known and not rule.conditions


def may_be_app(device: Device, rule: Rule) -> bool:
    """Could it be the rule of a Store app or another limited rule, which netsh prints like an unlimited one?

    Source: the Windows reference, section 3: netsh leaves out packages, owners and trust keywords; rules that Windows
    and its apps bring belong to a group, those of administrators rarely do.
    """
    host = device.firewall.host
    return host is not None and not host.packages_shown and bool(rule.written.group)


def shown_name(rule: Rule) -> str:
    """A rule's name for a list; of an unresolved app name ("@{Package_1.2_x64__id?ms-resource:...}") the package."""
    if rule.name.startswith("@{"):
        return f"app {rule.name[2:].partition('_')[0]}"
    return rule.name or rule.id


def owner(rule: Rule) -> str:
    """Whom a rule is for: its program or service, "any program", or what the export leaves open."""
    named = rule.program.name or rule.windows_service.name
    if named:
        return named
    unknown = ScopeKind.UNKNOWN in (rule.program.kind, rule.windows_service.kind)
    return "a program the export does not print" if unknown else "any program"
