"""What the source, destination and service of a policy stand for.

Source: the reference, sections 4, 6 and 7.3.
"""

from __future__ import annotations

from dataclasses import dataclass

from parsers.fortigate.convert.books import Books
from parsers.fortigate.objects.addresses import AddressBook
from parsers.fortigate.objects.services import ResolvedService
from parsers.fortigate.objects.vips import vip_table
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.rule import NO_TRANSLATIONS
from parsers.model.services import ANY_SERVICE, NO_SERVICE

NO_ADDRESSES = Bounded.exactly(NO_ADDRESS)
_EVERY_SERVICE = Bounded.exactly(ANY_SERVICE)
_OLD_FAMILIES = frozenset({"firewall policy6", "firewall policy46", "firewall policy64"})
"""Tables whose IPv6 addresses stand under `srcaddr` and `dstaddr`."""


@dataclass(frozen=True, slots=True)
class Matched:
    """One side of a policy."""

    addresses: Bounded[AddressSet]
    translations: Bounded[frozenset[str]] = Bounded(NO_TRANSLATIONS, NO_TRANSLATIONS)
    uncertain: tuple[str, ...] = ()


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
        return _union([self._family(kind, block, "src", six=six)[0] for six in _families(kind, "src")])

    def destination(self, kind: str, block: Block) -> tuple[Matched, ResolvedService | None]:
        """The destination, and the services an Internet service brings along (None: those the policy names)."""
        found = [self._family(kind, block, "dst", six=six) for six in _families(kind, "dst")]
        target = _union([matched for matched, _ in found])
        brought = [service for _, service in found if service is not None]
        if not brought or _by_application(kind, block):
            return target, None
        if len(brought) == 1 and all(not matched.addresses.possible for matched, service in found if service is None):
            return target, brought[0]
        # One family by Internet service, the other by addresses: each has services of its own.
        every = ResolvedService(Bounded(NO_SERVICE, ANY_SERVICE), uncertain=brought[0].uncertain)
        return target, every

    def service(self, kind: str, block: Block) -> ResolvedService:
        """The services a policy names."""
        names = block.words("service")
        if not names:
            return _DEFAULT_PORTS if kind == "firewall security-policy" else ResolvedService(_NO_SERVICES)
        for name in names:
            defined = self.books.services.defines(name)
            self.scope.refer(kind, block, "firewall service custom", name, defined=defined)
        if _by_application(kind, block):
            return _DEFAULT_PORTS
        found = self.books.services.union(names)
        return self.books.services.negated(found) if block.get("service-negate") == "enable" else found

    def _family(self, kind: str, block: Block, side: str, *, six: bool) -> tuple[Matched, ResolvedService | None]:
        """One side of a policy in one family: an Internet service where one is switched on, else addresses."""
        book = self.books.addresses6 if six else self.books.addresses
        prefix = f"internet-service{'6' if six else ''}{'-src' if side == 'src' else ''}"
        if block.get(prefix) == "enable":
            found = self.books.internet.side(block, prefix)
            services = ResolvedService(found.services, uncertain=found.uncertain)
            addresses = found.addresses
            if side == "src" and services.services != _EVERY_SERVICE:
                # Whether the ports of an Internet service count where it is the source is not documented.
                addresses = Bounded(NO_ADDRESS, addresses.possible)
            return Matched(addresses, uncertain=found.uncertain), services
        keyword = f"{side}addr6" if six and kind not in _OLD_FAMILIES else f"{side}addr"
        if not six and block.words(f"{side}addr4"):
            keyword = f"{side}addr4"
        return self._side(kind, block, keyword, book), None

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
        reasons = found.uncertain if found else ()
        negated = self._negated(block, keyword)
        if negated is False:
            return Matched(addresses, Bounded.exactly(frozenset(translations)), reasons)
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


_NO_SERVICES = Bounded.exactly(NO_SERVICE)
"""A policy without service matches nothing."""
_DEFAULT_PORTS = ResolvedService(
    Bounded(NO_SERVICE, ANY_SERVICE), uncertain=("it is for the default ports of applications, which the backup lacks",)
)
"""A security policy whose `enforce-default-app-port` is on, the default (the reference, section 8).

The vendor's guides state a service only beside `enforce-default-app-port disable`; what one means without is open.
"""


def _by_application(kind: str, block: Block) -> bool:
    """Do the default ports of applications say which services a policy is for?"""
    return kind == "firewall security-policy" and block.get("enforce-default-app-port") != "disable"


def _families(kind: str, side: str) -> tuple[bool, ...]:
    """Which address families one side of a policy has: (False,) IPv4, (True,) IPv6, both for unified policies."""
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
