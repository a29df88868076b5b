"""What became of the findings of the last workbook is marked in every report."""

import json

import pytest

from auditor.findings.result import AuditResult
from auditor.reports import REPORTS, Report
from auditor.reports.delimited import csv_text
from auditor.reports.sarif import sarif_text
from auditor.reports.terminal import terminal_text


def test_the_terminal_marks_findings_and_names_what_is_fixed(followed: AuditResult) -> None:
    text = terminal_text(followed, width=200)
    assert "CRITICAL  FW102 Forbidden opening exposed  (still open)" in text
    assert "MEDIUM  FW102 Forbidden opening exposed  (possible)  (new)" in text
    assert " - Compared with last.xlsx: 10 new, 1 still open, 1 fixed." in text
    assert " - a note" in text
    assert " - fixed: FW112 edge ssh: ssh answered" in text


def test_sarif_and_csv_carry_the_status(followed: AuditResult) -> None:
    results = json.loads(sarif_text(followed))["runs"][0]["results"]
    assert [each["properties"]["status"] for each in results] == ["still open", *["new"] * 10]
    assert (
        csv_text(followed)
        .splitlines()[1]
        .endswith(",still open,Ada,to fix,2027-01-31,,100 lines = 60 read + 38 irrelevant + 2 not understood")
    )


@pytest.mark.parametrize("name", ["html", "markdown", "terminal"])
def test_reports_for_people_say_it_in_a_sentence(name: str, followed: AuditResult) -> None:
    report = next(each for each in REPORTS if each.name == name)
    assert "Compared with last.xlsx: 10 new, 1 still open, 1 fixed." in report.render(followed).decode()


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_every_report_renders_with_and_without(followed: AuditResult, result: AuditResult, report: Report) -> None:
    assert report.render(followed)
    assert report.render(result)
