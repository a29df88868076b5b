"""A firewall with everything an audit asks of it, computed when first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property

from auditor.analysis.listeners import sending
from auditor.analysis.routing import Routing
from auditor.baseline import Site
from auditor.packets import Filter
from parsers.model.addresses import PRIVATE_IPV4, PUBLIC, AddressSet
from parsers.model.firewall import HOST_PROFILES, Firewall
from parsers.model.rule import Direction, Rule
from parsers.model.services import ServiceSet


class Device:
    """One firewall of the audit.

    `internet` holds the interfaces of untrusted zones, `zones` the zone of every interface the site binds.
    """

    def __init__(
        self,
        firewall: Firewall,
        site: Site,
        untrusted: frozenset[str],
        now: datetime,
        services: Iterable[ServiceSet],
        narrow: Callable[[Firewall], Callable[[Rule], Rule]],
    ) -> None:
        self.firewall = firewall
        self.name = firewall.name
        self.now = now
        self.is_host = firewall.is_host
        self._services = tuple(services)
        self._narrow = narrow(firewall) if self.is_host else None
        described = site.devices.get(firewall.name)
        members = {zone.name: zone.interfaces for zone in firewall.zones}
        self.zones: dict[str, str] = {}
        for zone, names in (described.zones if described else {}).items():
            for name in names:
                for leaf in members.get(name, (name,)):
                    self.zones[leaf] = zone
        self.internet = frozenset(name for name, zone in self.zones.items() if zone in untrusted)
        profile = described.profile if described else ""
        active = firewall.host.active_profiles if firewall.host else None
        self.profiles: tuple[str, ...] = (profile,) if profile else (active or HOST_PROFILES)
        self.undecided = "several are active" if active and not profile else "which one is active is not known"
        """Why profiles that differ leave an answer open."""
        self._addressed = firewall.host.profile_addresses if firewall.host and not profile else ()
        self.routing = Routing(firewall)

    def profiles_at(self, addresses: AddressSet) -> tuple[str, ...]:
        """The profiles that may decide on packets to or from some of a host's own addresses.

        A packet to an address comes in by the interface that has it, whose network has one profile: where the export
        says which, the others have no say (Windows Vista and later; Microsoft, "The Cable Guy: Strong and Weak Host
        Models").
        """
        found = tuple(profile for profile, own in self._addressed if addresses.overlaps(own))
        known = AddressSet.union(own for _, own in self._addressed)
        return found if found and addresses <= known else self.profiles

    def _filter(self, direction: Direction) -> Filter | None:
        if not any(each.direction is direction for each in self.firewall.lists):
            return None
        narrow = sending if self._narrow and direction is Direction.OUTBOUND else self._narrow
        return Filter(self.firewall, direction, self.now, self._services, narrow)

    @cached_property
    def forward(self) -> Filter | None:
        """The rules for traffic through the device, None for a host."""
        return self._filter(Direction.FORWARD)

    @property
    def through(self) -> Filter:
        """As `forward`, for a device that is known to be no host.

        Raises:
            ValueError: it is one.
        """
        if self.forward is None:
            raise ValueError(f"no traffic passes through {self.name}")
        return self.forward

    @cached_property
    def inbound(self) -> Filter | None:
        """A host's inbound rules."""
        return self._filter(Direction.INBOUND)

    @cached_property
    def outbound(self) -> Filter | None:
        """A host's outbound rules."""
        return self._filter(Direction.OUTBOUND)

    @cached_property
    def local(self) -> Filter | None:
        """The rules for traffic to the device itself."""
        return self._filter(Direction.LOCAL)

    @cached_property
    def behind_nat(self) -> bool:
        """Has the Internet side only private addresses? Then another device translates in front of this one."""
        own = [each.own.ipv4 for each in self.firewall.interfaces if each.name in self.internet and each.own.ipv4]
        return bool(own) and all(not (addresses - PRIVATE_IPV4) for addresses in own)

    def deliverable(self, addresses: AddressSet) -> AddressSet:
        """The destinations a packet from the Internet can carry untranslated: routers drop private ones on the way."""
        return addresses if self.behind_nat else addresses & PUBLIC

    def from_outside(self, rule: Rule) -> bool:
        """Does a rule match packets that come in by an interface of an untrusted zone?"""
        return rule.ingress is None or bool(rule.ingress & self.internet)

    def zone_text(self, interfaces: Iterable[str]) -> str:
        """Zones of some interfaces for people."""
        return ", ".join(sorted({self.zones.get(name, name) for name in interfaces})) or "any"
