"""Windows service hardening: what single services may send and receive, whatever the other rules say.

Source: the reference, sections 4.3 and 7.2. Hardening rules come first and name one service each: they block
everything for it except what they list. They close no port for other programs, so they are not part of the rule list;
a rule that allows traffic to a hardened service beyond its list is uncertain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from parsers.model.firewall import NamedObject
from parsers.model.origin import Origin
from parsers.model.rule import Condition, ScopeKind
from parsers.windows.scopes import FIXED_PORTS
from parsers.windows.written import WrittenRule

Limits = Mapping[tuple[str, str], tuple[WrittenRule, ...]]
"""(direction, service name in lower case) -> the hardening rules of the service."""


def limits(rules: Iterable[WrittenRule]) -> Limits:
    """The enabled hardening rules by direction and service."""
    found: dict[tuple[str, str], list[WrittenRule]] = {}
    for rule in rules:
        if rule.store == "hardening" and rule.enabled and rule.service.kind is ScopeKind.NAMED:
            found.setdefault((rule.direction, rule.service.name.casefold()), []).append(rule)
    return {key: tuple(each) for key, each in found.items()}


def conditions(rule: WrittenRule, known: Limits) -> tuple[Condition, ...]:
    """The doubt that hardening casts on an allow rule for a named service; () for every other rule."""
    if rule.action == "block" or rule.service.kind is not ScopeKind.NAMED:
        return ()
    hardened = known.get((rule.direction, rule.service.name.casefold()), ())
    if not any(each.action == "block" for each in hardened):
        return ()
    if any(each.action != "block" and _covers(each, rule) for each in hardened):
        return ()
    return (Condition("service-hardening", f"Windows hardening limits the service {rule.service.name}"),)


def _covers(wide: WrittenRule, rule: WrittenRule) -> bool:
    """Does one rule certainly match all that the other matches, going by its words?"""
    pairs = (
        (_ports(wide.local_ports), _ports(rule.local_ports)),
        (_ports(wide.remote_ports), _ports(rule.remote_ports)),
        (wide.local_addresses, rule.local_addresses),
        (wide.remote_addresses, rule.remote_addresses),
    )
    if wide.protocol not in (None, rule.protocol) or wide.icmp or wide.conditions or wide.unread:
        return False
    if wide.profiles is not None and not (rule.profiles is not None and rule.profiles <= wide.profiles):
        return False
    return all(not outer or (inner and set(inner) <= set(outer)) for outer, inner in pairs)


def _ports(words: tuple[str, ...]) -> tuple[str, ...]:
    """Port words with those keywords as numbers that always stand for one port."""
    return tuple(FIXED_PORTS.get(word.casefold(), word) for word in words)


def objects(rules: Iterable[WrittenRule]) -> Iterator[NamedObject]:
    """The hardening rules as objects of the export, so that none is lost."""
    for rule in rules:
        if rule.store == "hardening":
            origin = Origin(rule.file, rule.first_line, rule.last_line, "service hardening rule", rule.id)
            text = f"{rule.action} {rule.direction} for service {rule.service.name or 'any'}"
            yield NamedObject("service hardening rule", rule.id, origin, factory=True, text=text)
