"""CSV: one line a finding, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io

from auditor.findings.decisions import FollowUp
from auditor.findings.finding import Finding
from auditor.findings.result import AuditResult
from auditor.reports.lines import files_read, ledger_text
from auditor.reports.text import printable

COLUMNS = (
    "fingerprint",
    "check",
    "title",
    "severity",
    "confidence",
    "device",
    "rule",
    "file",
    "line",
    "message",
    "packets",
    "example",
    "remedy",
    "citation",
    "waived",
    "status",
    "owner",
    "decision",
    "due",
    "comment",
    "file_lines",
)


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_text(result: AuditResult) -> str:
    """Open findings, then waived ones with their reason, with what people decided and how much of the file was read.

    RFC 4180 with LF line ends.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    lines = {source.name: ledger_text(source.ledger) for source in files_read(result)}
    for finding, reason in (*((finding, "") for finding in result.findings), *result.waived):
        read = lines.get(finding.origin.file, "") if finding.origin else ""
        writer.writerow(
            [_cell(value) for value in (*_row(finding, reason), *_decided(finding, result.follow_up), read)]
        )
    return stream.getvalue()


def _row(finding: Finding, waived: str) -> tuple[str, ...]:
    return (
        finding.fingerprint,
        finding.check,
        finding.title,
        finding.severity.word,
        finding.confidence.value,
        finding.device,
        finding.rule,
        finding.origin.file if finding.origin else "",
        str(finding.origin.first_line) if finding.origin and finding.origin.first_line else "",
        finding.message,
        finding.packets,
        finding.example.text if finding.example else "",
        finding.remedy,
        " ".join(finding.citation),
        waived,
    )


def _decided(finding: Finding, follow_up: FollowUp | None) -> tuple[str, ...]:
    if follow_up is None:
        return ("", "", "", "", "")
    decision = follow_up.decisions.get(finding.fingerprint)
    status = follow_up.statuses[finding.fingerprint].value
    if decision is None:
        return (status, "", "", "", "")
    due = decision.due.isoformat() if decision.due else ""
    return (status, decision.owner, decision.decision, due, decision.comment)


def _cell(text: str) -> str:
    """A spreadsheet takes a cell that begins with = + - @ or a tab for a formula: an apostrophe keeps it text."""
    shown = printable(text)
    return f"'{shown}" if shown.startswith(_FORMULA_STARTS) else shown
