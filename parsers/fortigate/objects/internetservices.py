"""Internet services: custom ones are in the file, the vendor's database is not.

Source: the reference, section 6.6: an entry of the database carries addresses and ports together; only
`firewall internet-service-custom` (nested `entry`: protocol, port ranges, address objects) can be resolved offline.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from parsers.fortigate.objects.addresses import AddressBook
from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.intervals import IntervalSet
from parsers.model.services import ANY_SERVICE, NO_SERVICE, SCTP, TCP, UDP, ServiceSet

_CUSTOM = "firewall internet-service-custom"
_GROUPS = "firewall internet-service-group"
_CUSTOM_GROUPS = "firewall internet-service-custom-group"
_WITH_PORTS = (TCP, UDP, SCTP)


@dataclass(frozen=True, slots=True)
class NamedServices:
    """Every one of some addresses with every one of some services, and why they are not exact."""

    addresses: Bounded[AddressSet]
    services: Bounded[ServiceSet]
    uncertain: tuple[str, ...] = ()


class InternetServices:
    """The Internet services of one VDOM."""

    def __init__(self, scope: Scope, addresses: AddressBook, addresses6: AddressBook) -> None:
        self.scope = scope
        self.addresses = addresses
        self.addresses6 = addresses6

    def side(self, block: Block, prefix: str) -> NamedServices:
        """What the settings `PREFIX-name`, `-id`, `-group`, `-custom` and `-custom-group` of a policy stand for.

        Args:
            block: the policy.
            prefix: "internet-service", "internet-service-src", "internet-service6" or "internet-service6-src".
        """
        whole = ANY_IPV6 if prefix.startswith("internet-service6") else ANY_IPV4
        parts = list(self._parts(block, prefix, whole))
        if not parts:
            reason = "the Internet service it means is not in the backup"
            return NamedServices(Bounded(NO_ADDRESS, whole), Bounded(NO_SERVICE, ANY_SERVICE), (reason,))
        addresses = Bounded(
            AddressSet.union(part.addresses.certain for part in parts),
            AddressSet.union(part.addresses.possible for part in parts) & whole,
        )
        services = Bounded(
            ServiceSet.union(part.services.certain for part in parts),
            ServiceSet.union(part.services.possible for part in parts),
        )
        reasons = tuple(dict.fromkeys(reason for part in parts for reason in part.uncertain))
        if len({part.services for part in parts}) > 1 and len({part.addresses for part in parts}) > 1:
            # Each entry pairs its own addresses with its own ports: all with all is only an upper bound.
            services = Bounded(NO_SERVICE, services.possible)
            reasons += ("the entries of an Internet service pair their own addresses and ports",)
        if block.get(f"{prefix}-negate") == "enable":
            return self._negated(addresses, services, reasons, whole)
        return NamedServices(addresses, services, reasons)

    @staticmethod
    def _negated(
        addresses: Bounded[AddressSet], services: Bounded[ServiceSet], reasons: tuple[str, ...], whole: AddressSet
    ) -> NamedServices:
        """Everything that is not (these addresses with these services)."""
        every = Bounded.exactly(ANY_SERVICE)
        if services == every:
            return NamedServices(Bounded.exactly(whole) - addresses, every, reasons)
        reasons += ("a negated Internet service is every other pair of address and port",)
        # Addresses outside the service are matched with every port; whether others are depends on the port.
        return NamedServices(Bounded(whole - addresses.possible, whole), every, reasons)

    def _parts(self, block: Block, prefix: str, whole: AddressSet) -> Iterator[NamedServices]:
        for group in block.words(f"{prefix}-group"):
            if group:
                yield from self._group(group, block, whole)
        for keyword in ("name", "id", "fortiguard"):
            for name in block.words(f"{prefix}-{keyword}"):
                if name:
                    yield self._predefined(name, block, whole)
        dynamic = "network-service-src-dynamic" if prefix.endswith("-src") else "network-service-dynamic"
        for name in block.words(dynamic):
            yield self._predefined(name, block, whole)
        customs = [*block.words(f"{prefix}-custom")]
        for group in block.words(f"{prefix}-custom-group"):
            entry = self.scope.entry(_CUSTOM_GROUPS, group)
            customs += entry.words("member") if entry is not None else (group,)
        for name in customs:
            if name:
                yield from self._custom(name, whole)

    def _group(self, name: str, block: Block, whole: AddressSet) -> Iterator[NamedServices]:
        """The members of a group: custom services of the file, and those of the vendor's database."""
        entry = self.scope.entry(_GROUPS, name)
        members = entry.words("member") if entry is not None else ()
        for member in members or (name,):
            if self.scope.entry(_CUSTOM, member) is not None:
                yield from self._custom(member, whole)
            else:
                yield self._predefined(member, block, whole)

    def _predefined(self, name: str, block: Block, whole: AddressSet) -> NamedServices:
        answer = self.scope.answer("internet-service", name, name, block)
        if answer is None:
            reason = f"the addresses and ports of Internet service {name!r} are not in the backup"
            return NamedServices(Bounded(NO_ADDRESS, whole), Bounded(NO_SERVICE, ANY_SERVICE), (reason,))
        reason = f"the ports of Internet service {name!r} are not in the backup"
        return NamedServices(Bounded.exactly(answer & whole), Bounded(NO_SERVICE, ANY_SERVICE), (reason,))

    def _custom(self, name: str, whole: AddressSet) -> Iterator[NamedServices]:
        block = self.scope.entry(_CUSTOM, name)
        table = block.table("entry") if block is not None else None
        if block is None or table is None or not table.entries:
            reason = f"custom Internet service {name!r} has no entry in the file"
            yield NamedServices(Bounded(NO_ADDRESS, whole), Bounded(NO_SERVICE, ANY_SERVICE), (reason,))
            return
        for entry in table.entries.values():
            try:
                services = _services(entry)
            except ValueError as error:
                what = f"custom Internet service {name!r} cannot be read: {error}"
                self.scope.gap(_CUSTOM, block, "", what, hides_access=True)
                services = Bounded(NO_SERVICE, ANY_SERVICE)
            yield self._entry(entry, services)

    def _entry(self, entry: Block, services: Bounded[ServiceSet]) -> NamedServices:
        addresses: Bounded[AddressSet] = Bounded.exactly(NO_ADDRESS)
        reasons: tuple[str, ...] = ()
        for keyword, book in (("dst", self.addresses), ("dst6", self.addresses6)):
            names = tuple(name for name in entry.words(keyword) if name)
            if names:
                found = book.union(names)
                addresses, reasons = addresses | found.addresses, reasons + found.uncertain
        if not entry.words("dst") and not entry.words("dst6"):
            addresses = Bounded.exactly(ANY_ADDRESS)
        return NamedServices(addresses, services, reasons)


def _services(entry: Block) -> Bounded[ServiceSet]:
    """The services of one entry; protocol 0 is every protocol, no port range every port."""
    protocol = int(entry.get("protocol") or 0)
    if protocol == 0:
        return Bounded.exactly(ANY_SERVICE)
    if protocol not in _WITH_PORTS:
        return Bounded.exactly(ServiceSet.protocol(protocol))
    table = entry.table("port-range")
    spans = [
        (int(each.get("start-port") or 1), int(each.get("end-port") or 65535))
        for each in (table.entries.values() if table is not None else ())
    ]
    if any(last < first or last > 65535 for first, last in spans):
        raise ValueError("a port range ends before it starts or above 65535")
    ports = IntervalSet.of(*spans) if spans else IntervalSet.of((0, 65535))
    return Bounded.exactly(ServiceSet.ports(protocol, ports))
