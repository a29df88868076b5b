"""All rule lists of one direction of one firewall, compiled: what they let through, and which rule decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from auditor.packets.box import Box, intersect, minus
from auditor.packets.compiled import CompiledList
from auditor.packets.flow import Flow
from auditor.packets.hidden import Hidden, hidden_rules
from auditor.packets.index import numbers
from auditor.packets.packetset import PacketSet
from auditor.packets.space import Space
from parsers.model.bounds import Bounded
from parsers.model.firewall import Firewall
from parsers.model.rule import Action, Direction, Rule
from parsers.model.services import ServiceSet


@dataclass(frozen=True, slots=True)
class Decision:
    """A rule and the packets of a question that reach it and match it."""

    rule: Rule
    packets: Bounded[PacketSet]


def opens(rule: Rule) -> bool:
    """Does somebody's own rule let packets through? (Implicit rules are the vendor's default, not a decision.)"""
    return rule.action is not Action.DENY and not rule.implicit


class Filter:
    """The rule lists of one direction; a packet passes when every list allows it.

    Args:
        firewall: whose lists are asked.
        direction: which of its lists.
        now: the time of the audit, which settles dated conditions (device-local).
        services: further services that questions will use, so that they can be told apart exactly.
        narrow: rewrites a rule before it is compiled (who owns a port on a host).
        space: share the coordinates of another filter.
    """

    def __init__(
        self,
        firewall: Firewall,
        direction: Direction,
        now: datetime,
        services: Iterable[ServiceSet] = (),
        narrow: Callable[[Rule], Rule] | None = None,
        space: Space | None = None,
    ) -> None:
        self.firewall = firewall
        chosen = [each for each in firewall.lists if each.direction is direction]
        if narrow is not None:
            # What a rule is narrowed to must be told apart as exactly as what it says: a service that cuts through an
            # atom would lose all of it.
            narrowed = [narrow(rule).service for each in chosen for rule in each.rules]
            services = (*services, *(part for each in narrowed for part in (each.certain, each.possible)))
        self.space = space or Space(firewall, chosen, services)
        self.lists = tuple(CompiledList(each, self.space, now, narrow) for each in chosen)
        self.universe = PacketSet(self.space, self.space.universe)
        sure = self.space.certain_translations
        self._all_certain = sure == self.space.all_translations
        self._effective: dict[int, Bounded[PacketSet]] = {}
        self._hidden: tuple[Hidden, ...] | None = None

    def packets(self, flow: Flow) -> PacketSet:
        """The packets of a flow that can exist at this firewall."""
        return PacketSet(self.space, self.space.flow_boxes(flow))

    def allowed(self, flow: Flow | PacketSet) -> Bounded[PacketSet]:
        """The packets of a flow that pass: certainly, and possibly."""
        asked = flow if isinstance(flow, PacketSet) else self.packets(flow)
        certain = possible = asked
        for each in self.lists:
            certain = PacketSet(self.space, _passed(each, certain.boxes, certain=True))
            possible = PacketSet(self.space, _passed(each, possible.boxes, certain=False))
        return Bounded(self._certain_only(certain), possible)

    def surely(self, asked: PacketSet) -> bool:
        """Are all of these packets known to be translated as they are described?"""
        return all(not box.translation & ~self.space.certain_translations for box in asked.boxes)

    def _certain_only(self, packets: PacketSet) -> PacketSet:
        """Leave out packets that are not known to be translated as described."""
        if self._all_certain:
            return packets
        sure = self.space.certain_translations
        boxes = [box._replace(translation=mask) for box in packets.boxes if (mask := box.translation & sure)]
        return PacketSet(self.space, boxes)

    def deciding(self, flow: Flow | PacketSet, wanted: Callable[[Rule], bool] | None = None) -> tuple[Decision, ...]:
        """Each rule of every list that takes packets of the flow, in evaluation order.

        Args:
            flow: the packets asked about.
            wanted: leave out the rules it denies before their share is computed; what an implicit deny at the end of
                thousands of rules decides takes longer to write down than all other shares together.
        """
        asked = flow if isinstance(flow, PacketSet) else self.packets(flow)
        if wanted is not None and any(each.source.hands_over for each in self.lists):
            return tuple(self._handed_over(asked, wanted))
        return tuple(decision for each in self.lists for decision in self._deciding(each, asked, wanted))

    def _handed_over(self, asked: PacketSet, wanted: Callable[[Rule], bool]) -> Iterator[Decision]:
        """What the rules decide of the packets that the lists before them hand over; handing over decides nothing."""
        certain = possible = list(asked.boxes)
        for each in self.lists:
            if each.source.hands_over:
                certain = _passed(each, certain, certain=True)
                possible = _passed(each, possible, certain=False)
                continue
            for decision in self._deciding(each, PacketSet(self.space, possible), wanted):
                sure = PacketSet(self.space, _shared(decision.packets.certain.boxes, certain))
                yield Decision(decision.rule, Bounded(sure, decision.packets.possible))

    def _deciding(
        self, rules: CompiledList, asked: PacketSet, wanted: Callable[[Rule], bool] | None
    ) -> Iterator[Decision]:
        near = 0
        for box in asked.boxes:
            near |= rules.possible.index.near(box)
        for number in dict.fromkeys(rules.possible.owner[item] for item in numbers(near)):
            if wanted is not None and not wanted(rules.rules[number].rule):
                continue
            packets = self._share(rules, number, asked.boxes)
            if packets.possible:
                yield Decision(rules.rules[number].rule, packets)

    def _share(self, rules: CompiledList, number: int, asked: Iterable[Box]) -> Bounded[PacketSet]:
        compiled = rules.rules[number]
        asked = tuple(asked)
        possible = [
            piece
            for box in _shared(compiled.possible, asked)
            for piece in minus(box, rules.certain.near(box, rules.certain.before(number)))
        ]
        if compiled.certain is compiled.possible and rules.certain is rules.possible:
            exact = PacketSet(self.space, possible)
            return Bounded(self._certain_only(exact), exact)
        certain = [
            piece
            for box in _shared(compiled.certain, asked)
            for piece in minus(box, rules.possible.near(box, rules.possible.before(number)))
        ]
        return Bounded(self._certain_only(PacketSet(self.space, certain)), PacketSet(self.space, possible))

    def effective(self, rule: Rule) -> Bounded[PacketSet]:
        """The packets this rule really decides: what it matches less all earlier rules of its list."""
        rules, number = self._find(rule)
        known = self._effective.get(id(rules.rules[number]))
        if known is None:
            known = self._effective[id(rules.rules[number])] = self._share(rules, number, self.space.universe)
        return known

    def matched(self, rule: Rule) -> Bounded[PacketSet]:
        """The packets a rule matches, looked at alone."""
        rules, number = self._find(rule)
        compiled = rules.rules[number]
        return Bounded(
            PacketSet(self.space, _shared(compiled.certain, self.space.universe)),
            PacketSet(self.space, _shared(compiled.possible, self.space.universe)),
        )

    def unblocked(self, rule: Rule) -> Bounded[PacketSet]:
        """The packets a rule matches less what rules before it deny, whatever others allow too."""
        rules, number = self._find(rule)
        compiled = rules.rules[number]
        sides = ((compiled.certain, rules.possible), (compiled.possible, rules.certain))
        certain, possible = (
            PacketSet(
                self.space,
                [
                    piece
                    for box in _shared(boxes, self.space.universe)
                    for piece in minus(box, against.near(box, against.before(number) & ~against.allow_mask))
                ],
            )
            for boxes, against in sides
        )
        return Bounded(self._certain_only(certain), possible)

    def _find(self, rule: Rule) -> tuple[CompiledList, int]:
        for each in self.lists:
            number = each.position.get(id(rule), each.by_identity.get((rule.id, rule.origin), -1))
            if number >= 0:
                return each, number
        raise KeyError(f"rule {rule.id} is in none of the lists")

    def hidden(self) -> tuple[Hidden, ...]:
        """Rules that never decide a packet, with the fewest earlier rules that hide them."""
        if self._hidden is None:
            self._hidden = tuple(found for each in self.lists for found in hidden_rules(each))
        return self._hidden


def _shared(boxes: Iterable[Box], asked: Iterable[Box]) -> list[Box]:
    asked = tuple(asked)
    return [shared for a in boxes for b in asked if (shared := intersect(a, b)) is not None]


def _passed(rules: CompiledList, asked: Iterable[Box], *, certain: bool) -> list[Box]:
    """The packets that a list allows: accepts less the denies before them.

    For a certain answer accepts count with their certain boxes and denies with their possible ones, and the other way
    round for a possible answer: earlier accepts never take a packet away from the answer.
    """
    accepts, denies = (rules.certain, rules.possible) if certain else (rules.possible, rules.certain)
    found: list[Box] = []
    for box in asked:
        near = accepts.index.near(box) & accepts.allow_mask
        stopped = denies.index.near(box) & ~denies.allow_mask if near or rules.default_allows else 0
        for item in numbers(near):
            shared = intersect(accepts.boxes[item], box)
            if shared is None:
                continue
            before = stopped & denies.before(accepts.owner[item])
            if not before:
                found.append(shared)
            else:
                found += minus(shared, denies.near(shared, before))
        if rules.default_allows:
            found += minus(box, [denies.boxes[item] for item in numbers(stopped)])
    return found
