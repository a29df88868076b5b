"""Traffic to the device itself: logins, listeners, local-in policies (reference, section 9)."""

from __future__ import annotations

import pytest

from parsers.model.rule import Action
from tests.parsers.fortigate.writing import ANY, INTERFACES, local, policies, stated, table, with_lines

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
