"""The audit workbook: what a team works through, one sheet a question."""

from __future__ import annotations

from auditor.findings.result import AuditResult


def workbook_bytes(result: AuditResult) -> bytes:
    """The audit as an .xlsx file: the same audit always gives the same bytes."""
    # openpyxl and pandas take longer to import than most audits take: only a run that writes a workbook pays.
    from auditor.reports.workbook.book import workbook_bytes as written

    return written(result)


__all__ = ["workbook_bytes"]
