"""Access control lists of interfaces: what they match is dropped before translation, routing and every policy.

Source: the reference, sections 3 and 7 (order in the device: interface, DoS and ACL come first).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from parsers.fortigate.convert.books import Books
from parsers.fortigate.objects.pairsets import product
from parsers.fortigate.objects.services import ResolvedService
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Translation
from parsers.model.rule import Action, AsWritten, Rule
from parsers.model.services import ANY_SERVICE, ServiceSet
from parsers.redaction import safe_comment

_UNTRANSLATED = "an access control list is compared with the packet before translation"


def acl_rules(books: Books, translations: Sequence[Translation]) -> Iterator[Rule]:
    """The denies of `firewall acl` and `firewall acl6`, in the order of the file.

    Rules of the model see a packet after translation: an entry takes the packets of a translation that begins within
    what it matches for certain, and perhaps those of one that overlaps it.
    """
    for kind in ("firewall acl", "firewall acl6"):
        for _, block in books.scope.entries(kind):
            rule, services = _rule(books, kind, block)
            yield from parted(rule, services)
            names = _taken(rule, services, translations)
            if names.possible:
                yield replace(
                    rule,
                    id=f"{rule.id} (translated)",
                    destination=Bounded.exactly(NO_ADDRESS),
                    service=Bounded.exactly(ANY_SERVICE),
                    translations=names,
                    uncertain=rule.uncertain if names.is_exact else (*rule.uncertain, _UNTRANSLATED),
                )


def _taken(rule: Rule, services: ResolvedService, translations: Sequence[Translation]) -> Bounded[frozenset[str]]:
    """The translations whose packets, as the client sends them, lie within what an entry matches, or overlap it."""
    certain, possible = set(), set()
    denied = product(rule.destination, Bounded.exactly(ANY_SERVICE)) & services.everywhere()
    for each in translations:
        whole = product(
            Bounded.exactly(AddressSet.union(mapping.original_destination for mapping in each.mappings)),
            Bounded.exactly(ServiceSet.union(mapping.original_service for mapping in each.mappings)),
        ).possible
        if whole & denied.possible:
            possible.add(each.name)
            if not whole - denied.certain:
                certain.add(each.name)
    return Bounded(frozenset(certain), frozenset(possible))


def _rule(books: Books, kind: str, block: Block) -> tuple[Rule, ResolvedService]:
    book = books.addresses6 if kind.endswith("6") else books.addresses
    source, target = book.union(block.words("srcaddr")), book.union(block.words("dstaddr"))
    services = books.services.union(block.words("service"))
    for keyword in ("srcaddr", "dstaddr"):
        for name in block.words(keyword):
            books.scope.refer(kind, block, book.table, name, defined=book.defines(name))
    for name in block.words("service"):
        defined = books.services.defines(name)
        books.scope.refer(kind, block, "firewall service custom", name, defined=defined)
    rule = Rule(
        id=f"acl {block.name}",
        name=block.get("name") or "",
        origin=books.scope.origin(kind, block),
        action=Action.DENY,
        enabled=block.get("status") != "disable",
        ingress=books.interfaces.expand(block.words("interface")),
        egress=None,
        source=source.addresses,
        destination=target.addresses,
        service=services.services,
        uncertain=source.uncertain + target.uncertain + services.uncertain,
        written=AsWritten(
            ingress=block.words("interface"),
            source=block.words("srcaddr"),
            destination=block.words("dstaddr"),
            service=block.words("service"),
            comment=safe_comment(block.get("comments") or ""),
        ),
    )
    return rule, services


def parted(rule: Rule, services: ResolvedService) -> Iterator[Rule]:
    """A rule for some services: several rules of its id and place where these differ by destination (`set iprange`)."""
    for addresses, there in services.at(rule.destination):
        yield replace(rule, destination=addresses, service=there)
