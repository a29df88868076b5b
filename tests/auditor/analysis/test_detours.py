"""Policy routes: which interface packets leave by, past the routing table."""

from __future__ import annotations

from datetime import datetime

import pytest

import parsers
from auditor.analysis.analysis import Analysis
from auditor.analysis.layers import Asked, network_layer
from auditor.analysis.steps import Question
from auditor.baseline.inference import infer_site
from parsers.model.addresses import AddressSet
from parsers.model.services import ServiceSet
from tests.parsers.fortigate.writing import ANY, HEADER, INTERFACES, policies, table, with_lines

NOW = datetime(2026, 11, 24, 12)
ROUTES = table("system interface", "wan2\nset ip 192.0.2.2/24") + table(
    "router static",
    "1\nset gateway 203.0.113.1\nset device wan",
    "2\nset gateway 192.0.2.1\nset device wan2\nset distance 20",
)
OUT = policies(with_lines(ANY, srcintf="lan", dstintf="wan"))
"""Only wan is allowed: packets that leave by wan2 are blocked."""
STEER = "1\nset input-device lan\nset output-device wan2"


def fate(detours: str, service: str = "tcp/443", to: str = "198.51.100.7") -> str:
    text = HEADER.format("7.0.12") + INTERFACES + ROUTES + OUT + detours
    firewalls = parsers.read(text.encode(), "fw.conf")
    asked = ServiceSet.parse(service)
    analysis = Analysis(firewalls, (), infer_site(firewalls, ()).site, NOW, (asked,))
    question = Question("lan", AddressSet.network(to), asked, AddressSet.network("10.0.0.7"))
    return analysis.trace(question).outcome.value


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        ("", "blocked"),
        ("\nset src 10.0.0.0/255.255.255.0", "blocked"),
        ("\nset src 10.9.0.0/255.255.255.0", "allowed"),
        ("\nset dst 198.51.100.0/255.255.255.0", "blocked"),
        ("\nset dst 192.0.2.0/255.255.255.0", "allowed"),
        ("\nset dst 198.51.100.0/255.255.255.0\nset dst-negate enable", "allowed"),
        ("\nset protocol 6\nset start-port 443\nset end-port 443", "blocked"),
        ("\nset protocol 6\nset start-port 80\nset end-port 80", "allowed"),
        ("\nset protocol 17", "allowed"),
        ("\nset status disable", "allowed"),
        ("\nset tos 0x10", "possible"),
        ("\nset srcaddr host", "possible"),
        ("\nset action deny", "allowed"),
    ],
)
def test_what_a_policy_route_takes(lines: str, outcome: str) -> None:
    host = table("firewall address", "host\nset type fqdn\nset fqdn x.example")
    assert fate(host + table("router policy", STEER + lines)) == outcome


def test_policy_routes_are_tried_in_order() -> None:
    keep = "7\nset input-device lan\nset dst 198.51.100.0/24\nset action deny"
    assert fate(table("router policy", keep, STEER)) == "allowed"
    assert fate(table("router policy", keep, STEER), to="198.18.0.1") == "blocked"


def test_the_gateway_says_the_interface_where_no_other_does() -> None:
    assert fate(table("router policy", "1\nset input-device lan\nset gateway 192.0.2.1")) == "blocked"
    assert fate(table("router policy", "1\nset input-device lan\nset gateway 203.0.113.1")) == "allowed"


def test_other_interfaces_are_left_alone() -> None:
    assert fate(table("router policy", "1\nset input-device dmz\nset output-device wan2")) == "allowed"


@pytest.mark.parametrize(("egress", "outcome"), [("wan2", "allowed"), ("wan", "blocked")])
def test_a_virtual_wire_pair_leads_to_its_other_member(egress: str, outcome: str) -> None:
    pair = table("system virtual-wire-pair", "vw\nset member lan wan2")
    assert fate(pair + policies(with_lines(ANY, srcintf="lan", dstintf=egress))) == outcome


def covered(detours: str, rules: str = OUT) -> str:
    """What the audit says of a flow from lan to the Internet: by every way the packets may leave."""
    text = HEADER.format("7.0.12") + INTERFACES + ROUTES + rules + detours
    firewalls = parsers.read(text.encode(), "fw.conf")
    service = ServiceSet.parse("tcp/443")
    (device,) = Analysis(firewalls, (), infer_site(firewalls, ()).site, NOW, (service,)).devices.values()
    sender, target = AddressSet.network("10.0.0.7"), AddressSet.network("198.51.100.7")
    lan = frozenset({"lan"})
    layer = network_layer(Asked(device, sender, target, lan, device.routing.interfaces(target), False), service)
    return "certain" if layer.certain else "possible" if layer.possible else "closed"


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        ("", "closed"),
        ("\nset dst 192.0.2.0/255.255.255.0", "certain"),
        ("\nset protocol 6\nset start-port 443\nset end-port 443", "closed"),
        ("\nset protocol 6\nset start-port 80\nset end-port 80", "certain"),
        ("\nset status disable", "certain"),
        ("\nset action deny", "certain"),
        ("\nset tos 0x10", "possible"),
        ("\nset internet-service-id 65536", "possible"),
    ],
)
def test_audited_flows_follow_policy_routes(lines: str, answer: str) -> None:
    assert covered(table("router policy", STEER + lines)) == answer


def test_what_passes_by_every_way_is_certain() -> None:
    both = policies(with_lines(ANY, srcintf="lan", dstintf="wan wan2"))
    assert covered(table("router policy", STEER + "\nset tos 0x10"), both) == "certain"


@pytest.mark.parametrize(
    ("distance", "allowed", "certain"), [("20", "wan", True), ("10", "wan", False), ("10", "wan wan2", True)]
)
def test_routes_of_one_cost_are_certain_only_where_each_way_is_open(distance: str, allowed: str, certain: bool) -> None:
    text = INTERFACES + ROUTES.replace("set distance 20", f"set distance {distance}")
    text += policies(with_lines(ANY, srcintf="lan", dstintf=allowed))
    firewalls = parsers.read((HEADER.format("7.0.12") + text).encode(), "fw.conf")
    asked = ServiceSet.parse("tcp/443")
    (device,) = Analysis(firewalls, (), infer_site(firewalls, ()).site, NOW, (asked,)).devices.values()
    target = AddressSet.network("198.18.0.9")
    ways = device.routing.interfaces(target)
    layer = network_layer(Asked(device, AddressSet.network("10.0.0.7"), target, frozenset({"lan"}), ways, False), asked)
    assert layer.possible
    assert layer.certain is certain


def test_packets_from_a_port_of_a_switch_come_in_by_the_switch() -> None:
    switch = table("system interface", "port1\nset type physical") + table(
        "system switch-interface", "lan\nset member port1 port2"
    )
    text = HEADER.format("7.0.12") + INTERFACES + ROUTES + OUT + switch
    (firewall,) = parsers.read(text.encode(), "fw.conf")
    asked = ServiceSet.parse("tcp/443")
    analysis = Analysis((firewall,), (), infer_site((firewall,), ()).site, NOW, (asked,))
    question = Question("port1", AddressSet.network("198.51.100.7"), asked, AddressSet.network("10.0.0.7"))
    assert analysis.trace(question).outcome.value == "allowed"
