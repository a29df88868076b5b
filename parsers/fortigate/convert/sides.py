"""What the source, destination and service of a policy stand for.

Source: the reference, sections 4, 6 and 7.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from parsers.fortigate.convert.books import Books
from parsers.fortigate.objects.addresses import AddressBook
from parsers.fortigate.objects.pairsets import parts
from parsers.fortigate.objects.services import ResolvedService
from parsers.fortigate.objects.vips import vip_table
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.rule import NO_TRANSLATIONS
from parsers.model.services import ANY_SERVICE, NO_SERVICE, ServiceSet

NO_ADDRESSES = Bounded.exactly(NO_ADDRESS)
_OLD_FAMILIES = frozenset({"firewall policy6", "firewall policy46", "firewall policy64"})
"""Tables whose IPv6 addresses stand under `srcaddr` and `dstaddr`."""


@dataclass(frozen=True, slots=True)
class Matched:
    """One side of a policy."""

    addresses: Bounded[AddressSet]
    translations: Bounded[frozenset[str]] = Bounded(NO_TRANSLATIONS, NO_TRANSLATIONS)
    uncertain: tuple[str, ...] = ()


_NOWHERE = Matched(NO_ADDRESSES)


@dataclass(frozen=True, slots=True)
class Target:
    """Destinations of a policy with the services it is for there."""

    matched: Matched
    services: Bounded[ServiceSet]


class Sides:
    """Reads the sides of policies of one VDOM.

    Args:
        books: its objects.
        central: whether virtual IPs translate by themselves (central NAT) and policies name the real addresses.
    """

    def __init__(self, books: Books, *, central: bool) -> None:
        self.books = books
        self.scope = books.scope
        self.central = central

    def source(self, kind: str, block: Block) -> Matched:
        """The source of a policy in the families its table has."""
        return _union([self._senders(kind, block, six=six) for six in _families(kind)])

    def targets(self, kind: str, block: Block) -> tuple[Target, ...]:
        """The destinations of a policy with its services there; several where services differ by destination."""
        families = _families(kind)
        served = [six for six in families if block.get(_prefix(six)) == "enable"]
        found = [target for six in served for target in self._served(kind, block, six=six)]
        plain = [six for six in families if six not in served]
        named = _union([self._addressed(kind, block, "dst", six=six) for six in plain]) if plain else _NOWHERE
        if named.addresses.possible or named.translations.possible or not found:
            found = [*_at(named, _OTHER_FAMILY if served and plain else self.service(kind, block)), *found]
        return tuple(found)

    def _served(self, kind: str, block: Block, *, six: bool) -> Iterator[Target]:
        """The destinations of Internet services, which bring their own services along."""
        found = self.books.internet.target(block, _prefix(six))
        if _by_application(kind, block):
            addresses = Bounded(NO_ADDRESS, found.pairs.possible.addresses)
            reasons = (*found.uncertain, *_DEFAULT_PORTS.uncertain)
            yield Target(Matched(addresses, uncertain=reasons), _DEFAULT_PORTS.services)
            return
        for addresses, services in parts(found.pairs):
            reasons = () if addresses.is_exact and services.is_exact else found.uncertain
            yield Target(Matched(addresses, uncertain=reasons), services)

    def service(self, kind: str, block: Block) -> ResolvedService:
        """The services a policy names."""
        names = block.words("service")
        if not names:
            return _DEFAULT_PORTS if kind == "firewall security-policy" else ResolvedService(NO_SERVICES)
        for name in names:
            defined = self.books.services.defines(name)
            self.scope.refer(kind, block, "firewall service custom", name, defined=defined)
        if _by_application(kind, block):
            return _DEFAULT_PORTS
        found = self.books.services.union(names)
        return self.books.services.negated(found) if block.get("service-negate") == "enable" else found

    def _senders(self, kind: str, block: Block, *, six: bool) -> Matched:
        """The source in one family: Internet services where they are switched on, else addresses."""
        prefix = f"{_prefix(six)}-src"
        if block.get(prefix) != "enable":
            return self._addressed(kind, block, "src", six=six)
        found = self.books.internet.source(block, prefix)
        return Matched(found.addresses, uncertain=found.uncertain)

    def _addressed(self, kind: str, block: Block, side: str, *, six: bool) -> Matched:
        """One side of a policy in one family, by address objects and virtual IPs."""
        book = self.books.addresses6 if six else self.books.addresses
        keyword = f"{side}addr6" if six and kind not in _OLD_FAMILIES else f"{side}addr"
        if not six and block.words(f"{side}addr4"):
            keyword = f"{side}addr4"
        return self._side(kind, block, keyword, book)

    def _side(self, kind: str, block: Block, keyword: str, book: AddressBook) -> Matched:
        names = block.words(keyword)
        if not names:
            return Matched(NO_ADDRESSES)
        plain: list[str] = []
        translations: set[str] = set()
        for name in names:
            vips = None if book.defines(name) else self.books.vips.names(name, vip_table(kind, keyword))
            target = book.table if vips is None else "firewall vip"
            self.scope.refer(kind, block, target, name, defined=vips is not None or book.defines(name))
            if vips is None:
                plain.append(name)
            else:
                translations |= vips
        found = book.union(tuple(plain)) if plain else None
        addresses = found.addresses if found else NO_ADDRESSES
        unread = self.books.vips.unread
        reasons = found.uncertain if found else ()
        reasons += tuple(unread[name] for name in sorted(translations & unread.keys()))
        negated = self._negated(block, keyword)
        if negated is False:
            named = Bounded.exactly(frozenset(translations))
            if translations and self.central:
                named = Bounded(NO_TRANSLATIONS, named.possible)
                reasons += ("with central NAT no policy names a virtual IP: what one does is not documented",)
            return Matched(addresses, named, reasons)
        others = frozenset(self.books.vips.blocks) - translations if keyword.startswith("dst") else NO_TRANSLATIONS
        complement = Bounded.exactly(book.whole) - addresses
        if negated is None:
            complement = Bounded(complement.certain & addresses.certain, complement.possible | addresses.possible)
            reasons += (f"whether {keyword[:-1]}-negate counts for IPv6 depends on the FortiOS version",)
        if others and not self.central:
            reasons += ("whether a negated destination matches traffic to virtual IPs is not documented",)
            return Matched(complement, Bounded(NO_TRANSLATIONS, others), reasons)
        return Matched(complement, Bounded.exactly(NO_TRANSLATIONS), reasons)

    def _negated(self, block: Block, keyword: str) -> bool | None:
        """Is a side the complement of what it names? None where the version decides and is not known.

        Up to 7.2.0 `srcaddr-negate` and `dstaddr-negate` count for both families of a unified policy.
        """
        if block.get(f"{keyword}-negate") == "enable":
            return True
        if keyword[-1:] not in ("4", "6") or block.get(f"{keyword[:-1]}-negate") != "enable":
            return False
        return True if keyword.endswith("4") else self.scope.before(7, 2, 1)


NO_SERVICES = Bounded.exactly(NO_SERVICE)
"""A policy without service matches nothing."""
_DEFAULT_PORTS = ResolvedService(
    Bounded(NO_SERVICE, ANY_SERVICE), uncertain=("it is for the default ports of applications, which the backup lacks",)
)
"""A security policy whose `enforce-default-app-port` is on, the default (the reference, section 8).

The vendor's guides state a service only beside `enforce-default-app-port disable`; what one means without is open.
"""


def _prefix(six: bool) -> str:
    return "internet-service6" if six else "internet-service"


def _at(named: Matched, services: ResolvedService) -> Iterator[Target]:
    """Named destinations with the services of a policy, one at least; translated packets may go to any address."""
    reasons = tuple(dict.fromkeys(named.uncertain + services.uncertain))
    if services.pairs is None:
        yield Target(Matched(named.addresses, named.translations, reasons), services.services)
        return
    found = services.at(named.addresses)
    for addresses, there in found:
        yield Target(Matched(addresses, uncertain=reasons), there)
    if named.translations.possible or not found:
        yield Target(Matched(NO_ADDRESSES, named.translations, reasons), services.services)


def _by_application(kind: str, block: Block) -> bool:
    """Do the default ports of applications say which services a policy is for?"""
    return kind == "firewall security-policy" and block.get("enforce-default-app-port") != "disable"


_OTHER_FAMILY = ResolvedService(
    Bounded(NO_SERVICE, ANY_SERVICE),
    uncertain=("which services it is for beside an Internet service is not documented",),
)
"""The services of the one family in a policy that names Internet services for the other."""


def _families(kind: str) -> tuple[bool, ...]:
    """Which address families the clients of a policy have: (False,) IPv4, (True,) IPv6, both for unified policies."""
    if kind == "firewall policy6":
        return (True,)
    if kind in ("firewall policy46", "firewall policy64"):
        # NAT46 and NAT64: the destination is a virtual IP of the client's family.
        return (kind.endswith("64"),)
    return (False, True)


def _union(parts: list[Matched]) -> Matched:
    if len(parts) == 1 or not (parts[1].addresses.possible or parts[1].translations.possible):
        return parts[0]
    first, second = parts
    return Matched(
        first.addresses | second.addresses, first.translations | second.translations, first.uncertain + second.uncertain
    )
