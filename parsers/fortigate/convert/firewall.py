"""One Firewall per VDOM from a FortiOS tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from parsers.fortigate.convert.books import Books
from parsers.fortigate.convert.detours import detours
from parsers.fortigate.convert.ledger import account, ledger
from parsers.fortigate.convert.local import LocalTraffic
from parsers.fortigate.convert.policies import POLICY_TABLES, Policies
from parsers.fortigate.convert.routes import incomplete, routes
from parsers.fortigate.convert.sdwan import sdwan_rules
from parsers.fortigate.convert.settings import settings
from parsers.fortigate.objects.interfaces import Interfaces
from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.objects.services import predefined
from parsers.fortigate.objects.vips import GROUPS
from parsers.fortigate.objects.vips import TABLES as VIP_TABLES
from parsers.fortigate.syntax.tree import Tree
from parsers.model.addresses import AddressSet
from parsers.model.firewall import Firewall, NamedObject, Route, Source
from parsers.model.origin import Gap, Ledger, Origin
from parsers.source import Document

_OBJECT_TABLES = (
    "firewall address", "firewall addrgrp", "firewall address6", "firewall addrgrp6", "firewall service custom",
    "firewall service group", "firewall schedule recurring", "firewall schedule onetime", "firewall schedule group",
    "system zone", *VIP_TABLES, *GROUPS,
)  # fmt: skip
_FACTORY_NAMES = frozenset(
    "all none any SSLVPN_TUNNEL_ADDR1 SSLVPN_TUNNEL_IPv6_ADDR1 FIREWALL_AUTH_PORTAL_ADDRESS FABRIC_DEVICE always "
    "default-darrp-optimize gmail.com login.microsoft.com login.microsoftonline.com login.windows.net "
    "wildcard.google.com wildcard.dropbox.com FCTEMS_ALL_FORTICLOUD_SERVERS EMS_ALL_UNKNOWN_CLIENTS "
    "EMS_ALL_UNMANAGEABLE_CLIENTS autoupdate.opera.com google-play swscan.apple.com update.microsoft.com".split()
) | {"G Suite", "Microsoft Office 365"}


def convert_all(
    document: Document, trees: Sequence[Tree], answers: Mapping[str, AddressSet], scripts: Sequence[Document] = ()
) -> tuple[Firewall, ...]:
    """The firewalls of every device of a file; they share its ledger."""
    found = [convert(document, tree, answers, scripts) for tree in trees]
    if len(found) == 1:
        return found[0]
    sources = [firewalls[0].sources[0] for firewalls in found]
    total = max(source.ledger.total for source in sources)
    read = sum(source.ledger.read for source in sources)
    unknown = sum(source.ledger.not_understood for source in sources)
    lines = Ledger(total, read, total - read - unknown, unknown)
    whole = replace(sources[0], ledger=lines)
    return tuple(replace(firewall, sources=(whole,)) for firewalls in found for firewall in firewalls)


def convert(
    document: Document, tree: Tree, answers: Mapping[str, AddressSet], scripts: Sequence[Document] = ()
) -> tuple[Firewall, ...]:
    """Every VDOM of a configuration as a firewall; a device without VDOMs is one.

    Args:
        document: the file.
        tree: its configuration, scripts applied.
        answers: addresses of objects the file does not hold, by "KIND:NAME".
        scripts: the scripts that were applied.
    """
    gaps, further = account(tree, document.name)
    gaps += _without_policies(document, tree)
    scopes = [Scope(document.name, tree, block, name, answers) for name, block in tree.vdoms.items()]
    scopes = scopes or [Scope(document.name, tree, tree.root, tree.header.vdom_name or "root", answers)]
    used = [scope for scope in scopes if _in_use(scope)] or scopes[:1]
    firewalls = [
        _firewall(scope, tuple(gaps) if number == 0 else (), several=len(used) > 1) for number, scope in enumerate(used)
    ]
    further += (gap.origin for firewall in firewalls for gap in firewall.gaps if gap.keyword)
    sources = tuple(_sources(document, tree, scripts, further))
    return tuple(replace(firewall, sources=sources) for firewall in firewalls)


def _without_policies(document: Document, tree: Tree) -> Iterator[Gap]:
    """Part of a configuration without any policy says nothing of what passes: the policies stand in the other part.

    A whole configuration leaves empty tables out (the reference, section 1.4), so that there nothing passes.
    """
    stated = {name for block in tree.scopes() for name in block.tables}
    if not tree.header.whole and stated.isdisjoint(POLICY_TABLES):
        what = "no table of policies in this part of a configuration: give all of it (show, or a backup)"
        yield Gap(Origin(document.name, 1, 1, "firewall policy", ""), "firewall policy", "", what, hides_access=True)


_DROPPING = (
    "firewall DoS-policy", "firewall DoS-policy6", "firewall interface-policy", "firewall interface-policy6",
    "firewall ttl-policy",
)  # fmt: skip
"""Tables that accept nothing: packets that a policy accepts may still be dropped by them."""


def _sources(document: Document, tree: Tree, scripts: Sequence[Document], places: Sequence[Origin]) -> Iterator[Source]:
    """The backup and the scripts applied to it, each with the ledger of its lines."""
    lines = ledger(tree.text, document.name, places)
    kind = f"fortios {tree.header.kind}"
    yield Source(document.name, document.sha256, kind, document.decoded.encoding, lines)
    for script in scripts:
        lines = ledger(tree.scripts[script.name], script.name, places)
        yield Source(script.name, script.sha256, "fortios script, applied", script.decoded.encoding, lines)


def _in_use(scope: Scope) -> bool:
    """Has a VDOM tables or interfaces of its own? (A VDOM for administration has logins, if no policies.)"""
    table = scope.tree.root.tables.get("system interface")
    interfaces = table.entries.values() if table is not None else ()
    return bool(scope.own.tables) or any((block.get("vdom") or "root") == scope.vdom for block in interfaces)


def _firewall(scope: Scope, gaps: tuple[Gap, ...], *, several: bool) -> Firewall:
    books = Books.of(scope)
    interfaces = books.interfaces
    policies = Policies(books)
    forwarding = policies.lists()
    local = LocalTraffic(books, forwarding, policies.translations)
    lists = forwarding + local.lists()
    table = tuple(routes(books))
    name = scope.setting("system global", "hostname") or scope.tree.host or PurePath(scope.file).stem
    open_ways = incomplete(books)
    _assume(scope, open_ways, table)
    if any(True for _ in sdwan_rules(books)):
        scope.assume(
            "Rules of SD-WAN choose among its members: what passes for certain passes by each they may choose."
        )
    _refer_members(scope, interfaces)
    return Firewall(
        name=f"{name}/{scope.vdom}" if several else name,
        vendor="fortigate",
        product=f"FortiGate {scope.tree.header.model}".strip(),
        version=scope.tree.header.version_text,
        sources=(),
        lists=lists,
        vdom=scope.vdom,
        interfaces=interfaces.interfaces,
        proxied=local.proxied,
        zones=interfaces.zones,
        routes=table,
        detours=tuple(detours(books)),
        dynamic_routing=bool(open_ways),
        bridges=interfaces.transparent,
        translations=policies.translations,
        objects=tuple(_objects(books)),
        references=tuple(scope.references),
        unknowns=tuple(scope.unknowns.values()),
        settings=tuple(settings(scope)),
        administrators=local.administrators.own,
        gaps=tuple(sorted(dict.fromkeys((*gaps, *scope.gaps)), key=lambda gap: (gap.origin.first_line, gap.keyword))),
        assumptions=tuple(scope.assumptions),
    )


def _assume(scope: Scope, open_ways: Sequence[str], routing: Sequence[Route]) -> None:
    """What is taken for granted where the file does not say it, or what is left out of the answers, in sentences."""
    if not scope.version:
        scope.assume("The file names no FortiOS version: defaults that changed between versions are left open.")
    if not scope.tree.header.whole:
        scope.assume("No #config-version line says that this is a whole configuration: only what stands in it counts.")
    for reason in open_ways:
        scope.assume(f"{reason[:1].upper()}{reason[1:]}: outgoing interfaces are taken from the policies.")
    if not open_ways and not any(route.connected is False for route in routing):
        scope.assume("The file holds no static route: a policy's outgoing interface is taken as given.")
    helpers = sorted({entry.get("name") or "" for _, entry in scope.entries("system session-helper")} - {""})
    if helpers:
        scope.assume(
            f"Session helpers ({', '.join(helpers)}) open further ports for sessions they watch, and ICMP errors of "
            "sessions pass; not in the answers."
        )
    if scope.setting("system settings", "asymroute") == "enable":
        scope.assume("asymroute is enabled: asymmetric flows pass without stateful checks.")
    dropping = [kind for kind in _DROPPING if any(block.get("status") != "disable" for _, block in scope.entries(kind))]
    if dropping:
        scope.assume(f"What {', '.join(dropping)} may drop of what policies accept is not in the answers.")
    if scope.table("system virtual-wire-pair") is not None:
        scope.assume("Packets of a virtual wire pair leave through its other member, whatever the routes say.")
    if any(True for kind in ("router policy", "router policy6") for _ in scope.entries(kind)):
        scope.assume("Policy routes decide before the routing table where the packets they match leave.")


def _refer_members(scope: Scope, interfaces: Interfaces) -> None:
    """Zones name their interfaces."""
    for zone in interfaces.zones:
        for member in zone.interfaces:
            defined = member in interfaces.by_name or scope.table("system interface") is None
            block = scope.entry("system zone", zone.name)
            if block is not None:
                scope.refer("system zone", block, "interface or zone", member, defined=defined)


def _objects(books: Books) -> Iterator[NamedObject]:
    scope = books.scope
    factory = _FACTORY_NAMES | predefined()["services"].keys() | predefined()["groups"].keys()
    for kind in _OBJECT_TABLES:
        for name, block in scope.entries(kind):
            exact = None
            if kind in ("firewall address", "firewall addrgrp"):
                found = books.addresses.resolve(name).addresses
                text = found.possible.text(4)
                exact = found.certain if found.is_exact else None
            elif kind.startswith("firewall service"):
                text = books.services.resolve(name).services.possible.text(4)
            else:
                text = ""
            yield NamedObject(kind, name, scope.origin(kind, block), name in factory, text, exact)
