"""Damaged configurations: every line that cannot be read is a gap or a refusal, never a crash."""

from __future__ import annotations

from contextlib import suppress

import pytest

pytest.importorskip("ciscoconfparse2", reason="the extra fwproof[cisco] is not installed")

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.cisco import PARSER
from parsers.errors import UnreadableError
from parsers.source import Document
from tests.parsers.cisco import heads

ASA = f"""{heads.ASA}object network web
 host 10.0.0.5
 nat (inside,outside) static 203.0.113.5 service tcp 443 8443
object-group service ports tcp
 port-object eq 443
 port-object range 8000 8080
time-range work
 periodic weekdays 8:00 to 18:00
access-list IN extended permit tcp any object web object-group ports time-range work log
access-list IN extended deny icmp any any echo
access-group IN in interface outside
nat (inside,outside) source static web web destination static web web service ports ports
route outside 0.0.0.0 0.0.0.0 203.0.113.1 1
ssh 10.0.0.0 255.255.255.0 inside
http server enable 8443
crypto ikev2 enable outside
webvpn
 port 8443
 enable outside
same-security-traffic permit inter-interface
""".splitlines()
IOS = """version 15.7
hostname r1
class-map type inspect match-any C
 match access-group name IN
 match protocol https
policy-map type inspect P
 class type inspect C
  inspect
zone security a
zone security b
zone-pair security ab source a destination b
 service-policy type inspect P
interface GigabitEthernet0/0
 ip address 203.0.113.2 255.255.255.0
 zone-member security a
 ip access-group IN in
 ip nat outside
interface GigabitEthernet0/1
 ip address 10.0.0.1 255.255.255.0
 zone-member security b
 ip nat inside
ip nat inside source static tcp 10.0.0.5 443 203.0.113.5 8443 extendable
ip route 0.0.0.0 0.0.0.0 203.0.113.1 10
ip access-list extended IN
 10 permit tcp any host 10.0.0.5 range 443 444
 20 deny icmp any 10.0.0.0 0.0.0.255 echo
ipv6 access-list SIX
 permit tcp any any eq 25
 sequence 30 deny ipv6 any any
access-list 10 permit 10.0.0.0 0.0.0.255
line vty 0 4
 access-class 10 in
 transport input ssh
snmp-server community x RO 10
""".splitlines()
WORDS = st.sampled_from(
    "any host 0 -1 65536 x 1.2.3.4 255.0.255.0 ::1/129 (a,b) object object-group eq range tcp static interface in "
    "service source destination port enable inactive log time-range".split()
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A configuration with some lines cut off and some words replaced, put in, or left out."""
    lines = list(draw(st.sampled_from((ASA, IOS))))
    for place in draw(st.sets(st.integers(1, len(lines) - 1), min_size=1, max_size=6)):
        indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
        words = lines[place].split()
        at = draw(st.integers(0, len(words) - 1))
        match draw(st.sampled_from(("cut", "replace", "insert", "drop"))):
            case "cut":
                words = words[: at + 1]
            case "replace":
                words[at] = draw(WORDS)
            case "insert":
                words.insert(at, draw(WORDS))
            case "drop":
                del words[at]
        lines[place] = indent + " ".join(words)
    return "\n".join(lines) + "\n"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_nothing_crashes(text: str) -> None:
    document = Document("damaged.cfg", text.encode())
    with suppress(UnreadableError):
        (firewall,) = PARSER.read(document)
        assert firewall.sources[0].ledger.total == len(text.splitlines())


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("access-group IN in interface outside", "access-group IN in"),
        ("access-list IN extended deny icmp any any echo", "access-list IN extended"),
        (" security-level 100", " security-level x"),
    ],
)
def test_a_line_cut_off_is_a_gap_that_may_hide_access(line: str, broken: str) -> None:
    text = "\n".join(ASA).replace(line, broken)
    (firewall,) = PARSER.read(Document("damaged.cfg", text.encode()))
    assert [gap.hides_access for gap in firewall.gaps] == [True]
