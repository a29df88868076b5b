"""CSV: one line a finding, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io

from auditor.findings.finding import Finding
from auditor.findings.result import AuditResult
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
)


def csv_text(result: AuditResult) -> str:
    """Open findings, then waived ones with their reason in the last column; RFC 4180 with LF line ends."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for finding in result.findings:
        writer.writerow([_cell(value) for value in _row(finding, "")])
    for finding, reason in result.waived:
        writer.writerow([_cell(value) for value in _row(finding, reason)])
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


def _cell(text: str) -> str:
    """A spreadsheet takes a cell that begins with = + - @ or a tab for a formula: an apostrophe keeps it text."""
    shown = printable(text)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else shown
