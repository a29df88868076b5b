import io
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import load_workbook

from auditor.findings.result import AuditResult
from auditor.reports.workbook import workbook_bytes
from auditor.reports.workbook.cells import LONGEST, cell_text, looks_like_formula


@pytest.fixture(scope="module")
def module_book() -> dict[int, Any]:
    return {}


@pytest.fixture
def book(result: AuditResult, module_book: dict[int, Any]) -> Any:
    if 0 not in module_book:
        module_book[0] = load_workbook(io.BytesIO(workbook_bytes(result)))
    return module_book[0]


def column(sheet: Any, title: str) -> list[Any]:
    titles = [cell.value for cell in sheet[1]]
    return [row[titles.index(title)] for row in sheet.iter_rows(min_row=2)]


def test_the_sheets_in_their_order(book: Any) -> None:
    assert book.sheetnames == [
        "Cover", "Summary", "Findings", "Firewalls", "Required ports", "Exposure", "Exposure matrix", "Rules",
        "Objects", "Waived", "Not understood", "Legend",
    ]  # fmt: skip


def test_tables_have_filter_frozen_header_widths_and_print_set_up(book: Any) -> None:
    for name in book.sheetnames[2:]:
        sheet = book[name]
        assert sheet.freeze_panes in ("A2", "B2")
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.column_dimensions["A"].width > 5
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows == "$1:$1"
        assert not sheet.merged_cells.ranges


def test_the_filter_covers_exactly_the_rows(book: Any) -> None:
    assert book["Findings"].auto_filter.ref == "A1:Y11"


def test_findings_are_ordered_and_coloured_by_severity(book: Any) -> None:
    severities = column(book["Findings"], "Severity")
    assert [cell.value for cell in severities] == ["critical", "medium", *["low"] * 8]
    assert len({cell.fill.start_color.rgb for cell in severities}) == 3


def test_a_finding_links_to_its_rule_and_back(book: Any) -> None:
    rule = column(book["Findings"], "Rule")[1]
    place = rule.hyperlink.location.split("!")[1]
    assert book["Rules"][place].row == 3
    assert column(book["Rules"], "Rule")[1].value == "2"
    back = column(book["Rules"], "Findings")[1]
    assert back.value == "F002"
    assert book["Findings"][back.hyperlink.location.split("!")[1]].value == "F002"


def test_ports_and_exposures_link_to_rules(book: Any) -> None:
    states = [cell.value for cell in column(book["Required ports"], "State")]
    assert states == ["missing", "cannot tell", "satisfied", "not applicable"]
    assert column(book["Required ports"], "Opened by")[2].hyperlink.location == "'Rules'!A2"
    assert [cell.value for cell in column(book["Exposure"], "Documented")] == ["undocumented", "documented"]


def test_text_that_looks_like_a_formula_stays_text(book: Any) -> None:
    cell = column(book["Rules"], "Name")[0]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=HYPERLINK(evil)", "s", True)
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_control_characters_are_shown_not_written(book: Any) -> None:
    assert column(book["Rules"], "Name")[2].value == "bell\\x07 and \\x1b[31m"


def test_lines_are_numbers(book: Any) -> None:
    assert column(book["Findings"], "Line")[0].value == 10


def test_the_summary_says_verdict_counts_and_urgent_findings(book: Any) -> None:
    texts = [str(cell.value) for row in book["Summary"].iter_rows() for cell in row if cell.value is not None]
    assert any(text.startswith("Not fully judged") for text in texts)
    assert "F001" in texts
    assert "tcp/50636 from 10.0.10.21 to 10.0.20.5" in texts


def test_the_same_result_gives_the_same_bytes(result: AuditResult) -> None:
    assert workbook_bytes(result) == workbook_bytes(result)


def test_an_empty_audit_is_a_workbook_too(result: AuditResult) -> None:
    empty = replace(
        result, devices=(), findings=(), coverage=(), exposures=(), gaps=(), answers=(), checks=(), checks_skipped=(),
        rulesets=(), waived=(), site_inferred=(),
    )  # fmt: skip
    book = load_workbook(io.BytesIO(workbook_bytes(empty)))
    assert book["Findings"]["A2"].value == "No findings."


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "'quoted"])
def test_what_a_spreadsheet_would_calculate(text: str) -> None:
    assert looks_like_formula(text)


def test_ordinary_text_is_not_marked() -> None:
    assert not looks_like_formula("10.0.0.0/8")


def test_a_text_too_long_for_a_cell_is_cut_with_a_note() -> None:
    cut = cell_text("x" * 40_000)
    assert len(cut) == LONGEST
    assert cut.endswith("(cut: 40,000 characters in all; the JSON report has them)")


def test_escapes_of_the_file_format_stay_literal() -> None:
    assert cell_text("a_x0041_b") == "a_x005F_x0041_b"


def test_the_cover_counts_the_lines_of_every_file_once(result: AuditResult) -> None:
    """The VDOMs of a device share its file."""
    twice = replace(result, devices=(*result.devices, *(replace(each, name="2") for each in result.devices)))
    cover = load_workbook(io.BytesIO(workbook_bytes(twice)))["Cover"]
    said = {row[0].value: row[1].value for row in cover.iter_rows()}
    ledgers = {source.name: source.ledger for each in result.devices for source in each.sources}.values()
    assert said["Lines"].startswith(f"{sum(each.total for each in ledgers):,} lines: ")
