"""The audit workbook: Summary, Findings, Required ports, Exposure, Rules, Gaps, Sources."""

from __future__ import annotations

from auditor.reports.workbook.book import workbook_bytes

__all__ = ["workbook_bytes"]
