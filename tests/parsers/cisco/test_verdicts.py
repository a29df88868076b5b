"""One small configuration per feature of ASA and IOS, and what happens to a packet."""

from __future__ import annotations

from datetime import datetime

import pytest

pytest.importorskip("ciscoconfparse2", reason="the extra fwproof[cisco] is not installed")

from auditor.packets import Filter, Flow, arrivals, judge
from parsers.cisco import PARSER
from parsers.model.addresses import AddressSet, address_number
from parsers.model.rule import Direction
from parsers.model.services import ServiceSet
from parsers.source import Document
from tests.parsers.cisco import heads

NOW = datetime(2026, 11, 24, 12)
ASA = heads.ASA + heads.third("lab", 100)
IN = "access-group IN in interface outside\n"
IOS = heads.IOS
LIST = "ip access-list extended IN\n"


def verdict(
    text: str, service: str, to: str, source: str = "198.51.100.7", way: tuple[str, str] = ("outside", "inside"),
    direction: Direction = Direction.FORWARD,
) -> str:  # fmt: skip
    """The fate of one packet as the client sends it."""
    (firewall,) = PARSER.read(Document("c.cfg", text.encode()))
    asked = ServiceSet.parse(service)
    fates = set()
    for arrival in arrivals(firewall, way[0], address_number(source), address_number(to), asked):
        filter_ = Filter(firewall, direction, NOW, [asked, arrival.service])
        flow = Flow(
            AddressSet.network(source), arrival.destination, arrival.service, frozenset({way[0]}),
            frozenset({way[1]}) if direction is Direction.FORWARD else None, arrival.translation is not None,
        )  # fmt: skip
        fates.add(judge(filter_, filter_.packets(flow), NOW).outcome.value)
    return fates.pop() if len(fates) == 1 else "possible"


@pytest.mark.parametrize(
    ("lines", "service", "to", "expected"),
    [
        ("access-list IN extended permit tcp any host 10.0.0.5 eq https", "tcp/443", "10.0.0.5", "allowed"),
        ("access-list IN extended permit tcp any host 10.0.0.5 eq https", "tcp/444", "10.0.0.5", "blocked"),
        ("access-list IN extended permit tcp any host 10.0.0.5 gt 1023", "tcp/1024", "10.0.0.5", "allowed"),
        ("access-list IN extended permit ip any 10.0.0.0 255.255.255.128", "udp/53", "10.0.0.127", "allowed"),
        ("access-list IN extended permit ip any 10.0.0.0 255.255.255.128", "udp/53", "10.0.0.128", "blocked"),
        ("access-list IN extended permit ip any any inactive", "tcp/443", "10.0.0.5", "blocked"),
        (
            "access-list IN extended deny tcp any any eq 135\naccess-list IN extended permit ip any any",
            "tcp/135", "10.0.0.5", "blocked",
        ),
        (
            "time-range day\n periodic weekdays 8:00 to 18:00\n"
            "access-list IN extended permit tcp any any eq 443 time-range day",
            "tcp/443", "10.0.0.5", "possible",
        ),
        (
            "object network web\n host 10.0.0.5\nobject-group network servers\n network-object object web\n"
            "object-group service ports tcp\n port-object range 8000 8010\n"
            "access-list IN extended permit tcp any object-group servers object-group ports",
            "tcp/8010", "10.0.0.5", "allowed",
        ),
        ("name 10.0.0.5 web\naccess-list IN extended permit tcp any host web eq 443", "tcp/443", "10.0.0.5", "allowed"),
        ("access-list IN extended permit tcp any object nowhere eq 443", "tcp/443", "10.0.0.5", "possible"),
        ("access-list IN extended permit tcp any any eq 443 log disable", "tcp/443", "10.0.0.5", "allowed"),
        ("access-list IN advanced trust tcp ifc outside any ifc inside any eq 443", "tcp/443", "10.0.0.5", "allowed"),
        (
            "object network web\n host 10.0.0.5\n nat (inside,outside) static 203.0.113.5 service tcp 443 8443\n"
            "access-list IN extended permit tcp any object web eq 443",
            "tcp/8443", "203.0.113.5", "allowed",
        ),
        (
            "object network web\n host 10.0.0.5\n nat (inside,outside) static 203.0.113.5\n"
            "access-list IN extended permit tcp any host 203.0.113.5 eq 443",
            "tcp/443", "203.0.113.5", "blocked",
        ),
        (
            "object network web\n host 10.0.0.5\nobject network pub\n host 203.0.113.9\n"
            "nat (inside,outside) source static web pub\naccess-list IN extended permit tcp any object web eq 443",
            "tcp/443", "203.0.113.9", "allowed",
        ),
    ],
)  # fmt: skip
def test_asa(lines: str, service: str, to: str, expected: str) -> None:
    assert verdict(f"{ASA}{lines}\n{IN}", service, to) == expected


@pytest.mark.parametrize(
    ("lines", "way", "to", "source", "expected"),
    [
        ("", ("inside", "outside"), "198.51.100.7", "10.0.0.5", "allowed"),
        ("", ("outside", "inside"), "10.0.0.5", "198.51.100.7", "blocked"),
        ("", ("inside", "lab"), "10.0.2.5", "10.0.0.5", "blocked"),
        ("same-security-traffic permit inter-interface\n", ("inside", "lab"), "10.0.2.5", "10.0.0.5", "allowed"),
        (
            "access-list G extended permit tcp any any eq 443\naccess-group G global\n",
            ("outside", "inside"), "10.0.0.5", "198.51.100.7", "allowed",
        ),
        (
            "access-list O extended deny tcp any any eq 443\naccess-group O out interface outside\n",
            ("inside", "outside"), "198.51.100.7", "10.0.0.5", "blocked",
        ),
    ],
)  # fmt: skip
def test_asa_without_a_list(lines: str, way: tuple[str, str], to: str, source: str, expected: str) -> None:
    assert verdict(ASA + lines, "tcp/443", to, source, way) == expected


def test_asa_logins() -> None:
    text = ASA + "ssh 198.51.100.0 255.255.255.0 outside\n"
    way = ("outside", "")
    assert verdict(text, "tcp/22", "203.0.113.2", way=way, direction=Direction.LOCAL) == "allowed"
    assert verdict(text, "tcp/22", "203.0.113.2", "192.0.2.9", way, Direction.LOCAL) == "blocked"


@pytest.mark.parametrize(
    ("lines", "service", "to", "expected"),
    [
        (" permit tcp any 10.0.0.0 0.0.0.255 eq 443", "tcp/443", "10.0.0.255", "allowed"),
        (" permit tcp any 10.0.0.1 0.0.0.254 eq 443", "tcp/443", "10.0.0.2", "blocked"),
        (" permit tcp any any established", "tcp/443", "10.0.0.5", "blocked"),
        (" 20 permit ip any any\n 10 deny tcp any any eq 135", "tcp/135", "10.0.0.5", "blocked"),
        (" remark open\n permit tcp any any eq www 443", "tcp/443", "10.0.0.5", "allowed"),
        (" permit icmp any any echo", "icmp/8/0", "10.0.0.5", "allowed"),
        (" permit icmp any any echo", "icmp/0/0", "10.0.0.5", "blocked"),
        (
            " permit object-group S any host 10.0.0.5\nobject-group service S\n tcp eq 443",
            "tcp/443",
            "10.0.0.5",
            "allowed",
        ),
    ],
)
def test_ios(lines: str, service: str, to: str, expected: str) -> None:
    way = ("GigabitEthernet0/0", "GigabitEthernet0/1")
    assert verdict(f"{IOS}{LIST}{lines}\n", service, to, way=way) == expected


def test_ios_lists_name_the_address_before_translation() -> None:
    way = ("GigabitEthernet0/0", "GigabitEthernet0/1")
    nat = "ip nat inside source static tcp 10.0.0.5 443 203.0.113.5 8443 extendable\n"
    named = f"{IOS}{LIST} permit tcp any host 203.0.113.5 eq 8443\n{nat}"
    assert verdict(named, "tcp/8443", "203.0.113.5", way=way) == "allowed"
    real = f"{IOS}{LIST} permit tcp any host 10.0.0.5 eq 443\n{nat}"
    assert verdict(real, "tcp/8443", "203.0.113.5", way=way) == "blocked"
