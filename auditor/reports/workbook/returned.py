"""The workbook read back: what people wrote beside the findings, whatever they sorted, filtered, added or moved."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.datetime import from_excel

from auditor.findings.decisions import Choice, Decision
from auditor.reports.workbook.findings import COMMENT, DECISION, DUE, FINGERPRINT, FIXED_ON, OWNER, STATUS
from parsers.errors import UnreadableError

_REQUIRED = (FINGERPRINT, OWNER, DECISION, DUE, COMMENT)
_WRITTEN_BY_PEOPLE = (OWNER, DECISION, DUE, COMMENT)
_HEADER_WITHIN = 50
"""Rows above the header that people may have added."""
MOST_BYTES = 2**30
"""Unpacked size of a workbook; a million findings need less."""
_OLE = b"\xd0\xcf\x11\xe0"
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_DATES = (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"), re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})"))
_FIRST_DAY, _LAST_DAY = 36_526, 73_050
"""2000-01-01 and 2099-12-31 as spreadsheets count days."""


def read_decisions(path: Path) -> tuple[Decision, ...]:
    """Every finding of a workbook with what people wrote beside it, in the order of its sheets and rows.

    All sheets that have a column Fingerprint are read (Findings, Waived, Earlier findings, copies of them); columns
    are found by their titles, so that their order and further columns do not matter.

    Raises:
        UnreadableError: not a workbook, no findings in it, a column is missing or there twice, a decision that is
            not on the list, a due date that is no day, or two rows that decide the same finding differently.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableError(str(path), f"{error.strerror or 'cannot be read'}.") from error
    _check_container(path, data)
    try:
        with warnings.catch_warnings():
            # What spreadsheets add and openpyxl does not keep (extensions, slicers) is not needed here.
            warnings.simplefilter("ignore")
            return _read(path, data)
    except UnreadableError:
        raise
    except Exception as error:
        raise UnreadableError(
            str(path), f"this workbook is damaged ({type(error).__name__}): open it and save it again as .xlsx."
        ) from error


def _read(path: Path, data: bytes) -> tuple[Decision, ...]:
    found: dict[str, Decision] = {}
    sheets = 0
    book: Any = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    for sheet in book.worksheets:
        # Some programs write a wrong size of the sheet: rows beyond it would be lost.
        sheet.reset_dimensions()
        table = iter(sheet.iter_rows(values_only=True))
        header = _header(path, sheet.title, table)
        if header is None:
            continue
        sheets += 1
        first, columns = header
        for number, row in enumerate(table, start=first + 1):
            decision = _decision(f"{path.name}, sheet {sheet.title}, row {number}", path, _values(columns, row))
            if decision is not None:
                _add(path, found, decision)
    if not sheets:
        raise UnreadableError(
            str(path), f"no sheet has a column {FINGERPRINT!r}: give a workbook that fwproof audit -o wrote."
        )
    return tuple(found.values())


def _check_container(path: Path, data: bytes) -> None:
    if data.startswith(_OLE):
        raise UnreadableError(
            str(path), "encrypted, or an old .xls file: save it as .xlsx without a password, then give that."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if "mimetype" in archive.namelist():
                raise UnreadableError(str(path), "an OpenDocument file: save it as .xlsx, then give that.")
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise UnreadableError(str(path), f"larger than {MOST_BYTES // 2**20:,} MiB when unpacked.")
    except zipfile.BadZipFile as error:
        raise UnreadableError(str(path), "not an .xlsx workbook, or a damaged one.") from error


def _header(path: Path, sheet: str, rows: Iterator[Sequence[Any]]) -> tuple[int, Mapping[str, int]] | None:
    """The number of the header row and its columns; None for a sheet without fingerprints."""
    known = {title.casefold(): title for title in (*_REQUIRED, *_OPTIONAL)}
    for number, row in zip(range(1, _HEADER_WITHIN + 1), rows, strict=False):
        titles = [known.get(str(value).strip().casefold()) for value in row]
        if FINGERPRINT not in titles:
            continue
        for title in _REQUIRED:
            if titles.count(title) != 1:
                what = "no column" if title not in titles else "more than one column"
                raise UnreadableError(
                    str(path), f"sheet {sheet}: {what} is called {title!r}: its decisions are unclear."
                )
        return number, {title: titles.index(title) for title in known.values() if title in titles}
    return None


_OPTIONAL: Mapping[str, str] = {
    "Severity": "severity",
    "Check": "check",
    "Firewall": "device",
    "Rule": "rule",
    "Finding": "message",
    STATUS: "status",
    FIXED_ON: "fixed_on",
}


def _values(columns: Mapping[str, int], row: Sequence[Any]) -> dict[str, Any]:
    return {title: row[place] if place < len(row) else None for title, place in columns.items()}


def _decision(place: str, path: Path, values: Mapping[str, Any]) -> Decision | None:
    fingerprint = _text(values[FINGERPRINT])
    if not _FINGERPRINT.fullmatch(fingerprint):
        if not fingerprint and not any(_text(values[title]) for title in _WRITTEN_BY_PEOPLE):
            return None
        what = f"{fingerprint!r} is no fingerprint" if fingerprint else "a decision without a fingerprint"
        raise UnreadableError(str(path), f"{place}: {what}: copy it from the workbook that fwproof wrote.")
    facts = {name: _text(values.get(title)) for title, name in _OPTIONAL.items() if title != FIXED_ON}
    return Decision(
        fingerprint=fingerprint,
        place=place,
        owner=_text(values[OWNER]),
        decision=_choice(place, path, _text(values[DECISION])),
        due=_day(place, path, DUE, values[DUE]),
        comment=_text(values[COMMENT]),
        fixed_on=_day(place, path, FIXED_ON, values.get(FIXED_ON)),
        **facts,
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _choice(place: str, path: Path, word: str) -> str:
    if not word:
        return ""
    try:
        return Choice(word.casefold()).value
    except ValueError:
        known = ", ".join(Choice)
        raise UnreadableError(str(path), f"{place}: {word!r} is no decision: write {known}, or nothing.") from None


def _day(place: str, path: Path, title: str, value: Any) -> date | None:
    if value is None or _text(value) == "":
        return None
    day = _as_day(value)
    if day is None:
        raise UnreadableError(str(path), f"{place}: {_text(value)!r} in {title} is no day: write 2027-03-31.")
    return day


def _as_day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and _FIRST_DAY <= value <= _LAST_DAY:
        counted = from_excel(int(value))
        return counted.date() if isinstance(counted, datetime) else None
    for number, pattern in enumerate(_DATES):
        match = pattern.fullmatch(_text(value))
        if match:
            parts = [int(part) for part in match.groups()]
            try:
                return date(*(parts if number == 0 else reversed(parts)))
            except ValueError:
                return None
    return None


def _add(path: Path, found: dict[str, Decision], decision: Decision) -> None:
    """A finding may stand in several rows: one that says nothing gives way, two that differ are a mistake."""
    before = found.get(decision.fingerprint)
    if before is None or not any(_said(before)):
        found[decision.fingerprint] = decision
    elif any(_said(decision)) and _said(decision) != _said(before):
        raise UnreadableError(
            str(path), f"{decision.place}: decides {decision.fingerprint} differently than {before.place}: keep one."
        )


def _said(decision: Decision) -> tuple[object, ...]:
    return (decision.owner, decision.decision, decision.due, decision.comment)
