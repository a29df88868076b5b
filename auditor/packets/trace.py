"""What happens to one packet, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from auditor.packets.filter import Decision, Filter
from auditor.packets.packetset import PacketSet
from auditor.packets.translated import image
from parsers.model.addresses import AddressSet
from parsers.model.firewall import Firewall, Mapping, Translation
from parsers.model.intervals import IntervalSet
from parsers.model.rule import Action, Rule, Truth
from parsers.model.services import ServiceSet


class Outcome(StrEnum):
    """What can be said of a packet."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    POSSIBLE = "possible"


_DOES = {Action.ALLOW: "allows", Action.DENY: "denies", Action.BYPASS: "lets through authenticated"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The fate of the packets of a question.

    `rule` is the rule that decides (None: the end of the list, or several for several packets), `candidates` every
    rule that may decide, in order, `reasons` what keeps the answer from being certain.
    """

    outcome: Outcome
    rule: Rule | None
    candidates: tuple[Rule, ...]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A client's packet after destination translation: where it goes, by which entry, and whether that is certain."""

    translation: Translation | None
    destination: AddressSet
    service: ServiceSet
    certain: bool


def judge(filter_: Filter, asked: PacketSet, now: datetime) -> Verdict:
    """The verdict on a (usually single-packet) set; for several packets only what holds for all is certain."""
    if not asked:
        return Verdict(Outcome.BLOCKED, None, (), ("no such packet can exist at this firewall",))
    allowed = filter_.allowed(asked)
    handing = {id(each.rule) for rules in filter_.lists if rules.source.hands_over for each in rules.rules}
    decisions = tuple(
        # A policy that hands every packet to the next list decides nothing.
        each
        for each in filter_.deciding(asked)
        if id(each.rule) not in handing or not asked <= each.packets.certain
    )
    candidates = tuple(decision.rule for decision in decisions)
    if asked <= allowed.certain:
        rule = _decider(decisions, asked, allows=True)
        return Verdict(Outcome.ALLOWED, rule, candidates)
    if not allowed.possible:
        return Verdict(Outcome.BLOCKED, _decider(decisions, asked, allows=False), candidates)
    return Verdict(Outcome.POSSIBLE, None, candidates, tuple(_reasons(decisions, now, filter_.surely(asked))))


def _decider(decisions: tuple[Decision, ...], asked: PacketSet, *, allows: bool) -> Rule | None:
    """The rule of the right kind that takes the packets for certain, else the only one that may."""
    right = [each for each in decisions if (each.rule.action is not Action.DENY) == allows]
    # Of several lists that let a packet through, the last one opens; a list that denies closes by itself.
    for each in reversed(right) if allows else right:
        if asked <= each.packets.certain:
            return each.rule
    return right[0].rule if len(right) == 1 else None


def _reasons(decisions: tuple[Decision, ...], now: datetime, as_asked: bool) -> Iterator[str]:
    seen: set[str] = set()
    for decision in decisions:
        rule = decision.rule
        texts = [f"rule {rule.id}: {text}" for text in rule.uncertain]
        texts += [
            f"rule {rule.id}: {condition.text}" for condition in rule.conditions if condition.at(now) is Truth.UNKNOWN
        ]
        for text in texts:
            if text not in seen:
                seen.add(text)
                yield text
    if not as_asked:
        yield "whether the packets are translated like this is not certain"
    elif not seen:
        yield "the packets asked about do not share one fate: " + ", ".join(
            f"rule {decision.rule.id} {_DOES[decision.rule.action]} a part" for decision in decisions
        )


def arrivals(
    firewall: Firewall, ingress: str, source: int, destination: int, service: ServiceSet
) -> tuple[Arrival, ...]:
    """What becomes of a packet that a client sends to `destination`, in the order the firewall tries translations.

    The last arrival is the certain one: a translation that takes the packet for certain, or no translation at all.
    Numbers are those of `address_number`; `ingress` "" means unknown.
    """
    found: list[Arrival] = []
    target = AddressSet(IntervalSet.single(destination))
    for translation in firewall.translations:
        if not translation.active or source not in translation.source.possible:
            continue
        if translation.ingress is not None and ingress and ingress not in translation.ingress:
            continue
        for mapping in translation.mappings:
            shared = service & mapping.original_service
            if destination not in mapping.original_destination or not shared:
                continue
            certain = _is_certain(translation, mapping, source, ingress) and service <= mapping.original_service
            mapped, becomes = image(mapping, target, shared)
            found.append(Arrival(translation, mapped, becomes, certain))
            if certain:
                return tuple(found)
    return (*found, Arrival(None, target, service, True))


def _is_certain(translation: Translation, mapping: Mapping, source: int, ingress: str) -> bool:
    known_way = translation.ingress is None or bool(ingress)
    return (
        known_way
        and source in translation.source.certain
        and mapping.mapped_destination.is_exact
        and not translation.uncertain
    )
