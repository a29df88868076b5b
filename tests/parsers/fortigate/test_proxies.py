"""Proxy policies: another path past the policies of forwarding, possible wherever the proxy is on."""

from __future__ import annotations

import pytest

from tests.parsers.fortigate.writing import ANY, DENY, policies, read, stated, table, verdict, with_lines

WEB = "config web-proxy explicit\nset status enable\nend\n"
ON_LAN = table("system interface", "lan\nset explicit-web-proxy enable")
FETCH = (
    "set proxy explicit-web\nset dstintf wan\nset srcaddr all\nset dstaddr all\nset service webproxy\nset action accept"
)
GATE = (
    table("firewall vip", "v\nset type access-proxy\nset extip 203.0.113.10\nset extintf wan\nset extport 443")
    + table("firewall access-proxy", "ap\nset vip v")
)  # fmt: skip
PUBLISH = (
    "set proxy access-proxy\nset access-proxy ap\nset srcintf wan\nset srcaddr all\nset dstaddr all\nset action accept"
)


def proxied(*bodies: str) -> str:
    return policies(*bodies, kind="firewall proxy-policy")


@pytest.mark.parametrize(
    ("text", "way", "outcome"),
    [
        (WEB + ON_LAN + proxied(FETCH), "lan>wan", "possible"),
        (WEB + ON_LAN + proxied(FETCH), "wan>lan", "blocked"),
        (WEB + proxied(FETCH), "lan>wan", "blocked"),
        (ON_LAN + proxied(FETCH), "lan>wan", "blocked"),
        (WEB + ON_LAN + proxied(with_lines(FETCH, action="deny")), "lan>wan", "blocked"),
        (WEB + ON_LAN + proxied(with_lines(FETCH, status="disable")), "lan>wan", "blocked"),
        (WEB + ON_LAN + proxied(with_lines(FETCH, proxy="transparent-web")), "lan>wan", "blocked"),
        (WEB + ON_LAN + proxied(with_lines(FETCH, proxy="ftp")), "lan>wan", "blocked"),
        (WEB.replace("\nend", "\nset sec-default-action accept\nend") + ON_LAN, "lan>wan", "possible"),
        (proxied(with_lines(FETCH, proxy="wanopt")), "lan>wan", "possible"),
    ],
)
def test_explicit_proxies_serve_where_they_are_switched_on(text: str, way: str, outcome: str) -> None:
    assert verdict(text + policies(with_lines(DENY, srcintf="lan", dstintf="wan")), "198.51.100.7", way=way) == outcome


def test_a_paste_without_the_settings_of_the_proxy_leaves_it_open() -> None:
    assert verdict(proxied(FETCH), version="", way="lan>wan") == "possible"


@pytest.mark.parametrize(
    ("to", "service", "way", "outcome"),
    [
        ("203.0.113.10", "tcp/443", "wan>lan", "possible"),
        ("203.0.113.10", "tcp/80", "wan>lan", "blocked"),
        ("203.0.113.10", "tcp/443", "dmz>lan", "blocked"),
        ("10.0.0.5", "tcp/443", "wan>lan", "blocked"),
    ],
)
def test_an_access_proxy_publishes_servers_behind_its_virtual_ip(to: str, service: str, way: str, outcome: str) -> None:
    assert verdict(GATE + proxied(PUBLISH), to, service, way=way) == outcome
    assert verdict(GATE, to, service, way=way) == "blocked"


def test_a_proxy_policy_lowers_no_certain_answer_and_is_no_gap() -> None:
    text = WEB + ON_LAN + proxied(FETCH) + policies(with_lines(ANY, srcintf="lan", dstintf="wan"))
    assert verdict(text, "198.51.100.7", way="lan>wan") == "allowed"
    assert read(text).gaps == ()
    assert [rule.id for rule in stated(text)] == ["proxy 1", "1"]


@pytest.mark.parametrize(
    ("server", "targets"),
    [("set ip 10.0.0.5", "10.0.0.5"), ("set addr-type fqdn\nset address x", "any IPv4"), ("", "any IPv4")],
)
def test_real_servers_of_an_access_proxy(server: str, targets: str) -> None:
    real = f"config realservers\nedit 1\n{server}\nnext\nend\n" if server else ""
    gate = f"config api-gateway\nedit 1\n{real}next\nend"
    text = GATE.replace("set vip v", f"set vip v\n{gate}") + proxied(PUBLISH)
    (translation,) = read(text).translations
    assert translation.mappings[0].mapped_destination.possible.text() == targets


def test_what_proxy_policies_name_is_used() -> None:
    host = table("firewall address", "h\nset subnet 10.0.0.5/32")
    firewall = read(host + GATE + proxied(with_lines(PUBLISH, srcaddr="h")))
    assert {("firewall address", "h"), ("firewall vip", "v")} <= {
        (each.to_kind, each.to_name) for each in firewall.references
    }
