"""Rules that never decide a packet, and the fewest earlier rules that see to it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.packets.box import Box, covers, intersect, minus
from auditor.packets.compiled import CompiledList, CompiledRule
from auditor.packets.index import numbers
from auditor.packets.space import Space
from parsers.model.intervals import IntervalSet
from parsers.model.origin import Origin
from parsers.model.rule import Rule

_POINTS = 48
_MINIMISE = 24
"""Up to this many covering rules, dropping one after the other is tried."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A rule without effect.

    `by` lists the earlier rules that together match everything it matches (claimed only from what they certainly
    match, and go on matching: after the day of a rule that ends, those below it decide); `same_action` says that all
    of them do the same as the rule, so that it is redundant rather than shadowed. `never` is the reason when the rule
    matches no packet by itself; `by` is then empty. `blocked` says that somebody publishes a server by it and nothing
    gets through.
    """

    rule: Rule
    by: tuple[Rule, ...]
    same_action: bool
    never: str = ""
    blocked: bool = False


def hidden_rules(rules: CompiledList) -> Iterator[Hidden]:
    """All rules of one list without effect; disabled ones, implicit ones and those for replies alone are not judged.

    Several rules of one id and place are parts of one line: it is without effect when every part is.
    """
    parts = Counter((each.rule.id, each.rule.origin) for each in rules.rules if not each.rule.implicit)
    found: dict[tuple[str, Origin], list[Hidden]] = {}
    for hidden in _hidden_parts(rules):
        found.setdefault((hidden.rule.id, hidden.rule.origin), []).append(hidden)
    for key, several in found.items():
        if len(several) == parts[key]:
            yield next((each for each in several if each.by), several[0])


def _hidden_parts(rules: CompiledList) -> Iterator[Hidden]:
    chance = random.Random(1)  # noqa: S311 - repeatable sampling, not secrecy
    for number, compiled in enumerate(rules.rules):
        rule = compiled.rule
        if not rule.enabled or rule.implicit or any(each.later for each in rule.conditions):
            continue
        own = [box for box in compiled.possible if rules.space.exists(box)]
        if not own:
            if rule.uncertain and rule.translations.possible - rules.space.translation_bits.keys():
                continue  # it names a translation that could not be read
            wrong_port = _wrong_port(compiled, rules.space)
            never = wrong_port or _reason(compiled)
            yield Hidden(compiled.rule, (), same_action=False, never=never, blocked=bool(wrong_port))
            continue
        by = _cover(rules, number, own, chance)
        if by and not any(rules.rules[each].ends for each in by):
            same = all(rules.rules[each].allows == compiled.allows for each in by)
            yield Hidden(compiled.rule, tuple(rules.rules[each].rule for each in by), same)


def _wrong_port(compiled: CompiledRule, space: Space) -> str:
    """The mistake of naming the port before translation (FORTIOS reference, section 7.1: ta-p/262988)."""
    rule = compiled.rule
    if not compiled.allows or not compiled.possible or rule.destination.possible:
        return ""
    named = [each for each in space.domains if each.translation.name in rule.translations.possible]
    if not named or any(each.service.overlaps(rule.service.possible) for each in named):
        return ""
    becomes = ", ".join(
        dict.fromkeys(f"{each.translation.name} translates to {each.service.text(3)}" for each in named)
    )
    return f"{becomes}, and its service is {rule.service.possible.text(4)}: a rule names the port after translation"


def _reason(compiled: CompiledRule) -> str:
    rule = compiled.rule
    if not rule.service.possible:
        return "its services match no packet"
    if not rule.source.possible:
        return "its sources match no address"
    if rule.ingress == frozenset() or rule.egress == frozenset():
        return "its zones have no interface"
    if rule.conditions and not compiled.possible:
        return f"its condition is never met: {rule.conditions[0].text}"
    if not rule.destination.possible and not rule.translations.possible:
        return "its destinations match no address"
    return "no packet it could match exists (translations take them, or the address families differ)"


def _cover(rules: CompiledList, number: int, own: list[Box], chance: random.Random) -> tuple[int, ...]:
    """The rules before `number` that cover all boxes, or () when one packet escapes them."""
    before = rules.certain.before(number)
    needed: list[tuple[Box, list[int]]] = []
    for box in own:
        near = rules.certain.index.near(box) & before
        if not near:
            return ()
        candidates = numbers(near)
        single = _single(rules, box, candidates)
        if single >= 0:
            needed.append((box, [single]))
            continue
        if _escapes(rules, box, before, chance):
            return ()
        boxes = [rules.certain.boxes[item] for item in candidates]
        # What is left may consist of packets that cannot exist (a translation takes them on their way in).
        if any(rules.space.exists(piece) for piece in minus(box, boxes)):
            return ()
        needed.append((box, _fewest(rules.space, box, candidates, boxes)))
    return tuple(sorted({rules.certain.owner[item] for _, items in needed for item in items}))


def _single(rules: CompiledList, box: Box, candidates: list[int]) -> int:
    return next((item for item in candidates if covers(rules.certain.boxes[item], box)), -1)


def _escapes(rules: CompiledList, box: Box, before: int, chance: random.Random) -> bool:
    """Does a random packet of the box lie outside all earlier boxes? Most rules are settled by the first few."""
    for _ in range(_POINTS):
        point = _point(box, chance)
        if not rules.certain.index.near(point) & before and rules.space.exists(point):
            return True
    return False


def _point(box: Box, chance: random.Random) -> Box:
    return Box(
        _bit(box.ingress, chance), _bit(box.egress, chance), _bit(box.translation, chance),
        _address(box.source, chance), _address(box.destination, chance), _bit(box.service, chance),
    )  # fmt: skip


def _bit(mask: int, chance: random.Random) -> int:
    if not mask & (mask - 1):
        return mask
    position = chance.randrange(mask.bit_length())
    above = mask >> position
    rest = above & -above if above else 0
    return rest << position if rest else mask & -mask


def _address(values: IntervalSet, chance: random.Random) -> IntervalSet:
    first, last = values.ranges[chance.randrange(len(values.ranges))]
    return IntervalSet.single(chance.randint(first, last))


def _fewest(space: Space, box: Box, candidates: list[int], boxes: list[Box]) -> list[int]:
    """A small set of the candidates that still covers the box: greedy by the first packet not covered yet."""
    chosen: list[int] = []
    # Only what can exist has to be covered; where translations take a part, the box is cut to the rest.
    rest = [box]
    while rest:
        piece = rest[0]
        sizes = [_size(intersect(piece, other)) for other in boxes]
        best = max(range(len(boxes)), key=sizes.__getitem__)
        if not sizes[best]:
            rest.pop(0)  # the engine has shown that no packet of this piece can exist
            continue
        chosen.append(best)
        rest = [part for each in rest for part in minus(each, [boxes[best]])]
    if len(chosen) <= _MINIMISE:
        for each in tuple(chosen):
            others = [boxes[other] for other in chosen if other != each]
            if not any(space.exists(part) for part in minus(box, others)):
                chosen.remove(each)
    return [candidates[each] for each in chosen]


def _size(box: Box | None) -> float:
    if box is None:
        return 0.0
    size = float(box.source.count) * float(box.destination.count) * box.service.bit_count()
    return size * box.ingress.bit_count() * box.egress.bit_count() * box.translation.bit_count()
