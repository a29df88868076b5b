"""The fast engine against the naive interpreter, packet by packet, unknowns included."""

from __future__ import annotations

from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.packets import Filter, Flow
from parsers.model.addresses import ANY_ADDRESS
from parsers.model.firewall import Firewall
from parsers.model.rule import Direction
from parsers.model.services import ANY_SERVICE
from tests import oracle
from tests.auditor.packets import worlds
from tests.auditor.packets.worlds import holds

NOW = datetime(2026, 1, 1)
FLOW = Flow(ANY_ADDRESS, ANY_ADDRESS, ANY_SERVICE)
calm = settings(max_examples=150, suppress_health_check=list(HealthCheck))


def clients(data: st.DataObject, count: int = 40) -> list[object]:
    picked = data.draw(st.lists(st.sampled_from(worlds.PACKETS), min_size=count, max_size=count))
    found = [oracle.Client(*packet) for packet in picked]
    return [client for client in found if oracle.same_family(client)]


@calm
@given(worlds.firewalls(exact=True), st.data())
def test_without_unknowns_the_engine_is_exact(firewall: Firewall, data: st.DataObject) -> None:
    allowed = Filter(firewall, Direction.FORWARD, NOW).allowed(FLOW)
    for client in clients(data):
        truth = oracle.allows(firewall, Direction.FORWARD, client, lambda _: True)
        assert holds(allowed.possible, firewall, client, lambda _: True) == truth
        assert holds(allowed.certain, firewall, client, lambda _: True) == truth


@calm
@given(worlds.firewalls(), st.data())
def test_every_world_lies_between_the_bounds(firewall: Firewall, data: st.DataObject) -> None:
    allowed = Filter(firewall, Direction.FORWARD, NOW).allowed(FLOW)
    for client in clients(data, 15):
        for _ in range(4):
            answers: dict[str, bool] = {}

            def world(question: str, answers: dict[str, bool] = answers) -> bool:
                if question not in answers:
                    answers[question] = data.draw(st.booleans())
                return answers[question]

            truth = oracle.allows(firewall, Direction.FORWARD, client, world)
            if holds(allowed.certain, firewall, client, world):
                assert truth
            if truth:
                assert holds(allowed.possible, firewall, client, world)


@calm
@given(worlds.firewalls(exact=True, most_lists=1), st.data())
def test_hidden_rules_can_be_removed_without_effect(firewall: Firewall, data: st.DataObject) -> None:
    from dataclasses import replace

    for hidden in Filter(firewall, Direction.FORWARD, NOW).hidden():
        (rules,) = firewall.lists
        rest = replace(rules, rules=tuple(rule for rule in rules.rules if rule is not hidden.rule))
        without = replace(firewall, lists=(rest,))
        for client in clients(data, 25):
            before = oracle.allows(firewall, Direction.FORWARD, client, lambda _: True)
            assert before == oracle.allows(without, Direction.FORWARD, client, lambda _: True)


@calm
@given(worlds.firewalls(exact=True, most_lists=1))
def test_rules_that_decide_something_are_not_called_hidden(firewall: Firewall) -> None:
    filter_ = Filter(firewall, Direction.FORWARD, NOW)
    hidden = {id(each.rule) for each in filter_.hidden()}
    for rule in firewall.lists[0].rules:
        if rule.enabled:
            assert (id(rule) in hidden) == (not filter_.effective(rule).possible)


@calm
@given(worlds.firewalls(exact=True, most_lists=1), st.data())
def test_effective_shares_are_what_the_first_match_decides(firewall: Firewall, data: st.DataObject) -> None:
    (rules,) = firewall.lists
    filter_ = Filter(firewall, Direction.FORWARD, NOW)
    shares = {rule.id: filter_.effective(rule).certain for rule in rules.rules}
    order = [each.rule for each in filter_.lists[0].rules]
    for client in clients(data, 25):
        arrived = oracle.translate(firewall, client, lambda _: True)
        first = next((rule for rule in order if oracle.matches(rule, arrived, lambda _: True)), None)
        for rule in order:
            assert holds(shares[rule.id], firewall, client, lambda _: True) == (rule is first)


@calm
@given(worlds.firewalls(exact=True))
def test_an_example_packet_is_confirmed_by_the_oracle(firewall: Firewall) -> None:
    from parsers.model.addresses import address_number

    allowed = Filter(firewall, Direction.FORWARD, NOW).allowed(FLOW).certain
    packet = allowed.example()
    assert (packet is None) == (not allowed)
    if packet is not None:
        client = oracle.Client(
            packet.ingress or "elsewhere",
            packet.egress or "elsewhere",
            address_number(packet.source),
            address_number(packet.original_destination or packet.destination),
            packet.protocol,
            packet.source_port or 0,
            (packet.original_port if packet.translation else packet.destination_port) or 0,
        )
        assert oracle.allows(firewall, Direction.FORWARD, client, lambda _: True)


@calm
@given(worlds.firewalls(exact=True, most_lists=1), worlds.addresses, worlds.services, st.data())
def test_set_operations(firewall: Firewall, source: object, service: object, data: st.DataObject) -> None:
    filter_ = Filter(firewall, Direction.FORWARD, NOW, [service])
    a = filter_.allowed(FLOW).certain
    b = filter_.packets(Flow(source, ANY_ADDRESS, service))
    for client in clients(data, 20):
        in_a, in_b = (holds(each, firewall, client, lambda _: True) for each in (a, b))
        assert holds(a | b, firewall, client, lambda _: True) == (in_a or in_b)
        assert holds(a & b, firewall, client, lambda _: True) == (in_a and in_b)
        assert holds(a - b, firewall, client, lambda _: True) == (in_a and not in_b)
    assert (a - b) | (a & b) == a
    assert (a - b) <= a
