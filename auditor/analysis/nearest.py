"""Rules that would let blocked packets through but for one thing: what a person mistook, or has to change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from auditor.packets import Flow, opens
from parsers.model.addresses import AddressSet
from parsers.model.firewall import Translation
from parsers.model.rule import ANY_TRANSLATION, Evaluation, Rule, RuleList, Truth
from parsers.model.services import ANY_SERVICE, ServiceSet

MOST_NEAR = 4


@dataclass(frozen=True, slots=True)
class NearRule:
    """A rule that allows, and the one thing that keeps it from letting the packets through, as a clause."""

    rule: Rule
    but: str


def nearest(
    lists: Iterable[RuleList], flow: Flow, now: datetime, translation: str = "", decided: Rule | None = None
) -> tuple[NearRule, ...]:
    """The rules of some lists that miss some blocked packets by one thing only, in the order of the lists.

    A host's rules for other ports are left out, and those for every port or an app alone: each of them is about a
    program of its own.

    Args:
        lists: those that were asked.
        flow: the packets.
        now: the time of the question (schedules).
        translation: the entry that translates them, "" for none.
        decided: the rule that blocks them, if it is known.
    """
    found: dict[tuple[object, ...], NearRule] = {}
    asked = tuple(lists)
    for rules in asked:
        own = {id(rule): list(_misses(rule, flow, now, translation)) for rule in rules.rules if opens(rule)}
        if len(asked) > 1 and not all(own.values()) and not _holds(rules, decided):
            continue  # this list lets the packets on, and another one blocks them
        for rule in filter(opens, rules.rules):
            misses = own[id(rule)]
            if not misses:
                misses = list(_outranked(rules, rule, decided))
            if len(misses) == 1 and (rules.evaluation is Evaluation.FIRST_MATCH or _is_about(rule, flow, now)):
                found.setdefault((rule.id, rule.origin), NearRule(rule, misses[0]))
    return tuple(found.values())[:MOST_NEAR]


def _holds(rules: RuleList, decided: Rule | None) -> bool:
    return decided is not None and _place(rules, decided) < len(rules.rules)


def _place(rules: RuleList, rule: Rule) -> int:
    """The place of a rule in a list; behind its end for a rule of another list."""
    key = (rule.id, rule.origin)
    return next((n for n, each in enumerate(rules.rules) if (each.id, each.origin) == key), len(rules.rules))


def _is_about(rule: Rule, flow: Flow, now: datetime) -> bool:
    """Is a host's rule one for the ports asked about, whatever program listens there?"""
    ports = rule.service.possible
    settled = all(each.at(now) is not Truth.UNKNOWN for each in rule.conditions)
    return settled and ports.overlaps(flow.service) and ports != ANY_SERVICE


def _outranked(rules: RuleList, rule: Rule, decided: Rule | None) -> Iterator[str]:
    """The stated rule that comes before one that misses nothing; without one, it is for other packets after all."""
    if decided is None or decided.implicit:
        return
    if rules.evaluation is Evaluation.BLOCK_OVERRIDES:
        yield "a rule that blocks comes before every rule that allows"
    elif _place(rules, decided) < _place(rules, rule):
        yield f"it stands below rule {decided.id}"


def _misses(rule: Rule, flow: Flow, now: datetime, translation: str) -> Iterator[str]:
    """Everything that keeps a rule from matching any of the packets."""
    if not rule.enabled:
        yield "it is disabled"
    yield from (f"it holds {each.text}" for each in rule.conditions if each.at(now) is Truth.FALSE)
    for names, asked, word in ((rule.ingress, flow.ingress, "from"), (rule.egress, flow.egress, "to")):
        if names is not None and asked is not None and not names & asked:
            yield f"it is for packets {word} {', '.join(sorted(names)[:6])}"
    if not rule.source.possible.overlaps(flow.source):
        yield f"its source is {rule.source.possible.text(4)}"
    if not _reaches(rule, flow.destination, translation):
        yield f"its destination is {_destination(rule)}"
    if not rule.service.possible.overlaps(flow.service):
        yield f"its service is {rule.service.possible.text(6)}"


def _reaches(rule: Rule, destination: AddressSet, translation: str) -> bool:
    if not translation:
        return rule.destination.possible.overlaps(destination)
    named = rule.translations.possible
    return (
        translation in named or named == ANY_TRANSLATION or rule.translated_destination.possible.overlaps(destination)
    )


def _destination(rule: Rule) -> str:
    named = sorted(rule.translations.possible - ANY_TRANSLATION)
    addresses = rule.destination.possible | rule.translated_destination.possible
    return ", ".join([*named[:4], *([addresses.text(4)] if addresses else [])]) or "none"


def other_services(translations: Iterable[Translation], destination: AddressSet, service: ServiceSet) -> Iterator[str]:
    """Sentences on entries that translate an address, but for other services than one that was asked for."""
    for each in translations:
        own = [mapping for mapping in each.mappings if mapping.original_destination.overlaps(destination)]
        offered = ServiceSet.union(mapping.original_service for mapping in own)
        if each.active and own and not offered.overlaps(service):
            yield f"{each.name} translates {destination.text(2)} for {offered.text(6)} only"
