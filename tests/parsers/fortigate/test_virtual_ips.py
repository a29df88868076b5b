"""Virtual IPs, match-vip and central NAT (reference, section 7)."""

from __future__ import annotations

import pytest

from auditor.packets import arrivals
from parsers.model.addresses import address_number
from parsers.model.services import ServiceSet
from tests.parsers.fortigate.writing import ANY, DENY, policies, read, stated, table, verdict, with_lines

VIP = "v\nset extip 203.0.113.10\nset extintf any\nset mappedip 10.0.0.5"
FORWARD = "\nset portforward enable\nset extport 8080\nset mappedport 80"
TO_VIP = with_lines(ANY, dstaddr="v")


@pytest.mark.parametrize(
    ("more", "service", "source", "outcome"),
    [
        ("", "tcp/9", "198.51.100.7", "allowed"),
        (FORWARD, "tcp/8080", "198.51.100.7", "allowed"),
        (FORWARD, "tcp/80", "198.51.100.7", "blocked"),
        (FORWARD + "\nset protocol udp", "tcp/8080", "198.51.100.7", "blocked"),
        (FORWARD + "\nset protocol udp", "udp/8080", "198.51.100.7", "allowed"),
        ("\nset src-filter 198.51.100.0/24", "tcp/9", "198.51.100.7", "allowed"),
        ("\nset src-filter 198.51.100.1-198.51.100.5", "tcp/9", "198.51.100.7", "blocked"),
        ("\nset srcintf-filter wan", "tcp/9", "198.51.100.7", "allowed"),
        ("\nset srcintf-filter lan", "tcp/9", "198.51.100.7", "blocked"),
        ("\nset status disable", "tcp/9", "198.51.100.7", "possible"),
        ("\nset service HTTPS", "tcp/443", "198.51.100.7", "allowed"),
        ("\nset service HTTPS", "tcp/80", "198.51.100.7", "blocked"),
        ("\nset portforward enable\nset service HTTPS\nset mappedport 8443", "tcp/443", "198.51.100.7", "allowed"),
        ("\nset type dns-translation", "tcp/9", "198.51.100.7", "blocked"),
        ("\nset type fqdn\nset mapped-addr inside", "tcp/9", "198.51.100.7", "possible"),
        ("\nset type access-proxy", "tcp/443", "198.51.100.7", "possible"),
    ],
)  # fmt: skip
def test_virtual_ips(more: str, service: str, source: str, outcome: str) -> None:
    objects = table("firewall address", "inside\nset type fqdn\nset fqdn srv.example")
    text = objects + table("firewall vip", VIP + more) + policies(TO_VIP)
    assert verdict(text, "203.0.113.10", service, source) == outcome


def arrived(text: str, to: str, service: str) -> list[tuple[str, str]]:
    firewall = read(text)
    found = arrivals(firewall, "wan", address_number("198.51.100.7"), address_number(to), ServiceSet.parse(service))
    return [(each.destination.text(), each.service.text()) for each in found if each.translation is not None]


@pytest.mark.parametrize(
    ("body", "to", "service", "targets"),
    [
        ("set extip 203.0.113.10-203.0.113.19\nset mappedip 10.0.0.100-10.0.0.109", "203.0.113.13", "tcp/9", "10.0.0.103"),
        ("set extip 203.0.113.10\nset mappedip 10.0.0.5\nset portforward enable\nset extport 100-109\nset mappedport 200-209", "203.0.113.10", "tcp/103", "10.0.0.5 tcp/203"),
        ("set extip 203.0.113.10\nset mappedip 10.0.0.5\nset portforward enable\nset portmapping-type m-to-n\nset extport 100-109\nset mappedport 200-204", "203.0.113.10", "tcp/103", "10.0.0.5 tcp/200-204"),
        ("set type load-balance\nset extip 203.0.113.10\nset mappedip 10.0.0.5-10.0.0.6", "203.0.113.10", "tcp/9", "10.0.0.5-10.0.0.6"),
        ("set type server-load-balance\nset server-type https\nset extip 203.0.113.10\nconfig realservers\nedit 1\nset ip 10.0.0.5\nset port 8443\nnext\nedit 2\nset ip 10.0.0.6\nset status disable\nnext\nend", "203.0.113.10", "tcp/443", "10.0.0.5 tcp/443,8443"),
        ("set extip 0.0.0.0\nset extintf wan\nset mappedip 10.0.0.5", "203.0.113.2", "tcp/9", "10.0.0.5"),
        ("set extaddr pub\nset mappedip 10.0.0.5", "203.0.113.77", "tcp/9", "10.0.0.5"),
    ],
)  # fmt: skip
def test_what_virtual_ips_translate_to(body: str, to: str, service: str, targets: str) -> None:
    objects = table("firewall address", "pub\nset subnet 203.0.113.77/32")
    text = objects + table("firewall vip", f"v\nset extintf any\n{body}") + policies(TO_VIP)
    expected = targets if " " in targets else f"{targets} {service}"
    assert [" ".join(pair) for pair in arrived(text, to, service)] == [expected]


def test_groups_of_virtual_ips() -> None:
    text = table("firewall vip", VIP) + table("firewall vipgrp", "g\nset interface wan\nset member v")
    assert verdict(text + policies(with_lines(ANY, dstaddr="g")), "203.0.113.10") == "allowed"


def test_virtual_ips_of_version_six() -> None:
    vip = table("firewall vip6", "v\nset extip 2001:db8::10\nset mappedip 2001:db8:1::5")
    rule = with_lines(ANY, srcaddr="", dstaddr="", srcaddr6="all", dstaddr6="v")
    assert verdict(vip + policies(rule), "2001:db8::10", source="2001:db8:9::1") == "allowed"


@pytest.mark.parametrize(("to", "outcome"), [("10.0.0.5", "possible"), ("10.0.0.6", "blocked")])
def test_packets_sent_straight_to_the_server_of_a_virtual_ip(to: str, outcome: str) -> None:
    text = table("firewall vip", VIP) + policies(TO_VIP)
    assert verdict(text, to) == outcome
    central = "config system settings\nset central-nat enable\nend\n"
    assert verdict(central + text, to) == "blocked"


@pytest.mark.parametrize("action", ["accept", "deny"])
def test_a_negated_destination_and_virtual_ips_are_possible(action: str) -> None:
    negated = with_lines(ANY, dstaddr="other", action=action, **{"dstaddr-negate": "enable"})
    text = (
        table("firewall address", "other\nset subnet 192.0.2.0/24") + table("firewall vip", VIP)
        + policies(negated, with_lines(TO_VIP, service="HTTP"))
    )  # fmt: skip
    assert verdict(text, "203.0.113.10", "tcp/80") == ("possible" if action == "deny" else "allowed")


@pytest.mark.parametrize(
    ("version", "line", "deny_to", "outcome"),
    [
        ("7.2.3", "", "all", "possible"),
        ("7.2.3", "match-vip enable", "all", "blocked"),
        ("7.2.3", "match-vip disable", "all", "allowed"),
        ("7.2.4", "", "ext", "possible"),
        ("7.2.4", "", "inside", "possible"),
        ("7.2.4", "", "ext inside", "blocked"),
        ("7.2.4", "", "elsewhere", "allowed"),
        ("7.2.3", "", "ext inside", "possible"),
        ("7.2.3", "", "elsewhere", "allowed"),
        ("7.0.1", "match-vip-only enable", "all", "blocked"),
    ],
)
def test_disputed_points_of_match_vip(version: str, line: str, deny_to: str, outcome: str) -> None:
    objects = table(
        "firewall address", "ext\nset subnet 203.0.113.10/32", "inside\nset subnet 10.0.0.5/32",
        "elsewhere\nset subnet 10.9.0.0/16",
    )  # fmt: skip
    lines = dict([line.split()]) if line else {}
    deny = with_lines(DENY, dstaddr=deny_to, **lines)
    text = objects + table("firewall vip", VIP) + policies(deny, TO_VIP)
    assert verdict(text, "203.0.113.10", version=version) == outcome


def test_match_vip_only_leaves_other_packets_alone() -> None:
    deny = with_lines(DENY, **{"match-vip-only": "enable"})
    assert verdict(policies(deny, ANY)) == "allowed"


BALANCED = "v\nset type server-load-balance\nset extip 203.0.113.10\n{}\nconfig realservers\nedit 1\nset ip 10.0.0.5\n{}\nnext\nend"


@pytest.mark.parametrize(
    ("kind", "server", "service", "named", "outcome"),
    [
        ("set server-type http", "", "tcp/80", "ALL", "allowed"),
        ("set server-type http", "", "tcp/443", "ALL", "blocked"),
        ("set server-type https", "", "tcp/443", "ALL", "allowed"),
        ("set server-type smtps", "", "tcp/465", "ALL", "allowed"),
        ("set server-type ssl\nset extport 990", "", "tcp/990", "ALL", "allowed"),
        ("set server-type udp\nset extport 53", "", "udp/53", "ALL", "allowed"),
        ("set server-type udp\nset extport 53", "", "tcp/53", "ALL", "blocked"),
        ("set server-type ip", "", "ip/47", "ALL", "allowed"),
        ("set server-type http", "set port 8080", "tcp/80", "HTTP", "possible"),
        ("set server-type http", "set port 8080", "tcp/80", "SSH", "blocked"),
        ("set server-type http", "set status disable", "tcp/80", "ALL", "blocked"),
        ("set server-type http", "set type address\nset address f", "tcp/80", "ALL", "possible"),
    ],
)  # fmt: skip
def test_load_balanced_servers(kind: str, server: str, service: str, named: str, outcome: str) -> None:
    host = table("firewall address", "f\nset type fqdn\nset fqdn x.example")
    text = host + table("firewall vip", BALANCED.format(kind, server)) + policies(with_lines(TO_VIP, service=named))
    assert verdict(text, "203.0.113.10", service) == outcome


@pytest.mark.parametrize(
    ("limit", "source", "outcome"),
    [
        ("set src-filter 198.51.100.0/25", "198.51.100.7", "allowed"),
        ("set src-filter 198.51.100.0/25", "198.51.100.200", "blocked"),
        ("set srcintf-filter lan", "198.51.100.7", "blocked"),
        ("set service HTTP", "198.51.100.7", "blocked"),
    ],
)
def test_what_a_filter_leaves_goes_to_the_next_virtual_ip(limit: str, source: str, outcome: str) -> None:
    first = f"a\nset extintf any\nset extip 203.0.113.10\nset mappedip 10.0.0.5\n{limit}"
    vips = table("firewall vip", first, "b\nset extintf any\nset extip 203.0.113.10\nset mappedip 10.0.0.6")
    text = vips + policies(with_lines(ANY, dstaddr="a"), with_lines(DENY, dstaddr="b"))
    assert verdict(text, "203.0.113.10", source=source) == outcome


def test_a_virtual_ip_that_no_policy_names_takes_nothing() -> None:
    vips = table("firewall vip", VIP, "b\nset extintf any\nset extip 203.0.113.10\nset mappedip 10.0.0.6")
    assert verdict(vips + policies(with_lines(ANY, dstaddr="b")), "203.0.113.10") == "allowed"


@pytest.mark.parametrize(
    ("target", "service", "outcome"),
    [
        ("server", "HTTP", "allowed"), ("server", "ext", "blocked"), ("outside", "HTTP", "blocked"),
        ("all", "HTTP", "allowed"),
    ],
)  # fmt: skip
def test_central_nat_compares_the_real_address_and_port(target: str, service: str, outcome: str) -> None:
    text = (
        "config system settings\nset central-nat enable\nend\n" + table("firewall vip", VIP + FORWARD)
        + table("firewall address", "server\nset subnet 10.0.0.5/32", "outside\nset subnet 203.0.113.10/32")
        + table("firewall service custom", "ext\nset tcp-portrange 8080")
    )  # fmt: skip
    assert (
        verdict(text + policies(with_lines(ANY, dstaddr=target, service=service)), "203.0.113.10", "tcp/8080")
        == outcome
    )


def test_the_interface_address_is_the_first_one() -> None:
    more = "wan\nset secondary-IP enable\nconfig secondaryip\nedit 1\nset ip 203.0.113.3/24\nnext\nend"
    vip = table("firewall vip", "v\nset extintf wan\nset extip 0.0.0.0\nset mappedip 10.0.0.5")
    text = table("system interface", more) + vip + policies(TO_VIP)
    assert verdict(text, "203.0.113.2") == "allowed"
    assert verdict(text, "203.0.113.3") == "blocked"


def test_a_virtual_ip_on_a_zone_listens_on_some_member() -> None:
    text = (
        table("system interface", "dmz\nset ip 192.0.2.1/24") + table("system zone", "z\nset interface wan dmz")
        + table("firewall vip", "v\nset extintf z\nset extip 0.0.0.0\nset mappedip 10.0.0.5")
        + policies(with_lines(TO_VIP, srcintf="z"))
    )  # fmt: skip
    for to, outcome in (("203.0.113.2", "possible"), ("192.0.2.1", "possible"), ("203.0.113.9", "blocked")):
        assert verdict(text, to) == outcome


def test_a_leased_address_lies_in_no_other_network() -> None:
    vip = table("firewall vip", "v\nset extintf wan\nset extip 0.0.0.0\nset mappedip 10.0.0.5")
    text = table("system interface", "wan\nset mode dhcp\nunset ip") + vip + policies(TO_VIP)
    assert verdict(text, "198.18.0.1") == "possible"
    assert arrived(text, "10.0.0.77", "tcp/9") == []
    overlapping = "config system settings\nset allow-subnet-overlap enable\nend\n"
    assert arrived(overlapping + text, "10.0.0.77", "tcp/9") == [("10.0.0.5", "tcp/9")]


def test_a_disabled_virtual_ip_is_off_with_central_nat() -> None:
    central = "config system settings\nset central-nat enable\nend\n"
    text = table("firewall vip", f"{VIP}\nset status disable") + policies(ANY)
    assert verdict(central + text, "203.0.113.10") == "allowed"
    assert arrived(central + text, "203.0.113.10", "tcp/9") == []


@pytest.mark.parametrize("named", ["v", "all"])
def test_a_negated_deny_with_match_vip_stops_nothing_for_certain(named: str) -> None:
    deny = with_lines(DENY, dstaddr=named, **{"dstaddr-negate": "enable", "match-vip": "enable"})
    assert verdict(table("firewall vip", VIP) + policies(deny, TO_VIP), "203.0.113.10") in ("possible", "allowed")


@pytest.mark.parametrize("grouped", [False, True])
def test_virtual_ips_of_both_families_may_share_a_name(grouped: bool) -> None:
    vips = table("firewall vip", VIP) + table("firewall vip6", "v\nset extip 2001:db8::9\nset mappedip 2001:db8:1::9")
    name = "g" if grouped else "v"
    if grouped:
        vips += table("firewall vipgrp", "g\nset member v") + table("firewall vipgrp6", "g\nset member v")
    four = with_lines(TO_VIP, dstaddr=name, service="HTTPS")
    six = with_lines(TO_VIP, srcaddr="", dstaddr="", srcaddr6="all", dstaddr6=name, service="SSH")
    text = vips + policies(four, six)
    assert verdict(text, "203.0.113.10", "tcp/443") == "allowed"
    assert verdict(text, "203.0.113.10", "tcp/22") == "blocked"
    assert verdict(text, "2001:db8::9", "tcp/22", source="2001:db8:ff::1") == "allowed"
    assert verdict(text, "2001:db8::9", "tcp/443", source="2001:db8:ff::1") == "blocked"


def test_settings_of_nothing_in_a_full_configuration_restrict_nothing() -> None:
    vip = VIP + "\nset src-filter ''\nset srcintf-filter ''\nset service ''\nset extaddr ''"
    firewall = read(table("firewall vip", vip) + policies(TO_VIP))
    assert firewall.gaps == ()
    assert verdict(table("firewall vip", vip) + policies(TO_VIP), "203.0.113.10") == "allowed"


def test_a_policy_of_central_nat_that_names_a_virtual_ip_is_possible() -> None:
    text = "config system settings\nset central-nat enable\nend\n" + table("firewall vip", VIP)
    assert verdict(text + policies(TO_VIP), "203.0.113.10") == "possible"
    assert verdict(text + policies(with_lines(ANY, dstaddr="v all")), "203.0.113.10") == "allowed"


def test_virtual_ips_of_version_six_are_possible_with_central_nat() -> None:
    central = "config system settings\nset central-nat enable\nend\n"
    text = table("firewall vip6", "s\nset extip 2001:db8::10\nset mappedip 2001:db8:1::5")
    text += table("firewall address6", "server\nset ip6 2001:db8:1::5/128")
    rule = policies(with_lines(ANY, srcaddr="", dstaddr="", srcaddr6="all", dstaddr6="server"))
    assert verdict(central + text + rule, "2001:db8::10", source="2001:db8:9::1") == "possible"
    assert verdict(central + text + rule, "2001:db8:1::5", source="2001:db8:9::1") == "allowed"


@pytest.mark.parametrize(("version", "certain"), [("7.0.12", True), ("6.2.3", True), ("5.04", False), ("", False)])
def test_whether_policies_switch_central_source_nat_on_depends_on_the_release(version: str, certain: bool) -> None:
    central = "config system settings\nset central-nat enable\nend\n"
    entry = table(
        "firewall central-snat-map", "1\nset srcintf wan\nset dstintf lan\nset orig-addr all\nset dst-addr all"
    )
    (rule,) = stated(central + entry + policies(ANY), version)
    assert rule.source_nat is not None
    assert rule.source_nat.certain is certain
