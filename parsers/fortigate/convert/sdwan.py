"""Rules of SD-WAN: which of its members the packets they match leave by.

Source: the vendor's articles on SD-WAN: rules are gone through from the top after the policy routes; a rule is for
packets that the best route sends through a member (unless `default`), and takes a member that has a route to the
destination (unless `gateway`) and is alive (ta-p/345018, for 7.0 to 7.6; ta-p/196237). In mode manual that is the first
in its list, and one that every health check calls dead is not alive (ta-p/223230); in all others quality decides. In
which order it takes the members of a zone (`priority-zone`) is not documented: any of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.fortigate.convert.books import Books
from parsers.fortigate.objects.addresses import AddressBook
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Detour
from parsers.model.intervals import IntervalSet
from parsers.model.services import ANY_SERVICE, NO_SERVICE, PORT_PROTOCOLS, ServiceSet

_UNSEEN = frozenset(
    "users groups route-tag role agent-exclusive zone-mode internet-service-app-ctrl internet-service-app-ctrl-group "
    "internet-service-app-ctrl-category internet-service-ctrl internet-service-ctrl-group".split()
)
"""Keywords of rules for packets of certain users, applications or roles, which a packet does not show."""
_PROTOCOLS = 255
_OFF = frozenset({"", "0", "disable", "standalone"})


def sdwan_rules(books: Books) -> Iterator[Detour]:
    """The rules of a VDOM in their order; none where SD-WAN is off."""
    table = books.interfaces.sdwan()
    listed = table.table("service") if table is not None and not books.interfaces.sdwan_off else None
    members = books.interfaces.sdwan_members()
    for rule in listed.entries.values() if listed is not None else ():
        if rule.get("status") != "disable":
            yield from _rule(books, rule, members, _watched(table))


def _watched(table: Block | None) -> frozenset[str] | None:
    """The numbers of the members that health checks may call dead; None for all of them."""
    listed = table.table("health-check") if table is not None else None
    found: set[str] = set()
    for check in listed.entries.values() if listed is not None else ():
        numbers = [word for word in check.words("members") if word]
        if not numbers or "0" in numbers:
            return None
        found.update(numbers)
    return frozenset(found)


def _rule(
    books: Books, rule: Block, members: dict[str, tuple[str, str]], watched: frozenset[str] | None
) -> Iterator[Detour]:
    numbers = _numbers(rule, members)
    stated = numbers or tuple(members)
    candidates = tuple(dict.fromkeys(members[number][0] for number in stated if number in members))
    if not candidates:
        return  # a rule without a member that is up is out of use
    alive = bool(numbers) and watched is not None and watched.isdisjoint(numbers)
    ordered = alive and books.scope.before(7, 0) is False
    known = ordered and all((rule.get(keyword) or "") in _OFF for keyword in _UNSEEN)
    six = rule.get("addr-mode") == "ipv6"
    book = books.addresses6 if six else books.addresses
    source = _side(rule, "src", book, six=six)
    yield Detour(
        ingress=_ingress(books, rule),
        source=source if known else Bounded(NO_ADDRESS, source.possible),
        destination=_destination(books, rule, book, six=six),
        service=service_of(rule, "src-"),
        interfaces=candidates,
        origin=books.scope.origin("system sdwan service", rule),
        first=ordered and _in_order(rule),
        routed=rule.get("gateway") != "enable",
        through=None if rule.get("default") == "enable" else frozenset(name for name, _ in members.values()),
    )


def _in_order(rule: Block) -> bool:
    """Does a rule take its members in the order it names them?"""
    manual = (rule.get("mode") or "manual") == "manual" and rule.get("load-balance") != "enable"
    return manual and not any(rule.words("priority-zone"))


def _numbers(rule: Block, members: dict[str, tuple[str, str]]) -> tuple[str, ...]:
    """The members a rule names, by number or by zone; `member` and `quality-link` are words of older releases."""
    words = [word for keyword in ("priority-members", "member", "quality-link") for word in rule.words(keyword)]
    zones = rule.words("priority-zone")
    words += [number for zone in zones for number, (_, own) in members.items() if own == zone]
    return tuple(word for word in dict.fromkeys(words) if word not in ("", "0"))


def _ingress(books: Books, rule: Block) -> frozenset[str] | None:
    """Where the packets of a rule come in: None for anywhere."""
    names = tuple(word for word in (*rule.words("input-device"), *rule.words("input-zone")) if word)
    found = books.interfaces.expand(names) if names else None
    if found is not None and rule.get("input-device-negate") == "enable":
        return frozenset(books.interfaces.by_name) - found
    return found


def _destination(books: Books, rule: Block, book: AddressBook, *, six: bool) -> Bounded[AddressSet]:
    """Address objects or Internet services; possibly everything where the file does not say."""
    if any((rule.get(keyword) or "") not in _OFF for keyword in _UNSEEN):
        return Bounded(NO_ADDRESS, book.whole)
    if rule.get("internet-service") == "enable":
        found = books.internet.target(rule, "internet-service")
        return Bounded(NO_ADDRESS, found.pairs.possible.addresses)
    named = _side(rule, "dst", book, six=six)
    return named if any(rule.words("dst6" if six else "dst")) else Bounded(NO_ADDRESS, named.possible)


def _side(rule: Block, side: str, book: AddressBook, *, six: bool) -> Bounded[AddressSet]:
    """The address objects of one side; every address where it names none."""
    names = tuple(word for word in rule.words(f"{side}6" if six else side) if word)
    if not names:
        return Bounded.exactly(book.whole)
    found = book.union(names).addresses
    return Bounded.exactly(book.whole) - found if rule.get(f"{side}-negate") == "enable" else found


def service_of(block: Block, source: str) -> Bounded[ServiceSet]:
    """Protocol and ports of a route; a type of service (`tos`) leaves open whether a packet matches.

    Args:
        block: the policy route or the rule.
        source: what its keywords call the ports of the sender, "source-" or "src-".
    """
    words = [block.get(keyword) or "0" for keyword in ("protocol", "start-port", "end-port")]
    words += [block.get(f"{end}-{source}port") or "0" for end in ("start", "end")]
    if not all(word.isdecimal() and int(word) < 1 << 16 for word in words) or int(words[0]) > _PROTOCOLS:
        return Bounded(NO_SERVICE, ANY_SERVICE)  # a template, or a mistake
    number = int(block.get("protocol") or 0)
    found = ANY_SERVICE if number == 0 else ServiceSet.protocol(number)
    if number in PORT_PROTOCOLS:
        found = ServiceSet.ports(number, _ports(block, ""), _ports(block, source))
    narrowed = (block.get("tos") or "0x00") not in ("0x00", "0", "")
    return Bounded(NO_SERVICE if narrowed else found, found)


def _ports(block: Block, which: str) -> IntervalSet:
    first, last = block.get(f"start-{which}port") or "0", block.get(f"end-{which}port") or "65535"
    return IntervalSet.of((int(first), max(int(first), int(last))))
