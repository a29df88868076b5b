"""Sets of pairs of address and service against sets of Python tuples, and services bound to addresses by `iprange`."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.fortigate.objects.pairsets import NO_PAIRS, PairSet, parts, product
from parsers.model.addresses import AddressSet
from parsers.model.bounds import Bounded
from parsers.model.intervals import IntervalSet
from parsers.model.services import TCP, ServiceSet
from tests.parsers.fortigate.test_against_oracle import calm
from tests.parsers.fortigate.writing import ANY, hidden, policies, read, stated, table, verdict, verdict_of, with_lines

SPAN = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lambda pair: (min(pair), max(pair)))
BOXES = st.lists(st.tuples(SPAN, SPAN), max_size=4)
Span = tuple[int, int]


def addresses(span: Span) -> AddressSet:
    return AddressSet(IntervalSet((span,)))


def ports(span: Span) -> ServiceSet:
    return ServiceSet.ports(TCP, IntervalSet((span,)))


def pairs(boxes: list[tuple[Span, Span]]) -> PairSet:
    return PairSet.union(PairSet.of(addresses(a), ports(p)) for a, p in boxes)


def plain(boxes: list[tuple[Span, Span]]) -> set[tuple[int, int]]:
    return {(a, p) for (a, b), (c, d) in boxes for a in range(a, b + 1) for p in range(c, d + 1)}


def members(found: PairSet) -> set[tuple[int, int]]:
    return {
        (a, p) for held, own in found.cells for a in range(6) if a in held for p in range(6) if own.contains(TCP, p)
    }


@calm
@given(BOXES, BOXES)
def test_operations_are_those_of_sets(one: list[tuple[Span, Span]], other: list[tuple[Span, Span]]) -> None:
    a, b, x, y = pairs(one), pairs(other), plain(one), plain(other)
    assert (members(a | b), members(a & b), members(a - b)) == (x | y, x & y, x - y)
    assert (a == b) == (x == y)
    assert bool(a) == bool(x)


@calm
@given(BOXES, BOXES)
def test_parts_have_the_bounds_of_the_pairs(one: list[tuple[Span, Span]], other: list[tuple[Span, Span]]) -> None:
    whole = Bounded(pairs(one) & pairs(other), pairs(one))
    found = parts(whole)
    certain = PairSet.union(PairSet.of(held.certain, own.certain) for held, own in found)
    possible = PairSet.union(PairSet.of(held.possible, own.possible) for held, own in found)
    assert (certain, possible) == (whole.certain, whole.possible)


def test_nothing_has_no_pair() -> None:
    assert product(Bounded.exactly(AddressSet()), Bounded.exactly(ports((1, 2)))) == Bounded.exactly(NO_PAIRS)


LIMITED = table(
    "firewall service custom", "web\nset tcp-portrange 443\nset iprange 10.0.0.5-10.0.0.6", "mail\nset tcp-portrange 25",
    "name\nset tcp-portrange 80\nset fqdn host.example", "far\nset tcp-portrange 443 444\nset iprange 10.0.0.9",
)  # fmt: skip


@pytest.mark.parametrize(
    ("address", "asked", "outcome"),
    [
        ("10.0.0.5", "tcp/443", "allowed"),
        ("10.0.0.7", "tcp/443", "possible"),
        ("10.0.0.7", "tcp/25", "allowed"),
        ("10.0.0.5", "tcp/25", "allowed"),
        ("10.0.0.5", "tcp/80", "possible"),
        ("10.0.0.9", "tcp/443", "allowed"),
        ("10.0.0.5", "tcp/444", "possible"),
        ("10.0.0.5", "tcp/81", "blocked"),
    ],
)
@pytest.mark.parametrize("grouped", [False, True])
def test_services_with_and_without_addresses_stand_together(
    address: str, asked: str, outcome: str, grouped: bool
) -> None:
    names = "web mail name far"
    group = table("firewall service group", f"all-of-them\nset member {names}")
    text = LIMITED + group + policies(with_lines(ANY, service="all-of-them" if grouped else names))
    assert verdict(text, address, asked) == outcome


@pytest.mark.parametrize(
    ("address", "asked", "outcome"),
    [
        ("10.0.0.5", "tcp/443", "blocked"), ("10.0.0.7", "tcp/443", "possible"), ("10.0.0.7", "tcp/25", "blocked"),
        ("10.0.0.5", "tcp/80", "possible"), ("10.0.0.5", "tcp/81", "allowed"),
    ],
)  # fmt: skip
def test_all_others_are_meant_where_they_are_negated(address: str, asked: str, outcome: str) -> None:
    text = LIMITED + policies(with_lines(ANY, service="web mail name", **{"service-negate": "enable"}))
    assert verdict(text, address, asked) == outcome


@pytest.mark.parametrize("kind", ["firewall acl", "firewall policy"])
def test_a_deny_for_such_services_stops_at_their_addresses(kind: str) -> None:
    names = "set srcaddr all\nset dstaddr all\nset service web mail"
    deny = f"1\nset interface wan\n{names}" if kind.endswith("acl") else f"9\nset srcintf wan\nset dstintf lan\n{names}"
    text = LIMITED + table(kind, deny) + table("firewall policy", f"1\n{ANY}")
    found = [
        verdict(text, *each) for each in (("10.0.0.5",), ("10.0.0.7",), ("10.0.0.7", "tcp/25"), ("10.0.0.7", "tcp/80"))
    ]
    assert found == ["blocked", "possible", "blocked", "allowed"]


def test_a_policy_in_several_parts_is_hidden_as_a_whole() -> None:
    first = with_lines(ANY, service="HTTPS")
    assert hidden(LIMITED + policies(first, with_lines(ANY, service="web mail"))) == ()
    assert hidden(LIMITED + policies(ANY, with_lines(ANY, service="web mail"))) == ("2",)


def test_translated_packets_keep_what_is_known_without_an_address() -> None:
    vip = table("firewall vip", "v\nset extip 203.0.113.10\nset mappedip 10.0.0.5")
    text = LIMITED + vip + policies(with_lines(ANY, dstaddr="v", service="web mail"))
    assert verdict(text, "203.0.113.10", "tcp/25") == "allowed"
    assert verdict(text, "203.0.113.10", "tcp/443") == "possible"


def test_a_deny_that_also_stops_translated_packets_stops_them_at_its_addresses_only() -> None:
    vip = table("firewall vip", "v\nset extip 203.0.113.10\nset mappedip 10.0.0.9")
    for names, outcome in (("web", "possible"), ("mail", "allowed"), ("HTTPS", "blocked")):
        deny = with_lines(ANY, action="deny", service=names, **{"match-vip": "enable"})
        text = LIMITED + vip + policies(deny, with_lines(ANY, dstaddr="v"))
        assert verdict(text, "203.0.113.10") == outcome


def test_a_policy_whose_services_leave_no_destination_is_still_one() -> None:
    text = LIMITED + table("firewall service custom", "every\nset protocol IP\nset iprange 10.0.0.5")
    text += table("firewall address", "five\nset subnet 10.0.0.5/32")
    deny = with_lines(ANY, action="deny", dstaddr="five", service="every", **{"service-negate": "enable"})
    assert [rule.id for rule in stated(text + policies(deny, ANY))] == ["1", "2"]
    assert verdict(text + policies(deny, ANY)) == "allowed"


LIMITS = st.lists(st.tuples(SPAN, st.one_of(st.none(), SPAN)), min_size=1, max_size=4)


@settings(calm, max_examples=25)
@given(LIMITS, st.booleans())
def test_limits_against_a_reading_by_hand(services: list[tuple[Span, Span | None]], negated: bool) -> None:
    """At the addresses of its range a service matches, elsewhere it perhaps does."""
    entries = [
        f"s{n}\nset tcp-portrange {a + 1}-{b + 1}" + (f"\nset iprange 10.0.0.{c[0]}-10.0.0.{c[1]}" if c else "")
        for n, ((a, b), c) in enumerate(services)
    ]
    names = " ".join(f"s{n}" for n in range(len(services)))
    more = {"service-negate": "enable"} if negated else {}
    firewall = read(table("firewall service custom", *entries) + policies(with_lines(ANY, service=names, **more)))
    for address in range(0, 7, 2):
        for port in range(1, 8, 2):
            named = [limit for (a, b), limit in services if a + 1 <= port <= b + 1]
            sure = any(limit is None or limit[0] <= address <= limit[1] for limit in named)
            fate = "allowed" if sure else "possible" if named else "blocked"
            fate = {"allowed": "blocked", "blocked": "allowed"}.get(fate, fate) if negated else fate
            assert verdict_of(firewall, f"10.0.0.{address}", f"tcp/{port}") == fate
