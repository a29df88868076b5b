"""Every mistake planted in the samples is found, and the seed's question has its answer."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from auditor.audit import audit
from auditor.commands.case import open_case
from auditor.findings.finding import Confidence, Severity
from auditor.findings.result import AuditResult, CoverageState
from auditor.gate import FINDINGS, PASSED, rule_on
from auditor.reports import REPORTS, Report


@pytest.mark.parametrize(
    ("slug", "device", "rule", "least"),
    [
        ("forbidden-opening", "fgt-quillwort", "17", Severity.CRITICAL),
        ("forbidden-opening", "fgt-quillwort", "20", Severity.HIGH),
        ("forbidden-opening", "fgt-quillwort", "5", Severity.HIGH),
        ("any-to-any", "fgt-quillwort", "12", Severity.HIGH),
        ("hidden-rule", "fgt-quillwort", "13", Severity.LOW),
        ("hidden-rule", "fgt-quillwort", "14", Severity.MEDIUM),
        ("never-matches", "fgt-quillwort", "23", Severity.LOW),
        ("match-vip", "fgt-quillwort", "2", Severity.MEDIUM),
        ("disabled-rule", "fgt-quillwort", "16", Severity.INFO),
        ("no-logging", "fgt-quillwort", "8", Severity.LOW),
        ("management-exposed", "fgt-quillwort", "https on wan1", Severity.HIGH),
        ("gfw-rule", "ex-cas01", "11", Severity.HIGH),
        ("gfw-rule", "ex-mbx01", "10", Severity.LOW),
    ],
)
def test_a_planted_mistake_is_found(slug: str, device: str, rule: str, least: Severity, quillwort: AuditResult) -> None:
    found = [
        each
        for each in quillwort.findings
        if (each.slug, each.device) == (slug, device) and re.match(rf"{re.escape(rule)}( \(|$)", each.rule)
    ]
    assert found
    assert max(each.severity for each in found) >= least


def test_edgesync_is_missing_with_its_exact_remainder(quillwort: AuditResult) -> None:
    [row] = [row for row in quillwort.coverage if row.flow == "EDGESYNC"]
    assert row.state is CoverageState.MISSING
    assert row.missing == "tcp/50636 from 10.0.10.21 to 10.0.20.5 (closed at fgt-quillwort)"


def test_only_both_firewalls_together_show_that_mail_cannot_come_in(quillwort: AuditResult) -> None:
    [row] = [row for row in quillwort.coverage if row.flow == "INTERNET-EDGE"]
    assert row.state is CoverageState.MISSING
    assert "fgt-quillwort 4" in row.rules
    assert "closed at ex-edge01" in row.missing
    assert [each.device for each in quillwort.findings if "INTERNET-EDGE" in each.flow] == ["ex-edge01"]


def alone(name: str) -> AuditResult:
    folder = Path("samples/quillwort")
    files = [path for path in folder.iterdir() if path.stem == name]
    case = open_case(files, folder / "site.yaml", ("exchange-2010",))
    return audit(case.firewalls, case.rulesets, case.site, datetime(2026, 11, 24, 12))


def gfw(result: AuditResult) -> dict[str, Severity]:
    return {each.rule: each.severity for each in result.findings if each.slug == "gfw-rule" and "OWA" in each.rule}


def test_only_both_files_show_that_the_internet_reaches_a_rule_for_any_program(quillwort: AuditResult) -> None:
    """The finding of the README that only the joint view has."""
    assert gfw(alone("fgt-quillwort")) == {}
    assert set(gfw(alone("ex-cas01")).values()) == {Severity.LOW}
    [(rule, severity)] = gfw(quillwort).items()
    assert (rule, severity) == ("17 (MSExchange - OWA (GFW) (TCP-In))", Severity.HIGH)
    [finding] = [each for each in quillwort.findings if each.rule == rule and each.slug == "gfw-rule"]
    assert "the perimeter lets the Internet through to it on tcp/5075-5077" in finding.message
    assert ("fgt-quillwort", "20 (owa-ports)") in {(each.device, each.rule) for each in finding.related}


def test_the_backup_alone_calls_mail_satisfied(in_root: None) -> None:
    [row] = [row for row in alone("fgt-quillwort").coverage if row.flow == "INTERNET-EDGE"]
    assert row.state is CoverageState.SATISFIED


def test_rpc_has_evidence_from_both_sides(quillwort: AuditResult) -> None:
    [finding] = [each for each in quillwort.findings if each.slug == "forbidden-opening" and each.rule.startswith("17")]
    assert finding.confidence is Confidence.CERTAIN
    assert {each.device for each in finding.related} == {"ex-cas01"}
    assert finding.example is not None
    assert finding.example.destination_port == 135


def test_unused_objects_are_named(quillwort: AuditResult) -> None:
    text = " ".join(each.message for each in quillwort.findings if each.slug == "unused-object")
    assert all(name in text for name in ("vip-old-ftp", "old-mail-relay", "scanner-9999"))


def test_the_policy_inside_a_comment_is_no_policy(quillwort: AuditResult) -> None:
    [backup] = [device for device in quillwort.devices if device.vendor == "fortigate"]
    stated = [rule for rules in backup.lists for rule in rules.rules if rule.origin.kind == "firewall policy"]
    assert len([rule for rule in stated if not rule.implicit]) == 25
    assert "99" not in {rule.id for rule in stated}


def test_the_sample_is_understood_completely(quillwort: AuditResult) -> None:
    assert not quillwort.gaps
    assert rule_on(quillwort).code == FINDINGS


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_no_secret_reaches_a_report(report: Report, quillwort: AuditResult) -> None:
    data = report.render(quillwort)
    if report.binary:
        import io
        import zipfile

        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = b"".join(archive.read(name) for name in archive.namelist())
    assert b"INVENTED" not in data


def test_activesync_needs_nothing_more(activesync: AuditResult) -> None:
    states = {row.flow: row.state for row in activesync.coverage if row.level == "required"}
    assert states["EAS-HTTPS"] is CoverageState.SATISFIED
    assert not {CoverageState.MISSING, CoverageState.PARTLY, CoverageState.NOT_PUBLISHED} & set(states.values())
    [answer] = [each for each in activesync.answers if each.id == "Q02"]
    assert answer.state == "satisfied"
    assert answer.detail.startswith("No")


def test_the_same_question_without_a_site_file_raises_no_alarm(activesync_inferred: AuditResult) -> None:
    """One server, web and mail published, nothing said about it: the first thing a stranger tries."""
    assert [each.message for each in activesync_inferred.findings if each.severity >= Severity.LOW] == []
    answers = {each.id: each.state.value for each in activesync_inferred.answers}
    assert [answers[each] for each in ("Q01", "Q02", "Q10", "Q20", "Q21")] == ["satisfied"] * 5
    assert answers["Q19"] == "not applicable"


def test_port_80_is_optional_for_activesync(activesync: AuditResult) -> None:
    [row] = [row for row in activesync.coverage if row.flow == "EAS-HTTP"]
    assert row.level == "permitted"
    assert not [each for each in activesync.findings if "EAS-HTTP" in each.flow.split(", ")]


def test_the_seeds_case_raises_no_false_alarm(activesync: AuditResult) -> None:
    assert [each.message for each in activesync.findings if each.severity >= Severity.LOW] == []
    assert rule_on(activesync).code == PASSED


def test_without_a_site_file_the_same_dangers_are_found(quillwort_inferred: AuditResult) -> None:
    worst = [(each.slug, each.rule[:2]) for each in quillwort_inferred.findings if each.severity is Severity.CRITICAL]
    assert ("forbidden-opening", "17") in worst
    assert quillwort_inferred.site_inferred
