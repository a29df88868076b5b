"""Which interfaces are taken to face the Internet, and why: FortiGate configurations of a few lines."""

from __future__ import annotations

import pytest

from auditor.baseline.facing import facing
from tests.parsers.fortigate.writing import ANY, policies, read_bare, table, with_lines

PORTS = table("system interface", "p1\nset ip 10.1.0.1/24", "p2\nset ip 10.2.0.1/24", "p3\nset ip 10.3.0.1/24")
OUT = with_lines(ANY, srcintf="p2", dstintf="p1", nat="enable")
VIP = table("firewall vip", "v\nset extip 203.0.113.10\nset extintf p3\nset mappedip 10.2.0.5")


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        (table("router static", "1\nset gateway 10.1.0.254\nset device p1"), "p1", "default route leaves"),
        (table("system interface", "p1\nset mode dhcp"), "p1", "gets its address"),
        (table("system interface", "p1\nset mode pppoe"), "p1", "gets its address"),
        (table("system interface", "p1\nset ip 8.8.8.8/24"), "p1", "public address 8.8.8.8"),
        (table("system interface", "p1\nset role wan"), "p1", "role is wan"),
        (table("system interface", "wan1\nset ip 10.9.0.1/24"), "wan1", "name says so"),
        (table("system interface", "p1\nset alias ISP-1"), "p1", "alias ISP-1 says so"),
        (table("system zone", "untrust\nset interface p1"), "p1", "zone is called untrust"),
        (policies(OUT), "p1", "rule 1 sends everything out"),
        (VIP + policies(with_lines(ANY, srcintf="p3", dstaddr="v")), "p3", "virtual IP v publishes"),
        ("config vpn ssl settings\nset source-interface p1\nend\n", "p1", "SSL VPN gateway"),
        (
            table("vpn ipsec phase1-interface", "hq\nset interface p1\nset remote-gw 198.51.100.1"),
            "p1",
            "IPsec gateway",
        ),
    ],
)
def test_signs(text: str, name: str, why: str) -> None:
    found = facing(read_bare(PORTS + text))
    assert list(found) == [name]
    assert why in found[name]


@pytest.mark.parametrize(
    "text",
    [
        table("system interface", "p1\nset mode dhcp\nset defaultgw disable"),
        table("system interface", "p1\nset mode dhcp\nset role lan"),
        policies(OUT, with_lines(OUT, srcintf="p1", dstintf="p2")),
        policies(with_lines(OUT, nat="disable")),
        policies(with_lines(OUT, status="disable")),
        VIP,
        table("system interface", "p1\nset alias swan-lake"),
    ],
)
def test_no_signs(text: str) -> None:
    assert facing(read_bare(PORTS + text)) == {}


ROUTED = table("router static", "1\nset gateway 10.1.0.254\nset device p1")
RESERVED = (
    "config system ha\nset ha-mgmt-status enable\nconfig ha-mgmt-interfaces\nedit 1\nset interface p1\nnext\nend\nend\n"
)


@pytest.mark.parametrize("text", [table("system interface", "p1\nset dedicated-to management"), RESERVED])
def test_interfaces_for_management_never_face_the_internet(text: str) -> None:
    firewall = read_bare(PORTS + ROUTED + text)
    assert facing(firewall) == {}
    assert next(each.kind for each in firewall.interfaces if each.name == "p1") == "management"


def test_a_default_route_into_a_tunnel_is_the_last_sign() -> None:
    tunnel = table("vpn ipsec phase1-interface", "hq\nset interface p3")
    routed = tunnel + table("router static", "1\nset device hq")
    assert list(facing(read_bare(PORTS + routed))) == ["p3"]
    assert list(facing(read_bare(table("system interface", "hq\nset type tunnel") + routed.partition("end\n")[2]))) == [
        "hq"
    ]


def test_members_of_sdwan_that_the_file_does_not_describe() -> None:
    sdwan = "config system sdwan\nset status enable\nconfig members\nedit 1\nset interface x1\nnext\nend\nend\n"
    assert list(facing(read_bare(sdwan))) == ["x1"]
    assert list(facing(read_bare(PORTS + table("system interface", "p2\nset role wan") + sdwan))) == ["p2"]
