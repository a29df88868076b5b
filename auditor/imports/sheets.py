"""Tables of Excel workbooks and CSV files as rows of text, merged cells filled, each with its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from parsers.errors import UnreadableError

_MOST_ROWS = 20_000
_MOST_BYTES = 50 << 20
WORKBOOKS = (".xlsx", ".xlsm", ".xltx", ".xltm")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text; `date` marks what Excel made a date of, so that "10-12" is not taken for ports."""

    text: str
    date: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its name ("" for CSV), and rows with their numbers as a person sees them."""

    file: str
    name: str
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """The sheets of a workbook, or the one table of a CSV file.

    Raises:
        UnreadableError: the file cannot be opened, or is neither.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableError(str(path), f"cannot be opened: {error.strerror or error}") from None
    if len(data) > _MOST_BYTES:
        raise UnreadableError(str(path), f"the file has {len(data)} bytes; at most {_MOST_BYTES} are read")
    if path.suffix.casefold() in WORKBOOKS or data.startswith(b"PK\x03\x04"):
        return tuple(_workbook(path, data))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableError(str(path), "an old .xls workbook, or one with a password: save it as .xlsx without one")
    return (_csv(path, data),)


def _workbook(path: Path, data: bytes) -> Iterator[Sheet]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(data), data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise UnreadableError(str(path), f"not an Excel workbook: {error}") from None
    for sheet in book.worksheets:
        merged: dict[tuple[int, int], Any] = {}
        for area in sheet.merged_cells.ranges:
            first = sheet.cell(area.min_row, area.min_col).value
            for row in range(area.min_row, min(area.max_row, _MOST_ROWS) + 1):
                for column in range(area.min_col, area.max_col + 1):
                    merged[row, column] = first
        rows = []
        for number, cells in enumerate(sheet.iter_rows(max_row=min(sheet.max_row or 1, _MOST_ROWS)), start=1):
            found = tuple(_cell(merged.get((number, place), each.value)) for place, each in enumerate(cells, start=1))
            rows.append((number, found))
        if (sheet.max_row or 0) > _MOST_ROWS:
            raise UnreadableError(f"{path} sheet {sheet.title}", f"more than {_MOST_ROWS} rows: delete the empty ones")
        yield Sheet(str(path), sheet.title, tuple(rows))


def _cell(value: Any) -> Cell:
    if value is None:
        return Cell("")
    if isinstance(value, (datetime, date, time)):
        return Cell(str(value), date=True)
    if isinstance(value, float) and value.is_integer():
        return Cell(str(int(value)))
    return Cell(str(value).replace("\xa0", " ").strip())


def _csv(path: Path, data: bytes) -> Sheet:
    text = _decoded(path, data)
    sample = text[:8192]
    try:
        dialect = csv.Sniffer().sniff(sample, ";,\t|")
        separator = dialect.delimiter
    except csv.Error:
        separator = max(";,\t|", key=sample.count)
    rows = []
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        for cells in reader:
            rows.append((reader.line_num, tuple(Cell(each.replace("\xa0", " ").strip()) for each in cells)))
    except csv.Error as error:
        raise UnreadableError(str(path), f"not a CSV file: {error}", reader.line_num) from None
    return Sheet(str(path), "", tuple(rows[:_MOST_ROWS]))


def _decoded(path: Path, data: bytes) -> str:
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableError(str(path), "neither text nor an Excel workbook: save the matrix as .xlsx or .csv")
