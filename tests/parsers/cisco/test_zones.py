"""The zone-based firewall of IOS: one small configuration per feature, judged packet by packet."""

from __future__ import annotations

from datetime import datetime

import pytest

pytest.importorskip("ciscoconfparse2", reason="the extra fwproof[cisco] is not installed")

from auditor.packets import Filter, Flow, judge
from parsers.cisco import PARSER
from parsers.model.addresses import AddressSet
from parsers.model.firewall import Firewall
from parsers.model.rule import Direction
from parsers.model.services import ServiceSet
from parsers.source import Document

NOW = datetime(2026, 11, 24, 12)
HEAD = """version 15.7
hostname r1
zone security inside
zone security outside
interface GigabitEthernet0/0
 ip address 203.0.113.2 255.255.255.0
 zone-member security outside
interface GigabitEthernet0/1
 ip address 10.0.0.1 255.255.255.0
 zone-member security inside
interface GigabitEthernet0/2
 ip address 10.0.2.1 255.255.255.0
 zone-member security inside
interface GigabitEthernet0/3
 ip address 10.0.3.1 255.255.255.0
interface GigabitEthernet0/4
 ip address 10.0.4.1 255.255.255.0
"""
PAIR = "zone-pair security OI source outside destination inside\n service-policy type inspect P\n"


def read(text: str) -> Firewall:
    (firewall,) = PARSER.read(Document("r1.cfg", (HEAD + text).encode()))
    return firewall


def verdict(
    text: str, service: str, way: tuple[int, int | None] = (0, 1), source: str = "198.51.100.7", to: str = "10.0.0.5"
) -> str:
    asked = ServiceSet.parse(service)
    direction = Direction.LOCAL if way[1] is None else Direction.FORWARD
    filter_ = Filter(read(text), direction, NOW, [asked])
    ingress, egress = (None if each is None else frozenset({f"GigabitEthernet0/{each}"}) for each in way)
    flow = Flow(AddressSet.network(source), AddressSet.network(to), asked, ingress, egress)
    return judge(filter_, filter_.packets(flow), NOW).outcome.value


def policy(*matches: str, kind: str = "match-any", action: str = "inspect", lists: str = "") -> str:
    lines = "".join(f" match {each}\n" for each in matches)
    return (
        f"{lists}class-map type inspect {kind} C\n{lines}"
        f"policy-map type inspect P\n class type inspect C\n  {action}\n class class-default\n  drop\n{PAIR}"
    )


def test_nothing_passes_between_zones_without_a_pair() -> None:
    assert verdict("", "tcp/443") == "blocked"
    assert verdict("zone-pair security OI source outside destination inside\n", "tcp/443") == "blocked"


def test_members_of_one_zone_reach_each_other() -> None:
    assert verdict("", "tcp/443", way=(1, 2), source="10.0.0.9", to="10.0.2.5") == "allowed"


def test_interfaces_of_no_zone_reach_each_other_but_no_member() -> None:
    assert verdict("", "tcp/443", way=(3, 4), source="10.0.3.9", to="10.0.4.5") == "allowed"
    assert verdict("", "tcp/443", way=(3, 1), source="10.0.3.9") == "blocked"


@pytest.mark.parametrize(
    ("service", "expected"), [("tcp/443", "allowed"), ("tcp/80", "blocked"), ("udp/443", "blocked")]
)
def test_a_protocol_is_its_port(service: str, expected: str) -> None:
    assert verdict(policy("protocol https"), service) == expected


def test_match_any_joins_and_match_all_narrows() -> None:
    lists = "ip access-list extended MAIL\n permit ip any host 10.0.0.5\n"
    both = ("access-group name MAIL", "protocol smtp")
    assert verdict(policy(*both, lists=lists), "tcp/80") == "allowed"
    assert verdict(policy(*both, kind="match-all", lists=lists), "tcp/80") == "blocked"
    assert verdict(policy(*both, kind="match-all", lists=lists), "tcp/25") == "allowed"
    assert verdict(policy(*both, kind="match-all", lists=lists), "tcp/25", to="10.0.0.6") == "blocked"


def test_a_deny_in_a_class_takes_packets_out_of_it_only() -> None:
    lists = "ip access-list extended A\n deny tcp any host 10.0.0.5 eq 25\n permit tcp any any\n"
    text = policy("access-group name A", lists=lists)
    assert verdict(text, "tcp/25") == "blocked"
    assert verdict(text, "tcp/25", to="10.0.0.6") == "allowed"
    assert verdict(text, "tcp/26") == "allowed"
    assert verdict(text.replace("  drop\n", "  pass\n"), "tcp/25") == "allowed"


def test_a_dropped_class_comes_before_a_wider_one() -> None:
    text = (
        "class-map type inspect match-any BAD\n match protocol telnet\n"
        "class-map type inspect match-any ALL\n match protocol tcp\n"
        "policy-map type inspect P\n class type inspect BAD\n  drop log\n class type inspect ALL\n  inspect\n" + PAIR
    )
    assert verdict(text, "tcp/23") == "blocked"
    assert verdict(text, "tcp/24") == "allowed"


def test_classes_nest() -> None:
    inner = "class-map type inspect match-any D\n match protocol https\n"
    assert verdict(inner + policy("class-map D"), "tcp/443") == "allowed"


def test_an_unknown_protocol_may_be_anything_and_is_a_gap() -> None:
    text = policy("protocol frobnicate")
    assert verdict(text, "tcp/443") == "possible"
    assert [(gap.what, gap.hides_access) for gap in read(text).gaps] == [
        ("which packets it selects is not known: match protocol frobnicate", True)
    ]


def test_a_protocol_with_another_port_map_is_not_guessed() -> None:
    assert verdict(policy("protocol https") + "ip port-map https port tcp 8443\n", "tcp/8443") == "possible"


def test_published_servers_are_named_by_their_real_address() -> None:
    text = policy("access-group name W", lists="ip access-list extended W\n permit tcp any host 10.0.0.5 eq 443\n")
    nat = "ip nat inside source static tcp 10.0.0.5 443 203.0.113.5 8443\n"
    filter_ = Filter(read(text + nat), Direction.FORWARD, NOW)
    allowed = filter_.allowed(
        Flow(
            AddressSet.network("198.51.100.7"),
            AddressSet.network("10.0.0.5"),
            ServiceSet.parse("tcp/443"),
            frozenset({"GigabitEthernet0/0"}),
            frozenset({"GigabitEthernet0/1"}),
        )
    )
    assert any(box.translation & ~1 for box in allowed.certain.boxes)


def test_the_router_is_reached_until_a_pair_with_self_has_a_policy() -> None:
    vty = "line vty 0 4\n transport input ssh\n"
    to_self = policy("protocol https").replace("destination inside", "destination self")
    assert verdict(vty, "tcp/22", way=(0, None), to="203.0.113.2") == "allowed"
    assert verdict(vty + to_self, "tcp/22", way=(0, None), to="203.0.113.2") == "blocked"
    assert verdict(vty + to_self, "tcp/22", way=(1, None), source="10.0.0.9", to="203.0.113.2") == "allowed"


def test_a_pair_with_an_unknown_zone_or_policy_is_a_broken_reference() -> None:
    text = "zone-pair security X source nowhere destination inside\n service-policy type inspect NONE\n" + PAIR
    broken = {(each.to_kind, each.to_name) for each in read(text).references if not each.defined}
    assert broken == {("zone", "nowhere"), ("policy-map", "P")}
