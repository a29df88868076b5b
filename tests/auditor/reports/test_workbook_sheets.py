"""What each sheet of the workbook holds, its limits, and hostile texts in it."""

import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from auditor.findings.finding import Severity
from auditor.findings.result import AuditResult, RulesetUsed
from auditor.reports.workbook import sheet as sheet_module
from auditor.reports.workbook import workbook_bytes
from auditor.reports.workbook.cells import LONGEST, cell_text, looks_like_formula
from auditor.reports.workbook.ink import Ink
from parsers.model.firewall import NamedObject, Reference
from parsers.model.origin import Origin


def opened(result: AuditResult) -> Any:
    return load_workbook(io.BytesIO(workbook_bytes(result)))


def texts(sheet: Any) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def column(sheet: Any, title: str) -> list[Any]:
    titles = [cell.value for cell in sheet[1]]
    return [row[titles.index(title)].value for row in sheet.iter_rows(min_row=2)]


@pytest.fixture(scope="module")
def book(result: AuditResult) -> Any:
    return opened(result)


def test_the_cover_says_scope_day_versions_files_and_ledger(book: Any) -> None:
    said = texts(book["Cover"])
    assert "1 firewall, 3 rules" in said
    assert "2026-11-24" in said
    assert "0.1.0" in said
    assert "1.0.0: Microsoft Exchange Server 2010" in said
    assert "0" * 64 in said
    assert "100 lines: 60 read, 2 not understood, the others irrelevant" in said
    assert "No version in the header: defaults of 7.0 are assumed." in said


def test_the_cover_links_every_sheet(book: Any) -> None:
    linked = {cell.hyperlink.location for row in book["Cover"].iter_rows() for cell in row if cell.hyperlink}
    assert linked == {f"'{name}'!A1" for name in book.sheetnames[1:]}


def test_the_summary_counts_by_severity_and_firewall_in_two_charts(book: Any) -> None:
    sheet = book["Summary"]
    rows = [[cell.value for cell in row[:6]] for row in sheet.iter_rows()]
    assert ["edge", 1, 0, 1, 8, 0] in rows
    assert len(sheet._charts) == 2


def test_many_firewalls_are_one_row_that_keeps_the_sum(result: AuditResult) -> None:
    many = tuple(replace(result.findings[0], device=f"fw{number}", fingerprint="") for number in range(30))
    rows = {row[0].value: row[1].value for row in opened(replace(result, findings=many))["Summary"].iter_rows()}
    assert rows["21 others"] == 20
    assert sum(isinstance(name, str) and name.startswith("fw") for name in rows) >= 10


def test_people_fill_in_from_lists_and_days(book: Any) -> None:
    sheet = book["Findings"]
    titles = [cell.value for cell in sheet[1]]
    assert titles[12:17] == ["Status", "Owner", "Decision", "Due date", "Comment"]
    rules = {str(each.sqref): each for each in sheet.data_validations.dataValidation}
    assert rules["M2:M11"].formula1 == '"new,still open,back again,in progress,fixed"'
    assert rules["O2:O11"].formula1 == '"to fix,accepted,false alarm,to clarify"'
    assert rules["P2:P11"].type == "date"
    assert set(column(sheet, "Status")) == {"new"}


def test_a_finding_links_to_its_check_and_back(book: Any) -> None:
    sheet = book["Findings"]
    titles = [cell.value for cell in sheet[1]]
    check = sheet.cell(2, titles.index("Check") + 1)
    row = book["Legend"][check.hyperlink.location.split("!")[1]].row
    assert book["Legend"].cell(row, 1).value == "FW102"
    assert book["Legend"].cell(row, 4).hyperlink.location == "'Findings'!A2"


def test_the_legend_has_one_line_a_section(book: Any) -> None:
    assert column(book["Legend"], "In full")[1] == "What it finds: RPC."


@settings(max_examples=60)
@given(st.text(st.characters(), min_size=1, max_size=40))
def test_any_text_is_read_back_as_text(text: str) -> None:
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("a")
    sheet.append([Ink(sheet).cell(text)])
    stream = io.BytesIO()
    book.save(stream)
    cell = load_workbook(io.BytesIO(stream.getvalue()))["a"]["A1"]
    assert cell.value == cell_text(text)
    assert cell.data_type == "s"
    assert cell.quotePrefix == looks_like_formula(text)


def test_the_matrix_is_a_table_of_short_words(book: Any) -> None:
    sheet = book["Exposure matrix"]
    assert [cell.value for cell in sheet[1]] == ["From", "Server", "tcp/135", "tcp/443"]
    assert [cell.value for cell in sheet[2]] == ["internet", "client_access", "open", "needed"]


def test_waived_findings_keep_what_is_needed_to_come_back(book: Any) -> None:
    sheet = book["Waived"]
    assert column(sheet, "Waived by") == ["EXC-1, legacy scanner, expires 2027-03-31"]
    assert len(column(sheet, "Fingerprint")[0]) == 16
    assert column(sheet, "Owner") == [None]


def test_objects_are_unused_or_undefined(result: AuditResult) -> None:
    here = Origin("edge.conf", 5, 6, "firewall address", "old")
    device = replace(
        result.devices[0],
        objects=(NamedObject("firewall address", "old", here, text="10.0.0.9/32"),),
        references=(Reference("firewall policy", "1", "firewall address", "gone", here, defined=False),),
    )
    sheet = opened(replace(result, devices=(device,)))["Objects"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert rows == [
        ["undefined", "edge", "firewall address", "gone", None, "firewall policy 1", "edge.conf", 5],
        ["unused", "edge", "firewall address", "old", "10.0.0.9/32", None, "edge.conf", 5],
    ]


def test_hardening_has_a_sheet_once_a_guide_was_evaluated(result: AuditResult) -> None:
    guide = RulesetUsed("cis-fortigate-7.0", "1.3.0", "CIS FortiGate 7.0.x Benchmark", ())
    assert "Hardening" in opened(replace(result, benchmarks=(guide,))).sheetnames


def test_a_table_longer_than_a_sheet_goes_on_and_links_follow(
    result: AuditResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_module, "MOST_ROWS", 4)
    book = opened(result)
    assert [name for name in book.sheetnames if name.startswith("Findings")] == [
        "Findings", "Findings (2)", "Findings (3)",
    ]  # fmt: skip
    labels = [value for name in book.sheetnames if name.startswith("Findings") for value in column(book[name], "#")]
    assert labels == [f"F{number:03d}" for number in range(1, 11)]
    back = next(cell for cell in book["Rules"]["M"] if cell.value and cell.value.startswith("F003"))
    assert book["Findings"][back.hyperlink.location.split("!")[1]].value == "F003"


def test_links_beyond_what_a_sheet_may_hold_are_left_out(result: AuditResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_module, "MOST_LINKS", 3)
    sheet = opened(result)["Findings"]
    assert sum(1 for row in sheet.iter_rows() for cell in row if cell.hyperlink) == 3


HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "bell \x07 escape \x1b[31m nul \x00",
    "right \u202e to left",
    "שרת הדואר",
    "İstanbul ılık ŞİFRE",
    "\ud800 alone",
    "_x000D_",
    "#REF!",
    "a" * 40_000,
    "😀" * 20_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_text_in_every_sheet(result: AuditResult, text: str) -> None:
    finding = replace(
        result.findings[0], message=text, rule=text, device=text, remedy=text, fingerprint="", severity=Severity.HIGH
    )
    device = replace(result.devices[0], name=text, product=text)
    book = opened(replace(result, findings=(finding,), devices=(device,), site_name=text, site_inferred=(text,)))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type in "fe"]
    shown = column(book["Findings"], "Finding")[0]
    # openpyxl hands "_x005F_" through as written.
    assert shown == cell_text(text)
    assert len(shown.encode("utf-16-le")) // 2 <= LONGEST
