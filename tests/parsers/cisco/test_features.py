"""Features of ASA and IOS that decide about packets beside plain access lists: a small configuration and its verdicts."""

from __future__ import annotations

from datetime import datetime

import pytest

pytest.importorskip("ciscoconfparse2", reason="the extra fwproof[cisco] is not installed")

from auditor.packets import Filter, Flow, arrivals, judge
from parsers.cisco import PARSER
from parsers.errors import UnreadableError
from parsers.model.addresses import AddressSet, address_number
from parsers.model.firewall import Firewall
from parsers.model.rule import Direction
from parsers.model.services import ServiceSet
from parsers.source import Document
from tests.parsers.cisco import heads

NOW = datetime(2026, 11, 24, 12)
ASA = heads.ASA + heads.third("dmz", 50)
IOS = heads.IOS
IOS_WAY = ("GigabitEthernet0/0", "GigabitEthernet0/1")


def read(text: str) -> Firewall:
    (firewall,) = PARSER.read(Document("c.cfg", text.encode()))
    return firewall


def fate(
    firewall: Firewall, service: str, to: str, source: str = "198.51.100.7",
    way: tuple[str, str] = ("outside", "inside"), direction: Direction = Direction.FORWARD,
) -> str:  # fmt: skip
    """The fate of one packet as the client sends it."""
    asked = ServiceSet.parse(service)
    fates = set()
    for arrival in arrivals(firewall, way[0], address_number(source), address_number(to), asked):
        filter_ = Filter(firewall, direction, NOW, [asked, arrival.service])
        egress = frozenset({way[1]}) if direction is Direction.FORWARD else None
        flow = Flow(
            AddressSet.network(source), arrival.destination, arrival.service, frozenset({way[0]}), egress,
            arrival.translation is not None,
        )  # fmt: skip
        fates.add(judge(filter_, filter_.packets(flow), NOW).outcome.value)
    return fates.pop() if len(fates) == 1 else "possible"


def asa(lines: str, service: str, to: str = "10.0.0.5", **options: object) -> str:
    return fate(read(f"{ASA}{lines}\naccess-group IN in interface outside\n"), service, to, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lines", "service", "expected"),
    [
        ("object-group protocol P\n protocol-object udp\naccess-list IN extended permit object-group P any any", "udp/53", "allowed"),
        ("object-group protocol P\n protocol-object udp\naccess-list IN extended permit object-group P any any", "tcp/53", "blocked"),
        ("object-group icmp-type I\n icmp-object echo\naccess-list IN extended permit icmp any any object-group I", "icmp/8/0", "allowed"),
        ("object-group icmp-type I\n icmp-object echo\naccess-list IN extended permit icmp any any object-group I", "icmp/13/0", "blocked"),
        ("access-list IN extended permit icmp any any unreachable", "icmp/3/1", "allowed"),
        ("access-list IN extended permit tcp any eq ssh any", "tcp/22", "possible"),
        ("access-list IN extended permit udp any any eq domain", "udp/53", "allowed"),
        ("access-list IN extended permit tcp any any neq 25", "tcp/25", "blocked"),
        ("access-list IN extended permit 47 any any", "gre", "allowed"),
        (
            "object-group network A\n network-object host 10.0.0.5\nobject-group network B\n group-object A\n"
            "access-list IN extended permit tcp any object-group B eq 443",
            "tcp/443", "allowed",
        ),
        (
            "object-group service S\n service-object tcp destination eq 443\n service-object udp destination range 5000 5010\n"
            "access-list IN extended permit object-group S any any",
            "udp/5005", "allowed",
        ),
        (
            "object service HIGH\n service tcp destination gt 60000\n"
            "access-list IN extended permit object HIGH any any",
            "tcp/60001", "allowed",
        ),
        (
            "access-list IN extended permit ip any any\naccess-list IN line 1 extended deny tcp any any eq 3389",
            "tcp/3389", "blocked",
        ),
        (
            "access-list IN remark one\naccess-list IN extended permit ip any any\n"
            "access-list IN line 2 extended deny tcp any any eq 3389",
            "tcp/3389", "blocked",
        ),
        ("access-list IN remark permit ip any any\naccess-list IN extended deny ip any any", "tcp/443", "blocked"),
        (
            "time-range past\n absolute end 00:00 01 January 2020\n"
            "access-list IN extended permit tcp any any eq 443 time-range past",
            "tcp/443", "blocked",
        ),
    ],
)  # fmt: skip
def test_asa_entries(lines: str, service: str, expected: str) -> None:
    assert asa(lines, service) == expected


DENY = "access-list IN extended deny ip any any\n"
SITE = (
    f"{DENY}access-list VPN extended permit ip 10.0.0.0 255.255.255.0 10.50.0.0 255.255.0.0\n"
    "crypto map M 10 match address VPN\ncrypto map M interface outside\n"
)


@pytest.mark.parametrize(
    ("lines", "source", "expected"),
    [
        (SITE, "10.50.1.1", "possible"),
        (SITE, "198.51.100.7", "blocked"),
        (f"{SITE}no sysopt connection permit-vpn\n", "10.50.1.1", "blocked"),
        (f"{DENY}ip local pool P 10.9.0.1-10.9.0.9\nwebvpn\n enable outside\n", "10.9.0.4", "possible"),
        (f"{DENY}ip local pool P 10.9.0.1-10.9.0.9\n", "10.9.0.4", "blocked"),
    ],
)
def test_what_leaves_a_tunnel_bypasses_the_list_of_the_interface(lines: str, source: str, expected: str) -> None:
    assert asa(lines, "tcp/443", source=source) == expected


def test_what_leaves_a_tunnel_of_ios_is_not_checked_again() -> None:
    more = (
        "access-list 150 permit ip 10.0.0.0 0.0.0.255 10.60.0.0 0.0.255.255\n"
        "crypto map M 10 ipsec-isakmp\n set peer 192.0.2.9\n match address 150\n"
    )
    mapped = IOS.replace(" ip nat outside", " ip nat outside\n crypto map M")
    firewall = read(f"{mapped}ip access-list extended IN\n deny ip any any\n{more}")
    assert fate(firewall, "tcp/443", "10.0.0.5", "10.60.1.1", IOS_WAY) == "possible"
    assert fate(firewall, "tcp/443", "10.0.0.5", "198.51.100.7", IOS_WAY) == "blocked"


CONTROL = "access-group CP in interface outside control-plane\ncrypto ikev2 enable outside\nssh 0 0 outside\n"


@pytest.mark.parametrize(
    ("entry", "service", "source", "expected"),
    [
        ("deny ip host 198.51.100.7 any", "udp/500", "198.51.100.7", "blocked"),
        ("deny ip host 198.51.100.7 any", "udp/500", "192.0.2.9", "possible"),
        ("permit ip host 192.0.2.9 any", "udp/500", "192.0.2.9", "allowed"),
        ("deny ip host 198.51.100.7 any", "tcp/22", "198.51.100.7", "allowed"),
        ("permit ip any any", "tcp/23", "198.51.100.7", "blocked"),
    ],
)
def test_a_control_plane_list_stops_listeners_but_no_logins(
    entry: str, service: str, source: str, expected: str
) -> None:
    firewall = read(f"{ASA}access-list CP extended {entry}\n{CONTROL}")
    assert fate(firewall, service, "203.0.113.2", source, ("outside", ""), Direction.LOCAL) == expected


BRIDGE = """ASA Version 9.16(4)
hostname bridge
firewall transparent
interface GigabitEthernet0/0
 nameif outside
 bridge-group 1
 security-level 0
interface GigabitEthernet0/1
 nameif inside
 bridge-group 1
 security-level 100
interface GigabitEthernet0/2
 nameif other
 bridge-group 2
 security-level 100
interface BVI1
 ip address 203.0.113.4 255.255.255.0
access-list IN extended permit tcp any any eq 443
access-group IN in interface outside
route outside 0.0.0.0 0.0.0.0 203.0.113.1 1
"""


def test_a_transparent_firewall_has_no_routes_and_keeps_bridge_groups_apart() -> None:
    firewall = read(BRIDGE)
    assert firewall.routes == ()
    assert fate(firewall, "tcp/443", "203.0.113.20") == "allowed"
    assert fate(firewall, "tcp/25", "203.0.113.20") == "blocked"
    assert fate(firewall, "tcp/443", "203.0.113.20", way=("outside", "other")) == "blocked"


def test_hosts_behind_a_bridge_group_are_reached_by_its_members() -> None:
    text = BRIDGE.replace("firewall transparent\n", "").replace("interface BVI1\n", "interface BVI1\n nameif lan\n")
    connected = {route.interface for route in read(text).routes if route.connected}
    assert connected == {"outside", "inside", "lan"}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", {"LIST"}),
        ("crypto map M 1 match address LIST\n", set()),
        ("class-map C\n match access-list LIST\n", set()),
        ("group-policy G attributes\n split-tunnel-network-list value LIST\n", set()),
        ("group-policy G attributes\n vpn-filter value LIST\n", set()),
        ("capture cap access-list LIST interface outside\n", set()),
    ],
)
def test_a_list_is_used_wherever_a_statement_names_it(lines: str, expected: set[str]) -> None:
    text = f"{ASA}object network O\n host 10.0.0.5\naccess-list LIST extended permit ip object O any\n{lines}"
    firewall = read(text)
    used = {(each.to_kind, each.to_name) for each in firewall.references}
    named = {each.name for each in firewall.objects if (each.kind, each.name) not in used}
    assert named == expected


def ios(entries: str, service: str, to: str, more: str = "") -> str:
    return fate(read(f"{IOS}ip access-list extended IN\n{entries}\n{more}"), service, to, way=IOS_WAY)


@pytest.mark.parametrize(
    ("entries", "service", "expected"),
    [
        (" permit tcp host 198.51.100.7 any range 8000 8010", "tcp/8005", "allowed"),
        (" permit tcp any any match-all +syn -ack", "tcp/443", "possible"),
        (" permit ip any any fragments", "tcp/443", "blocked"),
        (
            " permit tcp any object-group W eq 443\nobject-group network W\n 10.0.0.0 255.255.255.248",
            "tcp/443",
            "allowed",
        ),
        (
            " permit tcp any object-group W eq 443\nobject-group network W\n range 10.0.0.9 10.0.0.12",
            "tcp/443",
            "blocked",
        ),
        (" permit udp any any eq snmptrap", "udp/162", "allowed"),
        (" deny tcp any any eq telnet\n permit ip any any", "tcp/23", "blocked"),
    ],
)
def test_ios_entries(entries: str, service: str, expected: str) -> None:
    assert ios(entries, service, "10.0.0.5") == expected


def test_an_empty_ios_list_permits_everything() -> None:
    assert ios(" remark nothing yet", "tcp/443", "10.0.0.5") == "allowed"


@pytest.mark.parametrize(
    ("vty", "service", "source", "expected"),
    [
        (" access-class 23 in\n transport input ssh", "tcp/22", "198.51.100.7", "blocked"),
        (" access-class 23 in\n transport input ssh", "tcp/22", "10.0.0.9", "allowed"),
        (" access-class nowhere in\n transport input ssh", "tcp/22", "198.51.100.7", "allowed"),
        (" transport input none", "tcp/22", "198.51.100.7", "blocked"),
        (" transport input all", "tcp/23", "198.51.100.7", "allowed"),
        (" login local", "tcp/23", "198.51.100.7", "possible"),
    ],
)
def test_ios_logins(vty: str, service: str, source: str, expected: str) -> None:
    text = f"{IOS.replace(' ip access-group IN in', '')}access-list 23 permit 10.0.0.0 0.0.0.255\nline vty 0 4\n{vty}\n"
    assert fate(read(text), service, "203.0.113.2", source, (IOS_WAY[0], ""), Direction.LOCAL) == expected


NAT = "ip nat inside source static tcp 10.0.0.5 443 203.0.113.2 443\nip nat inside source static tcp 10.0.0.5 25 203.0.113.2 2525\n"


def test_an_entry_before_translation_is_one_line_and_no_finding() -> None:
    entries = " permit tcp any any established\n permit tcp any host 203.0.113.2 eq 443\n permit tcp any host 203.0.113.2 eq 2525\n deny ip any any"
    firewall = read(f"{IOS}ip access-list extended IN\n{entries}\n{NAT}")
    assert fate(firewall, "tcp/443", "203.0.113.2", way=IOS_WAY) == "allowed"
    assert fate(firewall, "tcp/2525", "203.0.113.2", way=IOS_WAY) == "allowed"
    assert fate(firewall, "tcp/25", "10.0.0.5", way=IOS_WAY) == "blocked"
    assert Filter(firewall, Direction.FORWARD, NOW).hidden() == ()


def test_a_dead_entry_before_translation_is_still_found() -> None:
    entries = " deny tcp any any eq 443\n permit tcp any host 203.0.113.2 eq 443\n permit ip any any"
    firewall = read(f"{IOS}ip access-list extended IN\n{entries}\n{NAT}")
    assert [each.rule.origin.name for each in Filter(firewall, Direction.FORWARD, NOW).hidden()] == ["IN 20"]


@pytest.mark.parametrize(
    ("line", "hides"), [("ip access-gruop IN in", True), ("frobnicate 7", False), ("ip policy route-map R", False)]
)
def test_an_unknown_line_of_an_interface_is_a_gap(line: str, hides: bool) -> None:
    firewall = read(IOS.replace(" ip nat inside", f" {line}"))
    (gap,) = firewall.gaps
    assert (gap.origin.first_line, gap.hides_access) == (9, hides)
    assert firewall.sources[0].ledger.not_understood == 1


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ("ip route 10.8.0.0 255.255.0.0 10.0.0.9", {"GigabitEthernet0/1"}),
        (
            "ip route 10.8.0.0 255.255.0.0 172.16.0.1\nip route 172.16.0.0 255.255.255.0 10.0.0.9",
            {"GigabitEthernet0/1"},
        ),
        ("ip route 10.8.0.0 255.255.0.0 GigabitEthernet0/0", {"GigabitEthernet0/0"}),
        ("ip route 10.8.0.0 255.255.0.0 Null0", {""}),
        ("ip route 10.8.0.0 255.255.0.0 192.168.77.1", set()),
    ],
)
def test_a_gateway_is_followed_to_its_interface(routes: str, expected: set[str]) -> None:
    firewall = read(f"{IOS}{routes}\n")
    wanted = AddressSet.network("10.8.0.0/16")
    assert {route.interface for route in firewall.routes if route.destination == wanted} == expected
    assert firewall.dynamic_routing == (not expected)
    assert [gap.hides_access for gap in firewall.gaps] == [False] * (not expected)


def test_default_routes_from_dhcp() -> None:
    text = ASA.replace(" ip address 203.0.113.2 255.255.255.0", " ip address dhcp setroute")
    assert [each.interface for each in read(text).routes if not each.connected] == ["outside"]
    text = IOS.replace(" ip address 203.0.113.2 255.255.255.0", " ip address dhcp")
    assert [each.interface for each in read(text).routes if not each.connected] == ["GigabitEthernet0/0"]


def test_nat_of_a_virtual_interface_and_of_load_sharing() -> None:
    lines = " permit tcp any host 203.0.113.9 eq 443"
    assert ios(lines, "tcp/443", "203.0.113.9", "ip nat source static tcp 10.0.0.5 443 203.0.113.9 443\n") == "allowed"
    (gap,) = read(f"{IOS}ip nat inside destination list 5 pool P\n").gaps
    assert gap.hides_access


def test_a_recorded_session_is_read_without_its_prompts() -> None:
    firewall = read(f"R1#show running-config\nBuilding configuration...\n{IOS}end\nR1#\n")
    assert (firewall.name, firewall.gaps) == ("r1", ())


def test_a_list_of_no_interface_hides_no_access() -> None:
    firewall = read(
        f"{ASA}access-list QOS extended permit tcp any any frobnicate\nclass-map C\n match access-list QOS\n"
    )
    assert [gap.hides_access for gap in firewall.gaps] == [False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("! device: sw1 (DCS-7050, EOS-4.20.1F)\nhostname sw1\ninterface Ethernet1\nip access-list extended A\n", "Arista EOS"),
        ("context admin\n  allocate-interface Management0/0\nASA Version 9.1 <system>\n", "multiple-context"),
        ("ASA Version 9.1\nglobal (outside) 1 interface\naccess-list A extended permit ip any any\n", "before 8.3"),
        ("ASA Version 8.2(5)\nhostname old\naccess-list A extended permit ip any any\n", "before 8.3"),
        ("==========[ Access Control Policy ]==========\n-----[ Rule: x ]-----\n", "FirePOWER"),
    ],
)  # fmt: skip
def test_other_products_and_modes_are_refused_by_name(text: str, said: str) -> None:
    document = Document("x.cfg", text.encode())
    assert PARSER.recognise(document)
    with pytest.raises(UnreadableError, match=said):
        PARSER.read(document)
