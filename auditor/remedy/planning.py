"""From the flows of baselines to what each firewall of a site must let through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property

from auditor.analysis.analysis import Analysis
from auditor.analysis.coverage import Covered
from auditor.baseline import BoundFlow, BoundRuleset, Ruleset, Site, bind, conflicts
from auditor.findings.result import CoverageState
from auditor.remedy.existing import Existing
from auditor.remedy.hosts import Hosts
from auditor.remedy.merging import merged
from auditor.remedy.places import NETWORK, ByExports, ByZones, Course, Crossing, Places, Zones
from auditor.remedy.planned import Cause, NetworkPlan, Permit, Plan, Unplanned
from auditor.remedy.publishing import Face, Publishing, clashes
from parsers.model.addresses import ANY_IPV4, ANY_IPV6, NO_ADDRESS, PRIVATE_IPV4, AddressSet
from parsers.model.firewall import Firewall
from parsers.model.services import NO_SERVICE, ServiceSet


def plan(
    firewalls: tuple[Firewall, ...],
    rulesets: tuple[Ruleset, ...],
    site: Site,
    now: datetime,
    *,
    permitted: bool = False,
    missing_only: bool = False,
) -> Plan:
    """The tightest rules for the flows that baselines require at a site.

    Args:
        firewalls: exports of the site's devices, as far as there are any; their interfaces, zones and routes say where
            a flow crosses them. Without network devices among them the zones of the site file do.
        rulesets: the baselines.
        site: who is who.
        now: the time for which existing rules are judged.
        permitted: plan the permitted flows too, except where a baseline forbids the same packets.
        missing_only: leave out what the rules of the exports certainly let through already.

    Raises:
        RulesetError: the site names interfaces or objects its devices do not have.
    """
    return _Planner(firewalls, rulesets, site, now, permitted=permitted, missing_only=missing_only).plan()


class _Planner:
    def __init__(
        self,
        firewalls: tuple[Firewall, ...],
        rulesets: tuple[Ruleset, ...],
        site: Site,
        now: datetime,
        *,
        permitted: bool,
        missing_only: bool,
    ) -> None:
        self.site = site
        self.levels = ("required", "permitted") if permitted else ("required",)
        self.missing_only = missing_only
        self.exported = exported = any(not each.is_host for each in firewalls)
        self.firewalls = firewalls if exported else (*firewalls, *_skeletons(site))
        self.bound = tuple(bind(ruleset, site, self.firewalls) for ruleset in rulesets)
        self.analysis = Analysis(self.firewalls, self.bound, site, now)
        self.zones = Zones(site, rulesets)
        topology = self.analysis.paths.topology
        self.places: Places = (
            ByExports(topology, self.analysis.devices, self.zones) if exported else ByZones(self.zones)
        )
        self.exported = exported
        self.publishing = Publishing(self.bound, firewalls)
        self.hosts = Hosts(self.bound, site, self.analysis.devices)
        self.permits: dict[str, list[Permit]] = {}
        self.unplanned: dict[Unplanned, None] = {}
        self.notes: dict[str, None] = {}

    def plan(self) -> Plan:
        banned = {id(each.flow): each.forbidden.rule.id for each in conflicts(self.bound)}
        for ruleset in self.bound:
            for bound in ruleset.flows:
                if bound.flow.level in self.levels and bound.preset is not CoverageState.NOT_APPLICABLE:
                    self._flow(ruleset, bound, banned.get(id(bound), ""))
        networks = tuple(self._network(name, permits) for name, permits in self.permits.items())
        hosts = self.hosts.plans()
        self._remarks(networks)
        return Plan(
            site=self.site.id,
            rulesets=tuple((each.ruleset.id, each.ruleset.version) for each in self.bound),
            levels=self.levels,
            networks=tuple(sorted((each for each in networks if each.permits), key=lambda each: each.device)),
            hosts=hosts,
            unplanned=tuple(self.unplanned),
            notes=tuple(self.notes),
            labels=_labels(self.bound),
        )

    # --- one flow

    def _flow(self, ruleset: BoundRuleset, bound: BoundFlow, banned: str) -> None:
        cause = Cause(bound.ruleset, bound.flow.id, bound.flow.title, bound.flow.cite)
        reason = bound.question or self._refused(ruleset, bound, banned)
        if reason:
            self._leave(cause, bound, reason)
            return
        service = self._service(ruleset, bound)
        if self.missing_only and self._passes(bound, cause):
            return
        if bound.flow.coverage == "any":
            self._note(f"{bound.flow.id}: a pool of ports, any of which may be drawn: all of them are planned.")
        if "network" in bound.flow.enforce:
            reason = self._cross(bound, cause, service)
            if reason:
                self._leave(cause, bound, reason)
        # What keeps a flow out of a perimeter's plan says nothing of the host it goes to.
        self.hosts.add(bound, cause, service)

    def _refused(self, ruleset: BoundRuleset, bound: BoundFlow, banned: str) -> str:
        if banned:
            return f"another baseline forbids it ({banned}): decide between the two"
        if bound.flow.level == "required":
            return ""
        services = list(bound.options)
        for each in ruleset.forbidden:
            same = (each.source.addresses, each.destination.addresses)
            if same == (bound.source.addresses, bound.destination.addresses):
                services = [service - each.service for service in services]
                if not all(services):
                    return f"permitted with conditions only: {each.rule.id} forbids the same packets"
        return ""

    def _service(self, ruleset: BoundRuleset, bound: BoundFlow) -> ServiceSet:
        """The service of a flow; of alternatives one that its ends need anyway, or else the first."""
        if bound.service is not None:
            return bound.service
        ends = (bound.source.addresses, bound.destination.addresses)
        needed = ServiceSet.union(
            each.service or NO_SERVICE
            for each in ruleset.flows
            if each.preset is None
            and each.flow.level == "required"
            and (each.source.addresses, each.destination.addresses) == ends
        )
        chosen = next((each for each in bound.alternatives if each <= needed), bound.alternatives[0])
        if len(bound.alternatives) > 1:
            others = " or ".join(each.text() for each in bound.alternatives if each != chosen)
            self._note(f"{bound.flow.id}: {chosen.text()} was planned; {others} would do as well.")
        return chosen

    @cached_property
    def _covered(self) -> dict[int, Covered]:
        return {id(each.bound): each for each in self.analysis.covered}

    def _passes(self, bound: BoundFlow, cause: Cause) -> bool:
        """Do existing rules let the flow through for certain? Then they are named instead."""
        row = self._covered[id(bound)].row
        if row.state is not CoverageState.SATISFIED or not row.rules:
            return False
        self._note(f"{cause.flow} ({row.source} to {row.destination}) passes already: {', '.join(row.rules)}.")
        return True

    def _letting(self, bound: BoundFlow) -> set[str]:
        """The network devices whose existing rules let a flow through for certain, though another firewall stops it."""
        if not self.missing_only or bound.service is None:
            return set()
        layers = [each for each in self._covered[id(bound)].layers if not each.device.is_host]
        return {each.device.name for each in layers if each.certain} - {
            each.device.name for each in layers if not each.certain
        }

    def _cross(self, bound: BoundFlow, cause: Cause, service: ServiceSet) -> str:
        """Plan the flow at every network device on its way; why that cannot be done, or ""."""
        if not self.zones.members and not self.exported:
            self._note("No FortiGate is in the site file: Windows rules only.")
            return ""
        course = self.places.course(bound.source, bound.destination)
        if course.question:
            return course.question
        if course.note:
            self._note(course.note)
        published = self._published(bound, course)
        if isinstance(published, str):
            return published
        passed = self._letting(bound)
        for crossing in course.crossings:
            if crossing.device in passed:
                row = self._covered[id(bound)].row
                self._note(f"{cause.flow} ({row.source} to {row.destination}) passes {crossing.device} already.")
                continue
            for source, public, server in _ends(bound, crossing, published):
                hidden = self._hidden(bound, crossing, source)
                ways = (crossing.ingress, crossing.egress)
                permit = Permit(*ways, source, server, service, (cause,), public, *hidden)
                self.permits.setdefault(crossing.device, []).append(permit)
        return ""

    def _published(self, bound: BoundFlow, course: Course) -> tuple[Face, ...] | str:
        """What clients outside send to, for each server and family; the question where it is not known."""
        found: list[Face] = []
        if bound.source.trust == "untrusted" and any(crossing.first for crossing in course.crossings):
            for family in (ANY_IPV4, ANY_IPV6):
                if bound.source.addresses.overlaps(family) and bound.destination.addresses.overlaps(family):
                    faces = self.publishing.faces(bound.destination, family)
                    if isinstance(faces, str):
                        return faces
                    found += faces
        return tuple(found)

    def _hidden(self, bound: BoundFlow, crossing: Crossing, source: AddressSet) -> tuple[bool, AddressSet]:
        """(must the device translate the sender, to which address): private addresses cannot travel the Internet."""
        if not _leaves(bound, crossing) or not source.overlaps(PRIVATE_IPV4):
            return False, NO_ADDRESS
        return True, self.publishing.sender(bound.source)

    # --- the whole

    def _network(self, name: str, permits: list[Permit]) -> NetworkPlan:
        firewall = next(each for each in self.firewalls if each.name == name)
        existing = Existing(firewall)
        kept: list[Permit] = []
        for permit, reason in self._standing(existing, permits):
            if not reason:
                kept.append(permit)
                continue
            face = f"{permit.public.text()} as " if permit.public else ""
            ends = f"{permit.source.text(1)} to {face}{permit.destination.text(3)} {permit.service.text(4)}"
            for cause in permit.causes:
                self.unplanned[Unplanned(cause, ends, f"{reason} (at {name})")] = None
        ending = existing.ending(kept)
        for rule in existing.stopping(kept):
            where = f"{name}: rule {rule.id} ({rule.origin.text})"
            if rule is ending:
                self._note(f"{where} denies the rest: the script puts the new policies in front of it.")
            else:
                self._note(f"{where} denies some of it: whether the new rules may stand above it is yours to decide.")
        described = self.site.devices.get(name)
        vdom = firewall.vdom or (described.vdom if described else "")
        return NetworkPlan(name, firewall.vendor, vdom, merged(kept), existing)

    @staticmethod
    def _standing(existing: Existing, permits: list[Permit]) -> Iterator[tuple[Permit, str]]:
        """Each permit, and why the device cannot have it."""
        if existing.policy_based:
            reason = "NGFW policy mode: its policies know applications, not services; plan it by hand"
            yield from ((permit, reason) for permit in permits)
            return
        kept, clashing = clashes(permits)
        yield from clashing
        yield from ((permit, existing.elsewhere(permit) if permit.public else "") for permit in kept)

    def _remarks(self, networks: tuple[NetworkPlan, ...]) -> None:
        if isinstance(self.places, ByZones) and networks:
            self._note("Ways and interfaces are those of the site file; with the exports, rules name them exactly.")
        for (zone, why), names in self.zones.assumed.items():
            self._note(f"Taken to lie in zone {zone}, {why}: {', '.join(names)}.")
        planned = {each.device for each in networks}
        for name, device in self.site.devices.items():
            known = any(each.name == name for each in self.firewalls)
            if device.type in NETWORK and name not in planned:
                why = "no flow crosses it" if known else "its export was not given beside those of other devices"
                self._note(f"{name}: nothing is planned, {why}.")
        for ruleset in self.bound:
            for rule, members in ruleset.unrestricted:
                if members:
                    self._note(
                        f"{rule.id} [{', '.join(rule.cite)}]: the vendor supports only unrestricted traffic between "
                        f"{', '.join(rule.between)}; the plan holds the documented ports."
                    )
        for note in (*self.publishing.notes, *self.hosts.notes):
            self._note(note)

    def _leave(self, cause: Cause, bound: BoundFlow, reason: str) -> None:
        self.unplanned[Unplanned(cause, f"{bound.source.text} to {bound.destination.text}", reason)] = None

    def _note(self, text: str) -> None:
        self.notes[text] = None


def _ends(
    bound: BoundFlow, crossing: Crossing, published: tuple[Face, ...]
) -> Iterator[tuple[AddressSet, AddressSet, AddressSet]]:
    """(source, public address, server) as a device sees them, one family at a time."""
    for family in (ANY_IPV4, ANY_IPV6):
        source, server = bound.source.addresses & family, bound.destination.addresses & family
        if source and server and published and crossing.first:
            yield from ((source, public, own) for public, own in published if own.overlaps(family))
        elif source and server:
            yield source, NO_ADDRESS, server


def _leaves(bound: BoundFlow, crossing: Crossing) -> bool:
    """Does the device hand the packets to an untrusted zone itself?"""
    return bound.destination.trust == "untrusted" and crossing.last


def _skeletons(site: Site) -> Iterator[Firewall]:
    """Devices without an export: only their zones are known, and those the site file states."""
    for name, device in site.devices.items():
        if device.type in NETWORK:
            yield Firewall(name, device.type, "", "", (), (), vdom=device.vdom)


def _labels(rulesets: tuple[BoundRuleset, ...]) -> dict[AddressSet, str]:
    """A name for every bound address: its host's, or its first role's; and for the addresses of a zone."""
    zones: dict[AddressSet, str] = {}
    names: dict[AddressSet, dict[str, None]] = {}
    hosts: dict[AddressSet, str] = {}
    for end in (end for ruleset in rulesets for end in ruleset.every_end):
        if not end.is_server:
            zones[end.addresses] = end.name
        elif end.addresses:
            names.setdefault(end.addresses, {})[end.name] = None
            if end.host:
                hosts[end.addresses] = end.host
    servers = {addresses: hosts.get(addresses, next(iter(found))) for addresses, found in names.items()}
    return {addresses: name for addresses, name in zones.items() if addresses} | servers
