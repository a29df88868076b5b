"""Proxy policies: what the device fetches or publishes for clients itself, past the policies of forwarding.

Source: the reference, section 3 (`proxy-policy` permits proxied traffic only). A client whose connection the device
takes over reaches what the proxy policy names, whatever the forwarding policies say; which packets do depends on
requests, so these rules are possible and never certain. Policies for transparent proxies judge what a forwarding policy
has accepted and redirected: they open nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.fortigate.convert.books import Books
from parsers.fortigate.convert.conditions import IDENTITY
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_ADDRESS, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.rule import NO_TRANSLATIONS, Action, AsWritten, Condition, Rule, SourceNat
from parsers.model.services import NO_SERVICE, ServiceSet
from parsers.redaction import safe_comment

TABLES = ("firewall proxy-policy", "firewall explicit-proxy-policy")
_OPENS_NOTHING = frozenset({"transparent-web", "ssh", "ssh-tunnel"})
_EXPLICIT = {
    "explicit-web": ("web-proxy explicit", "explicit-web-proxy"),
    "web": ("web-proxy explicit", "explicit-web-proxy"),
    "ftp": ("ftp-proxy explicit", "explicit-ftp-proxy"),
}
"""Kinds of proxies that clients talk to: where the proxy is switched on, and the switch of an interface."""
_PUBLISHED = frozenset({"access-proxy", "ztna-proxy"})
_PORTS = ServiceSet.parse("tcp/0-65535") | ServiceSet.parse("udp/0-65535")
_WAYS = Condition("proxy", "only for connections that the proxy of the device takes over")


def published(books: Books) -> frozenset[str]:
    """The virtual IPs of access proxies that an active proxy policy uses: they translate without another policy."""
    used = [block for _, block in _policies(books) if block.get("proxy") in _PUBLISHED]
    return frozenset().union(*(_gates(books, block) for block in used))


def proxied(books: Books) -> Iterator[Rule]:
    """A rule for each active proxy policy that accepts."""
    for kind, block in _policies(books):
        if block.get("proxy") in _PUBLISHED:
            yield _publishing(books, kind, block)
        elif (rule := _fetching(books, kind, block)) is not None:
            yield rule
    yield from _without_policy(books)


def _policies(books: Books) -> Iterator[tuple[str, Block]]:
    for kind in TABLES:
        for _, block in books.scope.entries(kind):
            accepts = (block.get("action") or "deny") != "deny" and block.get("status") != "disable"
            if accepts and block.get("proxy") not in _OPENS_NOTHING:
                yield kind, block


def _rule(books: Books, kind: str, block: Block, ingress: frozenset[str] | None) -> Rule:
    """What a policy names is what perhaps passes; nothing does for certain."""
    reasons = [_WAYS.text]
    for service in block.words("service"):
        if books.services.defines(service):
            books.scope.refer(kind, block, "firewall service custom", service, defined=True)
    who = [name for keyword in IDENTITY for name in block.words(keyword) if name]
    if who:
        reasons.append(f"only after authentication as {', '.join(who)}")
    return Rule(
        id=f"proxy {block.name}",
        name=block.get("name") or "",
        origin=books.scope.origin(kind, block),
        action=Action.ALLOW,
        enabled=True,
        ingress=ingress,
        egress=books.interfaces.expand(block.words("dstintf")) if block.words("dstintf") else None,
        source=Bounded(NO_ADDRESS, _addresses(books, kind, block, "srcaddr")),
        destination=Bounded(NO_ADDRESS, _addresses(books, kind, block, "dstaddr")),
        service=Bounded(NO_SERVICE, _PORTS),
        source_nat=SourceNat(ANY_ADDRESS),
        conditions=(_WAYS,),
        uncertain=tuple(reasons),
        logged={"all": True, "disable": False}.get(block.get("logtraffic") or ""),
        written=AsWritten(
            ingress=block.words("srcintf"),
            egress=block.words("dstintf"),
            source=block.words("srcaddr"),
            destination=block.words("dstaddr"),
            service=block.words("service"),
            schedule=block.get("schedule") or "",
            comment=safe_comment(block.get("comments") or ""),
        ),
    )


def _addresses(books: Books, kind: str, block: Block, keyword: str) -> AddressSet:
    """Both families of one side; objects of proxies (hosts, URLs, categories) stand for every address."""
    found = NO_ADDRESS
    for book, name in ((books.addresses, keyword), (books.addresses6, f"{keyword}6")):
        names = tuple(word for word in block.words(name) if word)
        if names:
            for word in names:
                if book.defines(word):  # the others are objects of proxies
                    books.scope.refer(kind, block, book.table, word, defined=True)
            side = book.union(names).addresses
            negated = block.get(f"{name}-negate") == "enable"
            found |= (Bounded.exactly(book.whole) - side if negated else side).possible
    return found or ANY_ADDRESS


def _fetching(books: Books, kind: str, block: Block) -> Rule | None:
    """Clients of an explicit proxy, where it is switched on and some interface has it."""
    table, switch = _EXPLICIT.get(block.get("proxy") or "explicit-web", ("", ""))
    if not table:
        return _rule(books, kind, block, None)
    interfaces = _listening(books, table, switch)
    return None if interfaces == frozenset() else _rule(books, kind, block, interfaces)


def _listening(books: Books, table: str, switch: str) -> frozenset[str] | None:
    """The interfaces a proxy answers on; None where a paste does not hold its settings."""
    settings = books.scope.table(table)
    if settings is None and not books.scope.version:
        return None
    if settings is None or settings.get("status") != "enable":
        return frozenset()
    return frozenset(name for name, entry in books.interfaces.blocks.items() if entry.get(switch) == "enable")


def _without_policy(books: Books) -> Iterator[Rule]:
    """`sec-default-action accept`: the explicit proxy serves everybody whom no policy of its own mentions."""
    for table, switch in dict.fromkeys(_EXPLICIT.values()):
        settings = books.scope.table(table)
        if settings is not None and settings.get("sec-default-action") == "accept":
            interfaces = _listening(books, table, switch)
            if interfaces:
                rule = _rule(books, table, settings, interfaces)
                yield replace(rule, id=f"{table} without a policy")


def _gates(books: Books, block: Block) -> frozenset[str]:
    """The virtual IPs in front of the access proxies that a policy names (all of them where it names none)."""
    names = tuple(name for name in (*block.words("access-proxy"), *block.words("access-proxy6")) if name)
    found = set()
    for table, vips in (("firewall access-proxy", "firewall vip"), ("firewall access-proxy6", "firewall vip6")):
        for name, entry in books.scope.entries(table):
            if not names or name in names:
                for vip in entry.words("vip"):
                    books.scope.refer(table, entry, "firewall vip", vip, defined=vip in books.vips.blocks)
                found |= {key for vip in entry.words("vip") for key in books.vips.names(vip, vips) or ()}
    return frozenset(found)


def _publishing(books: Books, kind: str, block: Block) -> Rule:
    """Clients of an access proxy (ZTNA): from the interfaces of the policy to the servers behind its virtual IPs."""
    ingress = books.interfaces.expand(block.words("srcintf")) if block.words("srcintf") else None
    rule = _rule(books, kind, block, ingress)
    return replace(
        rule,
        destination=Bounded.exactly(NO_ADDRESS),
        egress=None,
        translations=Bounded(NO_TRANSLATIONS, _gates(books, block)),
        uncertain=(*rule.uncertain, "the access proxy asks for identity or tags (ZTNA)"),
    )
