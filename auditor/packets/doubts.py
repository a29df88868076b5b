"""What nobody can tell of two versions: packets whose fate depends on something else now than before.

A host name, a schedule or a user group decides; an export does not say how. The same doubt about the same packets at
both versions is no difference; neither is what `difference` says already.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from auditor.packets.difference import Difference, less
from auditor.packets.filter import Filter
from auditor.packets.packetset import PacketSet
from parsers.model.bounds import Bounded
from parsers.model.rule import Rule

_Doubts = dict[object, list[tuple[Rule, PacketSet]]]


def unsure_since(found: Difference) -> Iterator[str]:
    """A sentence for each reason, with the rules, about packets it decides at one of two versions only."""
    after, before = _doubts(found.new, found.passes_new), _doubts(found.old, found.passes_old)
    yield from _moved(after, before, found.opened.possible, "what decides is new")
    yield from _moved(before, after, found.closed.possible, "what decided is gone")


def _moved(here: _Doubts, there: _Doubts, told: PacketSet, what: str) -> Iterator[str]:
    for key, doubts in here.items():
        known = [packets for _, packets in there.get(key, ())]
        rules = []
        for rule, packets in doubts:
            rest = packets - told
            for each in known:
                rest = less(rest, each) if rest else rest
            if rest:
                rules.append(rule)
        if rules:
            yield f"{_listed(rules)}: {what}: {_why(rules[0])}"


def _doubts(filter_: Filter, passes: Bounded[PacketSet]) -> _Doubts:
    """The rules that nobody can fully resolve, by what they depend on, with the packets that pass or not by them."""
    open_ = passes.possible - passes.certain
    found: _Doubts = {}
    for each in filter_.lists if open_ else ():
        for compiled in each.rules:
            rule = compiled.rule
            if not rule.enabled or not (_reasons(rule) or _inexact(rule)):
                continue
            effective = filter_.effective(rule)
            packets = (effective.possible - effective.certain) & open_
            if packets:
                found.setdefault((rule.action, _key(rule)), []).append((rule, packets))
    return found


def _bounds(rule: Rule) -> tuple[Bounded[Any], ...]:
    return (rule.source, rule.destination, rule.service, rule.translations, rule.translated_destination)


def _inexact(rule: Rule) -> bool:
    return not all(each.is_exact for each in _bounds(rule))


def _key(rule: Rule) -> object:
    """The reasons, names aside: renaming changes no packet. Without any, what the rule matches stands for them."""
    reasons = frozenset(Counter(map(_nameless, _reasons(rule))).items())
    return reasons or _bounds(rule)


def _reasons(rule: Rule) -> tuple[str, ...]:
    return (*rule.uncertain, *(condition.text for condition in rule.conditions))


def _nameless(reason: str) -> str:
    """A reason without the name of the object it speaks of, which comes first and in quotes."""
    return re.sub(r"'[^']*'", "", reason, count=1)


def _listed(rules: list[Rule]) -> str:
    first = f"rule {rules[0].id}, {rules[0].origin.in_words}"
    return first if len(rules) == 1 else f"{first}, and {len(rules) - 1} more"


def _why(rule: Rule) -> str:
    return "; ".join(dict.fromkeys(_reasons(rule))) or "an object that cannot be resolved"
