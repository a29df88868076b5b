"""Two versions of the same firewalls: which packets pass at one and not at the other, and by which rule.

What changes no packet (order, names, groups, secrets encrypted anew) is no change here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from auditor.analysis.analysis import Analysis
from auditor.analysis.coverage import published_as
from auditor.analysis.devices import Device
from auditor.baseline import Site
from auditor.baseline.errors import nearest
from auditor.findings.finding import Packet
from auditor.packets import OTHER, Difference, PacketSet, difference, unsure_since
from parsers.model.addresses import PUBLIC, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Firewall, Source
from parsers.model.origin import Origin
from parsers.model.rule import Action, Direction, Rule

TO_ITSELF = "the firewall itself"
INTERNET = "internet"
"""The zone of site files that faces the Internet."""
_HOST = (Direction.INBOUND, Direction.OUTBOUND)


@dataclass(frozen=True, slots=True)
class Change:
    """Packets that one rule lets through at one version only, from one zone to another.

    `opened` tells newly allowed from newly blocked; `rule` is the rule that allows them (at the new version for an
    opening, at the old one for a closing), "" where no rule does. `certain` is False where only possible.
    """

    device: str
    opened: bool
    certain: bool
    ingress: str
    egress: str
    services: str
    source: str
    destination: str
    published_as: str
    rule: str
    origin: Origin | None
    example: Packet | None
    public_source: bool

    @property
    def text(self) -> str:
        """ "opens tcp/135 from the Internet to 10.0.10.31, by policy 17, lines 812 to 824 of fgt.conf"."""
        verb = "opens" if self.opened else "closes"
        doubt = "" if self.certain else "possibly "
        services = "every service" if self.services == "any" else self.services
        ends = f"from {self._sender} to {_end(self.destination, self.egress)}"
        by = f", by {self._deciding}, {self.origin.in_words}" if self.rule and self.origin else ""
        shown = f", published as {self.published_as}" if self.published_as else ""
        return f"{doubt}{verb} {services} {ends}{shown}{by}"

    @property
    def _sender(self) -> str:
        if self.ingress == INTERNET and self.source in ("any", "any IPv4"):
            return "the Internet"
        return _end(self.source, self.ingress)

    @property
    def _deciding(self) -> str:
        """The rule by the word of its vendor: FortiGate has policies."""
        policy = self.origin is not None and self.origin.kind == "firewall policy"
        return self.rule.replace("rule", "policy", 1) if policy and "implicit" not in self.rule else self.rule


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing came to.

    `unsure` names rules whose uncertain part (a host name, a schedule, a user group) is another one now; `notes` what
    was compared with what; `gaps` places of either version that could hide access. `unpaired` are devices that could
    be an older one under a new name, so that nobody can tell what changed there.
    """

    changes: tuple[Change, ...]
    unsure: tuple[str, ...]
    notes: tuple[str, ...]
    devices: tuple[str, ...]
    gaps: tuple[str, ...]
    unpaired: tuple[str, ...] = ()
    files: tuple[Source, ...] = ()

    @property
    def no_effect(self) -> bool:
        """Do exactly the same packets pass?"""
        return not self.changes and not self.unsure and not self.unpaired

    def openings(self, zone: str) -> tuple[Change, ...]:
        """Newly allowed packets that come from a zone (every opening, where a rule does not name its interface).

        What comes from the Internet and goes straight back to it opens nothing.
        """
        wanted = [each for each in self.changes if each.opened and each.ingress in (zone, "any")]
        return tuple(each for each in wanted if zone != INTERNET or (each.public_source and each.egress != INTERNET))


def compare(old: tuple[Firewall, ...], new: tuple[Firewall, ...], site: Site, now: datetime) -> Comparison:
    """Compare two versions device by device, as of a time (device-local); the site names their zones."""
    pairs, notes = _pairs(old, new)
    compared = {id(each) for pair in pairs for each in pair}
    added = tuple(each.name for each in new if id(each) not in compared)
    renamed = any(id(each) not in compared for each in old)
    changes: list[Change] = []
    unsure: list[str] = []
    for before, after in pairs:
        found = [
            difference(before, after, direction, now)
            for direction in Direction
            if any(rules.direction is direction for each in (before, after) for rules in each.lists)
        ]
        changes += _compare(before, after, found, site, now)
        unsure += (f"{after.name}: {text}" for each in found for text in unsure_since(each))
    gaps = tuple(f"{gap.origin.text}: {gap.what}" for each in (*old, *new) for gap in each.gaps if gap.hides_access)
    return Comparison(
        changes=tuple(sorted(changes, key=_order)),
        unsure=tuple(unsure),
        notes=tuple(notes),
        devices=tuple(after.name for _, after in pairs),
        gaps=gaps,
        unpaired=added if renamed else (),
        files=tuple(dict.fromkeys(source for each in (*old, *new) for source in each.sources)),
    )


def no_zone(zone: str, firewalls: Iterable[Firewall], site: Site) -> str:
    """Why nothing could ever come from a zone, so that no opening of it would be seen; "" where something can.

    A zone is one of the site's, or an interface that no zone holds. What Windows hosts let in may come from anywhere.
    """
    every = tuple(firewalls)
    described = {name: device.zones for part in (site, *site.apart) for name, device in part.devices.items()}
    names = {name for zones in described.values() for name in zones}
    for device in every:
        members = {each.name: each.interfaces for each in device.zones}
        bound = {name for listed in described.get(device.name, {}).values() for name in listed}
        bound |= {leaf for name in bound for leaf in members.get(name, ())}
        names |= {each.name for each in device.interfaces} - bound
    if zone in names or (zone == INTERNET and all(each.is_host for each in every)):
        return ""
    return f"no firewall has a zone {zone!r}{nearest(zone, names)}"


def _order(change: Change) -> tuple[object, ...]:
    return (not change.opened, not change.certain, change.device, change.ingress, change.egress, change.text)


def _pairs(old: tuple[Firewall, ...], new: tuple[Firewall, ...]) -> tuple[list[tuple[Firewall, Firewall]], list[str]]:
    """Versions of one device, by name; the only one left over of a vendor on both sides was renamed."""
    before = {each.name: each for each in old}
    pairs = [(before.pop(each.name), each) for each in new if each.name in before]
    matched = {id(each) for _, each in pairs}
    rest = [each for each in new if id(each) not in matched]
    notes: list[str] = []
    for vendor in dict.fromkeys(each.vendor for each in rest):
        left = [each for each in before.values() if each.vendor == vendor]
        right = [each for each in rest if each.vendor == vendor]
        if len(left) == len(right) == 1:
            pairs.append((left[0], right[0]))
            notes.append(f"{left[0].name} is called {right[0].name} now.")
            del before[left[0].name]
            rest.remove(right[0])
    notes += [f"{name} is only in the old version: nothing to compare it with." for name in before]
    notes += [f"{each.name} is only in the new version: nothing to compare it with." for each in rest]
    return pairs, notes


def _compare(old: Firewall, new: Firewall, found: Iterable[Difference], site: Site, now: datetime) -> Iterator[Change]:
    after = Analysis((new,), (), site, now).devices[new.name]
    before = Analysis((old,), (), site, now).devices[old.name]
    for each in found:
        yield from _changes(after, each, opened=True)
        yield from _changes(before, each, opened=False)


def _changes(device: Device, found: Difference, *, opened: bool) -> Iterator[Change]:
    direction = found.direction
    filter_, packets = (found.new, found.opened) if opened else (found.old, found.closed)
    if direction is Direction.FORWARD:
        packets = Bounded(_routed(device, packets.certain), _routed(device, packets.possible))
    if not packets.possible:
        return
    rest = packets.possible
    shares: list[tuple[Rule | None, PacketSet]] = []
    for decision in filter_.deciding(packets.possible, _passes):
        share = decision.packets.possible & rest
        if share:
            shares.append((decision.rule, share))
            rest = rest - share
    if rest:
        shares.append((None, rest))
    for rule, share in shares:
        for ingress, egress, part in _by_zone(device, share, direction):
            certain = part & packets.certain
            for sure, each in ((True, certain), (False, part - packets.certain)):
                if each:
                    yield _change(device.name, rule, each, (ingress, egress), opened=opened, certain=sure)


def _routed(device: Device, packets: PacketSet) -> PacketSet:
    """The packets that leave where the routes send them: no others reach the rules."""
    space = packets.space
    boxes = []
    detours = device.firewall.detours
    for box in packets.boxes:
        for addresses, interfaces in device.routing.ways(AddressSet(box.destination)):
            taking = [
                each.interfaces
                for each in detours
                if each.destination.possible.overlaps(addresses)
                and (each.through is None or interfaces is None or each.through & interfaces)
            ]
            if interfaces is not None:
                known = [names for names in taking if names is not None]
                interfaces = interfaces.union(*known) if len(known) == len(taking) else None
            egress = box.egress if interfaces is None else box.egress & space.interface_mask(interfaces)
            if egress:
                boxes.append(box._replace(egress=egress, destination=addresses.intervals))
    return PacketSet(space, boxes)


def _passes(rule: Rule) -> bool:
    return rule.action is not Action.DENY


def _by_zone(device: Device, packets: PacketSet, direction: Direction) -> Iterator[tuple[str, str, PacketSet]]:
    """The packets by ingress and egress zone: interfaces of one zone together, an unbound interface by its name."""
    space = packets.space
    for ingress, first in _zones(device, packets.ingress(), space.interface_names):
        for egress, second in (
            [("", 0)] if direction is not Direction.FORWARD
            else _zones(device, packets.egress(), space.interface_names)
        ):  # fmt: skip
            masked = [
                box._replace(
                    ingress=box.ingress & first if first else box.ingress,
                    egress=box.egress & second if second else box.egress,
                )
                for box in packets.boxes
                if (not first or box.ingress & first) and (not second or box.egress & second)
            ]
            if masked:
                yield ingress, TO_ITSELF if direction is Direction.LOCAL else egress, PacketSet(space, masked)


def _zones(device: Device, names: tuple[str, ...], known: tuple[str, ...]) -> list[tuple[str, int]]:
    if not names or set(known) - {OTHER} <= set(names):
        return [("any", 0)]
    numbers = {name: 1 << number for number, name in enumerate(known)}
    groups: dict[str, int] = {}
    for name in names:
        zone = device.zones.get(name, name)
        groups[zone] = groups.get(zone, 0) | numbers[name]
    return sorted(groups.items())


def _change(
    device: str, rule: Rule | None, packets: PacketSet, zones: tuple[str, str], *, opened: bool, certain: bool
) -> Change:
    sources = packets.sources()
    return Change(
        device=device,
        opened=opened,
        certain=certain,
        ingress=zones[0],
        egress=zones[1],
        services=packets.services().text(),
        source=sources.text(),
        destination=packets.destinations().text(),
        published_as=_published(packets),
        rule=f"rule {rule.id}" if rule else "",
        origin=rule.origin if rule else None,
        example=packets.example(),
        public_source=bool(sources & PUBLIC),
    )


def _published(packets: PacketSet) -> str:
    """The public address (and port, where there is one) that clients send to; "" for untranslated packets."""
    if not packets.translated():
        return ""
    shown = published_as(packets)
    return shown if re.fullmatch(r"(?:tcp|udp)/\d+", packets.services().text()) else shown.rpartition(":")[0]


def _end(addresses: str, zone: str) -> str:
    if not zone or zone == "any":
        return addresses
    return f"{addresses} ({zone})"
