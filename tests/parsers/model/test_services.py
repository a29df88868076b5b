"""Service arithmetic against explicit sets of (protocol, source, destination)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.model.intervals import IntervalSet
from parsers.model.services import ANY_SERVICE, ICMP, NO_SERVICE, TCP, UDP, ServiceSet

small = st.integers(0, 5)
spans = st.tuples(small, small).map(lambda pair: IntervalSet.of((min(pair), max(pair))))
terms = st.tuples(st.sampled_from([TCP, UDP]), spans, spans)
sets = st.lists(terms, max_size=4).map(
    lambda items: ServiceSet.union(ServiceSet.ports(protocol, ports, sources) for protocol, ports, sources in items)
)


def members(services: ServiceSet) -> set[tuple[int, int, int]]:
    return {
        (protocol, source, port)
        for protocol in (TCP, UDP)
        for source in range(7)
        for port in range(7)
        if services.contains(protocol, port, source)
    }


@given(sets, sets)
def test_operations_agree_with_python_sets(a: ServiceSet, b: ServiceSet) -> None:
    assert members(a | b) == members(a) | members(b)
    assert members(a & b) == members(a) & members(b)
    assert members(a - b) == members(a) - members(b)
    assert (a <= b) == (members(a) <= members(b))


@given(sets, sets)
def test_equal_sets_are_equal_values(a: ServiceSet, b: ServiceSet) -> None:
    assert (a == b) == (members(a) == members(b))
    assert (a - b) | (a & b) == a


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tcp/443", "tcp/443"),
        ("tcp/25,587,465-466", "tcp/25,465-466,587"),
        ("udp/any", "udp"),
        ("icmp/8", "icmp/8"),
        ("icmp/3/4", "icmp/3/4"),
        ("ip/47", "gre"),
        ("any", "any"),
        ("tcp/1-65535", "tcp/any"),
    ],
)
def test_reading_and_showing(text: str, shown: str) -> None:
    assert ServiceSet.parse(text).text() == shown


@pytest.mark.parametrize("text", ["443", "tcp/65536", "tcp/http", "tcp/20-10", "ip/256", "icmp/300", "tcp/"])
def test_bad_services_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|unknown protocol|must not end"):
        ServiceSet.parse(text)


def test_source_ports_are_shown() -> None:
    rsh = ServiceSet.ports(TCP, IntervalSet.single(514), IntervalSet.of((512, 1023)))
    assert rsh.text() == "tcp/514 from port 512-1023"
    assert not rsh.contains(TCP, 514, 40000)


def test_any_less_one_port_lacks_only_that_port() -> None:
    rest = ANY_SERVICE - ServiceSet.parse("tcp/135")
    assert not rest.contains(TCP, 135)
    assert rest.contains(TCP, 134)
    assert rest.contains(47, 0, 0)
    assert rest | ServiceSet.parse("tcp/135") == ANY_SERVICE


def test_ping_is_one_icmp_type() -> None:
    ping = ServiceSet.icmp(ICMP, 8)
    assert ping.contains(ICMP, 8 * 256)
    assert not ping.contains(ICMP, 9 * 256)
    assert NO_SERVICE.text() == "none"
