"""FortiOS semantics that auditors get wrong, each with a configuration of a few lines."""

from __future__ import annotations

from datetime import datetime

import pytest

import parsers
from auditor.packets import Filter, Flow, arrivals, judge
from parsers.errors import UnreadableError
from parsers.model.addresses import AddressSet, address_number
from parsers.model.firewall import Firewall
from parsers.model.rule import Action, Direction, Rule
from parsers.model.services import ServiceSet

NOW = datetime(2026, 11, 24, 12)
INTERFACES = """config system interface
edit wan
set ip 203.0.113.2/24
set type physical
next
edit lan
set ip 10.0.0.1/24
set type physical
next
end
"""


def header(version: str) -> str:
    return f"#config-version=FGT60F-{version}-FW-build1-230606:opmode=1:vdom=0:user=a\n"


def read(text: str, version: str = "7.0.12") -> Firewall:
    (firewall,) = parsers.read((header(version) + INTERFACES + text).encode(), "fw.conf")
    return firewall


def policies(*lines: str, table: str = "firewall policy") -> str:
    return f"config {table}\n" + "".join(f"edit {n}\n{body}\nnext\n" for n, body in enumerate(lines, start=1)) + "end\n"


ANY = "set srcintf wan\nset dstintf lan\nset srcaddr all\nset dstaddr all\nset service ALL\nset schedule always\nset action accept"


def rules(text: str, version: str = "7.0.12") -> list[Rule]:
    return [rule for rule in read(text, version).lists[0].rules if not rule.implicit]


def verdict(
    text: str,
    to: str = "10.0.0.5",
    service: str = "tcp/443",
    source: str = "198.51.100.7",
    version: str = "7.0.12",
    way: str = "wan>lan",
) -> str:
    """The fate of one packet as the client sends it."""
    firewall = read(text, version)
    asked = ServiceSet.parse(service)
    ingress, egress = way.split(">")
    arrival = arrivals(firewall, ingress, address_number(source), address_number(to), asked)[-1]
    filter_ = Filter(firewall, Direction.FORWARD, NOW, [asked, arrival.service])
    translated = arrival.translation is not None
    flow = Flow(
        AddressSet.network(source),
        arrival.destination,
        arrival.service,
        frozenset({ingress}),
        frozenset({egress}),
        translated,
    )
    return judge(filter_, filter_.packets(flow), NOW).outcome.value


VIP = "config firewall vip\nedit v\nset extip 203.0.113.10\nset extintf wan\nset mappedip 10.0.0.5\n{}next\nend\n"
FORWARD = "set portforward enable\nset extport 8080\nset mappedport 80\n"
TO_VIP = ANY.replace("dstaddr all", "dstaddr v")


def test_01_order_is_the_file_order_not_the_id() -> None:
    text = f"config firewall policy\nedit 9\n{ANY.replace('accept', 'deny')}\nnext\nedit 1\n{ANY}\nnext\nend\n"
    assert [rule.id for rule in rules(text)] == ["9", "1"]
    assert verdict(text) == "blocked"


def test_02_a_missing_action_is_deny() -> None:
    assert rules(policies(ANY.replace("\nset action accept", "")))[0].action is Action.DENY


@pytest.mark.parametrize(
    ("version", "outcome"),
    [("7.0.12", "allowed"), ("7.2.2", "allowed"), ("7.2.3", "possible"), ("7.2.4", "blocked"), ("7.4.4", "blocked")],
)
def test_03_a_deny_above_a_vip_protects_it_only_in_later_versions(version: str, outcome: str) -> None:
    text = VIP.format("") + policies(ANY.replace("accept", "deny"), TO_VIP)
    assert verdict(text, "203.0.113.10", version=version) == outcome


def test_03_an_explicit_match_vip_wins() -> None:
    deny = ANY.replace("accept", "deny") + "\nset match-vip enable"
    assert verdict(VIP.format("") + policies(deny, TO_VIP), "203.0.113.10") == "blocked"


def test_03_a_deny_that_names_the_vip_blocks_in_every_version() -> None:
    assert verdict(VIP.format("") + policies(TO_VIP.replace("accept", "deny"), TO_VIP), "203.0.113.10") == "blocked"


def test_04_the_service_is_the_mapped_port() -> None:
    service = "config firewall service custom\nedit ext\nset tcp-portrange 8080\nnext\nedit web\nset tcp-portrange 80\nnext\nend\n"
    for name, outcome in (("web", "allowed"), ("ext", "blocked")):
        text = service + VIP.format(FORWARD) + policies(TO_VIP.replace("service ALL", f"service {name}"))
        assert verdict(text, "203.0.113.10", "tcp/8080") == outcome


def test_05_a_vip_without_port_forwarding_exposes_every_port() -> None:
    assert verdict(VIP.format("") + policies(TO_VIP), "203.0.113.10", "tcp/135") == "allowed"


def test_06_extip_zero_is_the_interface_address() -> None:
    text = VIP.format("").replace("203.0.113.10", "0.0.0.0") + policies(TO_VIP)
    assert verdict(text, "203.0.113.2") == "allowed"


def test_07_extintf_does_not_restrict_where_a_vip_listens() -> None:
    text = VIP.format("") + policies(TO_VIP.replace("srcintf wan", "srcintf any"))
    assert verdict(text, "203.0.113.10", source="10.0.0.9", way="lan>lan".replace("lan>", "lan>")) in (
        "allowed",
        "blocked",
    )
    assert read(text).translations[0].ingress is None


def test_08_central_nat_makes_unreferenced_vips_live() -> None:
    text = "config system settings\nset central-nat enable\nend\n" + VIP.format("") + policies(ANY)
    assert read(text).translations[0].active
    assert verdict(text, "203.0.113.10") == "allowed"
    assert not read(VIP.format("") + policies(ANY)).translations[0].active


def test_08_without_central_nat_all_does_not_match_translated_traffic() -> None:
    other = TO_VIP.replace("service ALL", "service HTTP")
    assert verdict(VIP.format("") + policies(other, ANY), "203.0.113.10", "tcp/443") == "blocked"


def test_09_policy_based_ngfw_needs_the_security_policy() -> None:
    settings = "config system settings\nset ngfw-mode policy-based\nend\n"
    plain = policies(ANY.replace("\nset action accept", ""))
    assert verdict(settings + plain) == "blocked"
    security = policies(ANY, table="firewall security-policy")
    assert verdict(settings + plain + security) == "allowed"


def test_10_runtime_objects_are_unknown_not_all() -> None:
    objects = "config firewall address\nedit FABRIC_DEVICE\nnext\nend\n"
    (rule,) = rules(objects + policies(ANY.replace("srcaddr all", "srcaddr FABRIC_DEVICE")))
    assert not rule.source.certain
    assert "filled at run time" in rule.uncertain[0]


def test_11_an_address_without_subnet_is_everything() -> None:
    (rule,) = rules("config firewall address\nedit x\nnext\nend\n" + policies(ANY.replace("srcaddr all", "srcaddr x")))
    assert rule.source.certain == AddressSet.network("0.0.0.0/0")


def test_12_port_ranges_are_destination_then_source() -> None:
    service = "config firewall service custom\nedit rsh\nset tcp-portrange 514:512-1023\nnext\nend\n"
    (rule,) = rules(service + policies(ANY.replace("service ALL", "service rsh")))
    assert rule.service.certain.text() == "tcp/514 from port 512-1023"


def test_13_samba_is_not_445() -> None:
    (rule,) = rules(policies(ANY.replace("service ALL", "service SAMBA")))
    assert rule.service.certain.text() == "tcp/139"


def test_14_an_internet_service_brings_its_own_ports() -> None:
    line = "set srcintf wan\nset dstintf lan\nset srcaddr all\nset internet-service enable\nset internet-service-id 65539\nset action accept\nset schedule always"
    (rule,) = rules(policies(line))
    assert not rule.destination.certain
    assert rule.destination.possible == AddressSet.network("0.0.0.0/0")
    assert rule.service.possible == ServiceSet.parse("any")
    assert not rule.service.certain


def test_15_negation_complements_the_union() -> None:
    objects = (
        "config firewall address\nedit a\nset subnet 10.0.0.0/8\nnext\nedit b\nset subnet 192.168.0.0/16\nnext\nend\n"
    )
    (rule,) = rules(objects + policies(ANY.replace("srcaddr all", "srcaddr a b\nset srcaddr-negate enable")))
    assert not rule.source.certain.overlaps(AddressSet.network("10.0.0.0/8") | AddressSet.network("192.168.0.0/16"))
    assert AddressSet.network("11.0.0.0/8") <= rule.source.certain


def test_15_negated_unknowns_swap_the_bounds() -> None:
    objects = "config firewall address\nedit f\nset type fqdn\nset fqdn x.example\nnext\nend\n"
    (rule,) = rules(objects + policies(ANY.replace("dstaddr all", "dstaddr f\nset dstaddr-negate enable")))
    assert not rule.destination.certain
    assert rule.destination.possible == AddressSet.network("0.0.0.0/0")


def test_16_version_six_policies() -> None:
    (old,) = rules(policies(ANY, table="firewall policy6"), "6.2.3")
    assert old.source.certain == AddressSet.network("::/0")
    line = "set srcintf wan\nset dstintf lan\nset srcaddr6 all\nset dstaddr6 all\nset service ALL\nset schedule always\nset action accept"
    new = rules(policies(line))[0]
    assert new.destination.certain == AddressSet.network("::/0")
    assert verdict(policies(line)) == "blocked"


def test_17_users_do_not_hide_later_rules() -> None:
    text = policies(ANY + "\nset groups staff", ANY.replace("accept", "deny"))
    firewall = read(text)
    assert Filter(firewall, Direction.FORWARD, NOW).hidden() == ()
    assert verdict(text) == "possible"


@pytest.mark.parametrize(
    ("version", "passes"), [("7.0.12", True), ("7.4.9", True), ("7.4.10", False), ("7.6.5", False)]
)
def test_18_traffic_back_out_of_its_interface(version: str, passes: bool) -> None:
    text = policies(ANY.replace("accept", "deny"))
    outcome = verdict(text, "10.0.0.9", source="10.0.0.7", way="lan>lan", version=version)
    assert (outcome == "allowed") is passes


@pytest.mark.parametrize(("line", "outcome"), [("", "blocked"), ("set intrazone allow\n", "allowed")])
def test_19_intrazone(line: str, outcome: str) -> None:
    zone = f"config system zone\nedit z\nset interface wan lan\n{line}next\nend\n"
    assert verdict(zone, "10.0.0.9", source="203.0.113.7", way="wan>lan") == outcome


def test_21_one_administrator_without_trusted_hosts_opens_the_login_to_all() -> None:
    allow = INTERFACES.replace("set ip 203.0.113.2/24", "set ip 203.0.113.2/24\nset allowaccess https")
    admins = "config system admin\nedit a\nset trusthost1 10.0.0.0 255.0.0.0\nnext\n{}end\n"
    for extra, outcome in (("", "blocked"), ("edit b\nnext\n", "allowed")):
        (firewall,) = parsers.read((header("7.0.12") + allow + admins.format(extra)).encode(), "x.conf")
        local = Filter(firewall, Direction.LOCAL, NOW)
        flow = Flow(
            AddressSet.network("198.51.100.7"),
            AddressSet.network("203.0.113.2"),
            ServiceSet.parse("tcp/443"),
            frozenset({"wan"}),
        )
        assert judge(local, local.packets(flow), NOW).outcome.value == outcome


def test_22_secondary_addresses_have_their_own_allowaccess() -> None:
    text = INTERFACES.replace(
        "set ip 203.0.113.2/24",
        "set ip 203.0.113.2/24\nset secondary-IP enable\nconfig secondaryip\nedit 1\nset ip 203.0.113.3/24\nset allowaccess ssh\nnext\nend",
    )
    (firewall,) = parsers.read((header("7.0.12") + text).encode(), "x.conf")
    (rule,) = [rule for rule in firewall.lists[-1].rules if rule.name == "ssh on wan"]
    assert rule.destination.certain == AddressSet.network("203.0.113.3")


def test_23_a_local_in_policy_without_action_denies() -> None:
    allow = INTERFACES.replace("set ip 203.0.113.2/24", "set ip 203.0.113.2/24\nset allowaccess https")
    stop = "config firewall local-in-policy\nedit 1\nset intf wan\nset srcaddr all\nset dstaddr all\nset service HTTPS\nset schedule always\nnext\nend\n"
    (firewall,) = parsers.read((header("7.0.12") + allow + stop).encode(), "x.conf")
    local = Filter(firewall, Direction.LOCAL, NOW)
    flow = Flow(
        AddressSet.network("198.51.100.7"),
        AddressSet.network("203.0.113.2"),
        ServiceSet.parse("tcp/443"),
        frozenset({"wan"}),
    )
    assert judge(local, local.packets(flow), NOW).outcome.value == "blocked"


def test_24_opmode_in_the_header_proves_nothing() -> None:
    assert read(policies(ANY)).product == "FortiGate FGT60F"


def test_28_schedules() -> None:
    objects = (
        "config firewall schedule recurring\nedit never\nset start 08:00\nset end 18:00\nnext\nedit nights\nset day monday\nnext\nend\n"
        "config firewall schedule onetime\nedit old\nset start 08:00 2023/01/01\nset end 18:00 2023/02/01\nnext\nend\n"
    )
    for name, outcome in (
        ("never", "blocked"),
        ("old", "blocked"),
        ("nights", "possible"),
        ("always", "allowed"),
        ("none", "blocked"),
    ):
        assert verdict(objects + policies(ANY.replace("schedule always", f"schedule {name}"))) == outcome


def test_28_policy_expiry() -> None:
    line = ANY + "\nset policy-expiry enable\nset policy-expiry-date 2024-01-01 00:00:00"
    assert verdict(policies(line), version="7.2.5") == "blocked"


def test_29_predefined_services_may_be_edited() -> None:
    service = "config firewall service custom\nedit HTTPS\nset tcp-portrange 443 8443\nnext\nend\n"
    (rule,) = rules(service + policies(ANY.replace("service ALL", "service HTTPS")))
    assert rule.service.certain.text() == "tcp/443,8443"


def test_30_two_vdoms_may_use_one_name() -> None:
    def vdom(name: str, subnet: str) -> str:
        body = f"config firewall address\nedit lan-net\nset subnet {subnet}\nnext\nend\n"
        return f"config vdom\nedit {name}\n{body}{policies(ANY.replace('srcaddr all', 'srcaddr lan-net'))}end\n"

    text = (
        header("7.0.12")
        + "config vdom\nedit a\nnext\nedit b\nnext\nend\n"
        + vdom("a", "10.1.0.0/16")
        + vdom("b", "10.2.0.0/16")
    )
    first, second = parsers.read(text.encode(), "fw.conf")
    assert first.lists[0].rules[0].source.certain == AddressSet.network("10.1.0.0/16")
    assert second.lists[0].rules[0].source.certain == AddressSet.network("10.2.0.0/16")
    assert (first.vdom, second.vdom) == ("a", "b")


def test_31_a_zone_without_members_matches_nothing() -> None:
    zone = "config system zone\nedit z\nnext\nend\n"
    (rule,) = rules(zone + policies(ANY.replace("srcintf wan", "srcintf z")))
    assert rule.ingress == frozenset()


def test_32_other_tables_are_not_forwarding_rules() -> None:
    text = "".join(
        policies(ANY, table=f"firewall {kind}") for kind in ("interface-policy", "sniffer", "DoS-policy", "ttl-policy")
    )
    assert rules(text) == []


def test_33_learning_mode_accepts() -> None:
    assert (
        rules(policies(ANY.replace("accept", "deny") + "\nset learning-mode enable"), "5.6.3")[0].action is Action.ALLOW
    )


def test_36_sdwan_zones_are_their_members() -> None:
    sdwan = "config system sdwan\nset status enable\nconfig zone\nedit inet\nnext\nend\nconfig members\nedit 1\nset interface wan\nset zone inet\nnext\nend\nend\n"
    (rule,) = rules(sdwan + policies(ANY.replace("srcintf wan", "srcintf inet")))
    assert rule.ingress == {"wan"}


def test_37_icmp6_services() -> None:
    (rule,) = rules(policies(ANY.replace("service ALL", "service PING6")))
    assert rule.service.certain.text() == "icmp6/128"


def test_38_a_service_may_limit_the_destination() -> None:
    service = (
        "config firewall service custom\nedit s\nset tcp-portrange 443\nset iprange 10.0.0.5-10.0.0.6\nnext\nend\n"
    )
    text = service + policies(ANY.replace("service ALL", "service s"))
    assert verdict(text, "10.0.0.5") == "allowed"
    assert verdict(text, "10.0.0.9") == "blocked"


def test_39_vips_are_tried_in_table_order() -> None:
    wide = "edit wide\nset extip 203.0.113.10\nset extintf wan\nset mappedip 10.0.0.6\nnext\n"
    text = VIP.format(FORWARD).replace("edit v\n", f"{wide}edit v\n") + policies(
        TO_VIP.replace("dstaddr v", "dstaddr v wide")
    )
    arrival = arrivals(
        read(text), "wan", address_number("198.51.100.7"), address_number("203.0.113.10"), ServiceSet.parse("tcp/8080")
    )[-1]
    assert arrival.destination == AddressSet.network("10.0.0.6")


def test_40_vdom_links_are_known() -> None:
    text = header("7.0.12") + (
        "config vdom\nedit root\nnext\nedit dmz\nnext\nend\nconfig global\nconfig system vdom-link\nedit link\nnext\nend\n"
        "config system interface\nedit link0\nset vdom root\nnext\nedit link1\nset vdom dmz\nnext\nend\nend\n"
        "config vdom\nedit root\nconfig firewall policy\nend\nend\n"
    )
    first, _ = parsers.read(text.encode(), "fw.conf")
    assert {each.name: each.peer for each in first.interfaces} == {"link0": "dmz/link1"}


def test_groups_with_exclusions() -> None:
    objects = (
        "config firewall address\nedit a\nset subnet 10.0.0.0/24\nnext\nedit b\nset subnet 10.0.0.64/29\nnext\nend\n"
        "config firewall addrgrp\nedit g\nset member a\nset exclude enable\nset exclude-member b\nnext\nend\n"
    )
    (rule,) = rules(objects + policies(ANY.replace("srcaddr all", "srcaddr g")))
    assert rule.source.certain == AddressSet.network("10.0.0.0/24") - AddressSet.network("10.0.0.64/29")


def test_a_cycle_of_groups_ends() -> None:
    objects = "config firewall addrgrp\nedit g\nset member h\nnext\nedit h\nset member g\nnext\nend\n"
    (rule,) = rules(objects + policies(ANY.replace("srcaddr all", "srcaddr g")))
    assert not rule.source.certain


def test_unknown_keywords_of_a_policy_are_gaps_that_may_hide_access() -> None:
    firewall = read(policies(ANY + "\nset teleport enable"))
    (gap,) = [gap for gap in firewall.gaps if gap.keyword == "teleport"]
    assert gap.hides_access
    assert gap.origin.first_line == 21


def test_secrets_never_leave_the_file() -> None:
    canaries = ("CANARY1", "CANARY2", "CANARY3", "CANARY4", "CANARY5", "CANARY6")
    text = (
        "config system admin\nedit a\nset password ENC CANARY1==\nnext\nend\nconfig user local\nedit u\nset passwd ENC CANARY2\nnext\nend\n"
        "config vpn ipsec phase1-interface\nedit p\nset interface wan\nset psksecret ENC CANARY3\nnext\nend\n"
        'config system snmp community\nedit 1\nset name "CANARY4"\nnext\nend\n'
        'config vpn certificate local\nedit c\nset private-key "-----BEGIN RSA PRIVATE KEY-----\nCANARY5\n-----END"\nnext\nend\n'
        'config system ha\nset password "CANARY6"\nend\n'
    )
    shown = repr(read(text))
    assert not [word for word in canaries if word in shown]


YAML = """#config-version=FGT60F-7.2.11-FW-build1740-250210:opmode=0:vdom=0:user=admin
system_interface:
  - wan:
    ip: 203.0.113.2 255.255.255.0
    type: physical
  - lan:
    ip: 10.0.0.1 255.255.255.0
    type: physical
firewall_address:
  - web server:
    subnet: 10.0.0.5 255.255.255.255
    comment: "a
quoted comment"
firewall_policy:
  - 1:
    name: "in"
    srcintf: "wan"
    dstintf: "lan"
    action: accept
    srcaddr: "all"
    dstaddr: "web server"
    schedule: "always"
    service: "HTTPS" "HTTP"
"""
CLI = """#config-version=FGT60F-7.2.11-FW-build1740-250210:opmode=0:vdom=0:user=admin
config system interface
edit "wan"
set ip 203.0.113.2 255.255.255.0
set type physical
next
edit "lan"
set ip 10.0.0.1 255.255.255.0
set type physical
next
end
config firewall address
edit "web server"
set subnet 10.0.0.5 255.255.255.255
set comment "a
quoted comment"
next
end
config firewall policy
edit 1
set name "in"
set srcintf "wan"
set dstintf "lan"
set action accept
set srcaddr "all"
set dstaddr "web server"
set schedule "always"
set service "HTTPS" "HTTP"
next
end
"""
FULL = CLI.replace(
    "set action accept",
    "set status enable\nset action accept\nset srcaddr-negate disable\nset match-vip disable\nset comments ''\nunset groups",
)


def comparable(firewall: Firewall) -> object:
    from dataclasses import replace

    nowhere = firewall.lists[0].rules[0].origin
    lists = tuple(
        replace(each, rules=tuple(replace(rule, origin=nowhere) for rule in each.rules)) for each in firewall.lists
    )
    plain = [replace(each, origin=nowhere) for each in firewall.interfaces]
    return [
        [(r.id, r.action, r.source, r.destination, r.service, r.ingress, r.egress) for r in each.rules]
        for each in lists
    ], [(each.name, each.own, each.networks) for each in plain]


def test_show_full_configuration_and_yaml_give_equal_firewalls() -> None:
    texts = (CLI, YAML, YAML.replace("\n", "\r\n"), FULL, "FW01 # show\n" + CLI)
    found = [comparable(parsers.read(text.encode(), "x")[0]) for text in texts]
    assert all(each == found[0] for each in found)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"#FGBK|4|FGT60F|7|04|\x00\x01\x02", "encrypted"),
        (b"#config-version=FGT60F-7.0.12-FW-build1-1:opmode=0\n" + bytes(range(128, 256)) * 10, "encrypted"),
        (b"#config-version=FMG-VM64-7.2.1-FW-build1-1\nconfig system global\nend\n", "FortiManager"),
        (b"#config-version=FAZVM64-7.2.1-FW-build1-1\nconfig system global\nend\n", "FortiAnalyzer"),
        (b"#config-version=FGT60F-7.0.12-FW-build1-1:opmode=0\n", "holds no configuration block"),
        (b"", "empty"),
        (b"just some text\n", "not recognised"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableError, match=words):
        parsers.read(data, "x.conf")


def test_cloud_bootstrap_files() -> None:
    text = (
        'Content-Type: multipart/mixed; boundary="==X=="\nMIME-Version: 1.0\n\n--==X==\nContent-Type: text/plain\n\nLICENSE-TOKEN:abc\n'
        f"--==X==\nContent-Type: text/plain\n\n{INTERFACES}{policies(ANY)}config system global\nset hostname ${{name}}\nend\n--==X==--\n"
    )
    (firewall,) = parsers.read(text.encode(), "user-data.txt")
    assert [rule.id for rule in firewall.lists[0].rules if not rule.implicit] == ["1"]
    assert any("this is a template" in gap.what for gap in firewall.gaps)
