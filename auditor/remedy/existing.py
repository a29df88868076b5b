"""What a device's export holds already and a plan must respect: names, virtual IPs, modes, rules that stop packets.

Source: the reference, sections 4 and 7: FortiOS refuses virtual IPs that overlap; with central NAT policies name the
address behind a virtual IP and sources are translated in a table of their own; a policy at the end of the list is
behind every deny above it. On Windows a block beats every allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.packets.translated import image
from auditor.remedy.planned import HostPermit, Permit
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, AddressSet
from parsers.model.firewall import Firewall, Mapping, Translation
from parsers.model.rule import Action, Direction, Rule
from parsers.model.services import ANY_SERVICE, ServiceSet


@dataclass(frozen=True, slots=True)
class Existing:
    """One device as it is. Without an export everything is free."""

    firewall: Firewall

    @property
    def names(self) -> frozenset[str]:
        """Names of objects, zones and policies that are taken."""
        taken = {item.name for item in self.firewall.objects} | {zone.name for zone in self.firewall.zones}
        taken |= {rule.name for each in self.firewall.lists for rule in each.rules if rule.name}
        return frozenset(taken)

    @property
    def interfaces(self) -> frozenset[str]:
        """Interfaces that virtual IPs may listen on: those that are no members of zones."""
        return frozenset(each.name for each in self.firewall.interfaces if not each.zone)

    @property
    def central_nat(self) -> bool:
        """Is central NAT on?"""
        return self._is_set("central-nat", "enable")

    @property
    def policy_based(self) -> bool:
        """Is it in NGFW policy mode, where policies know applications instead of services?"""
        return self._is_set("ngfw-mode", "policy-based")

    @property
    def has_vdoms(self) -> bool:
        """Does it run with VDOMs, be it one alone? Then commands stand inside one."""
        switches = (("vdom-mode", "multi-vdom"), ("vdom-mode", "split-vdom"), ("vdom-admin", "enable"))
        return any(self._is_set(*switch, path="system global") for switch in switches)

    def _is_set(self, key: str, value: str, path: str = "system settings") -> bool:
        return any((each.path, each.key, each.value) == (path, key, value) for each in self.firewall.settings)

    # --- virtual IPs

    def leading(self, public: AddressSet, server: AddressSet, service: ServiceSet) -> Iterator[tuple[ServiceSet, str]]:
        """(service, virtual IP) for what existing virtual IPs lead from a public address to a server, port by port."""
        for translation, mapping, share in self._meeting(public, service):
            plain = translation.source.certain == ANY_ADDRESS and translation.ingress is None
            exact = mapping.mapped_destination.is_exact and not translation.uncertain
            if plain and exact and image(mapping, public, share) == (server, share):
                yield share, translation.name

    def elsewhere(self, permit: Permit) -> str:
        """Why a planned virtual IP cannot be made: an existing one takes its packets to somewhere else; or ""."""
        for translation, mapping, share in self._meeting(permit.public, permit.service):
            if image(mapping, permit.public, share) != (permit.destination, share):
                target, port = image(mapping, permit.public, share)
                return (
                    f"{translation.name} leads {share.text(4)} of {permit.public.text()} to {target.text(2)} "
                    f"{port.text(4)}: change it first"
                )
        return ""

    def _meeting(self, public: AddressSet, service: ServiceSet) -> Iterator[tuple[Translation, Mapping, ServiceSet]]:
        for translation in self.firewall.translations:
            for mapping in translation.mappings:
                share = mapping.original_service & service
                if share and public <= mapping.original_destination:
                    yield translation, mapping, share

    # --- rules that stop what is planned

    def stopping(self, permits: Iterable[Permit]) -> tuple[Rule, ...]:
        """Deny rules that packets of the plan can meet."""
        members = {zone.name: frozenset(zone.interfaces) for zone in self.firewall.zones}
        found: dict[str, Rule] = {}
        for permit in permits:
            ways = [
                frozenset().union(*(members.get(name, {name}) for name in side))
                for side in (permit.ingress, permit.egress)
            ]
            for rule in self._denies(Direction.FORWARD):
                target = rule.translated_destination if permit.public else rule.destination
                if (
                    _meets(rule.ingress, ways[0])
                    and _meets(rule.egress, ways[1])
                    and rule.source.possible.overlaps(permit.source)
                    and target.possible.overlaps(permit.destination)
                    and rule.service.possible.overlaps(permit.service)
                ):
                    found[rule.id] = rule
        return tuple(found.values())

    def ending(self, permits: Iterable[Permit]) -> Rule | None:
        """The deny of everything that would stand above new policies: they belong in front of it.

        A deny of certain hosts or countries is none: whether the plan may pass by it is for a person to say.
        """
        if self.firewall.vendor != "fortigate":
            return None
        met = {id(rule) for rule in self.stopping(permits)}
        for rule in self._denies(Direction.FORWARD):
            ends = (rule.source.certain, rule.destination.certain)
            whole = all(end >= ANY_IPV4 for end in ends) and rule.service.certain == ANY_SERVICE
            if id(rule) in met and whole and rule.id.isdigit():
                return rule
        return None

    @property
    def free_id(self) -> int:
        """A policy id above all that are used."""
        rules = (rule for each in self.firewall.lists for rule in each.rules if each.direction is Direction.FORWARD)
        return max((int(rule.id) for rule in rules if rule.id.isdigit()), default=0) + 1

    def blocking(self, permits: Iterable[HostPermit]) -> tuple[Rule, ...]:
        """Block rules of a host that packets of the plan can meet."""
        found: dict[str, Rule] = {}
        for permit in permits:
            for rule in self._denies(Direction.INBOUND if permit.inward else Direction.OUTBOUND):
                ends = (rule.source.possible, permit.source), (rule.destination.possible, permit.destination)
                if all(one.overlaps(other) for one, other in ends) and rule.service.possible.overlaps(permit.service):
                    found[rule.id] = rule
        return tuple(found.values())

    def _denies(self, direction: Direction) -> Iterator[Rule]:
        for each in self.firewall.lists:
            if each.direction is direction:
                for rule in each.rules:
                    if rule.action is Action.DENY and rule.enabled and not rule.implicit:
                        yield rule


def _meets(stated: frozenset[str] | None, names: frozenset[str]) -> bool:
    return stated is None or bool(stated & names)
