"""Access control lists of interfaces: what they match is dropped before translation, routing and every policy.

Source: the reference, sections 3 and 7 (order in the device: interface, DoS and ACL come first).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.fortigate.convert.books import Books
from parsers.fortigate.objects.services import ResolvedService
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import NO_ADDRESS
from parsers.model.bounds import Bounded
from parsers.model.rule import ANY_TRANSLATION, NO_TRANSLATIONS, Action, AsWritten, Rule
from parsers.model.services import ANY_SERVICE, NO_SERVICE
from parsers.redaction import safe_comment

_UNTRANSLATED = "an access control list is compared with the packet before translation"


def acl_rules(books: Books) -> Iterator[Rule]:
    """The denies of `firewall acl` and `firewall acl6`, in the order of the file.

    Rules of the model see a packet after translation: for translated packets an entry may deny, nothing more.
    """
    for kind in ("firewall acl", "firewall acl6"):
        for _, block in books.scope.entries(kind):
            rule, services = _rule(books, kind, block)
            yield from parted(rule, services)
            if books.vips.blocks:
                yield replace(
                    rule,
                    id=f"{rule.id} (translated)",
                    destination=Bounded.exactly(NO_ADDRESS),
                    service=Bounded(NO_SERVICE, ANY_SERVICE),
                    translations=Bounded(NO_TRANSLATIONS, ANY_TRANSLATION),
                    uncertain=(*rule.uncertain, _UNTRANSLATED),
                )


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
