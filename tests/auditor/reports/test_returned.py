"""A workbook comes back: sorted, filtered, extended, saved by another program, or broken."""

import io
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from auditor.findings.decisions import Decision, FollowUp, Past, Status
from auditor.findings.result import AuditResult
from auditor.reports.workbook import workbook_bytes
from auditor.reports.workbook.returned import read_decisions
from parsers.errors import UnreadableError

Change = Callable[[Any], None]


@pytest.fixture(scope="module")
def fresh(result: AuditResult) -> bytes:
    return workbook_bytes(result)


@pytest.fixture
def edited(fresh: bytes, tmp_path: Path) -> Callable[..., Path]:
    def edit(change: Change, sheet: str = "Findings") -> Path:
        book = load_workbook(io.BytesIO(fresh))
        change(book[sheet])
        path = tmp_path / "findings.xlsx"
        book.save(path)
        return path

    return edit


def put(sheet: Any, row: int, **values: object) -> None:
    titles = {cell.value: cell.column for cell in sheet[1]}
    for title, value in values.items():
        sheet.cell(row, titles[title.replace("_", " ")]).value = value


def decide(sheet: Any) -> None:
    put(sheet, 3, Owner="Ayşe Yılmaz", Decision="accepted", Due_date=date(2027, 3, 31), Comment="=until the move")
    sheet.cell(3, 17).data_type = "s"


def found(path: Path, fingerprint: str) -> Decision:
    return next(each for each in read_decisions(path) if each.fingerprint == fingerprint)


def said(decision: Decision) -> tuple[object, ...]:
    return (decision.owner, decision.decision, decision.due, decision.comment)


SAID = ("Ayşe Yılmaz", "accepted", date(2027, 3, 31), "=until the move")


def test_an_untouched_workbook_holds_every_finding_undecided(edited: Callable[..., Path], result: AuditResult) -> None:
    decisions = read_decisions(edited(lambda _: None))
    everything = {each.fingerprint for each in (*result.findings, *(waived for waived, _ in result.waived))}
    assert {each.fingerprint for each in decisions} == everything
    assert all(said(each) == ("", "", None, "") for each in decisions)
    first = next(each for each in decisions if each.fingerprint == result.findings[0].fingerprint)
    assert (first.check, first.device, first.rule, first.severity) == ("FW102", "edge", "policy 1", "critical")
    assert first.place == "findings.xlsx, sheet Findings, row 2"


def test_what_people_wrote_is_read(edited: Callable[..., Path], result: AuditResult) -> None:
    assert said(found(edited(decide), result.findings[1].fingerprint)) == SAID


def test_decisions_stay_with_waived_findings(edited: Callable[..., Path], result: AuditResult) -> None:
    path = edited(lambda sheet: put(sheet, 2, Owner="Eve", Due_date="2027-01-02"), "Waived")
    assert said(found(path, result.waived[0][0].fingerprint))[::2] == ("Eve", date(2027, 1, 2))


def shuffled(sheet: Any) -> None:
    decide(sheet)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    body = sorted(rows[1:], key=lambda row: str(row[6]), reverse=True)
    for number, row in enumerate([rows[0], *body], start=1):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column).value = value
            sheet.cell(number, column).data_type = (
                "s" if isinstance(value, str) else sheet.cell(number, column).data_type
            )


def widened(sheet: Any) -> None:
    decide(sheet)
    sheet.insert_cols(3)
    sheet.cell(1, 3).value = "Our ticket"
    sheet.insert_rows(1, 2)
    sheet.cell(1, 1).value = "Draft of Monday"
    sheet.move_range("A3:AA20", 0, 1)


def respelt(sheet: Any) -> None:
    decide(sheet)
    put(sheet, 3, Decision=" Accepted ", Due_date="31.3.2027")
    sheet.cell(1, 14).value = "OWNER "


def counted(sheet: Any) -> None:
    decide(sheet)
    put(sheet, 3, Due_date=46477)
    sheet.cell(3, 16).number_format = "General"


@pytest.mark.parametrize("change", [shuffled, widened, respelt, counted])
def test_what_people_moved_is_found(change: Change, edited: Callable[..., Path], result: AuditResult) -> None:
    assert said(found(edited(change), result.findings[1].fingerprint)) == SAID


def test_libreoffice_saves_what_is_read(
    edited: Callable[..., Path], result: AuditResult, soffice: str, tmp_path: Path
) -> None:
    path = edited(decide)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "xlsx", "--outdir", tmp_path / "saved", path]
    subprocess.run(command, capture_output=True, timeout=240, check=True)
    assert said(found(tmp_path / "saved" / "findings.xlsx", result.findings[1].fingerprint)) == SAID


def copied(sheet: Any) -> None:
    decide(sheet)
    values = [cell.value for cell in sheet[3]]
    sheet.append(values)
    put(sheet, sheet.max_row, Decision="to fix")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda sheet: put(sheet, 2, Decision="maybe"), "sheet Findings, row 2: 'maybe' is no decision: write to fix"),
        (lambda sheet: put(sheet, 2, Due_date="30/02/2027"), "row 2: '30/02/2027' in Due date is no day"),
        (lambda sheet: put(sheet, 2, Due_date=12), "'12' in Due date is no day"),
        (lambda sheet: put(sheet, 2, Fingerprint="", Owner="Eve"), "row 2: a decision without a fingerprint"),
        (lambda sheet: put(sheet, 2, Fingerprint=12345), "row 2: '12345' is no fingerprint"),
        (lambda sheet: put(sheet, 1, Owner="Who"), "sheet Findings: no column is called 'Owner'"),
        (lambda sheet: put(sheet, 1, Why_it_matters="Owner"), "more than one column is called 'Owner'"),
        (copied, "differently than findings.xlsx, sheet Findings, row 3"),
    ],
)
def test_what_is_unclear_is_refused(change: Change, message: str, edited: Callable[..., Path]) -> None:
    with pytest.raises(UnreadableError, match=r"findings\.xlsx") as caught:
        read_decisions(edited(change))
    assert message in str(caught.value)


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def empty_book() -> bytes:
    stream = io.BytesIO()
    Workbook().save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an .xlsx workbook"),
        (b"fingerprint;owner\n", "not an .xlsx workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "encrypted, or an old .xls file"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "an OpenDocument file"),
        (zipped(a=b"b"), "damaged"),
        (empty_book(), "no sheet has a column 'Fingerprint'"),
    ],
)
def test_what_is_no_workbook_of_findings_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "findings.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=r"findings\.xlsx") as caught:
        read_decisions(path)
    assert message in str(caught.value)


def test_a_truncated_workbook_is_refused(fresh: bytes, tmp_path: Path) -> None:
    path = tmp_path / "findings.xlsx"
    path.write_bytes(fresh[: len(fresh) // 2])
    with pytest.raises(UnreadableError):
        read_decisions(path)
    with pytest.raises(UnreadableError, match=r"No such file"):
        read_decisions(tmp_path / "none.xlsx")


def test_the_next_workbook_carries_everything_on(result: AuditResult, tmp_path: Path) -> None:
    kept, gone = result.findings[1], Decision("0" * 16, "", device="branch", owner="Bob", comment="ask him")
    decision = Decision(kept.fingerprint, "", status="in progress", owner="Ayşe", due=date(2027, 3, 31))
    follow_up = FollowUp(
        "last.xlsx",
        {each.fingerprint: Status.OPEN for each in result.findings} | {kept.fingerprint: Status.IN_PROGRESS},
        {kept.fingerprint: decision},
        (
            Past(gone, Status.UNKNOWN, "branch is not part of this audit"),
            Past(replace(gone, fingerprint="1" * 16, fixed_on=date(2026, 11, 24)), Status.FIXED, "not found"),
        ),
        (),
    )
    path = tmp_path / "next.xlsx"
    path.write_bytes(workbook_bytes(replace(result, follow_up=follow_up)))
    assert said(found(path, kept.fingerprint)) == said(decision)
    assert found(path, kept.fingerprint).status == "in progress"
    assert said(found(path, "0" * 16)) == ("Bob", "", None, "ask him")
    assert found(path, "1" * 16).fixed_on == date(2026, 11, 24)
    titles = load_workbook(path)["Earlier findings"]
    assert [row[0].value for row in titles.iter_rows(min_row=2)] == ["not judged this time", "fixed"]
    assert isinstance(titles["L3"].value, datetime)
