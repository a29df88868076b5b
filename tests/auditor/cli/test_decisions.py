"""The workbook goes round: audited, decided, audited again."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from auditor.cli import run

ROOT = Path(__file__).parents[3]
EXPORT = ROOT / "samples" / "quillwort" / "fgt-quillwort.conf"


def audit(export: Path, *more: str) -> int:
    return run(["audit", str(export), "--today", "2026-11-24", "--fail-on", "critical", *more])


def accept(path: Path, until: date) -> int:
    """Every critical finding, with an owner."""
    book = load_workbook(path)
    sheet = book["Findings"]
    titles = {cell.value: cell.column for cell in sheet[1]}
    rows = [row for row in range(2, sheet.max_row + 1) if sheet.cell(row, titles["Severity"]).value == "critical"]
    for row in rows:
        sheet.cell(row, titles["Owner"]).value = "Ada"
        sheet.cell(row, titles["Decision"]).value = "accepted"
        sheet.cell(row, titles["Due date"]).value = until
    book.save(path)
    return len(rows)


def test_accepted_findings_are_waived_until_their_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, data = tmp_path / "1.xlsx", tmp_path / "2.xlsx", tmp_path / "2.json"
    assert audit(EXPORT, "-o", str(first)) == 1
    accepted = accept(first, date(2026, 12, 31))
    assert audit(EXPORT, "--decisions", str(first), "-o", str(second), "-o", str(data)) == 0
    assert len(json.loads(data.read_text("utf-8"))["waived"]) == accepted
    # The next audit starts from the second workbook: what was accepted stays accepted, up to its day.
    assert audit(EXPORT, "--decisions", str(second)) == 0
    assert audit(EXPORT, "--decisions", str(second), "--today", "2027-01-01") == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "accepted until 2026-12-31, which is over" in shown
    assert "FW122 Waiver to look at" in shown


def test_new_open_and_fixed_findings_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = tmp_path / "1.xlsx"
    audit(EXPORT, "-o", str(book))
    repaired = tmp_path / EXPORT.name
    repaired.write_text(EXPORT.read_text("utf-8").replace("set allowaccess ping https ssh", "set allowaccess ping"))
    capsys.readouterr()
    audit(repaired, "--decisions", str(book))
    shown = " ".join(capsys.readouterr().out.split())
    assert re.search(r"Compared with 1\.xlsx: \d+ still open, \d+ fixed\.", shown)
    assert "fixed: FW112 fgt-quillwort ssh on wan1" in shown


def test_a_broken_workbook_is_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "findings.xlsx"
    path.write_bytes(b"no workbook")
    assert audit(EXPORT, "--decisions", str(path)) == 3
    assert f"fwproof: {path}: not an .xlsx workbook" in capsys.readouterr().err
