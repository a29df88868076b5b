"""Source NAT: what the devices behind a policy see as the sender.

Source: the vendor's guide on source NAT: `nat enable` takes the address of the outgoing interface, with `ippool` one of
the pools named; under central NAT the entries of `central-snat-map` decide, whatever the policy says.
"""

from __future__ import annotations

from parsers.fortigate.convert.books import Books
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet
from parsers.model.rule import SourceNat

_POOLS = (("firewall ippool", "poolname", "nat-ippool"), ("firewall ippool6", "poolname6", "nat-ippool6"))


def source_nat(books: Books, kind: str, block: Block, *, central: bool) -> SourceNat | None:
    """What a policy that accepts makes of the senders; None where they stay."""
    if kind in ("firewall policy46", "firewall policy64") or "enable" in (block.get("nat46"), block.get("nat64")):
        return SourceNat(ANY_IPV4 | ANY_IPV6)  # the family changes: nothing stays as it was
    if not central and block.get("nat") != "enable":
        return None
    egress = books.interfaces.expand(block.words("dstintf"))
    if central:
        return _central(books, egress)
    pools = _named(books, block, 1) if block.get("ippool") == "enable" else NO_ADDRESS
    return SourceNat(pools or books.interfaces.masking(egress))


def _central(books: Books, egress: frozenset[str] | None) -> SourceNat | None:
    """Every entry for the outgoing interfaces that perhaps translates."""
    found = NO_ADDRESS
    for table in ("firewall central-snat-map", "firewall central-nat"):
        for _, entry in books.scope.entries(table):
            towards = books.interfaces.expand(entry.words("dstintf") or ("any",))
            apart = towards is not None and egress is not None and not towards & egress
            if entry.get("status") != "disable" and entry.get("nat") != "disable" and not apart:
                found |= _named(books, entry, 2) or books.interfaces.masking(egress)
    return SourceNat(found, certain=False) if found else None


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
