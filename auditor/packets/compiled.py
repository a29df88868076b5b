"""Rules as boxes: what each certainly and possibly matches, in evaluation order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from auditor.packets.box import Box
from auditor.packets.index import BoxIndex, numbers
from auditor.packets.space import Space
from parsers.model.addresses import ANY_ADDRESS, AddressSet
from parsers.model.rule import Action, Evaluation, Rule, RuleList, Truth
from parsers.model.services import ServiceSet

_ORDER = {Action.BYPASS: 0, Action.DENY: 1, Action.ALLOW: 2}


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """One rule as boxes; `certain` is `possible` where the rule is exact."""

    rule: Rule
    allows: bool
    certain: tuple[Box, ...]
    possible: tuple[Box, ...]

    @property
    def ends(self) -> bool:
        """Does it stop to match on a day that it names?"""
        return any(each.not_after is not None for each in self.rule.conditions)


class CompiledList:
    """A rule list in evaluation order with an index of its certain and of its possible boxes."""

    def __init__(
        self, rules: RuleList, space: Space, now: datetime, narrow: Callable[[Rule], Rule] | None = None
    ) -> None:
        self.source = rules
        self.space = space
        ordered = list(rules.rules)
        if rules.evaluation is Evaluation.BLOCK_OVERRIDES:
            # An implicit allow keeps its place at the end: it states what happens to packets nothing else decides.
            ordered.sort(key=lambda rule: (rule.implicit and rule.action is Action.ALLOW, _ORDER[rule.action]))
        self.rules = tuple(self._compile(narrow(rule) if narrow else rule, now) for rule in ordered)
        self.default_allows = rules.default is not Action.DENY
        self.certain = _Items(self.rules, certain=True)
        exact = all(each.certain is each.possible for each in self.rules)
        self.possible = self.certain if exact else _Items(self.rules, certain=False)
        self.position = {id(each.rule): number for number, each in enumerate(self.rules)}
        self.by_identity = {(each.rule.id, each.rule.origin): number for number, each in enumerate(self.rules)}

    def _compile(self, rule: Rule, now: datetime) -> CompiledRule:
        allows = rule.action is not Action.DENY
        truths = [condition.at(now) for condition in rule.conditions]
        if not rule.enabled or Truth.FALSE in truths:
            return CompiledRule(rule, allows, (), ())
        possible = self._boxes(
            rule,
            rule.source.possible,
            rule.destination.possible,
            rule.service.possible,
            rule.translations.possible,
            rule.translated_destination.possible,
        )
        if Truth.UNKNOWN in truths:
            return CompiledRule(rule, allows, (), possible)
        exact = (
            rule.source.is_exact
            and rule.destination.is_exact
            and rule.service.is_exact
            and rule.translations.is_exact
            and rule.translated_destination.is_exact
        )
        if exact:
            return CompiledRule(rule, allows, possible, possible)
        certain = self._boxes(
            rule,
            rule.source.certain,
            rule.destination.certain,
            rule.service.certain,
            rule.translations.certain,
            rule.translated_destination.certain,
        )
        return CompiledRule(rule, allows, certain, possible)

    def _boxes(
        self,
        rule: Rule,
        source: AddressSet,
        destination: AddressSet,
        service: ServiceSet,
        translations: frozenset[str],
        translated: AddressSet,
    ) -> tuple[Box, ...]:
        space = self.space
        ingress, egress = space.interface_mask(rule.ingress), space.interface_mask(rule.egress)
        mask = space.atoms.mask(service)
        parts: list[tuple[int, AddressSet]] = [(1, destination)]
        named = space.translation_mask(translations)
        anywhere = space.all_translations & ~1 & ~named
        if translated and anywhere:
            if translated == destination:
                parts = [(1 | anywhere, destination)]
            else:
                parts.append((anywhere, translated))
        if named:
            parts.append((named, ANY_ADDRESS))
        return tuple(
            box
            for translation, target in parts
            if target
            for box in space.boxes(ingress, egress, translation, source, target, mask)
        )


class _Items:
    """All boxes of a list, numbered in evaluation order."""

    def __init__(self, rules: tuple[CompiledRule, ...], *, certain: bool) -> None:
        self.boxes: list[Box] = []
        self.owner: list[int] = []
        self.first: list[int] = []
        allows = bytearray()
        for number, rule in enumerate(rules):
            self.first.append(len(self.boxes))
            for box in rule.certain if certain else rule.possible:
                if len(self.boxes) % 8 == 0:
                    allows.append(0)
                if rule.allows:
                    allows[-1] |= 1 << (len(self.boxes) & 7)
                self.boxes.append(box)
                self.owner.append(number)
        self.first.append(len(self.boxes))
        self.allow_mask = int.from_bytes(allows, "little")
        self.index = BoxIndex(self.boxes)

    def before(self, rule: int) -> int:
        """The mask of the boxes of all rules before this one."""
        return (1 << self.first[rule]) - 1

    def near(self, box: Box, within: int = -1) -> list[Box]:
        """The boxes among `within` that overlap a box."""
        return [self.boxes[number] for number in numbers(self.index.near(box) & within)]
