"""Interfaces, zones, SD-WAN, switches and routes (reference, section 5)."""

from __future__ import annotations

import pytest

import parsers
from parsers.model.addresses import AddressSet
from parsers.model.rule import Truth
from tests.parsers.fortigate.writing import (
    ANY,
    DENY,
    HEADER,
    INTERFACES,
    local,
    policies,
    read,
    stated,
    table,
    verdict,
    with_lines,
)


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


@pytest.mark.parametrize(("line", "outcome"), [("", "allowed"), ("set intra-switch-policy explicit\n", "possible")])
def test_hosts_of_a_software_switch_talk_without_a_policy(line: str, outcome: str) -> None:
    switch = table("system switch-interface", f"lan\n{line}set member port1 port2")
    closed = "config system global\nset allow-traffic-redirect disable\nend\n" + switch
    assert verdict(closed, "10.0.0.5", source="10.0.0.6", way="lan>lan") == outcome
    assert verdict(closed, "10.0.0.5", source="10.0.0.6", way="port1>lan") == outcome
    assert verdict(closed, "10.0.0.5", source="198.51.100.7", way="lan>lan") == "blocked"


@pytest.mark.parametrize(("line", "passes"), [("enable", True), ("disable", False)])
def test_redirection_as_stated(line: str, passes: bool) -> None:
    text = f"config system global\nset allow-traffic-redirect {line}\nend\n"
    assert (verdict(text, "10.0.0.9", source="10.0.0.7", way="lan>lan", version="7.6.6") == "allowed") is passes


def test_redirection_of_an_unknown_release_is_possible() -> None:
    (firewall,) = parsers.read((INTERFACES + policies(DENY)).encode(), "fw.conf")
    names = {rule.name: rule.conditions for rule in firewall.lists[0].rules if rule.implicit}
    assert [condition.truth for condition in names["same interface lan"]] == [Truth.UNKNOWN]


@pytest.mark.parametrize(("line", "outcome"), [("enable", "possible"), ("disable", "blocked")])
def test_whether_a_deny_stops_redirected_traffic_is_not_documented(line: str, outcome: str) -> None:
    text = f"config system global\nset allow-traffic-redirect {line}\nend\n"
    denied = policies(with_lines(DENY, srcintf="lan"))
    assert verdict(text + denied, "10.0.0.9", source="10.0.0.7", way="lan>lan") == outcome


@pytest.mark.parametrize(
    ("line", "version", "outcome"),
    [
        ("set status enable\n", "7.0.12", "allowed"), ("set status disable\n", "7.0.12", "possible"),
        ("", "7.0.12", "possible"), ("", "", "allowed"),
    ],
)  # fmt: skip
def test_policies_of_sdwan_count_while_it_is_on(line: str, version: str, outcome: str) -> None:
    members = "config members\nedit 1\nset interface wan\nnext\nend\n"
    text = f"config system sdwan\n{line}{members}end\n" + policies(with_lines(ANY, srcintf="virtual-wan-link"))
    assert verdict(text, version=version) == outcome


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
        ("config router policy\nedit 1\nset output-device wan\nnext\nend\n", True),
        ("config system interface\nedit lan\nset vrf 10\nnext\nend\n", False),
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


def test_members_of_a_hardware_switch_talk_without_a_policy() -> None:
    switch = "config system virtual-switch\nedit hs\nconfig port\nedit p1\nnext\nedit p2\nnext\nend\nnext\nend\n"
    assert verdict(switch, way="p1>p2") == "allowed"
    assert verdict(switch, way="p1>lan") == "blocked"


@pytest.mark.parametrize("way", ["mgmt>lan", "lan>mgmt"])
def test_a_dedicated_management_interface_does_not_forward(way: str) -> None:
    text = table("system interface", "mgmt\nset ip 192.0.2.1/24\nset dedicated-to management")
    assert verdict(text + policies(with_lines(ANY, srcintf="any", dstintf="any")), way=way) == "blocked"


@pytest.mark.parametrize(
    ("version", "source", "outcome"),
    [
        ("7.0.12", "10.9.0.7", "blocked"),
        ("7.0.16", "10.9.0.7", "possible"),
        ("7.2.10", "10.9.0.7", "blocked"),
        ("7.4.4", "10.9.0.7", "possible"),
        ("7.4.4", "10.0.0.7", "allowed"),
        ("7.4.10", "10.9.0.7", "blocked"),
    ],
)
def test_redirected_sources_beyond_the_own_network(version: str, source: str, outcome: str) -> None:
    assert verdict(policies(DENY), "10.0.0.9", source=source, way="lan>lan", version=version) == outcome


def test_redirection_of_version_six_is_a_setting_of_its_own() -> None:
    text = "config system global\nset ipv6-allow-traffic-redirect disable\nend\n" + table(
        "system interface", "lan\nconfig ipv6\nset ip6-address 2001:db8::1/64\nend"
    )
    assert verdict(text, "10.0.0.9", source="10.0.0.7", way="lan>lan") == "allowed"
    assert verdict(text, "2001:db8::9", source="2001:db8::7", way="lan>lan") == "blocked"


@pytest.mark.parametrize(
    ("lines", "routes", "expected"),
    [
        ("set mode dhcp", "", {"wan": 5}),
        ("set mode pppoe", "", {"wan": 5}),
        ("set mode dhcp\nset defaultgw disable", "", {}),
        ("set mode dhcp", table("router static", "1\nset device lan"), {"lan": 10, "wan": 10}),
        ("set mode dhcp\nset status down", "", {}),
    ],
)
def test_default_routes_that_come_with_an_address(lines: str, routes: str, expected: dict[str, int]) -> None:
    firewall = read(table("system interface", f"wan\nunset ip\n{lines}") + routes)
    assert {each.interface: each.distance for each in firewall.routes if not each.connected} == expected


def test_routes_without_the_interfaces_leave_the_way_out_open() -> None:
    text = table("router static", "1\nset gateway 203.0.113.1\nset device wan") + policies(ANY)
    (part,) = parsers.read(text.encode(), "part.conf")
    assert part.dynamic_routing
    assert any("not in this part" in sentence for sentence in part.assumptions)
    assert not read(text).dynamic_routing


@pytest.mark.parametrize(("line", "ways"), [("", {"wan", "lan"}), ("set status disable", {"wan"})])
def test_a_member_of_sdwan_that_is_switched_off_is_no_way_out(line: str, ways: set[str]) -> None:
    members = f"config members\nedit 1\nset interface wan\nnext\nedit 2\nset interface lan\n{line}\nnext\nend\n"
    text = f"config system sdwan\nset status enable\n{members}end\n"
    text += "config router static\nedit 1\nset sdwan-zone virtual-wan-link\nnext\nend\n"
    assert {route.interface for route in read(text).routes if not route.connected} == ways


@pytest.mark.parametrize(
    ("kind", "line", "said"),
    [
        ("firewall DoS-policy", "set interface wan", True),
        ("firewall interface-policy", "set interface wan", True),
        ("firewall ttl-policy", "set srcintf wan", True),
        ("firewall DoS-policy", "set status disable", False),
    ],
)
def test_policies_that_only_drop_are_said(kind: str, line: str, said: bool) -> None:
    text = f"What {kind} may drop of what policies accept is not in the answers."
    assert (text in read(table(kind, f"1\n{line}")).assumptions) is said


def test_a_vdom_that_is_disabled_passes_nothing_for_certain() -> None:
    off = "config system settings\nset status disable\nend\n"
    assert verdict(off + policies(ANY)) == "possible"
    assert verdict(off + policies(DENY)) == "blocked"
    assert verdict(off.replace("disable", "enable") + policies(ANY)) == "allowed"


def test_a_vdom_that_is_disabled_answers_nothing_for_certain() -> None:
    off = "config system settings\nset status disable\nend\n"
    ways = INTERFACES.replace("203.0.113.2/24", "203.0.113.2/24\nset allowaccess https")
    assert local(off, interfaces=ways) == "possible"
    assert local(off.replace("disable", "enable"), interfaces=ways) == "allowed"
    assert local(off, service="tcp/22", interfaces=ways) == "blocked"


BRIDGE = "config system settings\nset opmode transparent\nset manageip 192.0.2.9/24\nend\n"


@pytest.mark.parametrize(
    ("wan", "lan", "outcome"),
    [
        ("", "", "allowed"),
        ("set forward-domain 7", "set forward-domain 7", "allowed"),
        ("set forward-domain 7", "", "blocked"),
        ("set forward-domain 0", "", "allowed"),
    ],
)
def test_nothing_passes_between_two_forwarding_domains(wan: str, lan: str, outcome: str) -> None:
    lines = table("system interface", f"wan\n{wan}".strip(), f"lan\n{lan}".strip())
    assert verdict(BRIDGE + lines + policies(ANY), version="7.2.5") == outcome


def test_a_forwarding_domain_that_is_no_number_is_a_gap() -> None:
    lines = table("system interface", "wan\nset forward-domain ${domain}")
    assert verdict(BRIDGE + lines + policies(ANY), version="7.2.5") == "allowed"
    assert any(gap.keyword == "forward-domain" and gap.hides_access for gap in read(BRIDGE + lines, "7.2.5").gaps)


def test_forwarding_domains_count_in_transparent_mode_only() -> None:
    lines = table("system interface", "wan\nset forward-domain 7")
    assert verdict(lines + policies(ANY), version="7.2.5") == "allowed"


@pytest.mark.parametrize(
    ("line", "version", "outcome"),
    [
        ("set vlanforward enable", "7.2.5", "possible"),
        ("set vlanforward disable", "7.2.5", "blocked"),
        ("set alias outside", "7.2.5", "blocked"),
        ("set alias outside", "5.02", "possible"),
        ("set vlanforward disable", "5.02", "blocked"),
    ],
)
def test_vlans_without_an_interface_may_be_bridged_past_the_policies(line: str, version: str, outcome: str) -> None:
    lines = table("system interface", f"wan\n{line}", "lan\nset vlanforward disable")
    assert verdict(BRIDGE + lines + policies(DENY), version=version) == outcome
    assert verdict(lines + policies(DENY), version=version) == "blocked"
