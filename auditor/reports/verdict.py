"""The result of an audit in a few words, the same in every report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from auditor.findings.finding import Finding, Severity
from auditor.findings.hardening import HardeningState
from auditor.findings.result import AuditResult, CoverageState, FlowCoverage
from auditor.findings.wording import counted
from parsers.model.origin import Gap

HARDENING = "FW130"
"""The check whose findings reports keep apart, so that many small settings do not hide one open port."""

SEVERITIES: tuple[Severity, ...] = tuple(reversed(Severity))
"""Worst first."""

STATES: tuple[CoverageState, ...] = (
    CoverageState.MISSING,
    CoverageState.PARTLY,
    CoverageState.NOT_PUBLISHED,
    CoverageState.CANNOT_TELL,
    CoverageState.SATISFIED,
    CoverageState.NOT_OBSERVABLE,
    CoverageState.NOT_APPLICABLE,
)
"""What needs attention first."""


def counts(result: AuditResult) -> Mapping[Severity, int]:
    """How many open findings there are of each severity, worst first, zeros included."""
    found = Counter(finding.severity for finding in result.findings)
    return {severity: found[severity] for severity in SEVERITIES}


def rule_counts(result: AuditResult) -> Mapping[Severity, int]:
    """The same without the findings of hardening guides."""
    found = Counter(finding.severity for finding in rule_findings(result))
    return {severity: found[severity] for severity in SEVERITIES}


def blind_gaps(result: AuditResult) -> tuple[Gap, ...]:
    """The gaps behind which an opening could hide."""
    return tuple(gap for gap in result.gaps if gap.hides_access)


def required(result: AuditResult) -> tuple[FlowCoverage, ...]:
    """The coverage of required flows, what needs attention first."""
    rows = (row for row in result.coverage if row.level == "required")
    return tuple(sorted(rows, key=lambda row: STATES.index(row.state)))


def any_server(rows: Iterable[FlowCoverage]) -> bool:
    """Is some role of the baselines bound to an address? Without one every flow is a question."""
    return any(" " in end for row in rows for end in (row.source, row.destination))


def ports_sentence(result: AuditResult) -> str:
    """ "12 satisfied, 1 missing, 2 cannot tell": the states of the required flows, satisfied first; "" without any."""
    found = Counter(row.state for row in required(result))
    order = sorted(found, key=lambda state: (state is not CoverageState.SATISFIED, STATES.index(state)))
    return ", ".join(f"{found[state]} {state.value}" for state in order)


def hardening_findings(result: AuditResult) -> tuple[Finding, ...]:
    """The open findings that come from hardening guides."""
    return tuple(finding for finding in result.findings if finding.check == HARDENING)


def rule_findings(result: AuditResult) -> tuple[Finding, ...]:
    """All other open findings: what the packets and the rules show."""
    return tuple(finding for finding in result.findings if finding.check != HARDENING)


def findings_sentence(result: AuditResult) -> str:
    """ "2 critical, 3 high findings" or "no findings", and how many settings are against hardening guides."""
    rules = rule_findings(result)
    found = Counter(finding.severity for finding in rules)
    words = [f"{found[severity]} {severity.word}" for severity in SEVERITIES if found[severity]]
    text = f"{', '.join(words)} {'finding' if len(rules) == 1 else 'findings'}" if words else "no findings"
    number = len(result.findings) - len(rules)
    if not number:
        return text
    return f"{text} and {counted(number, 'setting')} against hardening guides"


def hardening_sentence(result: AuditResult) -> str:
    """ "33 fail, 20 pass, 9 not decidable": the evaluated items of hardening guides, "" without any."""
    found = Counter(item.state for item in result.hardening)
    return ", ".join(f"{found[state]} {state.value}" for state in HardeningState if found[state])


def worst(result: AuditResult) -> Severity:
    """The highest severity among the open findings, INFO without any."""
    return max((finding.severity for finding in result.findings), default=Severity.INFO)


def alarming(result: AuditResult) -> bool:
    """Is the verdict bad: something high or worse, or not fully judged?"""
    return worst(result) >= Severity.HIGH or bool(blind_gaps(result)) or not result.devices


def headline(result: AuditResult) -> str:
    """The verdict in one sentence: what was judged, and whether it could be judged at all."""
    devices = counted(len(result.devices), "firewall")
    blind = len(blind_gaps(result))
    if not result.devices:
        return "Not judged: no firewall was read."
    if blind:
        places = counted(blind, "place in the exports could", "places in the exports could")
        return f"Not fully judged: {places} hide access. So far {findings_sentence(result)} on {devices}."
    return f"{findings_sentence(result).capitalize()} on {devices}."
