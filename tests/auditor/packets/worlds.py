"""Small random firewalls in which everything collides, and every packet they can tell apart."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from hypothesis import strategies as st

from auditor.packets import PacketSet
from parsers.model.addresses import IPV6_BASE, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Firewall, Interface, Mapping, Translation
from parsers.model.intervals import IntervalSet
from parsers.model.origin import Origin
from parsers.model.rule import Action, Condition, Direction, Evaluation, Rule, RuleList, Truth
from parsers.model.services import ANY_SERVICE, NO_SERVICE, TCP, UDP, ServiceSet
from tests import oracle

INTERFACES = ("a", "b")
ADDRESSES = (1, 2, 3, 4, IPV6_BASE + 1, IPV6_BASE + 2)
PORTS = (1, 2, 3)
SOURCE_PORTS = (1, 2)
PROTOCOLS = (TCP, UDP, 47)


def _address_set(numbers: frozenset[int]) -> AddressSet:
    return AddressSet(IntervalSet.of(*((number, number) for number in numbers)))


addresses = st.frozensets(st.sampled_from(ADDRESSES), min_size=1).map(_address_set)
ports = st.frozensets(st.sampled_from(PORTS), min_size=1).map(lambda s: IntervalSet.of(*((p, p) for p in s)))
source_ports = st.one_of(st.just(IntervalSet(((0, 65535),))), st.sampled_from(SOURCE_PORTS).map(IntervalSet.single))
terms = st.builds(ServiceSet.ports, st.sampled_from([TCP, UDP]), ports, source_ports)
services = st.one_of(
    st.just(ANY_SERVICE),
    st.just(ServiceSet.protocol(47)),
    st.lists(terms, min_size=1, max_size=2).map(ServiceSet.union),
    terms.map(lambda service: ANY_SERVICE - service),
)
interfaces = st.one_of(st.none(), st.frozensets(st.sampled_from(INTERFACES), min_size=1))


def _bounded(sets, nothing):  # type: ignore[no-untyped-def]
    exact = sets.map(Bounded.exactly)
    unknown = sets.map(lambda each: Bounded(nothing, each))
    between = st.tuples(sets, sets).map(lambda pair: Bounded(pair[0] & pair[1], pair[0]))
    return st.one_of(exact, exact, exact, unknown, between)


conditions = st.one_of(
    st.just(()),
    st.just(()),
    st.sampled_from([Truth.UNKNOWN, Truth.FALSE, Truth.TRUE]).map(
        lambda truth: (Condition("schedule", "sometimes", truth),)
    ),
)
NAMES = ("v1", "v2")
translation_names = st.frozensets(st.sampled_from((*NAMES, "*"))).map(
    lambda each: frozenset({"*"}) if "*" in each else each
)


@st.composite
def rules(draw: st.DrawFn, number: int, actions: tuple[Action, ...]) -> Rule:
    """One random rule."""
    named = draw(translation_names)
    return Rule(
        id=str(number),
        name="",
        origin=Origin("f", number, number, "rule", str(number)),
        action=draw(st.sampled_from(actions)),
        enabled=draw(st.sampled_from([True, True, True, False])),
        ingress=draw(interfaces),
        egress=draw(interfaces),
        source=draw(_bounded(addresses, NO_ADDRESS)),
        destination=draw(_bounded(addresses, NO_ADDRESS)),
        service=draw(_bounded(services, NO_SERVICE)),
        translations=draw(st.sampled_from([Bounded(named, named), Bounded(frozenset[str](), named)])),
        translated_destination=draw(
            st.one_of(st.just(Bounded(NO_ADDRESS, NO_ADDRESS)), _bounded(addresses, NO_ADDRESS))
        ),
        conditions=draw(conditions),
    )


@st.composite
def rule_lists(draw: st.DrawFn, exact: bool = False) -> RuleList:
    """One random list; with `exact` nothing in it is unknown."""
    evaluation = draw(st.sampled_from(list(Evaluation)))
    actions = (Action.ALLOW, Action.DENY) if evaluation is Evaluation.FIRST_MATCH else tuple(Action)
    found = tuple(draw(rules(number, actions)) for number in range(1, draw(st.integers(1, 5)) + 1))
    if exact:
        found = tuple(exactly(rule) for rule in found)
    default = draw(st.sampled_from([Action.DENY, Action.DENY, Action.ALLOW]))
    return RuleList("rules", Direction.FORWARD, evaluation, found, default)


def exactly(rule: Rule) -> Rule:
    """The rule with every unknown settled in favour of what is possible."""
    from dataclasses import replace

    return replace(
        rule,
        source=Bounded.exactly(rule.source.possible),
        destination=Bounded.exactly(rule.destination.possible),
        service=Bounded.exactly(rule.service.possible),
        translations=Bounded.exactly(rule.translations.possible),
        translated_destination=Bounded.exactly(rule.translated_destination.possible),
        conditions=tuple(each for each in rule.conditions if each.truth is not Truth.UNKNOWN),
    )


@st.composite
def translations(draw: st.DrawFn, name: str) -> Translation:
    """A virtual address among the IPv4 ones, one to one or a range, with or without a port."""
    size = draw(st.integers(1, 2))
    first, target = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    original = AddressSet(IntervalSet.of((first, first + size - 1)))
    mapped = AddressSet(IntervalSet.of((target, target + size - 1)))
    if draw(st.booleans()):
        outside, inside = draw(st.sampled_from(PORTS)), draw(st.sampled_from(PORTS))
        before, after = ServiceSet.parse(f"tcp/{outside}"), ServiceSet.parse(f"tcp/{inside}")
    else:
        before = after = ANY_SERVICE
    clients = AddressSet(IntervalSet.of((1, 4)))
    return Translation(
        name,
        Origin("f", 1, 1, "vip", name),
        (Mapping(original, before, Bounded.exactly(mapped), after),),
        Bounded.exactly(draw(st.sampled_from([clients, _address_set(frozenset({1, 2}))]))),
        ingress=draw(st.sampled_from([None, frozenset({"a"})])),
        active=draw(st.sampled_from([True, True, False])),
    )


@st.composite
def firewalls(draw: st.DrawFn, exact: bool = False, most_lists: int = 2) -> Firewall:
    """A whole random firewall."""
    lists = tuple(draw(rule_lists(exact=exact)) for _ in range(draw(st.integers(1, most_lists))))
    named = tuple(draw(translations(name)) for name in NAMES[: draw(st.integers(0, 2))])
    origin = Origin("f", 1, 1, "interface", "")
    return Firewall(
        "fw", "test", "test", "1", (), lists,
        interfaces=tuple(Interface(name, origin) for name in INTERFACES), translations=named,
    )  # fmt: skip


PACKETS = tuple(product(INTERFACES, INTERFACES, ADDRESSES, ADDRESSES, PROTOCOLS, SOURCE_PORTS, PORTS))


def holds(packets: PacketSet, firewall: Firewall, client: oracle.Client, world: Callable[[str], bool]) -> bool:
    """Is the packet, as it arrives in the given world, in the set?"""
    arrived = oracle.translate(firewall, client, world)
    space = packets.space
    service = space.atoms.point(client.protocol, arrived.port, client.source_port)
    ingress = space.interface_mask(frozenset({client.ingress}))
    egress = space.interface_mask(frozenset({client.egress}))
    translation = space.translation_bits.get(arrived.by, 1) if arrived.by else 1
    return any(
        box.ingress & ingress
        and box.egress & egress
        and box.translation & translation
        and box.service & service
        and client.source in box.source
        and arrived.destination in box.destination
        for box in packets.boxes
    )
