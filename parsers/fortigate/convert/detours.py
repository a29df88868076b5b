"""Policy routes, rules of SD-WAN and virtual wire pairs: packets they match leave past the routing table.

Source: the vendor's guide on policy routes: the list is gone through from the top; an entry with action deny sends the
packet back to the routing table; without an outgoing interface the gateway's network says it.
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.fortigate.convert.books import Books
from parsers.fortigate.convert.sdwan import sdwan_rules, service_of
from parsers.fortigate.objects.addresses import AddressBook
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet, address_number
from parsers.model.bounds import Bounded
from parsers.model.firewall import Detour
from parsers.model.services import ANY_SERVICE

_SERVICES = ("internet-service-id", "internet-service-custom", "internet-service-fortiguard")


def detours(books: Books) -> Iterator[Detour]:
    """Virtual wire pairs, then the policy routes of a VDOM in their order, then the rules of SD-WAN."""
    yield from _wires(books)
    for kind, book in (("router policy", books.addresses), ("router policy6", books.addresses6)):
        for _, block in books.scope.entries(kind):
            if block.get("status") != "disable":
                yield _detour(books, kind, block, book)
    yield from sdwan_rules(books)


def _wires(books: Books) -> Iterator[Detour]:
    """What comes in by one member of a virtual wire pair leaves by the other, whatever the routes say."""
    kind = "system virtual-wire-pair"
    everything = Bounded.exactly(ANY_ADDRESS)
    for _, block in books.scope.entries(kind):
        members = block.words("member")
        if len(members) == 2:
            origin = books.scope.origin(kind, block)
            for here, there in (members, members[::-1]):
                yield Detour(frozenset({here}), everything, everything, Bounded.exactly(ANY_SERVICE), (there,), origin)


def _detour(books: Books, kind: str, block: Block, book: AddressBook) -> Detour:
    names = block.words("input-device")
    ingress = books.interfaces.expand(names) if names else None
    if block.get("input-device-negate") == "enable" and ingress is not None:
        ingress = frozenset(books.interfaces.by_name) - ingress
    destination = _side(books, kind, block, "dst", book)
    if any(word not in ("", "0") for keyword in _SERVICES for word in block.words(keyword)):
        destination = Bounded(NO_ADDRESS, destination.possible)
    return Detour(
        ingress=ingress,
        source=_side(books, kind, block, "src", book),
        destination=destination,
        service=service_of(block, "source-"),
        interfaces=() if block.get("action") == "deny" else _leaving(books, block),
        origin=books.scope.origin(kind, block),
    )


def _side(books: Books, kind: str, block: Block, side: str, book: AddressBook) -> Bounded[AddressSet]:
    """The networks and address objects of one side; every address where it names none."""
    words = tuple(word for word in block.words(side) if word)
    if len(words) == 2 and not any("/" in word for word in words):
        words = ("/".join(words),)
    found: Bounded[AddressSet] = Bounded.exactly(NO_ADDRESS)
    for word in words:
        try:
            found |= Bounded.exactly(AddressSet.network(word))
        except ValueError as error:
            books.scope.gap(kind, block, side, f"policy route {block.name}: {error}", hides_access=False)
            found |= Bounded(NO_ADDRESS, ANY_ADDRESS)
    names = tuple(name for name in block.words(f"{side}addr") if name)
    for name in names:
        books.scope.refer(kind, block, book.table, name, defined=book.defines(name))
    if names:
        found |= book.union(names).addresses
    whole = ANY_IPV6 if book.six else ANY_IPV4
    if not words and not names:
        return Bounded.exactly(whole)
    return Bounded.exactly(whole) - found if block.get(f"{side}-negate") == "enable" else found


def _leaving(books: Books, block: Block) -> tuple[str, ...] | None:
    """The outgoing interface; None where neither it nor the gateway says it."""
    device = block.get("output-device")
    if device:
        return (device,)
    try:
        gateway = address_number(block.get("gateway") or "")
    except ValueError:
        return None
    near = ((each.name,) for each in books.interfaces.interfaces if gateway in each.networks)
    return next(near, None)
