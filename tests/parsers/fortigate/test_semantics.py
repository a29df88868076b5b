"""Each construct that changes which packets pass, with a configuration of a few lines and the verdict on packets."""

from __future__ import annotations

from datetime import datetime

import pytest

import parsers
from auditor.packets import Filter, Flow, arrivals, judge
from parsers.model.addresses import AddressSet, address_number
from parsers.model.firewall import Firewall
from parsers.model.rule import Action, Direction, Rule, Truth
from parsers.model.services import ServiceSet

NOW = datetime(2026, 11, 24, 12)
HEADER = "#config-version=FGT60F-{}-FW-build1-230606:opmode=1:vdom=0:user=a\n"
INTERFACES = (
    "config system interface\nedit wan\nset ip 203.0.113.2/24\nset type physical\nnext\n"
    "edit lan\nset ip 10.0.0.1/24\nset type physical\nnext\nend\n"
)
ANY = (
    "set srcintf wan\nset dstintf lan\nset srcaddr all\nset dstaddr all\nset service ALL\nset schedule always\n"
    "set action accept"
)
DENY = ANY.replace("accept", "deny")


def read(text: str, version: str = "7.0.12") -> Firewall:
    (firewall,) = parsers.read((HEADER.format(version) + INTERFACES + text).encode(), "fw.conf")
    return firewall


def table(name: str, *entries: str) -> str:
    """A table whose entries are "name\\nset ..." texts."""
    return f"config {name}\n" + "".join(f"edit {entry}\nnext\n" for entry in entries) + "end\n"


def policies(*bodies: str, kind: str = "firewall policy") -> str:
    return table(kind, *(f"{number}\n{body}" for number, body in enumerate(bodies, start=1)))


def with_lines(body: str, **changes: str) -> str:
    """A policy with some of its settings replaced ("" leaves the line out)."""
    lines = [line for line in body.split("\n") if line.split()[1] not in changes]
    return "\n".join([*lines, *(f"set {key} {value}" for key, value in changes.items() if value)])


def stated(text: str, version: str = "7.0.12") -> list[Rule]:
    return [rule for rule in read(text, version).lists[0].rules if not rule.implicit]


def verdict(
    text: str, to: str = "10.0.0.5", service: str = "tcp/443", source: str = "198.51.100.7",
    version: str = "7.0.12", way: str = "wan>lan", now: datetime = NOW,
) -> str:  # fmt: skip
    """The fate of one packet as the client sends it."""
    firewall = read(text, version)
    asked = ServiceSet.parse(service)
    ingress, egress = way.split(">")
    fates = set()
    for arrival in arrivals(firewall, ingress, address_number(source), address_number(to), asked):
        filter_ = Filter(firewall, Direction.FORWARD, now, [asked, arrival.service])
        flow = Flow(
            AddressSet.network(source), arrival.destination, arrival.service, frozenset({ingress}), frozenset({egress}),
            arrival.translation is not None,
        )  # fmt: skip
        fates.add(judge(filter_, filter_.packets(flow), now).outcome.value)
    return fates.pop() if len(fates) == 1 else "possible"


def local(
    text: str, to: str = "203.0.113.2", service: str = "tcp/443", source: str = "198.51.100.7", way: str = "wan",
    interfaces: str = INTERFACES,
) -> str:  # fmt: skip
    """The fate of one packet to the device itself."""
    (firewall,) = parsers.read((HEADER.format("7.0.12") + interfaces + text).encode(), "fw.conf")
    asked = ServiceSet.parse(service)
    filter_ = Filter(firewall, Direction.LOCAL, NOW, [asked])
    flow = Flow(AddressSet.network(source), AddressSet.network(to), asked, frozenset({way}), None, False)
    return judge(filter_, filter_.packets(flow), NOW).outcome.value


# --- section 3 and 4: tables and fields


def test_consolidated_policies_count_only_in_their_mode() -> None:
    rule = with_lines(ANY, srcaddr="", dstaddr="", srcaddr4="all", dstaddr4="all")
    text = policies(rule, kind="firewall consolidated policy")
    mode = "config system settings\nset consolidated-firewall-mode enable\nend\n"
    assert verdict(text, version="6.2.3") == "blocked"
    assert verdict(mode + text, version="6.2.3") == "allowed"
    assert verdict(mode + policies(DENY) + text, version="6.2.3") == "allowed"


def test_policy64_clients_are_of_version_six() -> None:
    vip = table("firewall vip64", "v\nset extip 2001:db8::10\nset mappedip 10.0.0.5")
    (rule,) = stated(vip + policies(with_lines(ANY, dstaddr="v"), kind="firewall policy64"), "6.2.3")
    assert rule.source.certain == AddressSet.network("::/0")
    assert rule.translations.certain == {"v"}


@pytest.mark.parametrize("kind", ["firewall policy46", "firewall policy"])
def test_nat46_is_possible_under_the_outside_address(kind: str) -> None:
    old = kind == "firewall policy46"
    line = "set mappedip 2001:db8::5" if old else "set nat46 enable\nset nat44 disable\nset ipv6-mappedip 2001:db8::5"
    vip = table("firewall vip46" if old else "firewall vip", f"v\nset extip 203.0.113.9\n{line}")
    text = vip + policies(with_lines(ANY, dstaddr="v"), kind=kind)
    assert verdict(text, "203.0.113.9") == "possible"
    assert "changes the address family" in read(text).translations[0].uncertain[0]


def test_only_the_security_policy_of_the_ngfw_mode_decides() -> None:
    mode = "config system settings\nset ngfw-mode policy-based\nend\n"
    hand_over = policies(with_lines(ANY, action="", schedule=""))
    application = policies(with_lines(ANY, service="", application="15832"), kind="firewall security-policy")
    assert verdict(mode + hand_over + application) == "possible"
    closed = policies(DENY, kind="firewall security-policy")
    assert verdict(mode + hand_over + closed) == "blocked"


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
        ({"src-vendor-mac": "12"}, "possible"),
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


def test_a_service_with_an_address_range_is_negated_at_its_addresses_only() -> None:
    objects = table("firewall service custom", "s\nset tcp-portrange 443\nset iprange 10.0.0.5")
    text = objects + policies(with_lines(ANY, service="s", **{"service-negate": "enable"}))
    assert verdict(text, "10.0.0.9") == "possible"
    assert verdict(text, "10.0.0.9", "tcp/80") == "allowed"


def test_internet_service_of_version_six() -> None:
    line = "set srcintf wan\nset dstintf lan\nset srcaddr6 all\nset internet-service6 enable\nset internet-service6-name x\nset schedule always\nset action accept"
    assert verdict(policies(line), "2001:db8::5", source="2001:db8:9::1", version="7.2.5") == "possible"
    assert verdict(policies(line), version="7.2.5") == "blocked"


CUSTOM = (
    "config firewall internet-service-custom\nedit crm\nconfig entry\nedit 1\nset protocol 6\nconfig port-range\n"
    "edit 1\nset start-port 443\nset end-port 444\nnext\nend\nset dst web\nnext\nend\nnext\nend\n"
)
WEB = table("firewall address", "web\nset subnet 10.0.0.5/32")


@pytest.mark.parametrize(
    ("to", "service", "negated", "outcome"),
    [
        ("10.0.0.5", "tcp/443", False, "allowed"),
        ("10.0.0.5", "tcp/445", False, "blocked"),
        ("10.0.0.6", "tcp/443", False, "blocked"),
        ("10.0.0.6", "tcp/443", True, "allowed"),
        ("10.0.0.5", "tcp/443", True, "possible"),
    ],
)
def test_custom_internet_services_are_in_the_file(to: str, service: str, negated: bool, outcome: str) -> None:
    lines = {"internet-service": "enable", "internet-service-custom": "crm", "dstaddr": "", "service": ""}
    if negated:
        lines["internet-service-negate"] = "enable"
    assert verdict(WEB + CUSTOM + policies(with_lines(ANY, **lines)), to, service) == outcome


def test_groups_of_custom_internet_services() -> None:
    group = table("firewall internet-service-custom-group", "g\nset member crm")
    lines = {"internet-service": "enable", "internet-service-custom-group": "g", "dstaddr": "", "service": ""}
    assert verdict(WEB + CUSTOM + group + policies(with_lines(ANY, **lines))) == "allowed"


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


@pytest.mark.parametrize(("name", "hides"), [("firewall proxy-policy", True), ("firewall multicast-policy", False)])
def test_tables_that_permit_beside_forwarding_are_said(name: str, hides: bool) -> None:
    assert [gap.hides_access for gap in read(policies(ANY, kind=name)).gaps] == [hides]
    assert read(policies(DENY, kind=name)).gaps == ()
    assert read(table(name)).gaps == ()


# --- section 5: interfaces, zones, routes


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("", "allowed"),
        ("set intra-switch-policy implicit\n", "allowed"),
        ("set intra-switch-policy explicit\n", "blocked"),
    ],
)
def test_members_of_a_software_switch_talk_without_a_policy(line: str, outcome: str) -> None:
    switch = table("system switch-interface", f"sw\n{line}set member port1 port2")
    closed = policies(with_lines(DENY, srcintf="any", dstintf="any"))
    assert verdict(switch + closed, way="port1>port2") == outcome
    assert verdict(switch + closed, way="port1>lan") == "blocked"


@pytest.mark.parametrize(("line", "passes"), [("enable", True), ("disable", False)])
def test_redirection_as_stated(line: str, passes: bool) -> None:
    text = f"config system global\nset allow-traffic-redirect {line}\nend\n"
    assert (verdict(text, "10.0.0.9", source="10.0.0.7", way="lan>lan", version="7.6.6") == "allowed") is passes


def test_redirection_of_an_unknown_release_is_possible() -> None:
    (firewall,) = parsers.read((INTERFACES + policies(DENY)).encode(), "fw.conf")
    names = {rule.name: rule.conditions for rule in firewall.lists[0].rules if rule.implicit}
    assert [condition.truth for condition in names["same interface lan"]] == [Truth.UNKNOWN]


def test_old_sdwan_is_one_interface() -> None:
    sdwan = (
        "config system virtual-wan-link\nset status enable\nconfig members\nedit 1\nset interface wan\nnext\nend\nend\n"
    )
    (rule,) = stated(sdwan + policies(with_lines(ANY, srcintf="virtual-wan-link")), "6.2.3")
    assert rule.ingress == {"wan"}


def test_transparent_mode_has_no_routes_and_one_address() -> None:
    text = "config system settings\nset opmode transparent\nset manageip 192.0.2.9/24\nend\nconfig system interface\nedit tp\nset allowaccess https\nnext\nend\nconfig router static\nedit 1\nset gateway 192.0.2.1\nnext\nend\n"
    firewall = read(text + policies(with_lines(ANY, srcintf="tp")))
    assert firewall.routes == ()
    assert firewall.dynamic_routing
    assert next(each for each in firewall.interfaces if each.name == "tp").own == AddressSet.network("192.0.2.9")
    assert local(text, "192.0.2.9", way="tp") == "allowed"


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("", True),
        ("config router bgp\nset as 65001\nend\n", True),
        ("config router bgp\nset as 65001\nconfig neighbor\nedit 10.0.0.9\nnext\nend\nend\n", False),
        ("config router policy\nedit 1\nset output-device wan\nnext\nend\n", False),
        ("config router static\nedit 1\nset internet-service 65539\nset device wan\nnext\nend\n", False),
    ],
)
def test_routes_that_do_not_say_everything(text: str, complete: bool) -> None:
    static = "config router static\nedit 9\nset gateway 203.0.113.1\nset device wan\nnext\nend\n"
    assert read(static + text).dynamic_routing is not complete


def test_routes_through_an_interface_that_is_down_do_not_count() -> None:
    down = "config system interface\nedit wan\nset status down\nnext\nend\n"
    static = "config router static\nedit 9\nset gateway 203.0.113.1\nset device wan\nnext\nend\n"
    assert [route.interface for route in read(down + static).routes] == ["lan"]


@pytest.mark.parametrize(
    ("interfaces", "peers"),
    [
        (("npu0_vlink0\nset vdom root", "npu0_vlink1\nset vdom dmz"), {"npu0_vlink0": "dmz/npu0_vlink1"}),
        (
            (
                "npu0_vlink0\nset vdom root",
                "npu0_vlink1\nset vdom root",
                "a\nset vdom root\nset interface npu0_vlink0\nset vlanid 7",
                "b\nset vdom dmz\nset interface npu0_vlink1\nset vlanid 7",
                "c\nset vdom dmz\nset interface npu0_vlink1\nset vlanid 8",
            ),
            {"npu0_vlink0": "root/npu0_vlink1", "npu0_vlink1": "root/npu0_vlink0", "a": "dmz/b"},
        ),
    ],
)
def test_both_ends_of_a_link_between_vdoms(interfaces: tuple[str, ...], peers: dict[str, str]) -> None:
    text = (
        HEADER.format("7.0.12") + "config vdom\nedit root\nnext\nedit dmz\nnext\nend\nconfig global\n"
        + table("system interface", *interfaces) + "end\nconfig vdom\nedit root\n" + policies() + "end\n"
    )  # fmt: skip
    first = parsers.read(text.encode(), "fw.conf")[0]
    assert {each.name: each.peer for each in first.interfaces} == peers


# --- section 6: objects


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
        "set type moonbeam",
    ],
)
def test_what_cannot_be_resolved_is_possible_and_named(body: str) -> None:
    text = table("firewall address", f"thing\n{body}") + policies(with_lines(ANY, srcaddr="thing"))
    assert verdict(text) == "possible"
    assert "thing" in stated(text)[0].uncertain[0]


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
        ("onetime", "set start 00:00 2027/01/01\nset end 00:00 2027/02/01", "blocked"),
        ("onetime", "set start 00:00 2026/01/01\nset end 00:00 2027/02/01", "possible"),
        ("onetime", "set start-utc 1735689600\nset end-utc 1738368000", "blocked"),
        ("group", "set member always", "allowed"),
        ("group", "set member none", "blocked"),
        ("group", "set member night", "possible"),
        ("group", "set member s", "possible"),
    ],
)
def test_schedules(kind: str, body: str, outcome: str) -> None:
    night = table("firewall schedule recurring", "night\nset day monday\nset start 22:00\nset end 06:00")
    text = night + table(f"firewall schedule {kind}", f"s\n{body}")
    assert verdict(text + policies(with_lines(ANY, schedule="s"))) == outcome


def test_an_undefined_schedule_is_possible() -> None:
    assert verdict(policies(with_lines(ANY, schedule="gone"))) == "possible"


# --- section 7: virtual IPs

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
        ("\nset status disable", "tcp/9", "198.51.100.7", "blocked"),
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
        ("set type server-load-balance\nset server-type https\nset extip 203.0.113.10\nconfig realservers\nedit 1\nset ip 10.0.0.5\nset port 8443\nnext\nedit 2\nset ip 10.0.0.6\nset status disable\nnext\nend", "203.0.113.10", "tcp/443", "10.0.0.5 tcp/8443"),
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


def test_untranslated_packets_do_not_match_a_virtual_ip() -> None:
    assert verdict(table("firewall vip", VIP) + policies(TO_VIP), "10.0.0.5") == "blocked"


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
        ("7.0.1", "match-vip-only enable", "all", "blocked"),
    ],
)
def test_disputed_points_of_match_vip(version: str, line: str, deny_to: str, outcome: str) -> None:
    objects = table("firewall address", "ext\nset subnet 203.0.113.10/32", "inside\nset subnet 10.0.0.5/32")
    lines = dict([line.split()]) if line else {}
    deny = with_lines(DENY, dstaddr=deny_to, **lines)
    text = objects + table("firewall vip", VIP) + policies(deny, TO_VIP)
    assert verdict(text, "203.0.113.10", version=version) == outcome


def test_match_vip_only_leaves_other_packets_alone() -> None:
    deny = with_lines(DENY, **{"match-vip-only": "enable"})
    assert verdict(policies(deny, ANY)) == "allowed"


# --- section 9: the device itself

HTTPS = INTERFACES.replace("set ip 203.0.113.2/24", "set ip 203.0.113.2/24\nset allowaccess https ping\n{}")


def test_the_first_address_has_not_the_services_of_secondary_ones() -> None:
    more = "set secondary-IP enable\nconfig secondaryip\nedit 1\nset ip 203.0.113.3/24\nset allowaccess ssh\nnext\nend"
    interfaces = HTTPS.format(more)
    for to, service, outcome in (
        ("203.0.113.2", "tcp/443", "allowed"), ("203.0.113.3", "tcp/443", "blocked"),
        ("203.0.113.3", "tcp/22", "allowed"), ("203.0.113.2", "tcp/22", "blocked"),
    ):  # fmt: skip
        assert local("", to, service, interfaces=interfaces) == outcome


def test_version_six_has_services_of_its_own() -> None:
    six = HTTPS.format("config ipv6\nset ip6-address 2001:db8::2/64\nset ip6-allowaccess ssh\nend")
    for to, service, outcome in (("2001:db8::2", "tcp/22", "allowed"), ("2001:db8::2", "tcp/443", "blocked")):
        assert local("", to, service, source="2001:db8:9::1", interfaces=six) == outcome


@pytest.mark.parametrize(
    ("text", "service", "outcome"),
    [
        ("", "tcp/443", "allowed"),
        ("", "tcp/22", "blocked"),
        ("config system global\nset admin-sport 8443\nend\n", "tcp/443", "blocked"),
        ("config system global\nset admin-sport 8443\nend\n", "tcp/8443", "allowed"),
        (table("system admin", "a\nset trusthost1 10.0.0.0 255.0.0.0"), "tcp/443", "blocked"),
        (table("system admin", "a\nset trusthost1 10.0.0.0 255.0.0.0"), "icmp/8", "blocked"),
        (table("system admin", "a\nset trusthost1 10.0.0.0 255.0.0.0", "b"), "tcp/443", "allowed"),
        (table("system admin", "a\nset trusthost1 0.0.0.0 0.0.0.0\nset trusthost2 10.0.0.0 255.0.0.0"), "tcp/443", "allowed"),
        (table("system admin", "a\nset trusthost1 10.0.0.0 255.0.0.0\nset trusthost2 0.0.0.0 0.0.0.0"), "tcp/443", "blocked"),
        (table("system admin", "a\nset trusthost1 10.0.0.0 255.0.0.0") + table("system api-user", "x"), "tcp/443", "possible"),
        (policies("set intf wan\nset srcaddr all\nset dstaddr all\nset service HTTPS\nset schedule always", kind="firewall local-in-policy"), "tcp/443", "blocked"),
        (policies("set intf wan\nset srcaddr all\nset dstaddr all\nset service HTTPS\nset schedule always\nset status disable", kind="firewall local-in-policy"), "tcp/443", "allowed"),
        (policies("set intf lan\nset srcaddr all\nset dstaddr all\nset service HTTPS\nset schedule always", kind="firewall local-in-policy"), "tcp/443", "allowed"),
        (policies("set intf wan\nset internet-service-src enable\nset internet-service-src-name x\nset dstaddr all\nset service HTTPS\nset schedule always", kind="firewall local-in-policy"), "tcp/443", "possible"),
        (policies("set intf wan\nset srcaddr all\nset dstaddr all\nset service SSH\nset schedule always\nset action accept", kind="firewall local-in-policy"), "tcp/22", "blocked"),
        ("config vpn ssl settings\nset port 10443\nset source-interface wan\nend\n", "tcp/10443", "allowed"),
        ("config vpn ssl settings\nset status disable\nset port 10443\nset source-interface wan\nend\n", "tcp/10443", "blocked"),
        ("config vpn ssl settings\nset port 10443\nset source-interface wan\nset source-address home\nend\n" + table("firewall address", "home\nset subnet 192.0.2.1/32"), "tcp/10443", "blocked"),
        (table("vpn ipsec phase1-interface", "t\nset interface wan"), "udp/500", "allowed"),
        (table("system dns-server", "wan\nset mode recursive"), "udp/53", "allowed"),
        (table("firewall vip", "v\nset extip 203.0.113.2\nset mappedip 10.0.0.5\nset portforward enable\nset extport 443\nset mappedport 443") + policies(with_lines(ANY, dstaddr="v")), "tcp/443", "blocked"),
    ],
)  # fmt: skip
def test_who_reaches_the_device(text: str, service: str, outcome: str) -> None:
    assert local(text, service=service, interfaces=HTTPS.format("")) == outcome


def test_an_explicit_proxy_answers() -> None:
    text = "config web-proxy explicit\nset status enable\nset http-incoming-port 3128\nend\n"
    assert local(text, service="tcp/3128", interfaces=HTTPS.format("set explicit-web-proxy enable")) == "allowed"


def test_a_dedicated_interface_answers_its_trusted_addresses() -> None:
    lines = "set dedicated-to management\nset trust-ip-1 192.0.2.0 255.255.255.0"
    for source, outcome in (("192.0.2.7", "allowed"), ("198.51.100.7", "blocked")):
        assert local("", source=source, interfaces=HTTPS.format(lines)) == outcome


def test_identity_rules_are_accepts() -> None:
    assert stated(policies(ANY + "\nset groups staff"))[0].action is Action.ALLOW
