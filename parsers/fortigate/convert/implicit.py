"""What happens to packets without a policy: within zones and switches, back out of the interface they came by, and at
interfaces that do not forward.

Source: the reference, section 5, and the vendor's article 98332 on packets that leave by the interface they came by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from parsers.fortigate.convert.books import Books
from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Interface
from parsers.model.origin import Origin
from parsers.model.rule import ANY_TRANSLATION, NO_TRANSLATIONS, Action, Condition, Rule, Truth
from parsers.model.services import ANY_SERVICE, ServiceSet

_SOFTWARE, _HARDWARE = "system switch-interface", "system virtual-switch"
NO_NAMES = Bounded(NO_TRANSLATIONS, NO_TRANSLATIONS)
_REDIRECTS_UNTIL: Mapping[tuple[int, ...], tuple[int, ...]] = {(7, 4): (7, 4, 10), (7, 6): (7, 6, 5)}
_DNS = ServiceSet.parse("tcp/53") | ServiceSet.parse("udp/53")
_FOREIGN_SINCE = ((7, 0, 16), (7, 2, 11), (7, 4, 4))
"""Since these releases sources beyond the interface's own network are redirected as well (article 98332)."""


def before_policies(books: Books) -> Iterator[Rule]:
    """What does not forward: a dedicated management interface never; an interface or a VDOM while it is off."""
    yield from disabled(books)
    for interface in books.interfaces.interfaces:
        if interface.kind == "management":
            yield from _closed(interface, f"{interface.name} is dedicated to management", ())
        elif not interface.enabled:
            text = f"interface {interface.name} is down"
            yield from _closed(interface, text, (Condition("interface", f"{text} in this backup"),))


def disabled(books: Books) -> Iterator[Rule]:
    """A VDOM that is off: nothing passes it, and nothing of it answers, unless it is switched on again."""
    table = books.scope.table("system settings")
    if table is not None and table.get("status") == "disable":
        text = f"VDOM {books.scope.vdom} is disabled"
        conditions = (Condition("setting", f"{text} in this backup"),)
        closed = implicit_rule(text, books.scope.origin("system settings", table), None, None, conditions)
        yield replace(closed, action=Action.DENY)


def unchecked(books: Books, policies: Sequence[Rule]) -> Iterator[Rule]:
    """Packets that perhaps go back out of their interface although a policy denies them (`_redirected`)."""
    denies = [rule for rule in policies if rule.action is Action.DENY and rule.enabled]
    text = "whether a policy that denies stops redirected traffic is not documented"
    for rule in _redirected(books):
        here = rule.ingress or frozenset()
        if any((each.ingress or here) & here and (each.egress or here) & here for each in denies):
            conditions = rule.conditions or (Condition("setting", text),)
            yield replace(rule, conditions=conditions, uncertain=tuple(each.text for each in conditions))


def _closed(interface: Interface, name: str, conditions: tuple[Condition, ...]) -> Iterator[Rule]:
    here = frozenset({interface.name})
    for ingress, egress in ((here, None), (None, here)):
        rule = implicit_rule(name, interface.origin, ingress, egress, conditions)
        yield replace(rule, action=Action.DENY)


def unfiltered(books: Books) -> Iterator[Rule]:
    """Members of one switch talk without any policy; a software switch may ask for one (`intra-switch-policy`)."""
    members = dict(books.interfaces.switches())
    for name, block in books.scope.entries(_SOFTWARE):
        explicit = block.get("intra-switch-policy") == "explicit"
        yield from _switch(books, f"software switch {name}", _SOFTWARE, block, members[name], explicit=explicit)
    for name, block in books.scope.entries(_HARDWARE):
        yield from _switch(books, f"hardware switch {name}", _HARDWARE, block, members[name])


def _switch(
    books: Books, name: str, kind: str, block: Block, members: frozenset[str], *, explicit: bool = False
) -> Iterator[Rule]:
    """From member to member, and between hosts of the switch's own network: the devices see the switch as a whole."""
    interface = books.interfaces.blocks.get(block.name)
    vdom = block.get("vdom") or (interface.get("vdom") if interface is not None else None)
    elsewhere = books.scope.tree.vdoms and (vdom or "root") != books.scope.vdom
    if len(members) < 2 or elsewhere:
        return
    origin = books.scope.origin(kind, block)
    if not explicit:
        yield implicit_rule(name, origin, members, members, ())
    whole = books.interfaces.by_name.get(block.name)
    if whole is not None and whole.enabled and whole.networks:
        text = f"policies between the members of {block.name} decide, and an address does not tell its member"
        conditions = (Condition("setting", text),) if explicit else ()
        here = members | {block.name}
        rule = implicit_rule(f"{name}, its own network", origin, here, here, conditions)
        near = Bounded.exactly(whole.networks)
        yield replace(rule, source=near, destination=near, translations=NO_NAMES)


def implicit_dns(books: Books) -> Iterator[Rule]:
    """DNS that passes the security policies of the NGFW policy mode whatever they say (`implicit-allow-dns`).

    Source: the CLI reference, "Enable/disable implicitly allowing DNS traffic". It does not say which policies such
    packets still need, so that they pass perhaps.
    """
    table = books.scope.table("system settings")
    if table is not None and table.get("implicit-allow-dns") == "enable":
        text = "which DNS packets implicit-allow-dns lets pass is not documented"
        origin = books.scope.origin("system settings", table)
        rule = implicit_rule("DNS", origin, None, None, (Condition("setting", text),))
        yield replace(rule, service=Bounded.exactly(_DNS))


_BOTH_TABLES = Condition(
    "setting", "whether NGFW policy mode lets it pass without a match in both tables is not documented"
)


def beside(books: Books, handing: Sequence[Rule], policies: Sequence[Rule]) -> Iterator[Rule]:
    """Packets within a zone that perhaps no security policy of the NGFW policy mode is asked about.

    Where the table before certainly hands over every packet of a family between members of the zone, the security
    policies decide; else a packet that none of its policies matches passes perhaps, whatever they deny.
    """
    for rule in _intrazone(books):
        members = rule.ingress or frozenset()
        rest = ANY_ADDRESS - _handed_over(members, handing)
        denied = any(each.action is Action.DENY and each.enabled and _within(members, each) for each in policies)
        if rest and denied:
            yield replace(_doubted(rule), source=Bounded.exactly(rest), destination=Bounded.exactly(rest))


def _within(members: frozenset[str], rule: Rule) -> bool:
    """Is a rule for some packets between members of a zone?"""
    return bool((rule.ingress or members) & members and (rule.egress or members) & members)


def _handed_over(members: frozenset[str], rules: Sequence[Rule]) -> AddressSet:
    """The families of which rules hand over every packet between some interfaces, each rule alone."""
    found = NO_ADDRESS
    for rule in rules:
        open_ways = members <= (rule.ingress or members) and members <= (rule.egress or members)
        every = rule.enabled and not rule.implicit and not rule.conditions and rule.service.certain == ANY_SERVICE
        for family in (ANY_IPV4, ANY_IPV6) if open_ways and every else ():
            if all(family <= each.certain for each in (rule.source, rule.destination, rule.translated_destination)):
                found |= family
    return found


def _doubted(rule: Rule) -> Rule:
    conditions = rule.conditions or (_BOTH_TABLES,)
    return replace(rule, conditions=conditions, uncertain=tuple(each.text for each in conditions))


def after_policies(books: Books, *, several: bool) -> Iterator[Rule]:
    """What passes when no policy matches; perhaps only, where `several` tables decide (NGFW policy mode)."""
    for rule in (*_intrazone(books), *_redirected(books)):
        yield _doubted(rule) if several else rule


def _intrazone(books: Books) -> Iterator[Rule]:
    """Packets between the interfaces of a zone that allows them, after the policies (the vendor's ta-p/264457)."""
    for zone in books.interfaces.zones:
        if zone.intrazone_allowed is not False and not zone.sdwan:
            members = frozenset(zone.interfaces)
            unknown = zone.intrazone_allowed is None
            text = "the default of intrazone traffic in FortiOS 4 is not known"
            conditions = (Condition("setting", text),) if unknown else ()
            yield implicit_rule(f"intrazone {zone.name}", zone.origin, members, members, conditions)


def _redirected(books: Books) -> Iterator[Rule]:
    """Traffic back out of its own interface, which the device sends by its routes "without the need for a policy".

    Article 98332 does not say whether a policy that matches it and denies is asked all the same: after the policies
    such packets pass for certain, before them perhaps.
    """
    scope = books.scope
    allowed = {
        ANY_IPV4: _redirects(scope, "allow-traffic-redirect"),
        ANY_IPV6: _redirects(scope, "ipv6-allow-traffic-redirect"),
    }
    depends = Condition("setting", "the default of allow-traffic-redirect depends on the exact release")
    foreign = Condition("setting", "whether sources beyond the own network are redirected depends on the release")
    certain = AddressSet.union(family for family, allow in allowed.items() if allow)
    possible = AddressSet.union(family for family, allow in allowed.items() if allow is not False)
    for interface in books.interfaces.interfaces:
        if not (interface.networks and interface.enabled):
            continue
        own = interface.networks & possible
        name = f"same interface {interface.name}"
        for source, conditions in ((own & certain, ()), (own - certain, (depends,))):
            if source:
                yield _redirecting(interface, name, source, conditions)
        # Packets of a family that an interface has no address of are not forwarded by it.
        families = AddressSet.union(each for each in (ANY_IPV4, ANY_IPV6) if interface.networks & each)
        rest = (possible & families) - interface.networks
        if rest and _redirects_foreign(scope):
            yield _redirecting(interface, f"{name}, other sources", rest, (foreign,))


def _redirecting(interface: Interface, name: str, source: AddressSet, conditions: tuple[Condition, ...]) -> Rule:
    here = frozenset({interface.name})
    rule = implicit_rule(name, interface.origin, here, here, conditions)
    translations = Bounded(NO_TRANSLATIONS, ANY_TRANSLATION)
    return replace(rule, source=Bounded.exactly(source), translations=translations)


def _redirects(scope: Scope, keyword: str) -> bool | None:
    """Is traffic back out of its own interface forwarded without a policy? Default enable before 7.4.10 and 7.6.5.

    Returns:
        None where the release is not known well enough.
    """
    word = scope.setting("system global", keyword)
    if word is not None:
        return word == "enable"
    version = scope.version
    if version[:2] in _REDIRECTS_UNTIL:
        return version < _REDIRECTS_UNTIL[version[:2]] if len(version) > 2 else None
    return version < (8,) if version else None


def _redirects_foreign(scope: Scope) -> bool:
    """May sources beyond the interface's own network be redirected in this release?"""
    version = scope.version
    for since in _FOREIGN_SINCE:
        if version[:2] == since[:2]:
            return len(version) < 3 or version >= since
    return version > (7, 4)


def implicit_rule(
    name: str,
    origin: Origin,
    ingress: frozenset[str] | None,
    egress: frozenset[str] | None,
    conditions: tuple[Condition, ...],
) -> Rule:
    """An implicit rule that lets everything through."""
    everything = Bounded.exactly(ANY_ADDRESS)
    return Rule(
        id=f"implicit: {name}",
        name=name,
        origin=origin,
        action=Action.ALLOW,
        enabled=True,
        ingress=ingress,
        egress=egress,
        source=everything,
        destination=everything,
        service=Bounded.exactly(ANY_SERVICE),
        translations=Bounded.exactly(ANY_TRANSLATION),
        conditions=conditions,
        implicit=True,
        uncertain=tuple(condition.text for condition in conditions if condition.truth is Truth.UNKNOWN),
    )
