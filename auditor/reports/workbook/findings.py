"""The tables people work in: Findings, Waived, and what became of earlier findings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from auditor.findings.decisions import Choice, Decision, FollowUp, Status
from auditor.findings.finding import Finding
from auditor.findings.result import AuditResult
from auditor.reports.workbook.ink import Value
from auditor.reports.workbook.sheet import Column, Table, frame_of, place
from parsers.model.origin import Origin

FINGERPRINT, STATUS, OWNER, DECISION, DUE, COMMENT = (
    "Fingerprint",
    "Status",
    "Owner",
    "Decision",
    "Due date",
    "Comment",
)
FIXED_ON = "Fixed on"
"""Titles by which a workbook is read back."""

_SET_BY_HAND = (Status.NEW, Status.OPEN, Status.BACK, Status.IN_PROGRESS, Status.FIXED)
FILLED_IN = (
    Column(STATUS, 12, coloured=True, filled_in=True, choices=tuple(_SET_BY_HAND)),
    Column(OWNER, 14, filled_in=True),
    Column(DECISION, 12, filled_in=True, choices=tuple(Choice)),
    Column(DUE, 12, filled_in=True, day=True),
    Column(COMMENT, 34, filled_in=True),
)

_SEEN = (
    Column("#", 7),
    Column("Severity", 9, coloured=True),
    Column("Confidence", 10),
    Column("Firewall", 15),
    Column("Rule", 28),
    Column("Line", 7),
    Column("Finding", 56),
    Column("Packet that proves it", 38),
    Column("Why it matters", 34),
    Column("What to do", 44),
    Column("Source", 16),
    Column("Guides", 22),
)
_MORE = (
    Column("Check", 8),
    Column("Title", 26),
    Column("Baseline flow", 18),
    Column("Packets", 40),
    Column("Depends on", 30),
    Column("Also seen in", 40),
    Column("File", 28),
    Column(FINGERPRINT, 19),
)
FINDINGS = (*_SEEN, *FILLED_IN, *_MORE)
WAIVED = (Column("Waived by", 44), *_SEEN[1:], *FILLED_IN, *_MORE)
PAST = (
    Column("Now", 18, coloured=True),
    Column("Why", 34),
    Column("Severity", 9, coloured=True),
    Column("Check", 8),
    Column("Firewall", 15),
    Column("Rule", 22),
    Column("Finding", 60),
    *FILLED_IN[1:],
    Column(FIXED_ON, 12, day=True),
    Column(FINGERPRINT, 19),
)


def ordered(result: AuditResult) -> tuple[Finding, ...]:
    """The findings as the workbook numbers them: worst first, otherwise in the order of the audit."""
    return tuple(sorted(result.findings, key=lambda finding: -finding.severity))


def finding_label(number: int) -> str:
    """The name of a finding within one workbook; `number` counts from 1."""
    return f"F{number:03d}"


def findings_table(result: AuditResult, rule_rows: Mapping[Origin, int]) -> Table:
    """One row a finding; its rule links to its row of the sheet Rules, its check to the legend."""
    findings = ordered(result)
    rows = (
        (finding_label(number), *_seen(finding), *_filled_in(finding, result.follow_up), *_more(finding))
        for number, finding in enumerate(findings, start=1)
    )
    legend = {check: place("Legend", number) for number, check in enumerate(legend_checks(result))}
    links = {
        "Rule": [rule_link(finding.origin, rule_rows) for finding in findings],
        "Check": [legend.get(finding.check, "") for finding in findings],
    }
    about = (
        "What is wrong, with the packet that proves it. The yellow columns are yours: they come back with --decisions."
    )
    return Table("Findings", FINDINGS, frame_of(FINDINGS, rows), links, "No findings.", printed=10, about=about)


def waived_table(result: AuditResult, rule_rows: Mapping[Origin, int]) -> Table:
    """One row a waived finding, with the reason first."""
    rows = (
        (reason, *_seen(finding), *_filled_in(finding, result.follow_up), *_more(finding))
        for finding, reason in result.waived
    )
    links = {"Rule": [rule_link(finding.origin, rule_rows) for finding, _ in result.waived]}
    about = "Findings that somebody accepted, who, why and until when."
    return Table("Waived", WAIVED, frame_of(WAIVED, rows), links, "Nothing is waived.", printed=10, about=about)


def past_table(result: AuditResult) -> Table:
    """One row a finding of earlier audits that is not found any more, or could not be judged this time."""
    past = result.follow_up.past if result.follow_up else ()
    rows = (
        (
            each.status.value,
            each.reason,
            each.decision.severity,
            each.decision.check,
            each.decision.device,
            each.decision.rule,
            each.decision.message,
            *_written(each.decision)[1:],
            each.decision.fixed_on,
            each.decision.fingerprint,
        )
        for each in past
    )
    about = "What was found last time and not this time: fixed, changed, or not judged this time."
    empty = "Everything of last time is still found."
    return Table("Earlier findings", PAST, frame_of(PAST, rows), {}, empty, about=about)


def legend_checks(result: AuditResult) -> list[str]:
    """The ids of the checks in the order of the legend: those that ran, then those that could not."""
    return [*(check.id for check in result.checks), *(each.check for each in result.checks_skipped)]


def rule_link(origin: Origin | None, rule_rows: Mapping[Origin, int]) -> str:
    """The place of a rule in the workbook, "" when the origin is not a rule's."""
    row = rule_rows.get(origin) if origin else None
    return "" if row is None else place("Rules", row)


def _seen(finding: Finding) -> tuple[Value, ...]:
    return (
        finding.severity.word,
        finding.confidence.value,
        finding.device,
        finding.rule,
        line_of(finding.origin),
        finding.message,
        finding.example.text if finding.example else "",
        finding.why,
        "\n".join((finding.remedy, *finding.commands)),
        ", ".join(finding.citation),
        ", ".join(finding.guides),
    )


def _more(finding: Finding) -> tuple[Value, ...]:
    return (
        finding.check,
        finding.title,
        finding.flow,
        finding.packets,
        "\n".join(finding.uncertain),
        "\n".join(f"{each.device} {each.rule}: {each.text}" for each in finding.related),
        finding.origin.file if finding.origin else "",
        finding.fingerprint,
    )


def _filled_in(finding: Finding, follow_up: FollowUp | None) -> tuple[Value, ...]:
    if follow_up is None:
        return (Status.NEW.value, "", "", None, "")
    status = follow_up.statuses.get(finding.fingerprint, Status.NEW).value
    decision = follow_up.decisions.get(finding.fingerprint)
    return (status, *_written(decision)[1:]) if decision else (status, "", "", None, "")


def _written(decision: Decision) -> tuple[str, str, str, date | None, str]:
    return (decision.status, decision.owner, decision.decision, decision.due, decision.comment)


def line_of(origin: Origin | None) -> Value:
    """The first line of a place, "" where an export has no lines."""
    return origin.first_line if origin and origin.first_line else ""
