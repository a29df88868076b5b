"""Addresses, services, schedules and Internet services (reference, section 6)."""

from __future__ import annotations

import pytest

from parsers.model.addresses import AddressSet
from tests.parsers.fortigate.writing import ANY, policies, read, stated, table, verdict, with_lines


@pytest.mark.parametrize(
    ("body", "inside"),
    [
        ("set subnet 198.51.100.99 255.255.255.0", True),
        ("set type iprange\nset start-ip 198.51.100.1\nset end-ip 198.51.100.9", True),
        ("set type iprange\nset start-ip 198.51.100.8\nset end-ip 198.51.100.9", False),
        ("set type wildcard\nset wildcard 198.51.0.7 255.255.0.255", True),
        ("set type wildcard\nset wildcard 198.51.0.8 255.255.0.255", False),
        ("set type interface-subnet\nset interface wan\nset subnet 198.51.100.1 255.255.255.0", False),
        ("set type interface-subnet\nset interface gone\nset subnet 198.51.100.1 255.255.255.0", True),
    ],
)
def test_address_objects(body: str, inside: bool) -> None:
    text = table("firewall address", f"x\n{body}") + policies(with_lines(ANY, srcaddr="x"))
    assert verdict(text) == ("allowed" if inside else "blocked")


@pytest.mark.parametrize(
    "body",
    [
        "set type fqdn\nset fqdn x.example",
        "set type geography\nset country DE",
        "set type dynamic\nset sub-type sdn",
        "set type mac\nset macaddr 00:00:5e:00:53:01",
        "set type route-tag\nset route-tag 7",
        "set type interface-subnet\nset interface gone\nset subnet 0.0.0.0 255.255.255.255",
        "set type ipam\nset managed-subnetwork-size 128",
        "set type moonbeam",
    ],
)
def test_what_cannot_be_resolved_is_possible_and_named(body: str) -> None:
    text = table("firewall address", f"thing\n{body}") + policies(with_lines(ANY, srcaddr="thing"))
    assert verdict(text) == "possible"
    assert "thing" in stated(text)[0].uncertain[0]


@pytest.mark.parametrize(
    ("wildcard", "inside"),
    [
        ("2001:db8:42:7::5 ffff:ffff:ff00:ffff::", True),
        ("2001:db8:42:8::5 ffff:ffff:ff00:ffff::", False),
        ("2001:db8:9999:7::5 ffff:ffff::", True),
    ],
)
def test_a_wildcard_of_version_six_compares_the_bits_of_its_mask(wildcard: str, inside: bool) -> None:
    text = table("firewall address6", f"x\nset type wildcard\nset wildcard {wildcard}")
    text += policies(with_lines(ANY, srcaddr="", dstaddr="", srcaddr6="x", dstaddr6="all"))
    found = verdict(text, "2001:db8::5", source="2001:db8:0:7::5", version="8.0.0")
    assert found == ("allowed" if inside else "blocked")


def test_a_wildcard_and_its_mask_are_of_one_family() -> None:
    text = table("firewall address6", "x\nset type wildcard\nset wildcard 2001:db8:: 255.0.0.0")
    firewall = read(text + policies(with_lines(ANY, srcaddr="", dstaddr="", srcaddr6="x", dstaddr6="all")), "8.0.0")
    assert [gap.hides_access for gap in firewall.gaps] == [True]


@pytest.mark.parametrize("six", [False, True])
@pytest.mark.parametrize("wildcard", ["{}", "{} {} {}", "{}/{}/{}", "{}/x"])
def test_a_wildcard_that_cannot_be_read_is_a_gap(wildcard: str, six: bool) -> None:
    value = wildcard.replace("{}", "2001:db8::" if six else "10.0.0.0")
    kind = "firewall address6" if six else "firewall address"
    names = {"srcaddr": "", "dstaddr": "", "srcaddr6": "x", "dstaddr6": "all"} if six else {"srcaddr": "x"}
    text = table(kind, f"x\nset type wildcard\nset wildcard {value}") + policies(with_lines(ANY, **names))
    assert [gap.hides_access for gap in read(text, "8.0.0").gaps] == [True]


def test_a_group_by_tags_has_perhaps_each_of_its_members() -> None:
    text = table("firewall address", "x\nset subnet 198.51.100.0/24\nset custom-tags crew")
    text += table("firewall addrgrp", "g\nset type dynamic-tag\nset custom-tags crew\nset member x")
    text += policies(with_lines(ANY, srcaddr="g"))
    assert verdict(text, version="8.0.0") == "possible"
    assert verdict(text, source="192.0.2.7", version="8.0.0") == "blocked"


def test_an_external_feed_is_possible() -> None:
    feed = table("system external-resource", "feed\nset type address\nset resource https://feed.example/x")
    assert verdict(feed + policies(with_lines(ANY, srcaddr="feed"))) == "possible"


def test_an_exclusion_that_cannot_be_resolved_excludes_perhaps_everything() -> None:
    objects = table("firewall address", "f\nset type fqdn\nset fqdn x.example") + table(
        "firewall addrgrp", "g\nset member all\nset exclude enable\nset exclude-member f"
    )
    assert verdict(objects + policies(with_lines(ANY, srcaddr="g"))) == "possible"


@pytest.mark.parametrize(
    ("body", "service", "outcome"),
    [
        ("set tcp-portrange 443", "tcp/443", "allowed"),
        ("set tcp-portrange 1-10:5 443", "tcp/443", "allowed"),
        ("set udp-portrange 443", "tcp/443", "blocked"),
        ("set protocol ICMP", "icmp/13", "allowed"),
        ("set protocol ICMP\nset icmptype 8", "icmp/13", "blocked"),
        ("set protocol ICMP\nset icmptype 8\nset icmpcode 0", "icmp/8", "possible"),
        ("set protocol IP\nset protocol-number 47", "ip/47", "allowed"),
        ("set protocol IP\nset protocol-number 47", "ip/50", "blocked"),
        ("set protocol IP", "ip/50", "allowed"),
        ("set protocol TCP/UDP/UDP-Lite/SCTP\nset sctp-portrange 443", "sctp/443", "allowed"),
        ("set protocol HTTP\nset tcp-portrange 443", "tcp/443", "blocked"),
        ("set tcp-portrange 443\nset fqdn x.example", "tcp/443", "possible"),
    ],
)
def test_service_objects(body: str, service: str, outcome: str) -> None:
    text = table("firewall service custom", f"s\n{body}") + policies(with_lines(ANY, service="s"))
    assert verdict(text, service=service) == outcome


@pytest.mark.parametrize(
    ("kind", "body", "outcome"),
    [
        ("recurring", "set day monday tuesday wednesday thursday friday saturday sunday", "allowed"),
        ("recurring", "set day monday\nset start 08:00\nset end 18:00", "possible"),
        ("recurring", "set start 08:00\nset end 18:00", "blocked"),
        ("recurring", "set day none", "blocked"),
        ("onetime", "set start 00:00 2025/01/01\nset end 00:00 2025/02/01", "blocked"),
        ("onetime", "set start 00:00 2027/01/01\nset end 00:00 2027/02/01", "possible"),
        ("onetime", "set start 00:00 2026/01/01\nset end 00:00 2027/02/01", "possible"),
        ("onetime", "set start-utc 1735689600\nset end-utc 1738368000", "blocked"),
        ("group", "set member always", "allowed"),
        ("group", "set member none", "blocked"),
        ("group", "set member night", "possible"),
        ("group", "set member s", "possible"),
        ("group", "set member none old", "blocked"),
        ("group", "set member always old", "allowed"),
        ("group", "set member old gone", "possible"),
    ],
)
def test_schedules(kind: str, body: str, outcome: str) -> None:
    night = table("firewall schedule recurring", "night\nset day monday\nset start 22:00\nset end 06:00")
    old = table("firewall schedule onetime", "old\nset start 00:00 2025/01/01\nset end 00:00 2025/02/01")
    text = night + old + table(f"firewall schedule {kind}", f"s\n{body}")
    assert verdict(text + policies(with_lines(ANY, schedule="s"))) == outcome


def test_an_undefined_schedule_is_possible() -> None:
    assert verdict(policies(with_lines(ANY, schedule="gone"))) == "possible"


def test_groups_with_exclusions() -> None:
    objects = table("firewall address", "a\nset subnet 10.0.0.0/24", "b\nset subnet 10.0.0.64/29") + table(
        "firewall addrgrp", "g\nset member a\nset exclude enable\nset exclude-member b"
    )
    (rule,) = stated(objects + policies(with_lines(ANY, srcaddr="g")))
    assert rule.source.certain == AddressSet.network("10.0.0.0/24") - AddressSet.network("10.0.0.64/29")


def test_a_cycle_of_groups_ends() -> None:
    objects = table("firewall addrgrp", "g\nset member h", "h\nset member g")
    assert verdict(objects + policies(with_lines(ANY, srcaddr="g"))) == "possible"


@pytest.mark.parametrize(
    ("name", "version", "service", "outcome"),
    [
        ("MGCP", "6.4.4", "tcp/2428", "blocked"),
        ("MGCP", "7.0.12", "tcp/2428", "possible"),
        ("MGCP", "7.2.4", "tcp/2428", "allowed"),
        ("MGCP", "6.4.4", "udp/2427", "allowed"),
        ("KERBEROS", "", "tcp/464", "possible"),
        ("KERBEROS", "", "tcp/88", "allowed"),
    ],
)
def test_services_of_the_product_that_grew(name: str, version: str, service: str, outcome: str) -> None:
    assert verdict(policies(with_lines(ANY, service=name)), service=service, version=version) == outcome


@pytest.mark.parametrize("name", ["gmail.com", "wildcard.dropbox.com", "'G Suite'"])
def test_host_names_of_the_product_are_defined_and_unknown(name: str) -> None:
    text = policies(with_lines(ANY, dstaddr=name))
    assert verdict(text) == "possible"
    assert [each.name for each in read(text).references if not each.defined] == []


@pytest.mark.parametrize(("kind", "name"), [("firewall vip", "v"), ("firewall vipgrp", "g")])
def test_a_group_of_addresses_has_no_virtual_ip_as_a_member(kind: str, name: str) -> None:
    vip = table("firewall vip", "v\nset extip 203.0.113.10\nset mappedip 10.0.0.5")
    vip += table("firewall vipgrp", "g\nset interface wan\nset member v")
    group = table("firewall address", "net\nset subnet 10.0.0.0/24") + table(
        "firewall addrgrp", f"all-of\nset member net {name}"
    )
    firewall = read(vip + group + policies(with_lines(ANY, dstaddr="all-of")))
    (gap,) = firewall.gaps
    assert (gap.hides_access, gap.keyword) == (True, "member")
    assert f"holds the virtual IP {name!r}" in gap.what
