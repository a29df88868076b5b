"""ASA: one small configuration per feature."""

from __future__ import annotations

import pytest

pytest.importorskip("ciscoconfparse2", reason="the extra fwproof[cisco] is not installed")

from parsers.cisco import PARSER
from parsers.errors import UnreadableError
from parsers.model.addresses import AddressSet, address_number
from parsers.model.firewall import Firewall
from parsers.model.rule import Action, Rule, Truth
from parsers.source import Document
from tests.parsers.cisco import heads

HEAD = heads.ASA


def read(text: str, head: str = HEAD) -> Firewall:
    document = Document("fw1.cfg", (head + text).encode())
    assert PARSER.recognise(document)
    (firewall,) = PARSER.read(document)
    return firewall


def rules(text: str) -> list[Rule]:
    """The rules of list OUT, applied inbound on the outside interface."""
    firewall = read(text + "access-group OUT in interface outside\n")
    return [rule for rule in firewall.lists[1].rules if not rule.implicit]


def one(line: str, objects: str = "") -> Rule:
    (rule,) = rules(f"{objects}access-list OUT extended {line}\n")
    return rule


def test_a_host_and_a_named_port() -> None:
    rule = one("permit tcp any host 10.0.0.5 eq https log")
    assert rule.action is Action.ALLOW
    assert rule.ingress == {"outside"}
    assert rule.destination.certain == AddressSet.network("10.0.0.5")
    assert rule.translated_destination == rule.destination
    assert rule.service.certain.text() == "tcp/443"
    assert rule.logged is True
    assert rule.origin.first_line == 11


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("tcp any any eq 25", "tcp/25"),
        ("tcp any gt 1023 any range 6000 6010", "tcp/6000-6010 from port 1024-65535"),
        ("tcp any any neq 80", "tcp/0-79,81-65535"),
        ("tcp any any lt 10", "tcp/0-9"),
        ("udp any any eq domain", "udp/53"),
        ("ip any any", "any"),
        ("icmp any any echo", "icmp/8"),
        ("icmp any any unreachable 4", "icmp/3/4"),
        ("icmp any any", "icmp"),
        ("esp any any", "esp"),
        ("47 any any", "gre"),
    ],
)
def test_services(words: str, shown: str) -> None:
    assert one(f"permit {words}").service.certain.text() == shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("any4", "any IPv4"),
        ("any6", "any IPv6"),
        ("any", "any"),
        ("10.1.0.0 255.255.0.0", "10.1.0.0/16"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("interface outside", "203.0.113.2"),
        ("object NET", "10.9.0.0/24"),
        ("object-group SRV", "10.9.0.0/24, 10.10.0.4-10.10.0.6"),
    ],
)
def test_addresses(words: str, shown: str) -> None:
    objects = (
        "object network NET\n subnet 10.9.0.0 255.255.255.0\nobject network RNG\n range 10.10.0.4 10.10.0.6\n"
        "object-group network SRV\n network-object object NET\n network-object object RNG\n"
    )
    assert one(f"permit ip any {words}", objects).destination.certain.text() == shown


def test_names() -> None:
    assert one("permit ip any host mail", "name 10.0.0.25 mail\n").destination.certain.text() == "10.0.0.25"


def test_service_groups_stand_for_protocol_or_ports() -> None:
    objects = (
        "object-group service WEB tcp\n port-object eq www\n port-object range 8000 8001\n"
        "object-group service MIX\n service-object tcp destination eq 25\n service-object icmp echo\n"
        " service-object udp destination eq 53\n"
    )
    assert one("permit tcp any any object-group WEB", objects).service.certain.text() == "tcp/80,8000-8001"
    assert one("permit object-group MIX any any", objects).service.certain.text() == "icmp/8, tcp/25, udp/53"


def test_protocol_group_with_ports() -> None:
    objects = "object-group protocol TU\n protocol-object tcp\n protocol-object udp\n"
    assert one("permit object-group TU any any eq 53", objects).service.certain.text() == "tcp/53, udp/53"


def test_inactive_lines_are_kept_but_off() -> None:
    assert not one("permit ip any any inactive").enabled


def test_a_time_range_is_a_condition() -> None:
    objects = "time-range WORK\n periodic weekdays 8:00 to 18:00\n"
    (condition,) = one("permit ip any any time-range WORK", objects).conditions
    assert condition.truth is Truth.UNKNOWN


def test_a_host_name_is_uncertain() -> None:
    rule = one("permit ip any object X", "object network X\n fqdn mail.example.com\n")
    assert not rule.destination.certain
    assert rule.destination.possible
    assert "mail.example.com" in rule.uncertain[0]


def test_an_undefined_object_is_uncertain_and_a_broken_reference() -> None:
    firewall = read("access-list OUT extended permit ip any object NOPE\naccess-group OUT in interface outside\n")
    assert [each.to_name for each in firewall.references if not each.defined] == ["NOPE"]
    assert not firewall.lists[1].rules[0].destination.certain


def test_a_line_that_is_not_understood_is_a_gap_that_may_hide_access() -> None:
    firewall = read("access-list OUT extended permit tcp any any frobnicate\naccess-group OUT in interface outside\n")
    (gap,) = firewall.gaps
    assert gap.hides_access
    assert "frobnicate" in gap.what
    assert firewall.lists[1].rules[0].conditions[0].truth is Truth.UNKNOWN


def test_an_interface_with_a_list_ends_in_deny_one_without_in_its_security_level() -> None:
    firewall = read("access-list OUT extended permit tcp any any eq 25\naccess-group OUT in interface outside\n")
    implicit = [rule for rule in firewall.lists[1].rules if rule.implicit]
    assert [(rule.action, rule.ingress, rule.egress) for rule in implicit] == [
        (Action.DENY, {"outside"}, None),
        (Action.ALLOW, {"inside"}, {"outside"}),
    ]


def test_lower_security_does_not_reach_higher_without_a_list() -> None:
    implicit = [rule for rule in read("").lists[1].rules if rule.ingress == {"outside"}]
    assert implicit == []


def test_a_global_list_applies_everywhere_and_ends_in_deny() -> None:
    firewall = read("access-list G extended permit ip any any\naccess-group G global\n")
    assert [rule.ingress for rule in firewall.lists[1].rules] == [None]


def test_an_outbound_list_is_a_second_hurdle() -> None:
    firewall = read("access-list O extended permit tcp any any eq 443\naccess-group O out interface inside\n")
    outbound = firewall.lists[2]
    assert outbound.default is Action.ALLOW
    assert [(rule.action, rule.egress) for rule in outbound.rules] == [
        (Action.ALLOW, {"inside"}),
        (Action.DENY, {"inside"}),
    ]


def test_object_nat_publishes_the_real_host() -> None:
    firewall = read(
        "object network CAS\n host 10.0.0.5\n nat (inside,outside) static 203.0.113.10 service tcp 443 8443\n"
    )
    (translation,) = firewall.translations
    (mapping,) = translation.mappings
    assert mapping.original_destination.text() == "203.0.113.10"
    assert mapping.original_service.text() == "tcp/8443"
    assert mapping.mapped_destination.certain.text() == "10.0.0.5"
    assert mapping.mapped_service.text() == "tcp/443"
    assert translation.ingress == {"outside"}


def test_twice_nat_comes_before_object_nat() -> None:
    firewall = read(
        "object network A\n host 10.0.0.5\n nat (inside,outside) static 203.0.113.10\n"
        "object network B\n host 10.0.0.6\nobject network PB\n host 203.0.113.11\n"
        "nat (inside,outside) source static B PB\n"
    )
    assert [each.mappings[0].mapped_destination.certain.text() for each in firewall.translations] == [
        "10.0.0.6",
        "10.0.0.5",
    ]


def test_dynamic_nat_translates_no_destination() -> None:
    assert (
        read("object network L\n subnet 10.0.0.0 255.255.255.0\n nat (inside,outside) dynamic interface\n").translations
        == ()
    )


def test_management_statements_are_who_reaches_which_login() -> None:
    firewall = read("ssh 198.51.100.0 255.255.255.0 outside\nhttp server enable 8443\nhttp 0.0.0.0 0.0.0.0 inside\n")
    found = [(r.name, r.source.certain.text(), r.service.certain.text()) for r in firewall.lists[3].rules]
    assert found == [
        ("ssh on outside", "198.51.100.0/24", "tcp/22"),
        ("https on inside", "any IPv4", "tcp/8443"),
    ]


def test_routes() -> None:
    firewall = read("route outside 0.0.0.0 0.0.0.0 203.0.113.1 1\n")
    assert [(r.destination.text(), r.interface, r.connected) for r in firewall.routes] == [
        ("203.0.113.0/24", "outside", True),
        ("10.0.0.0/24", "inside", True),
        ("any IPv4", "outside", False),
    ]


@pytest.mark.parametrize(
    ("head", "text", "words"),
    [
        ("ASA Version 9.12(4) <system>\n", "context admin\n", "multiple-context"),
        ("ASA Version 8.2(5)\n", "nameif outside\naccess-list A extended permit ip any any\n", "before 8.3"),
        ("ASA Version 9.1\n", " nameif x\nstatic (inside,outside) 203.0.113.5 10.0.0.5\n", "before 8.3"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(head: str, text: str, words: str) -> None:
    with pytest.raises(UnreadableError, match=words):
        PARSER.read(Document("x.cfg", (head + text).encode()))


def test_unknown_statements_are_in_the_ledger() -> None:
    firewall = read("frobnicate everything\n")
    assert firewall.sources[0].ledger.not_understood == 1
    assert firewall.gaps[0].keyword == "frobnicate"


def test_secrets_stay_in_the_file() -> None:
    firewall = read(
        "enable password s3cr3tHash encrypted\nusername bob password hunter2 encrypted\npasswd abcdef encrypted\n"
    )
    assert "s3cr3t" not in repr(firewall)
    assert "hunter2" not in repr(firewall)


def test_a_range_maps_by_offset() -> None:
    firewall = read(
        "object network R\n range 10.0.0.5 10.0.0.6\n nat (inside,outside) static M\n"
        "object network M\n range 203.0.113.20 203.0.113.21\n"
    )
    (mapping,) = firewall.translations[0].mappings
    assert mapping.by_offset
    assert address_number("203.0.113.21") in mapping.original_destination


def test_ftd_lines_name_interfaces_and_rule_ids() -> None:
    firewall = read(
        "access-list CSM_FW_ACL_ remark rule-id 1: ACCESS POLICY\n"
        "access-list CSM_FW_ACL_ advanced permit tcp ifc outside any ifc inside host 10.0.0.5 eq https rule-id 1 event-log flow-end\n"
        "access-list CSM_FW_ACL_ advanced trust udp any any eq domain rule-id 2\n"
        "access-group CSM_FW_ACL_ global\n"
    )
    first, second = firewall.lists[1].rules
    assert (first.ingress, first.egress, first.service.certain.text()) == ({"outside"}, {"inside"}, "tcp/443")
    assert second.action is Action.ALLOW
    assert any("Snort" in sentence for sentence in firewall.assumptions)


def test_a_firepower_listing_is_refused() -> None:
    text = "===================[ Access Control ]===================\n----------[ Rule: allow web | FM ]----------\n    Action : Allow\n"
    with pytest.raises(UnreadableError, match="FirePOWER"):
        PARSER.read(Document("x.txt", text.encode()))
