"""IOS: one small configuration per feature."""

from __future__ import annotations

import pytest

pytest.importorskip("ciscoconfparse2", reason="the extra fwproof[cisco] is not installed")

from parsers.cisco import PARSER
from parsers.cisco.objects import wildcard_set
from parsers.model.firewall import Firewall
from parsers.model.rule import Action, Rule, Truth
from parsers.source import Document
from tests.parsers.cisco import heads

HEAD = heads.IOS


def read(text: str) -> Firewall:
    document = Document("r1.cfg", (HEAD + text).encode())
    assert PARSER.recognise(document)
    (firewall,) = PARSER.read(document)
    return firewall


def rules(lines: str) -> list[Rule]:
    body = "".join(f" {line}\n" for line in lines.splitlines())
    return [rule for rule in read(f"ip access-list extended IN\n{body}").lists[0].rules if not rule.implicit]


def test_wildcard_masks() -> None:
    (rule,) = rules("permit tcp any 10.0.0.0 0.0.0.255 eq 443")
    assert rule.destination.certain.text() == "10.0.0.0/24"
    assert rule.ingress == {"GigabitEthernet0/0"}


def test_a_wildcard_with_holes_is_exact() -> None:
    found, exact = wildcard_set("10.0.0.1", "0.0.255.0")
    assert exact
    assert found.count == 256
    assert len(found.intervals.ranges) == 256


def test_a_wildcard_with_too_many_holes_is_bounded() -> None:
    found, exact = wildcard_set("0.0.0.1", "255.255.254.0")
    assert not exact
    assert found.count > 2**31


def test_sequence_numbers_decide_the_order() -> None:
    found = rules("20 deny ip any any\n10 permit tcp any any eq 80")
    assert [rule.id.split()[1] for rule in found] == ["10", "20"]


def test_several_ports_after_eq() -> None:
    (rule,) = rules("permit tcp any any eq 80 443")
    assert rule.service.certain.text() == "tcp/80,443"


def test_established_never_matches_the_first_packet() -> None:
    (rule,) = rules("permit tcp any any established")
    assert rule.conditions[0].truth is Truth.FALSE


def test_icmp_messages_by_name() -> None:
    (rule,) = rules("permit icmp any any port-unreachable")
    assert rule.service.certain.text() == "icmp/3/3"


def test_numbered_lists_and_remarks() -> None:
    text = (
        "interface GigabitEthernet0/2\n ip access-group 101 in\n"
        "access-list 101 remark mail\naccess-list 101 permit tcp any host 10.0.0.25 eq smtp\n"
    )
    found = [rule for rule in read(text).lists[0].rules if rule.ingress == {"GigabitEthernet0/2"}]
    assert [rule.action for rule in found] == [Action.ALLOW, Action.DENY]


def test_a_list_that_is_applied_but_not_defined_permits() -> None:
    firewall = read("")
    assert firewall.lists[0].rules == ()
    assert firewall.lists[0].default is Action.ALLOW
    assert [(each.to_name, each.defined) for each in firewall.references] == [("IN", False)]


def test_static_nat_is_checked_before_translation() -> None:
    firewall = read(
        "ip nat inside source static tcp 10.0.0.5 443 203.0.113.5 8443 extendable\n"
        "ip access-list extended IN\n permit tcp any host 203.0.113.5 eq 8443\n"
    )
    (translation,) = firewall.translations
    assert translation.mappings[0].original_service.text() == "tcp/8443"
    plain, translated, *_ = firewall.lists[0].rules
    assert plain.destination.certain.text() == "203.0.113.5"
    assert translated.translated_destination.certain.text() == "10.0.0.5"
    assert translated.service.certain.text() == "tcp/443"


def test_a_list_that_names_the_inside_address_does_not_let_translated_packets_in() -> None:
    firewall = read(
        "ip nat inside source static 10.0.0.5 203.0.113.5\n"
        "ip access-list extended IN\n permit tcp any host 10.0.0.5 eq 443\n"
    )
    assert [rule.translated_destination.possible.text() for rule in firewall.lists[0].rules if not rule.implicit] == [
        "none"
    ]


def test_logins_are_limited_by_access_class() -> None:
    text = (
        "access-list 10 permit 198.51.100.0 0.0.0.255\nline vty 0 4\n access-class 10 in\n transport input ssh\n"
        "ip http secure-server\n"
    )
    logins = read(text).lists[3].rules
    assert [(rule.name, rule.source.certain.text()) for rule in logins] == [
        ("ssh login", "198.51.100.0/24"),
        ("https login", "any"),
    ]


def test_snmp_communities_never_leave_the_file() -> None:
    firewall = read("snmp-server community Pr1vateC0mmunity RO\n")
    assert "Pr1vate" not in repr(firewall)
    assert firewall.lists[3].rules[0].service.certain.text() == "udp/161"


def test_routes_through_a_gateway() -> None:
    firewall = read("ip route 0.0.0.0 0.0.0.0 203.0.113.1\n")
    assert [(each.interface, each.destination.text()) for each in firewall.routes][-1] == (
        "GigabitEthernet0/0",
        "any IPv4",
    )


def test_lists_of_one_family_leave_the_other_alone() -> None:
    text = (
        "ip access-list extended IN\n permit tcp any any eq 443\n"
        "interface GigabitEthernet0/5\n ipv6 traffic-filter SIX in\n"
        "ipv6 access-list SIX\n permit tcp any any eq 25\n permit icmp any any nd-na\n sequence 99 deny ipv6 any any\n"
    )
    shown = [
        (rule.source.possible.text(), rule.service.possible.text())
        for rule in sorted(read(text).lists[0].rules, key=lambda rule: rule.origin.first_line)
    ]
    assert shown == [
        ("any IPv4", "any"),
        ("any IPv4", "tcp/443"),
        ("any IPv6", "any"),
        ("any IPv6", "tcp/25"),
        ("any IPv6", "icmp6/136"),
        ("any IPv6", "any"),
    ]
