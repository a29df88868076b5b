"""Traffic that passes without a policy: within zones and software switches, and back out of its own interface.

Source: the reference, section 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from parsers.fortigate.convert.books import Books
from parsers.fortigate.objects.scope import Scope
from parsers.model.addresses import ANY_IPV4, ANY_IPV6
from parsers.model.bounds import Bounded
from parsers.model.origin import Origin
from parsers.model.rule import ANY_TRANSLATION, NO_TRANSLATIONS, Action, Condition, Rule, Truth
from parsers.model.services import ANY_SERVICE

_SWITCH = "system switch-interface"
_REDIRECTS_UNTIL: Mapping[tuple[int, ...], tuple[int, ...]] = {(7, 4): (7, 4, 10), (7, 6): (7, 6, 5)}


def after_policies(books: Books) -> Iterator[Rule]:
    """What passes when no policy matches."""
    for zone in books.interfaces.zones:
        if zone.intrazone_allowed is not False and not zone.sdwan:
            members = frozenset(zone.interfaces)
            unknown = zone.intrazone_allowed is None
            text = "the default of intrazone traffic in FortiOS 4 is not known"
            conditions = (Condition("setting", text),) if unknown else ()
            yield _passing(f"intrazone {zone.name}", zone.origin, members, members, conditions)
    yield from _redirected(books)


def _redirected(books: Books) -> Iterator[Rule]:
    scope = books.scope
    redirects = _redirects(scope)
    if redirects is False:
        return
    text = "the default of allow-traffic-redirect depends on the exact release"
    conditions = () if redirects else (Condition("setting", text),)
    for interface in books.interfaces.interfaces:
        if interface.networks and interface.enabled:
            names = frozenset({interface.name})
            rule = _passing(f"same interface {interface.name}", interface.origin, names, names, conditions)
            # Sources in the interface's own network: every release that redirects at all does so for them.
            yield replace(
                rule,
                source=Bounded.exactly(interface.networks),
                translations=Bounded(NO_TRANSLATIONS, ANY_TRANSLATION),
            )


def beside_policies(books: Books) -> Iterator[Rule]:
    """Members of a software switch talk without any policy unless `intra-switch-policy` is explicit."""
    for name, block in books.scope.entries(_SWITCH):
        members = frozenset(word for word in block.words("member") if word)
        here = (block.get("vdom") or "root") == books.scope.vdom or not books.scope.tree.vdoms
        if here and len(members) > 1 and block.get("intra-switch-policy") != "explicit":
            origin = books.scope.origin(_SWITCH, block)
            yield _passing(f"software switch {name}", origin, members, members, ())


def _redirects(scope: Scope) -> bool | None:
    """Is traffic back out of its own interface forwarded without a policy? Default enable before 7.4.10 and 7.6.5.

    Returns:
        None where the release is not known well enough.
    """
    word = scope.setting("system global", "allow-traffic-redirect")
    if word is not None:
        return word == "enable"
    version = scope.version
    if version[:2] in _REDIRECTS_UNTIL:
        return version < _REDIRECTS_UNTIL[version[:2]] if len(version) > 2 else None
    return version < (8,) if version else None


def _passing(
    name: str, origin: Origin, ingress: frozenset[str], egress: frozenset[str], conditions: tuple[Condition, ...]
) -> Rule:
    everything = Bounded.exactly(ANY_IPV4 | ANY_IPV6)
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
