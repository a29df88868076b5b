"""NGFW policy mode: two tables decide (the reference, section 8)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import parsers
from parsers.model.rule import Direction
from tests.parsers.fortigate.test_against_oracle import calm
from tests.parsers.fortigate.writing import ANY, policies, read, table, verdict, verdict_of, with_lines

MODE = "config system settings\nset ngfw-mode policy-based\nend\n"
HANDS_OVER = with_lines(ANY, action="", schedule="")
OPEN = ANY + "\nset enforce-default-app-port disable"
ZONE = table("system zone", "z\nset interface wan lan\nset intrazone allow")


def security(*bodies: str) -> str:
    return policies(*bodies, kind="firewall security-policy")


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("", "allowed"),
        ("set application 15832", "possible"),
        ("set app-category 5", "possible"),
        ("set app-group risk", "possible"),
        ("set url-category 26", "possible"),
        ("set groups staff", "possible"),
        ("set users ann", "possible"),
        ("set status disable", "blocked"),
        ("set schedule none", "blocked"),
        ("set internet-service enable\nset internet-service-name Google-DNS", "possible"),
    ],
)
def test_what_a_security_policy_may_ask_for(line: str, outcome: str) -> None:
    assert verdict(MODE + policies(HANDS_OVER) + security(f"{OPEN}\n{line}")) == outcome


def test_a_security_policy_denies_unless_it_says_accept() -> None:
    assert verdict(MODE + policies(HANDS_OVER) + security(with_lines(OPEN, action=""))) == "blocked"
    learning = with_lines(OPEN, action="") + "\nset learning-mode enable"
    assert verdict(MODE + policies(HANDS_OVER) + security(learning)) == "allowed"


def test_a_deny_for_an_application_stops_nothing_for_certain() -> None:
    text = MODE + policies(HANDS_OVER) + security(with_lines(OPEN, action="deny", application="15832"), OPEN)
    assert verdict(text) == "possible"


@pytest.mark.parametrize("tables", ["", policies(HANDS_OVER), security(OPEN)])
def test_without_a_match_in_both_tables_nothing_passes(tables: str) -> None:
    assert verdict(MODE + tables) == "blocked"


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("set groups staff", "possible"), ("set status disable", "blocked"), ("set schedule always", "allowed"),
        ("set schedule none", "possible"), ("set tos 0x10", "possible"), ("set action deny", "allowed"),
    ],
)  # fmt: skip
def test_a_policy_that_hands_over_has_conditions_but_no_action(line: str, outcome: str) -> None:
    assert verdict(MODE + policies(f"{HANDS_OVER}\n{line}") + security(OPEN)) == outcome


def test_both_families_are_asked_in_both_tables() -> None:
    six = {"srcaddr6": "all", "dstaddr6": "all"}
    both = MODE + policies(with_lines(HANDS_OVER, **six)) + security(with_lines(OPEN, **six))
    only = MODE + policies(HANDS_OVER) + security(with_lines(OPEN, **six))
    assert verdict(both, "2001:db8::5", source="2001:db8:9::1") == "allowed"
    assert verdict(only, "2001:db8::5", source="2001:db8:9::1") == "blocked"


def test_version_62_hands_over_from_consolidated_policies() -> None:
    four = {"srcaddr": "", "dstaddr": "", "srcaddr4": "all", "dstaddr4": "all"}
    text = MODE + policies(with_lines(HANDS_OVER, **four), kind="firewall consolidated policy")
    assert verdict(text + security(with_lines(OPEN, **four)), version="6.2.3") == "allowed"
    assert verdict(text, version="6.2.3") == "blocked"


@pytest.mark.parametrize(("version", "outcome"), [("6.0.4", "allowed"), ("5.6.3", "allowed"), ("", "possible")])
def test_up_to_60_the_policies_decide_by_themselves(version: str, outcome: str) -> None:
    assert verdict(MODE + policies(ANY), version=version) == outcome
    application = verdict(MODE + policies(ANY + "\nset application 15832"), version=version)
    assert application == "possible"


def test_virtual_ips_translate_by_themselves() -> None:
    vip = table("firewall vip", "v\nset extip 203.0.113.10\nset mappedip 10.0.0.5")
    assert verdict(MODE + vip + policies(HANDS_OVER) + security(OPEN), "203.0.113.10") == "allowed"


def test_the_mode_is_one_of_each_vdom() -> None:
    zones = "config vdom\nedit a\n{}end\nconfig vdom\nedit b\n{}end\n"
    first, second = read_vdoms(zones.format(MODE + policies(ANY), policies(ANY)))
    assert [len(first), len(second)] == [2, 1]


def read_vdoms(text: str) -> list[list[str]]:
    head = "#config-version=FGT60F-7.0.12-FW-build1-230606:opmode=0:vdom=1:user=a\nconfig vdom\nedit a\nnext\nedit b\nnext\nend\n"
    found = parsers.read((head + text).encode(), "fw.conf")
    return [[each.name for each in firewall.lists if each.direction is Direction.FORWARD] for firewall in found]


@pytest.mark.parametrize(
    ("line", "outcome"), [("", "possible"), ("set enforce-default-app-port enable", "possible"),
                          ("set enforce-default-app-port disable", "allowed")],
)  # fmt: skip
def test_the_ports_of_applications_are_enforced_unless_switched_off(line: str, outcome: str) -> None:
    text = MODE + policies(HANDS_OVER)
    assert verdict(text + security(f"{with_lines(ANY, service='HTTPS')}\n{line}")) == outcome
    assert verdict(text + security(f"{with_lines(ANY, service='')}\n{line}")) == "possible"


def test_traffic_within_a_zone_passes_perhaps() -> None:
    assert verdict(MODE + ZONE) == "possible"
    assert verdict(MODE + ZONE + policies(HANDS_OVER) + security(OPEN)) == "allowed"
    assert verdict(ZONE) == "allowed"


def test_a_deny_within_a_zone_stops_what_is_handed_over() -> None:
    every = with_lines(HANDS_OVER, srcintf="z", dstintf="z")
    assert verdict(MODE + ZONE + policies(every) + security(with_lines(OPEN, action="deny"))) == "blocked"
    some = with_lines(every, service="HTTP")
    for first in ("", policies(some), policies(every + "\nset groups staff"), policies(HANDS_OVER)):
        assert verdict(MODE + ZONE + first + security(with_lines(OPEN, action="deny"))) == "possible"


def test_traffic_back_out_of_its_interface_passes_perhaps() -> None:
    text = MODE + policies(HANDS_OVER)
    assert verdict(text, "10.0.0.9", source="10.0.0.5", way="lan>lan") == "possible"
    assert verdict("", "10.0.0.9", source="10.0.0.5", way="lan>lan") == "allowed"


def test_traffic_within_a_zone_is_possible_where_the_number_of_tables_is_not_known() -> None:
    assert verdict(MODE + ZONE, version="") == "possible"
    assert verdict(MODE + ZONE, version="6.0.4") == "allowed"
    assert verdict(ZONE, version="") == "allowed"


def test_a_security_policy_for_an_internet_service_says_why_it_is_not_certain() -> None:
    custom = (
        "config firewall internet-service-custom\nedit crm\nconfig entry\nedit 1\nset protocol 6\n"
        "config port-range\nedit 1\nset start-port 443\nset end-port 443\nnext\nend\nset dst web\nnext\nend\nnext\nend\n"
    ) + table("firewall address", "web\nset subnet 10.0.0.5/32")
    line = "set internet-service enable\nset internet-service-custom crm"
    body = with_lines(OPEN, dstaddr="", service="", **{"enforce-default-app-port": ""})
    firewall = read(custom + MODE + policies(HANDS_OVER) + security(f"{body}\n{line}"))
    (rule,) = firewall.lists[1].stated
    assert any("default ports of applications" in reason for reason in rule.uncertain)


@pytest.mark.parametrize(("line", "outcome"), [("set implicit-allow-dns enable\n", "possible"), ("", "blocked")])
def test_dns_passes_the_ngfw_mode_perhaps(line: str, outcome: str) -> None:
    mode = MODE.replace("end", f"{line}end") + policies(HANDS_OVER)
    text = mode + security(with_lines(OPEN, action="deny"))
    assert verdict(text, service="udp/53") == outcome
    assert verdict(text, service="tcp/443") == "blocked"
    assert any("implicit-allow-dns" in each for each in read(text).assumptions) is not bool(line)
    profile = text.replace("policy-based", "profile-based").replace("security-policy", "sniffer")
    assert verdict(profile.replace("set schedule always\n", ""), service="udp/53") == "blocked"


@dataclass(frozen=True)
class Line:
    """A policy of one of the two tables: None stands for what a packet does not show."""

    source: str
    service: str
    user: bool
    application: bool
    ports_enforced: bool
    enabled: bool
    accept: bool

    def text(self, *, hands_over: bool) -> str:
        body = HANDS_OVER if hands_over else with_lines(OPEN, action="accept" if self.accept else "deny")
        lines = [with_lines(body, srcaddr=self.source, service=self.service, status="" if self.enabled else "disable")]
        lines += ["set groups staff"] if self.user else []
        if not hands_over:
            lines += ["set application 15832"] if self.application else []
            lines += ["set enforce-default-app-port enable"] if self.ports_enforced else []
        return "\n".join(lines)

    def takes(self, source: str, service: str, name: str, decide: Callable[[str], bool], *, hands_over: bool) -> bool:
        if not self.enabled or (self.source == "near" and source != "198.51.100.7"):
            return False
        if self.user and not decide("user"):
            return False
        if hands_over:
            return self.service in ("ALL", service)
        if self.application and not decide("application"):
            return False
        if self.ports_enforced:
            return decide(f"ports of {name}")
        return self.service in ("ALL", service)


LINES = st.lists(
    st.builds(
        Line, st.sampled_from(("all", "near")), st.sampled_from(("ALL", "HTTP", "HTTPS")), st.booleans(), st.booleans(),
        st.sampled_from((False, False, True)), st.sampled_from((True, True, False)), st.booleans(),
    ),
    max_size=3,
)  # fmt: skip


@settings(calm, max_examples=40)
@given(first=LINES, second=LINES, zone=st.booleans())
def test_both_tables_are_asked(first: list[Line], second: list[Line], zone: bool) -> None:
    """A packet passes if some policy hands it over and the first security policy that takes it accepts."""
    near = table("firewall address", "near\nset subnet 198.51.100.0/24")
    text = MODE + near + (ZONE if zone else "")
    text += policies(*(line.text(hands_over=True) for line in first))
    firewall = read(text + security(*(line.text(hands_over=False) for line in second)))
    for source, (service, port) in itertools.product(
        ("198.51.100.7", "192.0.2.7"), (("HTTP", "tcp/80"), ("HTTPS", "tcp/443"))
    ):
        fates = set()
        questions = ["user", "application", "zone", *(f"ports of {n}" for n in range(len(second)))]
        for answers in itertools.product((True, False), repeat=len(questions)):
            decide = dict(zip(questions, answers, strict=True)).__getitem__
            handed = any(line.takes(source, service, "", decide, hands_over=True) for line in first)
            taking = (
                line for n, line in enumerate(second) if line.takes(source, service, str(n), decide, hands_over=False)
            )
            deciding = next(taking, None) if handed else None
            fates.add(deciding.accept if deciding is not None else zone and decide("zone"))
        said = verdict_of(firewall, service=port, source=source)
        assert said == "possible" or fates == {said == "allowed"}, (said, fates, source, service)
