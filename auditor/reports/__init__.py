"""One report format a file; REPORTS is the one list."""

from __future__ import annotations

from auditor.reports.delimited import csv_text
from auditor.reports.gitlab import gitlab_text
from auditor.reports.html.page import html_text
from auditor.reports.jsonreport import json_text
from auditor.reports.junit import junit_text
from auditor.reports.markdown import markdown_text
from auditor.reports.report import Report, report_for
from auditor.reports.sarif import sarif_text
from auditor.reports.terminal import terminal_text
from auditor.reports.workbook import workbook_bytes

REPORTS: tuple[Report, ...] = (
    Report.of_text("terminal", (".txt",), "what the terminal shows, as plain text", terminal_text),
    Report("xlsx", (".xlsx",), "workbook: one sheet a question, with filters and links", workbook_bytes, binary=True),
    Report.of_text("json", (".json",), "everything, for programs (schema fwproof-report/1)", json_text),
    Report.of_text("html", (".html", ".htm"), "one page for a browser, nothing loaded from outside", html_text),
    Report.of_text("sarif", (".sarif", ".sarif.json"), "SARIF 2.1.0 for code scanning", sarif_text),
    Report.of_text("junit", (".xml",), "JUnit XML for CI systems", junit_text),
    Report.of_text("gitlab", (".gitlab.json", "gl-code-quality-report.json"), "GitLab code quality", gitlab_text),
    Report.of_text("markdown", (".md",), "short, for a pull-request comment", markdown_text),
    Report.of_text("csv", (".csv",), "one line a finding", csv_text),
)

__all__ = ["REPORTS", "Report", "report_for"]
