"""JUnit XML: every check and every required flow is a test case, so that any CI system can show an audit.

Source of the format: the Jenkins xUnit plugin's schema, the one CI systems agree on.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from auditor.findings.finding import Finding, Severity
from auditor.findings.result import AuditResult, CoverageState, FlowCoverage
from auditor.reports.lines import files_read, ledger_text
from auditor.reports.text import printable

_FAILED = (CoverageState.MISSING, CoverageState.PARTLY, CoverageState.NOT_PUBLISHED)
_SKIPPED = (CoverageState.NOT_APPLICABLE, CoverageState.NOT_OBSERVABLE)


def junit_text(result: AuditResult) -> str:
    """The audit as one `testsuites` document; a check with findings above info fails once and lists all of them."""
    suites = Element("testsuites", name=f"fwproof {result.audit}".strip())
    _checks(suites, result)
    _flows(suites, [row for row in result.coverage if row.level == "required"])
    for suite in suites:
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
        suite.set("tests", str(len(suite.findall("testcase"))))
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _checks(suites: Element, result: AuditResult) -> None:
    suite = SubElement(suites, "testsuite", name="fwproof checks")
    properties = SubElement(suite, "properties")
    for source in files_read(result):
        SubElement(properties, "property", name=printable(source.name), value=ledger_text(source.ledger))
    titles = {check.id: check.title for check in result.checks}
    by_check: dict[str, list[Finding]] = {check: [] for check in result.checks_run}
    for finding in result.findings:
        by_check.setdefault(finding.check, []).append(finding)
        titles.setdefault(finding.check, finding.title)
    for check, findings in by_check.items():
        case = SubElement(
            suite, "testcase", classname="fwproof.checks", name=f"{check} {titles.get(check, '')}".strip()
        )
        serious = [finding for finding in findings if finding.severity > Severity.INFO]
        if serious:
            worst = max(finding.severity for finding in serious)
            message = f"{len(serious)} findings, worst {worst.word}"
            SubElement(case, "failure", message=message, type=worst.word).text = printable(_lines(serious))
    for skipped in result.checks_skipped:
        case = SubElement(suite, "testcase", classname="fwproof.checks", name=skipped.check)
        SubElement(case, "skipped", message=printable(skipped.reason))
    for gap in result.gaps:
        if gap.hides_access:
            name = printable(f"not understood: {gap.path} {gap.keyword}".strip())
            case = SubElement(suite, "testcase", classname="fwproof.gaps", name=name)
            SubElement(case, "error", message=printable(f"{gap.origin.text}: {gap.what}"), type="gap")


def _lines(findings: Iterable[Finding]) -> str:
    return "\n".join(
        f"[{finding.severity.word}] {finding.origin.text if finding.origin else finding.device}: {finding.message}"
        for finding in findings
    )


def _flows(suites: Element, rows: list[FlowCoverage]) -> None:
    suite = SubElement(suites, "testsuite", name="fwproof required flows")
    for row in rows:
        name = f"{row.flow} {row.source} to {row.destination} {row.service} on {row.device}"
        case = SubElement(suite, "testcase", classname=f"fwproof.{row.ruleset}", name=printable(name))
        if row.state in _FAILED:
            text = printable(f"missing: {row.missing}" if row.missing else row.state.value)
            SubElement(case, "failure", message=row.state.value, type="flow").text = text
        elif row.state is CoverageState.CANNOT_TELL:
            SubElement(case, "error", message=printable(row.question or "cannot tell"), type="cannot tell")
        elif row.state in _SKIPPED:
            SubElement(case, "skipped", message=row.state.value)
