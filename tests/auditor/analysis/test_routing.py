"""Which interfaces lead to an address, and when the file cannot say."""

from __future__ import annotations

from dataclasses import replace

from auditor.analysis.routing import Routing
from parsers.model.addresses import AddressSet
from parsers.model.firewall import Firewall, Route
from parsers.model.origin import Origin

WHERE = Origin("f.conf", 1, 1, "route", "")


def network(text: str) -> AddressSet:
    return AddressSet.network(text)


FIREWALL = Firewall(
    "f",
    "fortigate",
    "",
    "",
    (),
    (),
    routes=(
        Route(network("10.0.0.0/24"), "lan", 0, WHERE, connected=True),
        Route(network("10.2.0.0/16"), "lan", 10, WHERE),
        Route(network("10.2.3.0/24"), "dmz", 10, WHERE),
        Route(network("0.0.0.0/0"), "wan", 10, WHERE),
    ),
)
LEARNS = replace(FIREWALL, dynamic_routing=True)


def test_the_longest_prefix_decides() -> None:
    assert Routing(FIREWALL).interfaces(network("10.2.3.9/32")) == {"dmz"}
    assert Routing(FIREWALL).interfaces(network("10.2.0.0/16")) == {"lan", "dmz"}


def test_the_default_route_takes_the_rest() -> None:
    assert Routing(FIREWALL).interfaces(network("10.9.0.1/32")) == {"wan"}
    assert Routing(FIREWALL).interfaces(network("198.41.0.4/32")) == {"wan"}


def test_where_routes_are_learnt_a_private_address_behind_the_default_is_open() -> None:
    assert Routing(LEARNS).interfaces(network("10.9.0.1/32")) is None
    assert Routing(LEARNS).interfaces(network("10.2.3.9/32")) == {"dmz"}
    assert Routing(LEARNS).interfaces(network("198.41.0.4/32")) == {"wan"}


def test_without_a_route_nothing_leads_there_unless_routes_are_learnt() -> None:
    routes = FIREWALL.routes[:-1]
    assert Routing(replace(FIREWALL, routes=routes)).interfaces(network("198.41.0.4/32")) == frozenset()
    assert Routing(replace(LEARNS, routes=routes)).interfaces(network("198.41.0.4/32")) is None
