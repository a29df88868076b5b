"""Rules of SD-WAN: which member packets leave by, where the policies towards the members differ."""

from __future__ import annotations

from datetime import datetime

import pytest

import parsers
from auditor.analysis.analysis import Analysis
from auditor.analysis.exposure import openings
from auditor.analysis.layers import Asked, network_layer
from auditor.analysis.steps import Question
from auditor.baseline.bound import BoundEnd
from auditor.baseline.inference import infer_site
from parsers.model.addresses import PUBLIC, AddressSet
from parsers.model.services import ServiceSet
from tests.parsers.fortigate.writing import ANY, HEADER, INTERFACES, policies, table, with_lines

NOW = datetime(2026, 11, 24, 12)
SECOND = table("system interface", "wan2\nset ip 192.0.2.2/24\nset type physical")
ADDRESSES = table(
    "firewall address", "far\nset subnet 198.51.100.0/24", "other\nset subnet 198.18.0.0/24", "me\nset subnet 10.0.0.0/24",
    "name\nset type fqdn\nset fqdn x.example",
)  # fmt: skip
ONE = "edit 1\nset name r\nset dst far\nset src me\nset priority-members 1\nnext\n"
TWO = ONE.replace("priority-members 1", "priority-members 2")


def sdwan(rules: str, checks: str = "", status: str = "enable", kind: str = "system sdwan") -> str:
    zones = "config zone\nedit near\nnext\nedit far\nnext\nend\n"
    members = "config members\nedit 1\nset interface wan\nset zone near\nnext\nedit 2\nset interface wan2\nset zone far\nnext\nend\n"
    health = f"config health-check\n{checks}end\n" if checks else ""
    return f"config {kind}\nset status {status}\n{zones}{members}{health}config service\n{rules}end\nend\n"


ROUTE = table("router static", "1\nset distance 1\nset sdwan-zone near far")
NEAR = policies(with_lines(ANY, srcintf="lan", dstintf="near"))
"""Only the first member is allowed: packets that leave by the second are blocked."""


def analysis_of(text: str, asked: ServiceSet, version: str = "7.4.3") -> Analysis:
    firewalls = parsers.read((HEADER.format(version) + INTERFACES + SECOND + ADDRESSES + text).encode(), "fw.conf")
    return Analysis(firewalls, (), infer_site(firewalls, ()).site, NOW, (asked,))


def fate(
    text: str, to: str = "198.51.100.7", service: str = "tcp/443", version: str = "7.4.3", sender: str = "10.0.0.7"
) -> str:
    asked = ServiceSet.parse(service)
    question = Question("lan", AddressSet.network(to), asked, AddressSet.network(sender))
    return analysis_of(text, asked, version).trace(question).outcome.value


def covered(text: str) -> str:
    """What the audit says of the same packets."""
    service = ServiceSet.parse("tcp/443")
    (device,) = analysis_of(text, service).devices.values()
    sender, target = AddressSet.network("10.0.0.7"), AddressSet.network("198.51.100.7")
    asked = Asked(device, sender, target, frozenset({"lan"}), device.routing.interfaces(target), False)
    layer = network_layer(asked, service)
    return "allowed" if layer.certain else "possible" if layer.possible else "blocked"


def test_without_rules_the_routes_share_the_packets() -> None:
    assert fate(ROUTE + NEAR + sdwan("")) == "possible"


@pytest.mark.parametrize(("rule", "outcome"), [(ONE, "allowed"), (TWO, "blocked")])
def test_a_rule_in_manual_mode_takes_its_first_member(rule: str, outcome: str) -> None:
    assert fate(ROUTE + NEAR + sdwan(rule)) == outcome
    assert (
        fate(ROUTE + NEAR + sdwan(rule.replace("set priority-members", "set mode manual\nset priority-members")))
        == outcome
    )
    both = rule.replace("priority-members 1", "priority-members 1 2").replace(
        "priority-members 2\n", "priority-members 2 1\n"
    )
    assert fate(ROUTE + NEAR + sdwan(both)) == outcome
    zone = rule.replace("priority-members 1", "priority-zone near").replace("priority-members 2", "priority-zone far")
    assert fate(ROUTE + NEAR + sdwan(zone)) == outcome


def test_the_order_of_the_members_of_a_zone_is_not_known() -> None:
    members = sdwan(ONE.replace("priority-members 1", "priority-zone both")).replace("zone near", "zone both")
    one_zone = members.replace("zone far", "zone both").replace("edit near\n", "edit both\n")
    only = policies(with_lines(ANY, srcintf="lan", dstintf="wan"))
    assert fate(ROUTE.replace("near far", "both") + only + one_zone) == "possible"
    assert (
        fate(ROUTE.replace("near far", "both") + only + one_zone.replace("priority-zone both", "priority-members 1"))
        == "allowed"
    )


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        ("", "allowed"),
        ("set status disable", "possible"),
        ("set dst other", "possible"),
        ("set dst other\nset dst-negate enable", "allowed"),
        ("set src other", "possible"),
        ("set src other\nset src-negate enable", "allowed"),
        ("set dst name", "possible"),
        ("set protocol 6", "allowed"),
        ("set protocol 17", "possible"),
        ("set protocol 6\nset start-port 443\nset end-port 443", "allowed"),
        ("set protocol 6\nset start-port 80\nset end-port 80", "possible"),
        ("set tos 0x10", "possible"),
        ("set users ann", "possible"),
        ("set groups staff", "possible"),
        ("set internet-service enable\nset internet-service-name Google-DNS", "possible"),
        ("set internet-service enable\nset internet-service-app-ctrl 15832", "possible"),
        ("set route-tag 7", "possible"),
        ("set role primary", "possible"),
        ("set input-device wan2", "possible"),
        ("set input-device lan", "allowed"),
        ("set input-device wan2\nset input-device-negate enable", "allowed"),
        ("set addr-mode ipv6", "possible"),
        ("set mode priority\nset health-check x", "allowed"),
        ("set mode sla", "allowed"),
        ("set mode priority\nset priority-members 1 2", "possible"),
        ("set mode sla\nset priority-members 1 2", "possible"),
        ("set mode load-balance\nset priority-members 1 2", "possible"),
        ("set load-balance enable\nset priority-members 1 2", "possible"),
        ("set default enable\nset gateway enable", "allowed"),
        ("unset priority-members", "possible"),
        ("set priority-members 9", "possible"),
    ],
)
def test_what_a_rule_takes_and_by_which_member(lines: str, outcome: str) -> None:
    """Where no rule is certain to take the packets, the two routes share them: possible."""
    assert fate(ROUTE + NEAR + sdwan(ONE.replace("next\n", f"{lines}\nnext\n"))) == outcome


def test_the_first_rule_that_matches_decides() -> None:
    assert fate(ROUTE + NEAR + sdwan(ONE + TWO.replace("edit 1", "edit 2"))) == "allowed"
    assert fate(ROUTE + NEAR + sdwan(TWO + ONE.replace("edit 1", "edit 2"))) == "blocked"


def test_where_the_policies_agree_every_member_is_certain() -> None:
    both = policies(with_lines(ANY, srcintf="lan", dstintf="near far"))
    rule = ONE.replace("set priority-members 1", "set mode sla\nset priority-members 1 2")
    assert fate(ROUTE + both + sdwan(rule)) == "allowed"
    assert fate(ROUTE + both + sdwan("")) == "allowed"


CHECK = "edit c\nset server 192.0.2.9\nset members {}\nnext\n"


@pytest.mark.parametrize(
    ("members", "outcome"), [("1", "possible"), ("2", "allowed"), ("0", "possible"), ("1 2", "possible")]
)
def test_a_member_that_a_health_check_watches_may_be_dead(members: str, outcome: str) -> None:
    assert fate(ROUTE + NEAR + sdwan(ONE, CHECK.format(members))) == outcome


def test_rules_are_skipped_where_the_best_route_leads_elsewhere() -> None:
    inner = policies(with_lines(ANY, srcintf="dmz", dstintf="lan"), with_lines(ANY, srcintf="lan", dstintf="dmz"))
    dmz = table("system interface", "dmz\nset ip 198.51.100.1/24\nset type physical")
    assert fate(dmz + ROUTE + inner + sdwan(ONE)) == "allowed"
    # `default` leaves the best route out: then the rule perhaps takes what goes to a network of the device.
    assert fate(dmz + ROUTE + inner + sdwan(ONE.replace("next", "set default enable\nnext"))) == "possible"


def test_a_member_without_a_route_is_perhaps_not_taken() -> None:
    route = table("router static", "1\nset distance 1\nset sdwan-zone far")
    assert fate(route + NEAR + sdwan(ONE)) == "possible"
    assert fate(route + NEAR + sdwan(ONE.replace("next", "set gateway enable\nnext"))) == "allowed"


def test_policy_routes_come_first() -> None:
    steer = table("router policy", "1\nset input-device lan\nset output-device wan2")
    assert fate(ROUTE + NEAR + steer + sdwan(ONE)) == "blocked"


@pytest.mark.parametrize(("version", "outcome"), [("7.0.1", "allowed"), ("6.4.4", "possible"), ("", "possible")])
def test_rules_of_older_releases_are_possible(version: str, outcome: str) -> None:
    assert fate(ROUTE + NEAR + sdwan(ONE), version=version or "6.2.3") == outcome


def test_sdwan_that_is_off_has_no_rules() -> None:
    assert fate(ROUTE + NEAR + sdwan(TWO, status="disable")) == "possible"


def test_members_that_are_down_are_left_out() -> None:
    down = table("system interface", "wan\nset status down")
    both = ONE.replace("priority-members 1", "priority-members 1 2")
    assert fate(down + ROUTE + NEAR + sdwan(both)) == "blocked"


@pytest.mark.parametrize(
    ("steering", "confidence"),
    [
        (ONE.replace("set dst far\nset src me", "set dst all"), "certain"),
        (ONE.replace("set dst far\nset src me", "set dst all\nset default enable"), "possible"),
    ],
)
def test_what_comes_in_from_the_internet_is_certain_where_no_rule_may_take_it(steering: str, confidence: str) -> None:
    inward = policies(with_lines(ANY, srcintf="near", dstintf="lan", dstaddr="host", service="HTTPS"))
    host = table("firewall address", "host\nset subnet 203.0.114.5/32") + table(
        "router static", "9\nset dst 203.0.114.0/24\nset device lan\nset gateway 10.0.0.9"
    )
    (device,) = analysis_of(host + ROUTE + inward + sdwan(steering), ServiceSet.parse("tcp/443")).devices.values()
    internet = BoundEnd("zone", "internet", "untrusted", PUBLIC, {device.name: frozenset({"wan"})})
    (opening,) = openings(device, internet)
    assert (opening.rule.id, opening.confidence.value) == ("1", confidence)


def test_the_rules_are_said() -> None:
    (firewall,) = parsers.read((HEADER.format("7.4.3") + INTERFACES + SECOND + ROUTE + NEAR + sdwan(ONE)).encode(), "x")
    assert any("Rules of SD-WAN" in each for each in firewall.assumptions)


@pytest.mark.parametrize(("target", "outcome"), [("virtual-wan-link", "allowed"), ("wan", "possible")])
def test_the_table_of_older_releases_is_read(target: str, outcome: str) -> None:
    """Its rules are never certain, but by every member the policies say the same."""
    route = table("router static", "1\nset virtual-wan-link enable")
    rules = policies(with_lines(ANY, srcintf="lan", dstintf=target))
    old = ONE.replace("set priority-members 1", "set mode auto\nset quality-link 1")
    text = sdwan(old, kind="system virtual-wan-link").replace("set zone near\n", "").replace("set zone far\n", "")
    assert fate(route + rules + text, version="6.0.4") == outcome
