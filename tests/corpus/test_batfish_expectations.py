"""What Batfish's own tests assert of FortiOS configurations (its files are read from beside the project).

Where Batfish's model is known to be wrong (unresolvable objects match nothing, undefined references drop the line) the
verdict here is fwproof's own, and the test says so.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import parsers
from auditor.packets import Filter, Flow, Outcome, judge
from parsers.fortigate.syntax.scripts import read_text
from parsers.model.addresses import AddressSet
from parsers.model.firewall import Firewall
from parsers.model.intervals import IntervalSet
from parsers.model.rule import Direction
from parsers.model.services import TCP, UDP, ServiceSet

FOLDER = Path(__file__).parents[2].parent / "shared" / "corpus" / "fortigate" / "batfish__batfish"
PREFIX = "projects__batfish__src__test__resources__org__batfish__grammar__fortios__testconfigs__"
NOW = datetime(2026, 1, 1)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the corpus of public exports is not beside the project")


def load(name: str) -> Firewall:
    (firewall,) = parsers.read(FOLDER / f"{PREFIX}{name}")
    return firewall


def verdict(
    name: str, way: str, source: str, destination: str, port: int, sport: int = 40000, protocol: int = TCP
) -> tuple[str, str]:
    ingress, egress = way.split(">")
    service = ServiceSet.ports(protocol, IntervalSet.single(port), IntervalSet.single(sport))
    firewall = load(name)
    filter_ = Filter(firewall, Direction.FORWARD, NOW, [service])
    flow = Flow(
        AddressSet.network(source), AddressSet.network(destination), service, frozenset({ingress}), frozenset({egress})
    )
    found = judge(filter_, filter_.packets(flow), NOW)
    return found.outcome.value, found.rule.id if found.rule else ""


@pytest.mark.parametrize(
    ("config", "way", "source", "destination", "port", "sport", "outcome", "rule"),
    [
        ("policy", "port1>port3", "10.0.1.2", "10.0.3.2", 2345, 9999, "allowed", "2"),
        ("policy", "port1>port4", "10.0.1.2", "10.0.3.2", 2345, 9999, "allowed", "2"),
        ("policy", "port2>port3", "10.0.2.2", "10.0.4.2", 2345, 9999, "allowed", "2"),
        ("policy", "port2>port4", "10.0.2.2", "10.0.4.2", 2345, 9999, "allowed", "2"),
        ("policy", "port1>port3", "10.0.1.2", "10.0.3.2", 1234, 9999, "blocked", "1"),
        ("policy", "port1>port3", "10.0.1.2", "10.0.3.2", 1235, 9999, "blocked", "1"),
        ("policy", "port2>port3", "10.0.2.2", "10.0.4.2", 1234, 9999, "blocked", "1"),
        ("policy", "port3>port1", "10.0.3.2", "10.0.1.2", 2345, 9999, "blocked", ""),
        ("policy", "port1>port2", "10.0.1.2", "10.0.2.2", 2345, 9999, "blocked", ""),
        ("firewall_policy", "port1>port2", "10.0.1.5", "10.0.2.5", 12, 11, "blocked", "4294967294"),
        ("firewall_policy", "port1>port2", "10.0.1.5", "10.0.2.5", 12, 9999, "allowed", "2"),
        ("firewall_policy", "port1>port2", "10.0.1.5", "10.0.2.5", 11, 9999, "allowed", "1"),
        ("firewall_policy", "port2>port1", "10.0.2.5", "10.0.1.5", 12, 11, "allowed", "1"),
        ("firewall_policy", "port1>port2", "192.0.2.1", "198.51.100.1", 4711, 9999, "allowed", "2"),
        ("firewall_policy_addrgrp", "port1>port2", "10.0.1.5", "10.0.2.9", 11, 9999, "allowed", "1"),
        ("firewall_policy_addrgrp", "port1>port2", "10.0.1.66", "10.0.2.9", 11, 9999, "blocked", ""),
        ("firewall_policy_addrgrp", "port1>port2", "10.0.1.72", "10.0.2.9", 11, 9999, "allowed", "1"),
        ("firewall_policy_addrgrp", "port1>port2", "10.0.1.5", "10.0.2.9", 12, 9999, "blocked", ""),
        ("firewall_vi_policy", "port1>port2", "10.9.9.9", "10.0.1.5", 80, 9999, "blocked", "1"),
        ("firewall_vi_policy", "port1>port2", "10.9.9.9", "10.0.7.7", 80, 9999, "allowed", "2"),
        ("firewall_vi_policy", "port1>port2", "10.9.9.9", "10.1.0.1", 80, 9999, "blocked", ""),
        ("firewall_vi_policy", "port2>port3", "10.9.9.9", "10.0.1.5", 80, 9999, "allowed", "2"),
        ("firewall_vi_policy", "port2>port3", "10.9.9.9", "10.1.0.1", 80, 9999, "blocked", ""),
        ("firewall_vi_policy", "port1>port1", "10.9.9.9", "10.0.7.7", 80, 9999, "blocked", ""),
        ("firewall_vi_policy", "port2>port1", "10.9.9.9", "10.0.7.7", 80, 9999, "blocked", ""),
        ("zone", "port1>port2", "10.9.9.9", "10.0.7.7", 80, 9999, "blocked", ""),
        (
            "zone",
            "port4>port5",
            "10.9.9.9",
            "10.0.7.7",
            80,
            9999,
            "allowed",
            "implicit: intrazone longest possible valid name for zon",
        ),
        ("zone", "port3>port4", "10.9.9.9", "10.0.7.7", 80, 9999, "blocked", ""),
    ],
)
def test_flow_verdicts(
    config: str, way: str, source: str, destination: str, port: int, sport: int, outcome: str, rule: str
) -> None:
    assert verdict(f"fortios_{config}" if not (FOLDER / f"{PREFIX}{config}").exists() else config,
                   way, source, destination, port, sport) == (outcome, rule)  # fmt: skip


def test_udp_is_not_in_all_tcp() -> None:
    assert verdict("policy", "port1>port3", "10.0.1.2", "10.0.3.2", 2345, protocol=UDP) == (Outcome.BLOCKED.value, "")


def order(name: str) -> list[str]:
    tree = read_text((FOLDER / f"{PREFIX}{name}").read_text())
    return list(tree.root.tables["firewall policy"].entries)


@pytest.mark.parametrize(
    ("config", "ids"),
    [
        ("policy_move", ["5", "1", "2", "4", "3"]),
        ("policy_delete", ["2", "1"]),
        ("policy_clone", ["1", "2", "3", "4"]),
    ],
)
def test_scripts_change_the_order(config: str, ids: list[str]) -> None:
    assert order(config) == ids


def addresses(config: str) -> dict[str, AddressSet | None]:
    return {item.name: item.addresses for item in load(config).objects if item.kind == "firewall address"}


def test_address_objects() -> None:
    found = addresses("address")
    network = AddressSet.network("1.1.1.0/24")
    assert found["ipmask"] == network
    assert found["iprange"] == network
    wildcard = found["wildcard"]
    assert wildcard is not None
    assert wildcard.count == 65_536
    assert AddressSet.network("2.9.9.2") <= wildcard
    assert found["ipmask-default"] == AddressSet.network("0.0.0.0/0")
    assert found["wildcard-default"] == AddressSet.network("0.0.0.0/0")
    assert found["iprange-default"] == AddressSet.range("0.0.0.0", "1.1.1.1")
    # Batfish gives these the empty set; offline they are unknown.
    for name in ("fqdn", "dynamic", "geography", "mac"):
        assert found[name] is None


def test_types_that_were_switched() -> None:
    found = addresses("address_type_switching")
    assert found["mask-to-range"] == AddressSet.range("1.0.0.0", "1.1.1.255")
    assert found["range-to-mask"] == AddressSet.network("255.0.0.0/8")
    assert found["wildcard-to-mask"] == AddressSet.network("1.1.0.0/16")
    assert found["wildcard-to-range"] == AddressSet.range("1.1.0.0", "255.255.0.0")


def test_an_unknown_nested_block_does_not_hide_what_follows() -> None:
    assert addresses("nested_config_recovery")["tagging"] == AddressSet.network("1.1.1.0/24")


def test_each_port_range_has_its_own_source_ports() -> None:
    """Batfish pools destination and source ports of one service; on a FortiGate each element is its own pair."""
    firewall = load("service_custom")
    texts = {item.name: item.text for item in firewall.objects if item.kind == "firewall service custom"}
    explicit = next(text for text in texts.values() if "from port 3-4" in text)
    assert "10-11" in explicit
