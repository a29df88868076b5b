"""Where packets cross the network devices of a site: by its exports, or by the zones of its site file alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from auditor.analysis.devices import Device
from auditor.analysis.topology import Hop, Topology
from auditor.baseline import BoundEnd, Ruleset, Site

NETWORK = ("fortigate", "cisco")


@dataclass(frozen=True, slots=True)
class Crossing:
    """One device on a way: its interfaces, and whether the ends themselves lie there (not another device)."""

    device: str
    ingress: frozenset[str]
    egress: frozenset[str]
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class Course:
    """The devices between two ends in the order of travel; `question` says why they are not known."""

    crossings: tuple[Crossing, ...] = ()
    question: str = ""
    note: str = ""


class Places(Protocol):
    """Knows the way between two ends."""

    def course(self, source: BoundEnd, destination: BoundEnd) -> Course:
        """The devices that packets cross."""


class Zones:
    """Which zone an end lies in, as the site file and the baselines say it."""

    def __init__(self, site: Site, rulesets: tuple[Ruleset, ...]) -> None:
        self.site = site
        self.roles = {role.name: role for each in rulesets for role in each.roles.values()}
        self.trust = {name: trust for each in rulesets for name, trust in each.zones.items()}
        self.members = {
            name: device.zones for name, device in site.devices.items() if device.type in NETWORK and device.zones
        }
        self.assumed: dict[tuple[str, str], dict[str, None]] = {}

    def of(self, end: BoundEnd) -> str:
        """The zone of an end, "" where nothing says it."""
        if end.kind == "zone":
            return end.name
        for zone, networks in self.site.networks.items():
            if end.addresses and end.addresses <= networks:
                return zone
        known = {zone for zones in self.members.values() for zone in zones}
        role = self.roles.get(end.name)
        allowed = [zone for zone in (role.allowed_zones if role else ()) if zone in known]
        if len(allowed) == 1:
            return self._assume(end, allowed[0], "where the baseline supports it")
        if role and role.zone in known:
            return role.zone
        inside = [zone for zone in sorted(known) if self.trust.get(zone) != "untrusted"]
        if len(inside) == 1:
            return self._assume(end, inside[0], "the only one inside")
        return ""

    def _assume(self, end: BoundEnd, zone: str, why: str) -> str:
        self.assumed.setdefault((zone, why), {})[end.text] = None
        return zone

    def ask(self, end: BoundEnd) -> str:
        """The question that settles the zone of an end."""
        return f"in which zone does {end.text} lie? (state its network under networks.ZONE, or give the exports)"

    @staticmethod
    def ask_interfaces(zone: str) -> str:
        """The question that settles where a zone is."""
        return f"which interfaces lie in zone {zone}? (devices.NAME.zones.{zone})"


class ByZones:
    """Ways by the zones of a site file: a device joins all zones it has interfaces in."""

    def __init__(self, zones: Zones) -> None:
        self.zones = zones

    def course(self, source: BoundEnd, destination: BoundEnd) -> Course:
        """The shortest way from zone to zone; where several devices offer a stretch, each of them is on it."""
        start, goal = self.zones.of(source), self.zones.of(destination)
        if not start or not goal:
            return Course(question=self.zones.ask(source if not start else destination))
        known = {zone for zones in self.zones.members.values() for zone in zones}
        for zone in (start, goal):
            if zone not in known:
                return Course(question=self.zones.ask_interfaces(zone))
        if start == goal:
            return self._inside(start)
        stretches = self._stretches(start, goal)
        if not stretches:
            return Course(question=f"no device of the site file joins zone {start} to zone {goal}")
        crossings = []
        beside = []
        for place, (here, there, devices) in enumerate(stretches):
            beside += [", ".join(devices)] if len(devices) > 1 else []
            for name in devices:
                members = self.zones.members[name]
                first, last = place == 0, place == len(stretches) - 1
                crossings.append(Crossing(name, frozenset(members[here]), frozenset(members[there]), first, last))
        note = f"{' and '.join(beside)} stand beside each other: each gets the same rules." if beside else ""
        return Course(tuple(crossings), note=note)

    def _inside(self, zone: str) -> Course:
        """Two ends of one zone: a device sees their packets only if it has several interfaces there."""
        found = [name for name, zones in self.zones.members.items() if len(zones.get(zone, ())) > 1]
        if not found:
            return Course()
        name = found[0]
        both = frozenset(self.zones.members[name][zone])
        note = f"{name} has {len(both)} interfaces in zone {zone}: rules inside it name all; its export names the ones."
        return Course((Crossing(name, both, both, True, True),), note=note)

    def _stretches(self, start: str, goal: str) -> list[tuple[str, str, list[str]]]:
        """(zone, next zone, devices between them) of the shortest way; [] when there is none."""
        before: dict[str, str] = {start: ""}
        edge = [start]
        while edge and goal not in before:
            reached = [(here, there) for here in edge for there in self._next(here)]
            edge = []
            for here, there in reached:
                # Nothing travels through the Internet from one zone of a company to another.
                if there not in before and (there == goal or self.zones.trust.get(there) != "untrusted"):
                    before[there] = here
                    edge.append(there)
        if goal not in before:
            return []
        way = [goal]
        while before[way[-1]]:
            way.append(before[way[-1]])
        way.reverse()
        return [
            (here, there, [name for name, zones in self.zones.members.items() if here in zones and there in zones])
            for here, there in itertools.pairwise(way)
        ]

    def _next(self, zone: str) -> list[str]:
        return [other for zones in self.zones.members.values() if zone in zones for other in zones if other != zone]


class ByExports:
    """Ways by interfaces, networks and routes of the exports; the site's zones where an export leaves it open."""

    def __init__(self, topology: Topology, devices: Mapping[str, Device], zones: Zones) -> None:
        self.topology = topology
        self.devices = devices
        self.zones = zones

    def course(self, source: BoundEnd, destination: BoundEnd) -> Course:
        """The shortest complete way; where none is known, every device that may lie on one."""
        ways = self.topology.ways(source, destination)
        complete = sorted(ways.complete, key=len)
        hops = complete[0] if complete else tuple(hop for way in ways.unplaced for hop in way)
        note = ""
        if len(complete) > 1:
            names = " or through ".join(", ".join(hop.device.name for hop in way) for way in complete[:4])
            note = f"There are several ways ({names}): the first was planned."
        elif not complete and len(hops) > 1:
            names = ", ".join(hop.device.name for hop in hops)
            note = f"How {names} are joined is not in the exports: each gets the rules."
        found = []
        for place, hop in enumerate(hops):
            crossing = self._crossing(hop, source, destination, last=place == len(hops) - 1)
            if isinstance(crossing, str):
                return Course(question=crossing)
            found.append(crossing)
        untrusted = "untrusted" in (source.trust, destination.trust)
        unknown = [end.name for end in (source, destination) if end.trust == "untrusted" and not self._faces(end)]
        if not found and unknown:
            return Course(question=self.zones.ask_interfaces(unknown[0]))
        if not found and untrusted:
            ends = f"{source.text} to {destination.text}"
            return Course(question=f"no firewall of the exports leads from {ends}: are its routes and zones complete?")
        return Course(tuple(found), note=note)

    def _faces(self, zone: BoundEnd) -> bool:
        """Does any device have an interface in an untrusted zone?"""
        return bool(zone.interfaces) or any(device.internet for device in self.devices.values())

    def _crossing(self, hop: Hop, source: BoundEnd, destination: BoundEnd, *, last: bool) -> Crossing | str:
        ingress = hop.ingress or frozenset(self._placed(hop.device, source))
        egress = hop.egress or frozenset(self._placed(hop.device, destination))
        for names, end in ((ingress, source), (egress, destination)):
            if not names:
                return f"through which interface of {hop.device.name} is {end.text} reached? ({self.zones.ask(end)})"
        device = hop.device
        apart = sorted(each.name for each in device.firewall.interfaces if each.kind == "management")
        if closed := [name for name in apart if name in ingress | egress]:
            return f"{', '.join(closed)} of {device.name} is dedicated to management: nothing is forwarded there"
        return Crossing(device.name, _rule_names(device, ingress), _rule_names(device, egress), hop.first, last)

    def _placed(self, device: Device, end: BoundEnd) -> Iterator[str]:
        zone = self.zones.of(end)
        return (name for name, own in device.zones.items() if own == zone)


def _rule_names(device: Device, interfaces: frozenset[str]) -> frozenset[str]:
    """What rules must call interfaces: FortiOS refuses a member of a zone there, the zone stands for it."""
    zones = {leaf: zone.name for zone in device.firewall.zones for leaf in zone.interfaces}
    return frozenset(zones.get(name, name) for name in interfaces)
