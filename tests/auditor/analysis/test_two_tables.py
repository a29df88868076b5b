"""What a trace says where two tables decide (NGFW policy mode): handing packets over decides nothing."""

from __future__ import annotations

from datetime import datetime

import parsers
from auditor.analysis.analysis import Analysis
from auditor.analysis.steps import Question, Step
from auditor.baseline.inference import infer_site
from parsers.model.addresses import AddressSet
from parsers.model.services import ServiceSet
from tests.parsers.fortigate.writing import ANY, DENY, HEADER, INTERFACES, policies, table, with_lines

NOW = datetime(2026, 11, 24, 12)
MODE = "config system settings\nset ngfw-mode policy-based\nend\n" + table("router static", "1\nset device wan")
HANDS_OVER = with_lines(ANY, action="", schedule="", name="Default")
PORTS = "\nset enforce-default-app-port disable"


def step(first: str, *second: str) -> Step:
    text = (
        HEADER.format("7.4.3")
        + INTERFACES
        + MODE
        + policies(first)
        + policies(*second, kind="firewall security-policy")
    )
    firewalls = parsers.read(text.encode(), "fw.conf")
    asked = ServiceSet.parse("tcp/443")
    analysis = Analysis(firewalls, (), infer_site(firewalls, ()).site, NOW, (asked,))
    question = Question("wan", AddressSet.network("10.0.0.5"), asked, AddressSet.network("198.51.100.7"))
    return analysis.trace(question).steps[0]


def test_a_security_policy_for_another_service_is_the_near_one() -> None:
    found = step(HANDS_OVER, with_lines(ANY, service="HTTP") + PORTS)
    assert (found.outcome.value, found.candidates) == ("blocked", ())
    assert [each.but for each in found.near] == ["its service is tcp/80"]


def test_the_deny_of_the_security_policies_is_named_alone() -> None:
    found = step(HANDS_OVER, DENY + PORTS, ANY + PORTS)
    assert found.rule is not None
    assert found.rule.origin.kind == "firewall security-policy"
    assert [(each.rule.id, each.but) for each in found.near] == [("2", "it stands below rule 1")]


def test_a_policy_that_does_not_hand_over_is_the_near_one() -> None:
    found = step(with_lines(HANDS_OVER, service="HTTP"), ANY + PORTS)
    assert found.outcome.value == "blocked"
    assert [(each.rule.name, each.but) for each in found.near] == [("Default", "its service is tcp/80")]


def test_only_the_table_that_is_not_certain_is_named() -> None:
    found = step(HANDS_OVER, ANY + PORTS + "\nset application 15832")
    assert found.outcome.value == "possible"
    assert [rule.origin.kind for rule in found.candidates] == ["firewall security-policy"]
    unsure = step(HANDS_OVER + "\nset groups staff", ANY + PORTS)
    assert [rule.origin.kind for rule in unsure.candidates] == ["firewall policy", "firewall security-policy"]
