from pathlib import Path

import pytest

from auditor.findings.result import AuditResult
from auditor.reports import REPORTS, Report, report_for


def test_names_and_suffixes_are_unique() -> None:
    names = [report.name for report in REPORTS]
    suffixes = [suffix for report in REPORTS for suffix in report.suffixes]
    assert len(set(names)) == len(names)
    assert len(set(suffixes)) == len(suffixes)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("out/a.xlsx", "xlsx"),
        ("A.JSON", "json"),
        ("a.sarif.json", "sarif"),
        ("gl-code-quality-report.json", "gitlab"),
        ("junit.xml", "junit"),
        ("a.md", "markdown"),
    ],
)
def test_the_suffix_chooses_the_report(file: str, name: str) -> None:
    report = report_for(file, REPORTS)
    assert report is not None
    assert report.name == name


def test_an_unknown_suffix_chooses_nothing() -> None:
    assert report_for("audit.docx", REPORTS) is None


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_every_report_renders_the_same_bytes_twice(report: Report, result: AuditResult) -> None:
    assert report.render(result) == report.render(result) != b""


def test_every_module_with_a_report_is_in_the_list() -> None:
    import auditor.reports

    folder = Path(auditor.reports.__file__).parent
    shared = {"__init__", "report", "text", "verdict", "matrix", "guides", "since", "flows", "lines", "shortnames"}
    modules = {path.stem for path in folder.glob("*.py")} - shared
    modules |= {path.parent.name for path in folder.glob("*/__init__.py")}
    listed = {report.name for report in REPORTS}
    renamed = {"delimited": "csv", "jsonreport": "json", "workbook": "xlsx"}
    assert {renamed.get(module, module) for module in modules} == listed
