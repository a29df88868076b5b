"""The pitfalls of the reference, section 12, one after the other: test_NN_ is pitfall NN."""

from __future__ import annotations

import pytest

import parsers
from parsers.model.addresses import AddressSet
from parsers.model.rule import Action
from parsers.model.services import ServiceSet
from tests.parsers.fortigate.writing import (
    ANY,
    DENY,
    HEADER,
    INTERFACES,
    hidden,
    local,
    policies,
    read,
    stated,
    table,
    verdict,
    with_lines,
)

VIP = "v\nset extip 203.0.113.10\nset extintf wan\nset mappedip 10.0.0.5"
FORWARD = "\nset portforward enable\nset extport 8080\nset mappedport 80"
TO_VIP = with_lines(ANY, dstaddr="v")
LOGIN = INTERFACES.replace("set ip 203.0.113.2/24", "set ip 203.0.113.2/24\nset allowaccess https")


def test_01_order_is_the_file_order_not_the_id() -> None:
    text = table("firewall policy", f"9\n{DENY}", f"1\n{ANY}")
    assert [rule.id for rule in stated(text)] == ["9", "1"]
    assert verdict(text) == "blocked"


def test_02_a_missing_action_is_deny() -> None:
    assert verdict(policies(with_lines(ANY, action=""), ANY)) == "blocked"


@pytest.mark.parametrize(
    ("version", "outcome"),
    [
        ("6.4.2", "allowed"), ("7.0.12", "allowed"), ("7.2.2", "allowed"), ("7.2.3", "possible"), ("7.2.4", "blocked"),
        ("7.4.4", "blocked"), ("", "possible"),
    ],
)  # fmt: skip
def test_03_a_deny_above_a_vip_protects_it_only_in_later_versions(version: str, outcome: str) -> None:
    text = table("firewall vip", VIP) + policies(DENY, TO_VIP)
    assert verdict(text, "203.0.113.10", version=version) == outcome


def test_03_an_explicit_match_vip_wins() -> None:
    deny = with_lines(DENY, **{"match-vip": "enable"})
    assert verdict(table("firewall vip", VIP) + policies(deny, TO_VIP), "203.0.113.10") == "blocked"


def test_03_a_deny_that_names_the_vip_blocks_in_every_version() -> None:
    text = table("firewall vip", VIP) + policies(with_lines(DENY, dstaddr="v"), TO_VIP)
    assert verdict(text, "203.0.113.10") == "blocked"


@pytest.mark.parametrize(("name", "outcome"), [("web", "allowed"), ("ext", "blocked")])
def test_04_the_service_is_the_mapped_port(name: str, outcome: str) -> None:
    services = table("firewall service custom", "ext\nset tcp-portrange 8080", "web\nset tcp-portrange 80")
    text = services + table("firewall vip", VIP + FORWARD) + policies(with_lines(TO_VIP, service=name))
    assert verdict(text, "203.0.113.10", "tcp/8080") == outcome


def test_05_a_vip_without_port_forwarding_exposes_every_port() -> None:
    text = table("firewall vip", VIP) + policies(TO_VIP)
    for service in ("tcp/135", "udp/161", "ip/47", "icmp/8"):
        assert verdict(text, "203.0.113.10", service) == "allowed"


def test_06_extip_zero_is_the_interface_address() -> None:
    text = table("firewall vip", VIP.replace("203.0.113.10", "0.0.0.0")) + policies(TO_VIP)
    assert verdict(text, "203.0.113.2") == "allowed"
    assert verdict(text, "203.0.113.10") == "blocked"


def test_07_extintf_does_not_restrict_where_a_vip_listens() -> None:
    text = table("firewall vip", VIP) + policies(with_lines(TO_VIP, srcintf="dmz"))
    assert verdict(text, "203.0.113.10", source="192.0.2.7", way="dmz>lan") == "allowed"


def test_08_central_nat_makes_unreferenced_vips_live() -> None:
    mode = "config system settings\nset central-nat enable\nend\n"
    text = table("firewall vip", VIP) + policies(ANY)
    assert verdict(mode + text, "203.0.113.10") == "allowed"
    assert read(mode + text).translations[0].active
    assert not read(text).translations[0].active


def test_08_without_central_nat_all_does_not_match_translated_traffic() -> None:
    text = table("firewall vip", VIP) + policies(with_lines(TO_VIP, service="HTTP"), ANY)
    assert verdict(text, "203.0.113.10", "tcp/443") == "blocked"


def test_09_policy_based_ngfw_needs_the_security_policy() -> None:
    mode = "config system settings\nset ngfw-mode policy-based\nend\n"
    plain = policies(with_lines(ANY, action=""))
    assert verdict(mode + plain) == "blocked"
    ports = ANY + "\nset enforce-default-app-port disable"
    assert verdict(mode + plain + policies(ports, kind="firewall security-policy")) == "allowed"


@pytest.mark.parametrize("name", ["FABRIC_DEVICE", "FIREWALL_AUTH_PORTAL_ADDRESS"])
def test_10_runtime_objects_are_unknown_not_all(name: str) -> None:
    text = table("firewall address", name) + policies(with_lines(ANY, srcaddr=name))
    assert verdict(text) == "possible"
    assert "filled at run time" in stated(text)[0].uncertain[0]


def test_11_an_address_without_subnet_is_everything() -> None:
    assert verdict(table("firewall address", "x") + policies(with_lines(ANY, srcaddr="x"))) == "allowed"


def test_12_port_ranges_are_destination_then_source() -> None:
    service = table("firewall service custom", "rsh\nset tcp-portrange 514:512-1023 99")
    (rule,) = stated(service + policies(with_lines(ANY, service="rsh")))
    assert rule.service.certain.contains(6, 514, 600)
    assert not rule.service.certain.contains(6, 514, 5000)
    assert not rule.service.certain.contains(6, 600, 514)
    assert rule.service.certain.contains(6, 99, 5000)


def test_13_samba_is_not_445() -> None:
    for service, outcome in (("tcp/139", "allowed"), ("tcp/445", "blocked")):
        assert verdict(policies(with_lines(ANY, service="SAMBA")), service=service) == outcome


def test_14_an_internet_service_brings_its_own_ports() -> None:
    lines = {"internet-service": "enable", "internet-service-id": "65539", "dstaddr": "", "service": ""}
    text = policies(with_lines(ANY, **lines))
    assert verdict(text) == "possible"
    assert "'65539'" in stated(text)[0].uncertain[0]


@pytest.mark.parametrize(
    ("source", "outcome"), [("10.1.1.1", "blocked"), ("192.168.1.1", "blocked"), ("11.1.1.1", "allowed")]
)
def test_15_negation_complements_the_union(source: str, outcome: str) -> None:
    objects = table("firewall address", "a\nset subnet 10.0.0.0/8", "b\nset subnet 192.168.0.0/16")
    text = objects + policies(with_lines(ANY, srcaddr="a b", **{"srcaddr-negate": "enable"}))
    assert verdict(text, source=source) == outcome


def test_15_negated_unknowns_are_possible() -> None:
    objects = table("firewall address", "f\nset type fqdn\nset fqdn x.example")
    assert verdict(objects + policies(with_lines(ANY, dstaddr="f", **{"dstaddr-negate": "enable"}))) == "possible"


def test_16_policies_of_version_six() -> None:
    def six(text: str, version: str) -> str:
        return verdict(text, "2001:db8:1::5", source="2001:db8:9::1", version=version)

    unified = policies(with_lines(ANY, srcaddr="", dstaddr="", srcaddr6="all", dstaddr6="all"))
    assert six(policies(ANY, kind="firewall policy6"), "6.2.3") == "allowed"
    assert six(policies(ANY, kind="firewall policy6"), "6.4.4") == "possible"
    assert six(unified, "7.0.12") == "allowed"
    assert verdict(unified) == "blocked"
    assert six(policies(ANY), "7.0.12") == "blocked"


def test_17_users_do_not_hide_later_rules() -> None:
    text = policies(with_lines(ANY, groups="staff"), DENY)
    assert hidden(text) == ()
    assert verdict(text) == "possible"


@pytest.mark.parametrize(
    ("version", "outcome"),
    [("7.0.12", "allowed"), ("7.4.9", "allowed"), ("7.4.10", "blocked"), ("7.6.4", "allowed"), ("7.6.5", "blocked"),
     ("8.0.0", "blocked")],
)  # fmt: skip
def test_18_traffic_back_out_of_its_interface(version: str, outcome: str) -> None:
    assert verdict(policies(DENY), "10.0.0.9", source="10.0.0.7", way="lan>lan", version=version) == outcome


@pytest.mark.parametrize(
    ("line", "version", "outcome"),
    [("", "7.0.12", "blocked"), ("\nset intrazone allow", "7.0.12", "allowed"), ("", "4.00", "possible")],
)
def test_19_intrazone(line: str, version: str, outcome: str) -> None:
    text = table("system zone", f"z\nset interface wan lan{line}")
    assert verdict(text, "10.0.0.9", way="wan>lan", version=version) == outcome


def test_19_intrazone_comes_after_the_policies() -> None:
    text = table("system zone", "z\nset interface wan lan\nset intrazone allow")
    assert verdict(text + policies(with_lines(DENY, srcintf="z", dstintf="z"))) == "blocked"


def test_20_members_of_a_software_switch_need_no_policy() -> None:
    text = table("system switch-interface", "sw\nset member port1 port2") + policies(with_lines(DENY, srcintf="any"))
    assert verdict(text, way="port1>port2") == "allowed"


@pytest.mark.parametrize(("more", "outcome"), [("", "blocked"), ("edit b\nnext\n", "allowed")])
def test_21_one_administrator_without_trusted_hosts_opens_the_login_to_all(more: str, outcome: str) -> None:
    admins = f"config system admin\nedit a\nset trusthost1 10.0.0.0 255.0.0.0\nnext\n{more}end\n"
    assert local(admins, interfaces=LOGIN) == outcome


def test_22_secondary_addresses_have_their_own_allowaccess() -> None:
    more = "set secondary-IP enable\nconfig secondaryip\nedit 1\nset ip 203.0.113.3/24\nset allowaccess ssh\nnext\nend"
    text = LOGIN.replace("set allowaccess https", f"set allowaccess https\n{more}")
    for to, service, outcome in (
        ("203.0.113.2", "tcp/443", "allowed"), ("203.0.113.3", "tcp/443", "blocked"),
        ("203.0.113.3", "tcp/22", "allowed"), ("203.0.113.2", "tcp/22", "blocked"),
    ):  # fmt: skip
        assert local("", to, service, interfaces=text) == outcome


@pytest.mark.parametrize(("line", "outcome"), [("", "blocked"), ("\nset action accept", "allowed")])
def test_23_a_local_in_policy_without_action_denies(line: str, outcome: str) -> None:
    rule = f"set intf wan\nset srcaddr all\nset dstaddr all\nset service HTTPS\nset schedule always{line}"
    assert local(policies(rule, kind="firewall local-in-policy"), interfaces=LOGIN) == outcome


def test_24_opmode_in_the_header_proves_nothing() -> None:
    assert "opmode=1" in HEADER
    routes = table("router static", "1\nset gateway 203.0.113.1\nset device wan")
    assert read(routes).routes
    assert not read("config system settings\nset opmode transparent\nend\n" + routes).routes


def in_vdoms(first: str, second: str, close: str = "") -> str:
    declared = "config vdom\nedit a\nnext\nedit b\nnext\nend\n"
    sections = (f"config vdom\nedit {name}\n{body}{close}end\n" for name, body in (("a", first), ("b", second)))
    return HEADER.format("7.0.12") + declared + "".join(sections)


@pytest.mark.parametrize("close", ["", "next\n"])
def test_25_end_closes_the_entry_too(close: str) -> None:
    found = parsers.read(in_vdoms(policies(ANY), policies(DENY), close).encode(), "fw.conf")
    assert [(each.vdom, each.lists[0].rules[0].action) for each in found] == [("a", Action.ALLOW), ("b", Action.DENY)]


def test_26_what_looks_like_structure_inside_a_string_is_text() -> None:
    page = 'config system replacemsg http "x"\nset buffer "<b>\nend\nnext\nedit 7\nconfig firewall policy\n# no\n</b>"\nend\n'
    assert verdict(page + policies(ANY)) == "allowed"
    assert len(stated(page + policies(ANY))) == 1


def test_27_repeated_blocks_are_merged() -> None:
    text = policies(ANY) + table("firewall policy", "1\nset service HTTP")
    (rule,) = stated(text)
    assert rule.service.certain.text() == "tcp/80"
    assert rule.action is Action.ALLOW


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("never", "blocked"), ("old", "blocked"), ("nights", "possible"), ("always", "allowed"), ("none", "blocked")],
)
def test_28_schedules(name: str, outcome: str) -> None:
    objects = table(
        "firewall schedule recurring", "never\nset start 08:00\nset end 18:00", "nights\nset day monday"
    ) + table("firewall schedule onetime", "old\nset start 08:00 2023/01/01\nset end 18:00 2023/02/01")
    assert verdict(objects + policies(with_lines(ANY, schedule=name))) == outcome


def test_28_policy_expiry() -> None:
    lines = {"policy-expiry": "enable", "policy-expiry-date": "2024-01-01 00:00:00"}
    assert verdict(policies(with_lines(ANY, **lines)), version="7.2.5") == "blocked"


def test_29_predefined_services_may_be_edited() -> None:
    service = table("firewall service custom", "HTTPS\nset tcp-portrange 443 8443")
    assert verdict(service + policies(with_lines(ANY, service="HTTPS")), service="tcp/8443") == "allowed"


def test_29_a_predefined_service_may_be_deleted() -> None:
    many = table("firewall service custom", *(f"s{number}\nset tcp-portrange {number}" for number in range(1, 30)))
    assert verdict(many + policies(with_lines(ANY, service="HTTPS"))) == "possible"
    assert verdict(policies(with_lines(ANY, service="HTTPS"))) == "allowed"


def test_30_two_vdoms_may_use_one_name() -> None:
    def body(subnet: str) -> str:
        return table("firewall address", f"net\nset subnet {subnet}") + policies(with_lines(ANY, srcaddr="net"))

    found = parsers.read(in_vdoms(body("10.1.0.0/16"), body("10.2.0.0/16")).encode(), "fw.conf")
    sources = [each.lists[0].rules[0].source.certain for each in found]
    assert sources == [AddressSet.network("10.1.0.0/16"), AddressSet.network("10.2.0.0/16")]


def test_31_a_zone_without_members_matches_nothing() -> None:
    assert verdict(table("system zone", "z") + policies(with_lines(ANY, srcintf="z"))) == "blocked"


@pytest.mark.parametrize("name", ["wan", "lan"])
def test_31_an_interface_that_is_down_may_come_up(name: str) -> None:
    assert verdict(table("system interface", f"{name}\nset status down") + policies(ANY)) == "possible"


def test_32_other_tables_are_not_forwarding_rules() -> None:
    kinds = ("interface-policy", "sniffer", "DoS-policy", "ttl-policy", "proxy-policy", "multicast-policy")
    assert stated("".join(policies(ANY, kind=f"firewall {kind}") for kind in kinds)) == []


@pytest.mark.parametrize("lines", [{"learning-mode": "enable", "action": ""}, {"action": "learn"}])
def test_33_learning_mode_accepts(lines: dict[str, str]) -> None:
    assert verdict(policies(with_lines(ANY, **lines)), version="5.6.3") == "allowed"


@pytest.mark.parametrize(
    ("version", "service", "outcome"),
    [("5.04", "tcp/464", "blocked"), ("5.6.3", "tcp/464", "allowed"), ("5.04", "tcp/88", "allowed")],
)
def test_34_old_headers_have_no_patch_level(version: str, service: str, outcome: str) -> None:
    assert verdict(policies(with_lines(ANY, service="KERBEROS")), service=service, version=version) == outcome


def test_35_lists_of_the_yaml_dialect() -> None:
    text = HEADER.format("7.2.11") + (
        'firewall_policy:\n  - 1:\n    srcintf: "wan" "dmz"\n    dstintf: "lan"\n    action: accept\n    srcaddr: "all"\n'
        '    dstaddr: "all"\n    schedule: "always"\n    service: "HTTPS" "HTTP"\n'
    )
    (firewall,) = parsers.read(text.encode(), "fw.yaml")
    rule = firewall.lists[0].rules[0]
    assert rule.ingress == {"wan", "dmz"}
    assert rule.service.certain == ServiceSet.parse("tcp/80,443")


def test_36_sdwan_zones_are_their_members() -> None:
    sdwan = (
        "config system sdwan\nset status enable\nconfig zone\nedit inet\nnext\nedit empty\nnext\nend\n"
        "config members\nedit 1\nset interface wan\nset zone inet\nnext\nend\nend\n"
    )
    assert verdict(sdwan + policies(with_lines(ANY, srcintf="inet"))) == "allowed"
    assert verdict(sdwan + policies(with_lines(ANY, srcintf="empty"))) == "blocked"


def test_37_services_of_icmp6() -> None:
    text = policies(with_lines(ANY, srcaddr="", dstaddr="", srcaddr6="all", dstaddr6="all", service="PING6"))
    for service, outcome in (("icmp6/128", "allowed"), ("icmp6/1", "blocked"), ("tcp/443", "blocked")):
        assert verdict(text, "2001:db8::5", service, source="2001:db8:9::1") == outcome


def test_38_a_service_may_limit_the_destination() -> None:
    service = table("firewall service custom", "s\nset tcp-portrange 443\nset iprange 10.0.0.5-10.0.0.6")
    text = service + policies(with_lines(ANY, service="s"))
    assert verdict(text, "10.0.0.5") == "allowed"
    assert verdict(text, "10.0.0.9") == "possible"
    assert verdict(text, "10.0.0.5", "tcp/80") == "blocked"


def test_39_vips_are_tried_in_table_order() -> None:
    wide = "wide\nset extip 203.0.113.10\nset extintf wan\nset mappedip 10.0.0.6"
    rules = policies(with_lines(TO_VIP, dstaddr="v"), with_lines(DENY, dstaddr="wide"))
    for order, outcome in (((wide, VIP + FORWARD), "blocked"), ((VIP + FORWARD, wide), "allowed")):
        assert verdict(table("firewall vip", *order) + rules, "203.0.113.10", "tcp/8080") == outcome


def test_40_vdom_links_are_known() -> None:
    general = (
        "config global\nconfig system vdom-link\nedit link\nnext\nend\nconfig system interface\n"
        "edit link0\nset vdom a\nnext\nedit link1\nset vdom b\nnext\nend\nend\n"
    )
    found = parsers.read((in_vdoms(policies(ANY), policies(ANY)) + general).encode(), "fw.conf")
    assert [{each.name: each.peer for each in one.interfaces} for one in found] == [
        {"link0": "b/link1"}, {"link1": "a/link0"},
    ]  # fmt: skip
