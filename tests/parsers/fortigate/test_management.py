"""Traffic to the device itself: logins, listeners, local-in policies (reference, section 9)."""

from __future__ import annotations

import pytest

import parsers
from parsers.model.addresses import AddressSet
from parsers.model.firewall import Firewall
from parsers.model.rule import Action
from tests.parsers.fortigate.writing import ANY, INTERFACES, local, local_of, policies, read, stated, table, with_lines

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


@pytest.mark.parametrize(
    ("lines", "service", "outcome"),
    [
        ("set status enable\n", "tcp/8099", "allowed"),
        ("set status enable\n", "tcp/8098", "blocked"),
        ("set status enable\nset protocol http https\nset incoming-http-port 9000\n", "tcp/9000", "allowed"),
        ("", "tcp/8099", "blocked"),
    ],
)
def test_the_proxy_for_language_models_answers_where_it_is_switched_on(lines: str, service: str, outcome: str) -> None:
    assert local(f"config llm proxy\n{lines}set interface wan\nend\n", service=service) == outcome


def test_a_protocol_of_the_proxy_for_language_models_that_is_not_known_is_a_gap() -> None:
    (gap,) = read("config llm proxy\nset status enable\nset protocol ftp\nset interface wan\nend\n", "8.0.0").gaps
    assert (gap.keyword, gap.hides_access) == ("protocol", True)


def test_a_dedicated_interface_answers_its_trusted_addresses() -> None:
    lines = "set dedicated-to management\nset trust-ip-1 192.0.2.0 255.255.255.0"
    for source, outcome in (("192.0.2.7", "allowed"), ("198.51.100.7", "blocked")):
        assert local("", source=source, interfaces=HTTPS.format(lines)) == outcome


def test_identity_rules_are_accepts() -> None:
    assert stated(policies(ANY + "\nset groups staff"))[0].action is Action.ALLOW


LAN = INTERFACES.replace("set ip 10.0.0.1/24", "set ip 10.0.0.1/24\nset allowaccess https")
OUT = with_lines(ANY, srcintf="lan", dstintf="wan")


@pytest.mark.parametrize(
    ("interfaces", "text", "outcome"),
    [
        (LAN, "", "blocked"),
        (LAN, policies(OUT), "possible"),
        (HTTPS.format(""), policies(OUT), "possible"),
        (HTTPS.format(""), policies(with_lines(OUT, action="deny")), "blocked"),
        (HTTPS.format(""), policies(with_lines(OUT, service="SSH")), "blocked"),
        (HTTPS.format(""), policies(ANY), "blocked"),
        (INTERFACES, policies(OUT), "blocked"),
        (HTTPS.format(""), table("system zone", "z\nset interface wan lan\nset intrazone allow"), "possible"),
    ],
)
def test_the_address_of_another_interface_needs_a_policy(interfaces: str, text: str, outcome: str) -> None:
    assert local(text, source="10.0.0.7", way="lan", interfaces=interfaces) == outcome


@pytest.mark.parametrize(("text", "outcome"), [("", "blocked"), (policies(with_lines(ANY, dstintf="lo")), "possible")])
def test_a_loopback_interface_needs_a_policy(text: str, outcome: str) -> None:
    loop = table("system interface", "lo\nset type loopback\nset ip 192.0.2.9/32\nset allowaccess https")
    assert local(loop + text, "192.0.2.9") == outcome


@pytest.mark.parametrize(("line", "outcome"), [("", "possible"), ("\nset arp-reply disable", "blocked")])
def test_addresses_of_pools_perhaps_answer_like_the_interface(line: str, outcome: str) -> None:
    pool = table("firewall ippool", f"p\nset startip 203.0.113.50\nset endip 203.0.113.59{line}")
    assert local(pool, "203.0.113.55", interfaces=HTTPS.format("")) == outcome


def with_interface(line: str) -> str:
    return INTERFACES.replace("set ip 203.0.113.2/24", f"set ip 203.0.113.2/24\n{line}")


@pytest.mark.parametrize(
    ("text", "service", "line"),
    [
        (table("system dhcp server", "1\nset interface wan"), "udp/67", ""),
        (table("system vxlan", "v\nset interface wan\nset vni 7"), "udp/4789", ""),
        (table("system gre-tunnel", "g\nset interface wan"), "ip/47", ""),
        ("config vpn l2tp\nset status enable\nend\n", "udp/1701", ""),
        ("config system ntp\nset server-mode enable\nset interface wan\nend\n", "udp/123", ""),
        ("config ftp-proxy explicit\nset status enable\nset incoming-port 2121\nend\n", "tcp/2121", "set explicit-ftp-proxy enable"),
        ("", "tcp/1000", "set security-mode captive-portal"),
        ("config system global\nset auth-https-port 1443\nend\n", "tcp/1443", "set security-mode captive-portal"),
        ("config router ospf\nconfig network\nedit 1\nset prefix 203.0.113.0 255.255.255.0\nnext\nend\nend\n", "ip/89", ""),
        ("config router bgp\nset as 65001\nconfig neighbor\nedit 198.51.100.7\nnext\nedit 203.0.113.7\nnext\nend\nend\n", "tcp/179", ""),
        ("config vpn ssl settings\nset sslvpn-enable enable\nend\n" + policies(with_lines(ANY, action="ssl-vpn")), "tcp/10443", ""),
    ],
)  # fmt: skip
def test_servers_that_need_no_allowaccess(text: str, service: str, line: str) -> None:
    source = "203.0.113.7"
    assert local(text, service=service, source=source, interfaces=with_interface(line)) == "allowed"
    assert local("", service=service, source=source) == "blocked"


def test_bgp_answers_its_neighbours_only() -> None:
    text = "config router bgp\nset as 65001\nconfig neighbor\nedit 203.0.113.7\nnext\nend\nend\n"
    assert local(text, service="tcp/179", source="203.0.113.8") == "blocked"


@pytest.mark.parametrize(
    ("text", "line", "service", "outcome"),
    [
        ("", "set allowaccess telnet", "tcp/23", "allowed"),
        ("config system global\nset admin-telnet disable\nend\n", "set allowaccess telnet", "tcp/23", "blocked"),
        ("config system global\nset admin-telnet-port 2223\nend\n", "set allowaccess telnet", "tcp/2223", "allowed"),
        ("config system global\nset admin-ssh-port 2222\nend\n", "set allowaccess ssh", "tcp/2222", "allowed"),
        ("", "set allowaccess snmp", "udp/161", "possible"),
        ("config system snmp sysinfo\nset status enable\nend\n", "set allowaccess snmp", "udp/161", "possible"),
        ("", "set allowaccess fgfm", "tcp/541", "allowed"),
    ],
)
def test_services_of_allowaccess(text: str, line: str, service: str, outcome: str) -> None:
    assert local(text, service=service, interfaces=with_interface(line)) == outcome


@pytest.mark.parametrize(
    ("lines", "source", "outcome"),
    [
        ("set ip6-trusthost1 2001:db8:9::/48", "2001:db8:9::1", "allowed"),
        ("set ip6-trusthost1 2001:db8:9::/48", "2001:db8:8::1", "blocked"),
        ("set trusthost1 10.0.0.0 255.0.0.0", "2001:db8:8::1", "possible"),
    ],
)
def test_trusted_hosts_of_version_six(lines: str, source: str, outcome: str) -> None:
    six = with_interface("config ipv6\nset ip6-address 2001:db8::2/64\nset ip6-allowaccess https\nend")
    text = table("system admin", f"a\nset trusthost1 10.9.0.0 255.255.0.0\n{lines}")
    assert local(text, "2001:db8::2", source=source, interfaces=six) == outcome


def test_trusted_hosts_of_version_six_alone_perhaps_leave_version_four_open() -> None:
    text = table("system admin", "a\nset ip6-trusthost1 2001:db8:9::/48")
    assert local(text, source="198.51.100.7", interfaces=HTTPS.format("")) == "possible"


AGENT = "config system snmp sysinfo\nset status enable\nend\n"
HOST = "config hosts\nedit 1\nset ip {}\n{}\nnext\nend"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (table("system snmp community", "1\nset name x"), "allowed"),
        (table("system snmp community", "1\nset name x\nset status disable"), "blocked"),
        (table("system snmp community", "1\nset query-v1-status disable\nset query-v2c-status disable"), "blocked"),
        (table("system snmp community", f"1\n{HOST.format('10.0.0.5 255.255.255.255', '')}"), "blocked"),
        (table("system snmp community", f"1\n{HOST.format('198.51.100.0 255.255.255.0', '')}"), "allowed"),
        (table("system snmp community", f"1\n{HOST.format('0.0.0.0 0.0.0.0', '')}"), "allowed"),
        (table("system snmp community", f"1\n{HOST.format('10.0.0.5 255.255.255.255', 'set host-type trap')}"), "allowed"),
        (table("system snmp community", f"1\n{HOST.format('10.0.0.5 255.255.255.255', '')}", "2\nset name y"), "allowed"),
        (table("system snmp user", "u\nset security-level auth-priv"), "allowed"),
        (table("system snmp user", "u\nset queries disable"), "blocked"),
    ],
)  # fmt: skip
def test_the_snmp_agent_answers_the_hosts_of_its_communities(text: str, outcome: str) -> None:
    assert local(AGENT + text, service="udp/161", interfaces=with_interface("set allowaccess snmp")) == outcome


def test_the_trusted_hosts_of_all_administrators_count_together() -> None:
    text = table("system admin", "a\nset trusthost1 10.0.0.0 255.0.0.0", "b\nset trusthost3 198.51.100.0 255.255.255.0")
    for source, outcome in (("198.51.100.7", "allowed"), ("10.1.1.1", "allowed"), ("192.0.2.7", "blocked")):
        assert local(text, source=source, interfaces=HTTPS.format("")) == outcome


@pytest.mark.parametrize(
    ("lines", "source", "outcome"),
    [
        ("set srcaddr home\nset srcaddr-negate enable", "198.51.100.7", "blocked"),
        ("set srcaddr home\nset srcaddr-negate enable", "192.0.2.1", "allowed"),
        ("set srcaddr all\nset dstaddr home\nset dstaddr-negate enable", "198.51.100.7", "blocked"),
        ("set srcaddr all\nset service SSH\nset service-negate enable", "198.51.100.7", "blocked"),
        ("set srcaddr all\nset service HTTPS\nset service-negate enable", "198.51.100.7", "allowed"),
        ("set srcaddr world", "198.51.100.7", "possible"),
    ],
)
def test_negated_local_in_policies(lines: str, source: str, outcome: str) -> None:
    objects = table("firewall address", "home\nset subnet 192.0.2.1/32", "world\nset type geography\nset country DE")
    stated = {line.split()[1]: line for line in ("set dstaddr all", "set service HTTPS", *lines.split("\n"))}
    rule = "\n".join(["set intf wan", "set schedule always", *stated.values()])
    text = objects + policies(rule, kind="firewall local-in-policy")
    assert local(text, source=source, interfaces=HTTPS.format("")) == outcome


def test_local_in_policies_of_version_six() -> None:
    six = with_interface("config ipv6\nset ip6-address 2001:db8::2/64\nset ip6-allowaccess https\nend")
    rule = "set intf any\nset srcaddr all\nset dstaddr all\nset service HTTPS\nset schedule always"
    text = policies(rule, kind="firewall local-in-policy6")
    assert local(text, "2001:db8::2", source="2001:db8:9::1", interfaces=six) == "blocked"
    assert local(text, interfaces=HTTPS.format("")) == "allowed"


LEASED = INTERFACES.replace("set ip 203.0.113.2/24", "set mode dhcp\nset allowaccess https\n{}")
GATEWAY = table("vpn ipsec phase1-interface", "t\nset interface wan")
OVER_SIX = {"source": "2001:db8:9::1", "to": "2001:db8::2"}


@pytest.mark.parametrize(
    ("more", "service", "ends", "outcome"),
    [
        ("", "tcp/443", {}, "possible"),
        ("", "tcp/443", OVER_SIX, "blocked"),
        ("", "udp/500", {}, "possible"),
        ("", "udp/500", OVER_SIX, "blocked"),
        ("config ipv6\nset ip6-mode dhcp\nset ip6-allowaccess ssh\nend", "tcp/22", OVER_SIX, "possible"),
        ("config ipv6\nset ip6-mode dhcp\nset ip6-allowaccess ssh\nend", "tcp/22", {}, "blocked"),
        ("config ipv6\nset ip6-mode dhcp\nend", "udp/500", OVER_SIX, "possible"),
        ("config ipv6\nset ip6-address 2001:db8::2/64\nend", "udp/500", OVER_SIX, "allowed"),
        ("config ipv6\nset ip6-address 2001:db8::2/64\nend", "udp/500", {}, "possible"),
    ],
)  # fmt: skip
def test_an_address_by_dhcp_is_of_its_family_only(more: str, service: str, ends: dict[str, str], outcome: str) -> None:
    assert local(GATEWAY, service=service, interfaces=LEASED.format(more), **ends) == outcome


@pytest.mark.parametrize(("status", "own"), [("enable", True), ("disable", False)])
def test_virtual_addresses_of_vrrp_count_as_own(status: str, own: bool) -> None:
    lines = f"lan\nconfig vrrp\nedit 1\nset vrip 10.0.0.254\nset status {status}\nnext\nend"
    shared = AddressSet.network("10.0.0.254")
    assert (shared <= read(table("system interface", lines)).proxied) is own


def test_a_port_that_is_a_variable_is_said_as_such() -> None:
    text = "config system global\nset admin-sport ${adminsport}\nend\n"
    firewall = read(text + table("system interface", "wan\nset allowaccess https"))
    (gap,) = [gap for gap in firewall.gaps if gap.keyword == "allowaccess"]
    assert gap.what == "the port of 'https' (admin-sport) is no number but a variable: fill in the template"
    assert gap.hides_access


VDOMS = (
    "config vdom\nedit root\nnext\nedit b\nnext\nend\nconfig global\nconfig system interface\n"
    "edit wan\nset vdom root\nset ip 203.0.113.2/24\nset allowaccess https ping\nset type physical\nnext\n"
    "edit lan\nset vdom b\nset ip 10.0.0.1/24\nset allowaccess https\nset type physical\nnext\nend\n{}end\n"
)
NEAR, FAR = "set trusthost1 10.0.0.0 255.0.0.0", "set trusthost1 198.51.100.0 255.255.255.0"


@pytest.mark.parametrize(
    ("people", "found"),
    [
        ([f"a\nset vdom root\n{NEAR}"], ["allowed", "blocked"]),
        ([f"a\nset vdom root\n{NEAR}", f"c\nset vdom b\n{FAR}"], ["allowed", "possible"]),
        ([f"a\nset vdom root\n{NEAR}", "c\nset vdom b"], ["allowed", "possible"]),
        ([f"a\nset vdom root\n{NEAR}", f"c\nset vdom b root\n{FAR}"], ["allowed", "allowed"]),
        ([f"a\nset vdom root\n{NEAR}", f"c\nset accprofile super_admin\nset vdom b\n{FAR}"], ["allowed", "allowed"]),
        ([f"a\nset vdom root\n{NEAR}", f"c\nset accprofile all\nset vdom b\n{FAR}"], ["allowed", "allowed"]),
        ([f"c\nset vdom b\n{FAR}"], ["blocked", "possible"]),
    ],
)
def test_administrators_of_another_vdom_do_not_count_for_certain(people: list[str], found: list[str]) -> None:
    text = table("system accprofile", "all\nset scope global") + table("system admin", *people)
    root = next(each for each in read_all(VDOMS.format(text)) if each.vdom == "root")
    assert [local_of(root, source=source) for source in ("10.0.0.9", "198.51.100.7")] == found
    assert len(root.administrators) == sum("root" in each or "accprofile" in each for each in people)


def read_all(text: str) -> tuple[Firewall, ...]:
    return parsers.read(
        ("#config-version=FGT60F-7.0.12-FW-build1-230606:opmode=0:vdom=1:user=a\n" + text).encode(), "fw.conf"
    )
