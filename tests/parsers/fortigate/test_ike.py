"""Where IPsec gateways answer: `ike-port`, `ike-tcp-port` and the transport of a phase 1."""

from __future__ import annotations

import pytest

from parsers.model.rule import Direction, Rule
from tests.parsers.fortigate.writing import local, read, table

PHASE = "p\nset interface wan"
TCP = f"{PHASE}\nset ike-version 2\nset transport tcp"


def settings(*lines: str) -> str:
    return "config system settings\n" + "".join(f"set {line}\n" for line in lines) + "end\n"


def phases(*entries: str) -> str:
    return table("vpn ipsec phase1-interface", *entries)


def gateways(text: str, version: str) -> list[Rule]:
    lists = read(text, version).lists
    rules = [rule for each in lists if each.direction is Direction.LOCAL for rule in each.rules]
    kinds = (("IPsec",), ("IPsec over TCP",))
    return [rule for rule in rules if rule.written.service[:1] in kinds and not rule.implicit]


@pytest.mark.parametrize(
    ("text", "service", "outcome"),
    [
        (phases(PHASE), "udp/500", "allowed"),
        (phases(PHASE), "udp/5000", "blocked"),
        (settings("ike-port 5000") + phases(PHASE), "udp/5000", "allowed"),
        (settings("ike-port 5000") + phases(PHASE), "udp/500", "possible"),
        (settings("ike-port 5000") + phases(PHASE), "udp/4500", "possible"),
        (settings("ike-port 5000") + phases(PHASE), "ip/50", "allowed"),
        (settings("ike-port 5000"), "udp/5000", "blocked"),
        (settings("ike-port ${port}") + phases(PHASE), "udp/5000", "possible"),
        (settings("ike-extra-ports 1400 1401") + phases(PHASE), "udp/1401", "allowed"),
        (settings("ike-extra-ports 1400 1401") + phases(PHASE), "udp/500", "allowed"),
        (settings("ike-extra-ports ${port}") + phases(PHASE), "udp/1401", "possible"),
        (settings("ike-tcp-service disable") + phases(TCP), "tcp/4500", "blocked"),
        (settings("ike-tcp-service enable") + phases(TCP), "tcp/4500", "allowed"),
        (settings("ike-tcp-port 8443") + phases(TCP), "tcp/8443", "allowed"),
        (settings("ike-tcp-port 8443") + phases(TCP), "tcp/11443", "possible"),
        (settings("ike-tcp-port 8443") + phases(TCP), "tcp/443", "blocked"),
        (settings("ike-tcp-port 4500") + phases(TCP), "tcp/11443", "blocked"),
        (settings("ike-tcp-port 8443") + phases(PHASE), "tcp/8443", "blocked"),
        (settings("ike-tcp-port 8443") + phases(TCP.replace("tcp", "udp")), "tcp/8443", "blocked"),
        (settings("ike-tcp-port ${port}") + phases(TCP), "tcp/8443", "possible"),
        (phases(PHASE, TCP.replace("p\n", "q\n", 1)), "tcp/4500", "allowed"),
    ],
)
def test_the_ports_of_ike(text: str, service: str, outcome: str) -> None:
    assert local(text, service=service) == outcome


@pytest.mark.parametrize(
    ("version", "transport", "certain", "possible"),
    [
        ("7.4.5", "set transport tcp", "tcp/4500", "tcp/4500"),
        ("7.6.0", "set transport auto", "tcp/4500", "tcp/4500"),
        ("7.6.2", "set transport auto", "tcp/443", "tcp/443,4500,11443"),
        ("", "set transport tcp", "", "tcp/443,4500,11443"),
        ("7.6.2", "", "", "tcp/443,4500,11443"),
        ("8.0.0", "set transport tcp", "", "tcp/443,4500,11443"),
    ],
)
def test_the_default_tcp_port_depends_on_the_release(version: str, transport: str, certain: str, possible: str) -> None:
    _, tcp = gateways(phases(f"{PHASE}\nset ike-version 2\n{transport}".strip()), version)
    assert (tcp.service.certain.text() if tcp.service.certain else "") == certain
    assert tcp.service.possible.text() == possible
    assert bool(tcp.uncertain) is (certain != possible)


def test_ike_without_settings_of_its_own_is_exact() -> None:
    (rule,) = gateways(phases(PHASE, PHASE.replace("p", "q", 1)), "7.2.5")
    assert rule.service.is_exact
    assert not rule.uncertain
