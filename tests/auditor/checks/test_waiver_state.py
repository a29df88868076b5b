"""Waivers that are over, match nothing or cover too much are findings."""

from dataclasses import replace
from datetime import date

from auditor.checks.check import Checked
from auditor.checks.waiver_state import CHECK, MOST_COVERED
from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.waivers import Waiver

TODAY = date(2026, 11, 24)
FINDING = Finding(
    "FW102", "forbidden-opening", "t", Severity.HIGH, Confidence.CERTAIN, "fgt", "17", "RPC", "w", "r", None, "17", "p"
)
VALID = Waiver("EXC-1", {"check": "FW102"}, "legacy scanner", "Ada", date(2026, 11, 24), file="site.yaml", line=33)


def judged(waiver: Waiver, *findings: Finding) -> list[Finding]:
    assert CHECK.after is not None
    return list(CHECK.after(Checked(findings, (waiver,), TODAY, frozenset({"fgt"})), CHECK))


def test_a_waiver_in_force_is_no_finding() -> None:
    assert judged(VALID, FINDING) == []


def test_one_that_is_over_is_a_finding_about_what_it_covered() -> None:
    (found,) = judged(replace(VALID, expires=date(2026, 11, 23)), FINDING)
    assert found.message == (
        "The waiver EXC-1 in site.yaml:33 of Ada (legacy scanner) was over on 2026-11-23: "
        "1 finding it covered is open again."
    )
    assert (found.severity, found.device) == (Severity.MEDIUM, "fgt")
    assert [each.text for each in found.related] == ["FW102 RPC"]


def test_one_that_matches_nothing_is_told() -> None:
    (found,) = judged(VALID)
    assert (found.severity, found.message.endswith("matches no finding.")) == (Severity.INFO, True)
    (found,) = judged(replace(VALID, expires=date(2026, 1, 1)))
    assert found.message.endswith("matches no finding and was over on 2026-01-01.")


def test_one_for_a_firewall_that_is_not_audited_is_left_alone() -> None:
    assert judged(replace(VALID, selector={"device": "branch"})) == []
    assert len(judged(replace(VALID, selector={"device": "fgt", "rule": "9"}))) == 1


def test_one_that_covers_too_much_is_a_finding() -> None:
    many = [replace(FINDING, identity=str(number), fingerprint="") for number in range(MOST_COVERED + 1)]
    assert judged(VALID, *many[1:]) == []
    (found,) = judged(VALID, *many)
    assert "covers 51 findings, more than 50" in found.message
