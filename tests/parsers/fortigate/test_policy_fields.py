"""Policy tables and the fields of a policy (reference, sections 3, 4, 7.5 and 8)."""

from __future__ import annotations

import pytest

from parsers.model.addresses import AddressSet
from tests.parsers.fortigate.writing import ANY, DENY, policies, read, stated, table, verdict, with_lines


def test_consolidated_policies_count_only_in_their_mode() -> None:
    rule = with_lines(ANY, srcaddr="", dstaddr="", srcaddr4="all", dstaddr4="all")
    text = policies(rule, kind="firewall consolidated policy")
    mode = "config system settings\nset consolidated-firewall-mode enable\nend\n"
    assert verdict(text, version="6.2.3") == "blocked"
    assert verdict(mode + text, version="6.2.3") == "allowed"
    assert verdict(mode + policies(DENY) + text, version="6.2.3") == "allowed"
    assert verdict(mode + policies(ANY), version="6.2.3") == "blocked"


def test_policy64_clients_are_of_version_six() -> None:
    vip = table("firewall vip64", "v\nset extip 2001:db8::10\nset mappedip 10.0.0.5")
    (rule,) = stated(vip + policies(with_lines(ANY, dstaddr="v"), kind="firewall policy64"), "6.2.3")
    assert rule.source.certain == AddressSet.network("::/0")
    assert rule.translations.certain == {"v"}


@pytest.mark.parametrize("kind", ["firewall policy46", "firewall policy"])
def test_nat46_leads_to_the_server_of_the_other_family(kind: str) -> None:
    old = kind == "firewall policy46"
    line = "set mappedip 2001:db8::5" if old else "set nat46 enable\nset nat44 disable\nset ipv6-mappedip 2001:db8::5"
    vip = table("firewall vip46" if old else "firewall vip", f"v\nset extip 203.0.113.9\n{line}")
    text = vip + policies(with_lines(ANY, dstaddr="v", service="HTTPS"), kind=kind)
    version = "6.2.3" if old else "7.0.12"
    assert verdict(text, "203.0.113.9", version=version) == "allowed"
    assert verdict(text, "203.0.113.9", "tcp/80") == "blocked"
    (mapping,) = read(text).translations[0].mappings
    assert mapping.mapped_destination.certain == AddressSet.network("2001:db8::5")


def test_nat64_leads_to_the_server_of_the_other_family() -> None:
    vip = table("firewall vip64", "v\nset extip 2001:db8::9\nset mappedip 10.0.0.5")
    text = vip + policies(with_lines(ANY, dstaddr="v", service="HTTPS"), kind="firewall policy64")
    assert verdict(text, "2001:db8::9", source="2001:db8:ff::1", version="6.2.3") == "allowed"
    assert verdict(text, "2001:db8::9", "tcp/80", source="2001:db8:ff::1") == "blocked"


@pytest.mark.parametrize("line", ["set nat64 enable", "set nat46 enable"])
def test_whether_a_policy_that_changes_the_family_matches_others_is_open(line: str) -> None:
    assert verdict(policies(f"{ANY}\n{line}"), version="7.2.5") == "possible"
    assert verdict(policies(f"{ANY}\n{line.replace('enable', 'disable')}"), version="7.2.5") == "allowed"


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [("", "possible"), ("set captive-portal-exempt enable", "allowed"), ("set srcintf any", "possible")],
)
def test_a_captive_portal_lets_nobody_pass_for_certain(lines: str, outcome: str) -> None:
    portal = table("system interface", "wan\nset security-mode captive-portal")
    text = portal + policies(f"{ANY}\n{lines}".strip())
    assert verdict(text) == outcome
    assert verdict(portal + policies(f"{DENY}\n{lines}".strip())) == "blocked"
    assert verdict(text.replace("edit wan", "edit lan", 1)) == "allowed"


@pytest.mark.parametrize("line", ["set captive-portal enable", "set security wpa2-only-personal+captive-portal"])
def test_wireless_networks_have_captive_portals(line: str) -> None:
    network = table("wireless-controller vap", f"wan\n{line}")
    assert verdict(network + policies(ANY)) == "possible"


def test_a_virtual_ip_for_both_families_leaves_the_server_open() -> None:
    lines = "set mappedip 10.0.0.5\nset nat46 enable\nset ipv6-mappedip 2001:db8::5"
    text = table("firewall vip", f"v\nset extip 203.0.113.9\n{lines}") + policies(with_lines(ANY, dstaddr="v"))
    (translation,) = read(text).translations
    assert "changes the family" in translation.uncertain[0]
    assert translation.mappings[0].mapped_destination.possible >= AddressSet.network("2001:db8::5")


def test_a_security_policy_that_learns_lets_everything_through_between_its_interfaces() -> None:
    mode = "config system settings\nset ngfw-mode policy-based\nend\n" + policies(
        with_lines(ANY, action="", schedule="")
    )
    learns = "set srcintf wan\nset dstintf lan\nset learning-mode enable"
    assert verdict(mode + policies(learns, kind="firewall security-policy"), version="7.4.4") == "allowed"
    narrow = policies(f"{learns}\nset srcaddr none", kind="firewall security-policy")
    assert verdict(mode + narrow, version="7.4.4") == "blocked"
    dull = policies(learns.replace("enable", "disable"), kind="firewall security-policy")
    assert verdict(mode + dull, version="7.4.4") == "blocked"


def test_policies_of_a_vdom_for_administration_do_not_count() -> None:
    text = "config system settings\nset vdom-type admin\nend\n" + policies(ANY)
    assert verdict(text, version="7.2.5") == "blocked"


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        ({"srcaddr": "out", "srcaddr-negate": "enable"}, "allowed"),
        ({"srcaddr": "all", "srcaddr-negate": "enable"}, "blocked"),
        ({"dstaddr": "out", "dstaddr-negate": "enable"}, "allowed"),
        ({"service": "HTTP", "service-negate": "enable"}, "allowed"),
        ({"service": "HTTPS", "service-negate": "enable"}, "blocked"),
        ({"status": "disable"}, "blocked"),
        ({"users": "alice"}, "possible"),
        ({"fsso-groups": "staff"}, "possible"),
        ({"devices": "phones"}, "possible"),
        ({"ztna-ems-tag": "healthy"}, "possible"),
        ({"ztna-ems-tag6": "healthy"}, "possible"),
        ({"ztna-destination": "crm"}, "possible"),
        ({"src-vendor-mac": "12"}, "possible"),
        ({"skip-vrf-match": "enable", "llm-profile": "strict", "custom-tags": "crew"}, "allowed"),
        ({"reputation-minimum": "3"}, "possible"),
        ({"vlan-filter": "1-10"}, "possible"),
        ({"geoip-match": "registered-location"}, "possible"),
        ({"tos": "0x00"}, "allowed"),
        ({"tos": "0x10"}, "possible"),
        ({"learning-mode": "enable", "action": "deny"}, "allowed"),
        ({"action": "learn"}, "allowed"),
        ({"action": "ipsec"}, "possible"),
        ({"policy-expiry": "enable", "policy-expiry-date": "2026-01-01 00:00:00"}, "blocked"),
        ({"policy-expiry": "enable", "policy-expiry-date": "2027-01-01 00:00:00"}, "allowed"),
        ({"policy-expiry": "disable", "policy-expiry-date": "0000-00-00 00:00:00"}, "allowed"),
        ({"internet-service-src": "enable", "internet-service-src-name": "Google-Gmail", "srcaddr": ""}, "possible"),
        ({"service": ""}, "blocked"),
        ({"srcintf": "any"}, "allowed"),
        ({"srcintf": "any port20"}, "allowed"),
        ({"srcintf": "dmz"}, "blocked"),
    ],
)  # fmt: skip
def test_fields_of_a_policy(lines: dict[str, str], outcome: str) -> None:
    objects = table("firewall address", "out\nset subnet 192.0.2.0/24")
    assert verdict(objects + policies(with_lines(ANY, **lines))) == outcome


def test_a_policy_of_the_security_fabric_counts_on_some_devices_only() -> None:
    fabric = "config fabric-policy\nset from branch\nset to hub\nend"
    assert verdict(policies(f"{ANY}\n{fabric}"), version="8.0.0") == "possible"
    assert verdict(policies(f"{ANY}\nconfig fabric-policy\nend"), version="8.0.0") == "allowed"


def test_a_service_with_an_address_range_is_negated_at_its_addresses_only() -> None:
    objects = table("firewall service custom", "s\nset tcp-portrange 443\nset iprange 10.0.0.5")
    text = objects + policies(with_lines(ANY, service="s", **{"service-negate": "enable"}))
    assert verdict(text, "10.0.0.9") == "possible"
    assert verdict(text, "10.0.0.9", "tcp/80") == "allowed"


def test_internet_service_of_version_six() -> None:
    line = "set srcintf wan\nset dstintf lan\nset srcaddr6 all\nset internet-service6 enable\nset internet-service6-name x\nset schedule always\nset action accept"
    assert verdict(policies(line), "2001:db8::5", source="2001:db8:9::1", version="7.2.5") == "possible"
    assert verdict(policies(line), version="7.2.5") == "blocked"


@pytest.mark.parametrize(("line", "outcome"), [("", "possible"), ("set inbound disable\n", "blocked")])
def test_a_policy_based_tunnel_lets_its_far_side_in(line: str, outcome: str) -> None:
    text = policies(line + with_lines(ANY, srcintf="lan", dstintf="wan", action="ipsec"))
    assert verdict(text) == outcome


def test_old_identity_policies_stop_those_who_do_not_authenticate() -> None:
    sub = "config identity-based-policy\nedit 1\nset schedule always\nset groups staff\nset service ALL\nnext\nend"
    parent = with_lines(ANY, service="", schedule="", **{"identity-based": "enable"})
    fall = "\nset fall-through-unauthenticated enable\n"
    assert verdict(policies(f"{parent}\n{sub}", ANY), version="5.00") == "possible"
    assert verdict(policies(f"{parent}{fall}{sub}", ANY), version="5.00") == "allowed"


@pytest.mark.parametrize(("word", "outcome"), [("implicitly", "allowed"), ("always", "possible")])
def test_authentication_on_demand(word: str, outcome: str) -> None:
    setting = f"config user setting\nset auth-on-demand {word}\nend\n"
    assert verdict(setting + policies(ANY + "\nset groups staff", ANY)) == outcome


def test_switches_that_widen_a_policy_are_said() -> None:
    firewall = read(policies(ANY + "\nset permit-any-host enable", ANY + "\nset permit-any-host disable"))
    (said,) = [each for each in firewall.assumptions if "permit-any-host" in each]
    assert "in policy 1:" in said


def test_unknown_tables_inside_a_policy_are_gaps() -> None:
    firewall = read(policies(ANY + "\nconfig teleport\nedit 1\nset to mars\nnext\nend"))
    assert [gap.hides_access for gap in firewall.gaps if "teleport" in gap.what] == [True]


def test_policies_for_multicast_are_said_and_hide_nothing() -> None:
    assert [gap.hides_access for gap in read(policies(ANY, kind="firewall multicast-policy")).gaps] == [False]
    assert read(policies(DENY, kind="firewall multicast-policy")).gaps == ()
    assert read(table("firewall multicast-policy")).gaps == ()


def test_unknown_keywords_of_a_policy_are_gaps_that_may_hide_access() -> None:
    firewall = read(policies(ANY + "\nset teleport enable"))
    (gap,) = [gap for gap in firewall.gaps if gap.keyword == "teleport"]
    assert gap.hides_access
    assert gap.origin.first_line == 21


@pytest.mark.parametrize(
    ("version", "line", "outcome"),
    [
        ("6.4.4", "srcaddr-negate", "blocked"), ("7.2.0", "srcaddr-negate", "blocked"),
        ("7.2.1", "srcaddr-negate", "allowed"), ("7.4.1", "srcaddr6-negate", "blocked"), ("", "srcaddr-negate", "possible"),
    ],
)  # fmt: skip
def test_which_negation_counts_for_version_six(version: str, line: str, outcome: str) -> None:
    objects = table("firewall address6", "six\nset ip6 2001:db8:9::/48")
    text = objects + policies(with_lines(ANY, srcaddr6="six", dstaddr6="all", **{line: "enable"}))
    assert verdict(text, "2001:db8:1::5", source="2001:db8:9::1", version=version) == outcome


ACL = "1\nset interface wan\nset srcaddr bad\nset dstaddr all\nset service HTTPS"
BAD = table("firewall address", "bad\nset subnet 198.51.100.0/24")


@pytest.mark.parametrize(
    ("source", "service", "line", "outcome"),
    [
        ("198.51.100.7", "tcp/443", "", "blocked"),
        ("198.51.100.7", "tcp/443", "\nset status disable", "allowed"),
        ("198.51.100.7", "tcp/80", "", "allowed"),
        ("203.0.113.7", "tcp/443", "", "allowed"),
    ],
)
def test_access_control_lists_drop_before_policies(source: str, service: str, line: str, outcome: str) -> None:
    text = BAD + table("firewall acl", ACL + line) + policies(ANY)
    assert verdict(text, service=service, source=source) == outcome


def test_access_control_lists_see_packets_before_translation() -> None:
    vip = table("firewall vip", "v\nset extip 203.0.113.10\nset mappedip 10.0.0.5")
    text = BAD + vip + table("firewall acl", ACL) + policies(with_lines(ANY, dstaddr="v"))
    # The virtual IP is for every port, the list for HTTPS alone.
    assert verdict(text, "203.0.113.10") == "possible"
    assert verdict(text, "203.0.113.10", source="203.0.113.7") == "allowed"
    assert verdict(text.replace("set service HTTPS", "set service ALL"), "203.0.113.10") == "blocked"
    other = text.replace("set dstaddr all\nset service HTTPS", "set dstaddr bad\nset service ALL")
    assert verdict(other, "203.0.113.10") == "allowed"
    forwarded = text.replace(
        "set mappedip", "set portforward enable\nset extport 443\nset mappedport 8443\nset mappedip"
    )
    assert verdict(forwarded, "203.0.113.10") == "blocked"


def test_session_helpers_are_said() -> None:
    text = table(
        "system session-helper", "1\nset name ftp\nset protocol 6\nset port 21", "2\nset name dcerpc\nset port 135"
    )
    assert [each for each in read(text).assumptions if "Session helpers" in each] == [
        "Session helpers (dcerpc, ftp) open further ports for sessions they watch, and ICMP errors of sessions pass; "
        "not in the answers."
    ]
    assert not any("Session helpers" in each for each in read("").assumptions)


@pytest.mark.parametrize("mode", ["set consolidated-firewall-mode enable", "set consolidated-firewall-mode disable"])
def test_consolidated_mode_is_gone_since_64(mode: str) -> None:
    four = with_lines(ANY, srcaddr="", dstaddr="", srcaddr4="all", dstaddr4="all")
    old = f"config system settings\n{mode}\nend\n" + policies(four, kind="firewall consolidated policy")
    assert verdict(old + policies(ANY), version="7.0.12") == "allowed"
    assert verdict(old, version="7.0.12") == "possible"
    assert verdict(old, version="6.2.3") == ("allowed" if "enable" in mode else "blocked")


def test_a_captive_portal_also_asks_within_a_zone() -> None:
    portal = table("system interface", "wan\nset security-mode captive-portal")
    zone = table("system zone", "z\nset interface wan lan\nset intrazone allow")
    assert verdict(portal + zone) == "possible"
    assert verdict(zone) == "allowed"
    assert verdict(portal + zone, "203.0.113.9", source="10.0.0.5", way="lan>wan") == "allowed"
