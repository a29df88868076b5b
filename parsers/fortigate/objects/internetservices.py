"""Internet services: custom ones are in the file, the vendor's database is not.

Source: the reference, section 6.6: an entry of the database carries addresses and ports together; only
`firewall internet-service-custom` (nested `entry`: protocol, port ranges, address objects) can be resolved offline.
The CLI reference: `internet-service-extension` adds entries to a service of the database and disables some of its own;
`-addition` and `-append` add ports to such services, whose ports are not in a file anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parsers.fortigate.objects.addresses import AddressBook, Resolved
from parsers.fortigate.objects.internetentries import disabled, served
from parsers.fortigate.objects.pairsets import NO_PAIRS, PairSet
from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.services import ANY_SERVICE

_CUSTOM = "firewall internet-service-custom"
_GROUPS = "firewall internet-service-group"
_CUSTOM_GROUPS = "firewall internet-service-custom-group"
_EXTENSION = "firewall internet-service-extension"
_FORTIGUARD = "firewall internet-service-fortiguard"
_NAMES = "firewall internet-service-name"
_SOURCE_PORTS = "whether the ports of an Internet service count where it is the source is not documented"


@dataclass(frozen=True, slots=True)
class Served:
    """What Internet services stand for: addresses with their services, and why they are not exact."""

    pairs: Bounded[PairSet]
    uncertain: tuple[str, ...] = ()


class InternetServices:
    """The Internet services of one VDOM."""

    def __init__(self, scope: Scope, addresses: AddressBook, addresses6: AddressBook) -> None:
        self.scope = scope
        self.books = addresses, addresses6

    def target(self, block: Block, prefix: str) -> Served:
        """What the settings `PREFIX-name`, `-id`, `-group`, `-custom` and `-custom-group` stand for as destination.

        Args:
            block: the policy.
            prefix: "internet-service" or "internet-service6".
        """
        whole, found = self._named(block, prefix)
        if block.get(f"{prefix}-negate") == "enable":
            return Served(Bounded.exactly(PairSet.of(whole, ANY_SERVICE)) - found.pairs, found.uncertain)
        return found

    def source(self, block: Block, prefix: str) -> Resolved:
        """The senders they perhaps stand for: whether the ports of an entry count for them is not documented.

        Args:
            block: the policy.
            prefix: "internet-service-src" or "internet-service6-src".
        """
        whole, found = self._named(block, prefix)
        addresses = Bounded(NO_ADDRESS, found.pairs.possible.addresses)
        if block.get(f"{prefix}-negate") == "enable":
            addresses = Bounded.exactly(whole) - addresses
        return Resolved(addresses, (*found.uncertain, _SOURCE_PORTS))

    def _named(self, block: Block, prefix: str) -> tuple[AddressSet, Served]:
        """The addresses of the family, and those of the services with their services."""
        whole = ANY_IPV6 if prefix.startswith("internet-service6") else ANY_IPV4
        found = list(self._parts(block, prefix, whole))
        if not found:
            return whole, _unknown(whole, "the Internet service it means is not in the backup")
        family = Bounded.exactly(PairSet.of(whole, ANY_SERVICE))
        whole_found = _together(found)
        return whole, Served(whole_found.pairs & family, whole_found.uncertain)

    def _parts(self, block: Block, prefix: str, whole: AddressSet) -> Iterator[Served]:
        for group in block.words(f"{prefix}-group"):
            if group:
                yield from self._group(group, block, whole)
        for keyword in ("name", "id", "fortiguard"):
            for name in block.words(f"{prefix}-{keyword}"):
                if name:
                    yield self._predefined(name, block, whole)
        dynamic = "network-service-src-dynamic" if prefix.endswith("-src") else "network-service-dynamic"
        for name in filter(None, block.words(dynamic)):
            yield self._predefined(name, block, whole)
        customs = [*block.words(f"{prefix}-custom")]
        for group in block.words(f"{prefix}-custom-group"):
            entry = self.scope.entry(_CUSTOM_GROUPS, group)
            customs += entry.words("member") if entry is not None else (group,)
        for name in customs:
            if name:
                yield self._custom(name, whole)

    def _group(self, name: str, block: Block, whole: AddressSet) -> Iterator[Served]:
        """The members of a group: custom services of the file, and those of the vendor's database."""
        entry = self.scope.entry(_GROUPS, name)
        members = entry.words("member") if entry is not None else ()
        for member in members or (name,):
            if self.scope.entry(_CUSTOM, member) is not None:
                yield self._custom(member, whole)
            else:
                yield self._predefined(member, block, whole)

    def _predefined(self, name: str, block: Block, whole: AddressSet) -> Served:
        """A service of the database, with what an extension of the file adds to it and takes from it."""
        answer = self.scope.answer("internet-service", name, name, block)
        addresses = whole if answer is None else answer & whole
        what = "addresses and ports" if answer is None else "ports"
        found = _unknown(addresses, f"the {what} of Internet service {name!r} are not in the backup")
        number = name
        listed = self.scope.entry(_NAMES, name)
        if listed is not None:
            number = listed.get("internet-service-id") or name
        for kind, key in ((_EXTENSION, number), (_FORTIGUARD, name)):
            entry = self.scope.entry(kind, key)
            if entry is not None:
                found = self._changed(kind, entry, [found])
        return found

    def _custom(self, name: str, whole: AddressSet) -> Served:
        block = self.scope.entry(_CUSTOM, name)
        table = block.table("entry") if block is not None else None
        master = block.get("master-service-id") or "0" if block is not None else "0"
        if block is None or (not (table and table.entries) and master == "0"):
            return _unknown(whole, f"custom Internet service {name!r} has no entry in the file")
        before = [] if master == "0" else [self._predefined(master, block, whole)]
        return self._changed(_CUSTOM, block, before)

    def _changed(self, kind: str, block: Block, before: list[Served]) -> Served:
        """A service less the entries that are disabled, and with the entries that are added.

        Whether what is disabled also goes where an added entry has it is not documented.
        """
        reasons: dict[str, None] = {}
        gone: Bounded[PairSet] = Bounded.exactly(NO_PAIRS)
        added: list[Served] = []
        for name, read in (("disable-entry", disabled), ("entry", served)):
            table = block.table(name)
            for entry in table.entries.values() if table is not None else ():
                try:
                    pairs, why = read(entry, self.books)
                except ValueError as error:
                    what = f"Internet service {block.name!r} cannot be read: {error}"
                    self.scope.gap(kind, block, "", what, hides_access=True)
                    pairs, why = _unknown(ANY_IPV4 | ANY_IPV6, what).pairs, (what,)
                if name == "entry":
                    added.append(Served(pairs, why))
                else:
                    gone, reasons = gone | pairs, reasons | dict.fromkeys(why)
        stated, more = _together(before), _together(added)
        doubtful = Bounded(more.pairs.certain - gone.possible, more.pairs.possible)
        pairs = (stated.pairs - gone) | doubtful
        return Served(pairs, tuple(dict.fromkeys((*stated.uncertain, *more.uncertain, *reasons))))


def _together(found: Iterable[Served]) -> Served:
    every = tuple(found)
    pairs = Bounded(
        PairSet.union(each.pairs.certain for each in every), PairSet.union(each.pairs.possible for each in every)
    )
    return Served(pairs, tuple(dict.fromkeys(reason for each in every for reason in each.uncertain)))


def _unknown(addresses: AddressSet, reason: str) -> Served:
    return Served(Bounded(NO_PAIRS, PairSet.of(addresses, ANY_SERVICE)), (reason,))
