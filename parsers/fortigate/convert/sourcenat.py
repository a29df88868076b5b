"""Source NAT: what the devices behind a policy see as the sender.

Source: the vendor's guide on source NAT: `nat enable` takes the address of the outgoing interface, with `ippool` one of
the pools named; under central NAT the entries of `central-snat-map` decide, whatever the policy says (for 5.4 the
article FD37587 says otherwise: there the policy switches them on).
"""

from __future__ import annotations

from parsers.fortigate.convert.books import Books
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet
from parsers.model.rule import SourceNat

Names = frozenset[str] | None
"""Leaf interfaces; None is any."""
_NONE = frozenset({"", "0", "0-65535"})
_POOLS = (("firewall ippool", "poolname", "nat-ippool"), ("firewall ippool6", "poolname6", "nat-ippool6"))


def source_nat(books: Books, kind: str, block: Block, source: AddressSet, *, central: bool) -> SourceNat | None:
    """What a policy that accepts makes of the senders it is possibly for; None where they stay."""
    if kind in ("firewall policy46", "firewall policy64") or "enable" in (block.get("nat46"), block.get("nat64")):
        return SourceNat(ANY_IPV4 | ANY_IPV6)  # the family changes: nothing stays as it was
    if not central and block.get("nat") != "enable":
        return None
    egress = books.interfaces.expand(block.words("dstintf"))
    if central:
        return _central(books, books.interfaces.expand(block.words("srcintf")), egress, source)
    pools = _named(books, block, 1) if block.get("ippool") == "enable" else NO_ADDRESS
    return SourceNat(pools or books.interfaces.masking(egress))


def _central(books: Books, ingress: Names, egress: Names, source: AddressSet) -> SourceNat | None:
    """What the entries make of senders, of each family apart: the first one that matches a packet decides."""
    found = NO_ADDRESS
    certain = True
    for six, senders in ((False, source.ipv4), (True, source.ipv6)):
        if senders:
            become, settled = _mapped(books, ingress, egress, senders, six=six)
            found, certain = found | become, certain and settled
    if books.scope.before(6, 2) is not False:
        # In 5.4 the policy says whether the entries count, and without any its interface's address is taken.
        return SourceNat(found | books.interfaces.masking(egress), certain=False)
    return SourceNat(found, certain) if found else None


def _mapped(books: Books, ingress: Names, egress: Names, senders: AddressSet, *, six: bool) -> tuple[AddressSet, bool]:
    """What senders of one family become by the entries, and whether all of them become that, or all stay."""
    whole = ANY_IPV6 if six else ANY_IPV4
    found = NO_ADDRESS
    stays = False
    for table in ("firewall central-snat-map", "firewall central-nat"):
        for _, entry in books.scope.entries(table):
            if entry.get("status") == "disable" or not _meets(books, entry, ingress, egress, six=six):
                continue
            translates = entry.get("nat") != "disable"
            if translates:
                found |= (_named(books, entry, 2) or books.interfaces.masking(egress)) & whole
            stays = stays or not translates
            if table == "firewall central-snat-map" and _takes_all(books, entry, ingress, egress, senders, six=six):
                return found, not (found and stays)
    return found, not found


def _meets(books: Books, entry: Block, ingress: Names, egress: Names, *, six: bool) -> bool:
    """Is an entry for some packets of a family between these interfaces?"""
    if (entry.get("type") == "ipv6") != six and "enable" not in (entry.get("nat46"), entry.get("nat64")):
        return False
    ways = ((ingress, _towards(books, entry, "srcintf")), (egress, _towards(books, entry, "dstintf")))
    return all(own is None or others is None or bool(own & others) for own, others in ways)


def _takes_all(books: Books, entry: Block, ingress: Names, egress: Names, senders: AddressSet, *, six: bool) -> bool:
    """Does an entry match every packet of these senders between these interfaces?"""
    book, suffix = (books.addresses6, "6") if six else (books.addresses, "")
    narrowed = any((entry.get(keyword) or "0") not in _NONE for keyword in ("protocol", "orig-port", "dst-port"))
    changes_family = "enable" in (entry.get("nat46"), entry.get("nat64"))
    ways = ((ingress, _towards(books, entry, "srcintf")), (egress, _towards(books, entry, "dstintf")))
    return (
        not narrowed
        and not changes_family
        and all(others is None or (own is not None and own <= others) for own, others in ways)
        and senders <= book.union(entry.words(f"orig-addr{suffix}")).addresses.certain
        and book.whole <= book.union(entry.words(f"dst-addr{suffix}")).addresses.certain
    )


def _towards(books: Books, entry: Block, keyword: str) -> Names:
    return books.interfaces.expand(entry.words(keyword) or ("any",))


def _named(books: Books, block: Block, place: int) -> AddressSet:
    """The addresses of the pools that a policy or an entry names; every one where a pool cannot be read."""
    found = NO_ADDRESS
    for names in _POOLS:
        for name in block.words(names[place]):
            pool = books.scope.entry(names[0], name) if name else None
            if pool is not None:
                found |= _pool(pool)
    return found


def _pool(pool: Block) -> AddressSet:
    first, last = pool.get("startip") or "", pool.get("endip") or pool.get("startip") or ""
    try:
        return AddressSet.range(first, last)
    except ValueError:
        return ANY_IPV4 | ANY_IPV6
