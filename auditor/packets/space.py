"""The packets that can exist at one firewall: names of interfaces and translations as bits, services as atoms."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.packets.atoms import ServiceAtoms
from auditor.packets.box import Box, intersect, minus
from auditor.packets.flow import Flow
from auditor.packets.index import BoxIndex
from auditor.packets.translated import OTHER, Domain, Taken, certainly_taken, domains
from parsers.model.addresses import ANY_IPV4, ANY_IPV6, AddressSet
from parsers.model.firewall import HOST_PROFILES, Firewall
from parsers.model.intervals import IntervalSet
from parsers.model.rule import ANY_TRANSLATION, RuleList
from parsers.model.services import ServiceSet


class Space:
    """Coordinates for boxes of one firewall.

    `universe` holds, as boxes, every packet that can exist: untranslated ones (less what a translation certainly
    takes) and those of each translation; `certain_translations` is the mask of translations (bit 0: none) whose
    packets are known to be translated and to exactly the described destination; `networks` holds the connected networks
    of the interfaces that have any, `outward` the interfaces that a default route leaves through.
    """

    def __init__(self, firewall: Firewall, lists: Iterable[RuleList], services: Iterable[ServiceSet] = ()) -> None:
        rules = [rule for each in lists for rule in each.rules]
        # A host has its profiles and no interface beside them; elsewhere packets come from unnamed interfaces too.
        known = HOST_PROFILES if firewall.host is not None else (OTHER,)
        self.interfaces: dict[str, int] = {name: number for number, name in enumerate(known)}
        for interface in firewall.interfaces:
            self._name(interface.name)
        for rule in rules:
            for name in sorted((rule.ingress or frozenset()) | (rule.egress or frozenset())):
                self._name(name)
        self.networks = {each.name: each.networks for each in firewall.interfaces if each.networks}
        self.outward = frozenset(each.interface for each in firewall.routes if each.destination >= ANY_IPV4)
        self.domains = domains(firewall)
        for domain in self.domains:
            for name in sorted(domain.taken.ingress or ()):
                self._name(name)
        self.interface_names = tuple(self.interfaces)
        self.all_interfaces = (1 << len(self.interfaces)) - 1
        self.translation_bits: dict[str, int] = {}
        for number, domain in enumerate(self.domains, start=1):
            key = domain.translation.name
            self.translation_bits[key] = self.translation_bits.get(key, 0) | 1 << number
        self.all_translations = (1 << (len(self.domains) + 1)) - 1
        self.certain_translations = 1 | sum(
            1 << number for number, domain in enumerate(self.domains, start=1) if domain.certain
        )
        self.crossing = sum(1 << number for number, each in enumerate(self.domains, start=1) if _changes_family(each))
        taken = certainly_taken(firewall) if self.domains else ()
        sets: list[ServiceSet] = [rule.service.possible for rule in rules]
        sets += [rule.service.certain for rule in rules]
        sets += [domain.service for domain in self.domains]
        sets += [each.service for each in taken]
        sets += services
        self.atoms = ServiceAtoms(sets)
        self._families: dict[int, tuple[AddressSet, IntervalSet, IntervalSet]] = {}
        self.universe = self._universe(taken)
        self._index: BoxIndex | None = None

    def _name(self, name: str) -> None:
        self.interfaces.setdefault(name, len(self.interfaces))

    def interface_mask(self, names: frozenset[str] | None) -> int:
        """The bits of interfaces; None is all of them, a name nobody mentions is `OTHER`."""
        if names is None:
            return self.all_interfaces
        mask = 0
        for name in names:
            mask |= 1 << self.interfaces.get(name, 0)
        return mask

    def translation_mask(self, names: frozenset[str]) -> int:
        """The bits of translations by name."""
        if names >= ANY_TRANSLATION:
            return self.all_translations & ~1
        mask = 0
        for name in names:
            mask |= self.translation_bits.get(name, 0)
        return mask

    def families(self, addresses: AddressSet) -> tuple[IntervalSet, IntervalSet]:
        """The IPv4 and IPv6 parts, the same objects for the same set."""
        known = self._families.get(id(addresses))
        if known is None:
            known = self._families[id(addresses)] = (
                addresses,
                addresses.ipv4.intervals,
                addresses.ipv6.intervals,
            )
        return known[1], known[2]

    def boxes(
        self, ingress: int, egress: int, translation: int, source: AddressSet, destination: AddressSet, service: int
    ) -> list[Box]:
        """The box split by address family; parts that hold no packet are left out.

        Only packets of a translation that changes the family have a source of one and a destination of the other.
        """
        if not (ingress and egress and translation and service):
            return []
        senders, targets = self.families(source), self.families(destination)
        pairs = zip(senders, targets, strict=True)
        found = [Box(ingress, egress, translation, a, b, service) for a, b in pairs if a.ranges and b.ranges]
        if crossing := translation & self.crossing:
            pairs = zip(senders, reversed(targets), strict=True)
            found += [Box(ingress, egress, crossing, a, b, service) for a, b in pairs if a.ranges and b.ranges]
        return found

    def exists(self, box: Box) -> bool:
        """Can some packet of the box exist here?"""
        if self._index is None:
            self._index = BoxIndex(self.universe)
        return self._index.near(box) != 0

    def _universe(self, taken: tuple[Taken, ...]) -> tuple[Box, ...]:
        anywhere = ANY_IPV4 | ANY_IPV6
        plain = self.boxes(self.all_interfaces, self.all_interfaces, 1, anywhere, anywhere, self.atoms.everything)
        removed = [
            box
            for each in taken
            for box in self.boxes(
                self.interface_mask(each.ingress),
                self.all_interfaces,
                1,
                each.source,
                each.destination,
                self.atoms.mask(each.service),
            )
        ]
        found = [piece for box in plain for piece in minus(box, removed)]
        for number, domain in enumerate(self.domains, start=1):
            found += self._domain_boxes(number, domain)
        return tuple(found)

    def _domain_boxes(self, number: int, domain: Domain) -> list[Box]:
        source = domain.taken.source
        if self.crossing >> number & 1:
            source = AddressSet.union(family for family in _FAMILIES if domain.taken.destination & family) & source
        return self.boxes(
            self.interface_mask(domain.taken.ingress),
            self.all_interfaces,
            1 << number,
            source,
            domain.destination,
            self.atoms.mask(domain.service),
        )

    def flow_boxes(self, flow: Flow) -> list[Box]:
        """The packets of a flow that can exist at this firewall."""
        translation = {None: self.all_translations, True: self.all_translations & ~1, False: 1}[flow.translated]
        asked = self.boxes(
            self.interface_mask(flow.ingress),
            self.interface_mask(flow.egress),
            translation,
            flow.source,
            flow.destination,
            self.atoms.mask(flow.service),
        )
        return [shared for box in asked for whole in self.universe if (shared := intersect(box, whole)) is not None]

    def names(self, mask: int) -> tuple[str, ...]:
        """The interface names of some bits; () when all are meant."""
        if mask == self.all_interfaces:
            return ()
        return tuple(name for number, name in enumerate(self.interface_names) if mask >> number & 1)


_FAMILIES = (ANY_IPV4, ANY_IPV6)


def _changes_family(domain: Domain) -> bool:
    """Does a translation send clients of one family to a server of the other (NAT46, NAT64)?"""
    before, after = domain.taken.destination, domain.destination
    return bool((before.ipv4 and after.ipv6) or (before.ipv6 and after.ipv4))
