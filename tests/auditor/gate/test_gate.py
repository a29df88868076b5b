from dataclasses import replace
from datetime import date

import pytest

from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.result import AuditResult
from auditor.gate import FINDINGS, NOT_JUDGED, PASSED, rule_on
from parsers.model.addresses import ANY_ADDRESS
from parsers.model.bounds import Bounded
from parsers.model.firewall import Firewall
from parsers.model.origin import Gap, Origin
from parsers.model.rule import Action, Direction, Evaluation, Rule, RuleList
from parsers.model.services import ANY_SERVICE

HERE = Origin("a.conf", 3, 9, "firewall policy", "1")
ANY = Bounded.exactly(ANY_ADDRESS)
RULE = Rule("1", "", HERE, Action.ALLOW, True, None, None, ANY, ANY, Bounded.exactly(ANY_SERVICE))
DEVICE = Firewall("fw", "fortigate", "", "", (), (RuleList("p", Direction.FORWARD, Evaluation.FIRST_MATCH, (RULE,)),))
CLEAN = AuditResult("0", date(2026, 1, 1), (DEVICE,), (), "", (), (), (), (), (), (), (), ())
BLIND = Gap(HERE, "firewall policy 1", "x", "not read: x", True)
HARMLESS = replace(BLIND, hides_access=False)


def finding(severity: Severity) -> Finding:
    certain = Confidence.CERTAIN
    return Finding("FW1", "s", "t", severity, certain, "fw", "1", "m", "w", "r", HERE, "1", "p")


def test_a_clean_audit_passes() -> None:
    assert rule_on(CLEAN).code == PASSED


@pytest.mark.parametrize(
    ("severity", "level", "code"),
    [
        (Severity.HIGH, Severity.HIGH, FINDINGS),
        (Severity.MEDIUM, Severity.HIGH, PASSED),
        (Severity.INFO, Severity.INFO, FINDINGS),
        (Severity.CRITICAL, None, PASSED),
    ],
)
def test_the_level_decides(severity: Severity, level: Severity | None, code: int) -> None:
    assert rule_on(replace(CLEAN, findings=(finding(severity),)), level).code == code


def test_a_gap_that_may_hide_access_outranks_findings() -> None:
    ruling = rule_on(replace(CLEAN, findings=(finding(Severity.CRITICAL),), gaps=(HARMLESS, BLIND)))
    assert ruling.code == NOT_JUDGED
    assert "a.conf:3" in ruling.reason


def test_a_gap_outranks_fail_on_never() -> None:
    assert rule_on(replace(CLEAN, gaps=(BLIND,)), None).code == NOT_JUDGED


def test_allowed_gaps_are_mentioned() -> None:
    ruling = rule_on(replace(CLEAN, gaps=(BLIND,)), allow_gaps=True)
    assert ruling.code == PASSED
    assert "1 gap that" in ruling.reason


def test_harmless_gaps_do_not_matter() -> None:
    assert rule_on(replace(CLEAN, gaps=(HARMLESS,))).code == PASSED


@pytest.mark.parametrize("devices", [(), (replace(DEVICE, lists=()),)])
def test_nothing_to_audit_is_not_judged(devices: tuple[Firewall, ...]) -> None:
    assert rule_on(replace(CLEAN, devices=devices), None, allow_gaps=True).code == NOT_JUDGED
