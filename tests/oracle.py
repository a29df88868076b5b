"""A naive interpreter of rule lists: one packet, one list, one verdict, obviously right.

It shares nothing with the engine but the model. Unknowns are resolved by a world: a function from a question (a rule
and what is asked of it) to True or False.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from parsers.model.addresses import IPV6_BASE
from parsers.model.firewall import Firewall, Translation
from parsers.model.rule import ANY_TRANSLATION, Action, Direction, Evaluation, Rule, RuleList, Truth

World = Callable[[str], bool]


@dataclass(frozen=True)
class Client:
    """A packet as the client sends it; addresses are numbers of the model's line."""

    ingress: str
    egress: str
    source: int
    destination: int
    protocol: int
    source_port: int
    port: int


@dataclass(frozen=True)
class Arrived:
    """The packet after translation; `by` is the translation's name, "" for none."""

    client: Client
    destination: int
    port: int
    by: str


def translate(firewall: Firewall, client: Client, world: World) -> Arrived:
    """First translation in table order that matches (all exact but the source, which the world settles)."""
    for translation in firewall.translations:
        if not translation.active or not _taken(translation, client, world):
            continue
        for mapping in translation.mappings:
            if client.destination in mapping.original_destination and mapping.original_service.contains(
                client.protocol, client.port, client.source_port
            ):
                offset = client.destination - mapping.original_destination.intervals.first
                mapped = mapping.mapped_destination.certain.intervals
                destination = mapped.first + (offset if mapped.count > 1 else 0)
                before = mapping.original_service.destination_ports(client.protocol)
                after = mapping.mapped_service.destination_ports(client.protocol)
                port = client.port
                if mapping.original_service != mapping.mapped_service:
                    port = after.first + (client.port - before.first if after.count > 1 else 0)
                return Arrived(client, destination, port, translation.name)
    return Arrived(client, client.destination, client.port, "")


def _taken(translation: Translation, client: Client, world: World) -> bool:
    if translation.ingress is not None and client.ingress not in translation.ingress:
        return False
    if client.source in translation.source.certain:
        return True
    return client.source in translation.source.possible and world(f"translation {translation.name} source")


def matches(rule: Rule, packet: Arrived, world: World) -> bool:
    """Does one rule match one packet in one world?"""
    client = packet.client
    if not rule.enabled:
        return False
    if rule.ingress is not None and client.ingress not in rule.ingress:
        return False
    if rule.egress is not None and client.egress not in rule.egress:
        return False
    for number, condition in enumerate(rule.conditions):
        if condition.truth is Truth.FALSE:
            return False
        if condition.truth is Truth.UNKNOWN and not world(f"rule {rule.id} condition {number}"):
            return False

    def within(certain: bool, possible: bool, what: str) -> bool:
        return certain or (possible and world(f"rule {rule.id} {what}"))

    if not within(client.source in rule.source.certain, client.source in rule.source.possible, "source"):
        return False
    service = (client.protocol, packet.port, client.source_port)
    if not within(rule.service.certain.contains(*service), rule.service.possible.contains(*service), "service"):
        return False
    if not packet.by:
        target = packet.destination
        return within(target in rule.destination.certain, target in rule.destination.possible, "destination")
    named = packet.by in rule.translations.certain or rule.translations.certain >= ANY_TRANSLATION
    perhaps = packet.by in rule.translations.possible or rule.translations.possible >= ANY_TRANSLATION
    if within(named, perhaps, "translations"):
        return True
    target = packet.destination
    certain = target in rule.translated_destination.certain
    return within(certain, target in rule.translated_destination.possible, "translated destination")


def list_allows(rules: RuleList, packet: Arrived, world: World) -> bool:
    """Does one list allow the packet?"""
    hits = [rule for rule in rules.rules if matches(rule, packet, world)]
    if rules.evaluation is Evaluation.BLOCK_OVERRIDES:
        actions = {rule.action for rule in hits}
        if Action.BYPASS in actions:
            return True
        if Action.DENY in actions:
            return False
        return Action.ALLOW in actions or rules.default is not Action.DENY
    if hits:
        return hits[0].action is not Action.DENY
    return rules.default is not Action.DENY


def allows(firewall: Firewall, direction: Direction, client: Client, world: World) -> bool:
    """Does every list of a direction allow the packet?"""
    packet = translate(firewall, client, world)
    return all(list_allows(each, packet, world) for each in firewall.lists if each.direction is direction)


def same_family(client: Client) -> bool:
    """Packets do not mix address families."""
    return (client.source >= IPV6_BASE) == (client.destination >= IPV6_BASE)
