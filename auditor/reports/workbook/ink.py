"""Styled cells of a streamed sheet, and the colours of the workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink

from auditor.reports.workbook.cells import cell_text, looks_like_formula

Sheet = Any
"""A streamed worksheet; the published types of openpyxl leave out most of what it has."""
XlsxCell = Any

Value = str | int | date | None
Colours = tuple[str, str]
"""Fill and font, six hexadecimal digits each, "" for none."""

COLOURS: Mapping[str, Colours] = {
    "critical": ("9C0006", "FFFFFF"),
    "high": ("E4572E", "FFFFFF"),
    "medium": ("FFC24B", "3D2C00"),
    "low": ("CFE8F3", "12394D"),
    "info": ("E9ECEF", "495057"),
    "satisfied": ("C6EFCE", "006100"),
    "missing": ("9C0006", "FFFFFF"),
    "partly": ("E4572E", "FFFFFF"),
    "not published": ("FFEB9C", "7F6000"),
    "cannot tell": ("FFEB9C", "7F6000"),
    "not applicable": ("E9ECEF", "495057"),
    "not observable": ("E9ECEF", "495057"),
    "forbidden opening": ("9C0006", "FFFFFF"),
    "closed": ("C6EFCE", "006100"),
    "yes": ("E4572E", "FFFFFF"),
    "undocumented": ("E4572E", "FFFFFF"),
    "needed": ("C6EFCE", "006100"),
    "maybe": ("FFEB9C", "7F6000"),
    "open": ("E4572E", "FFFFFF"),
    "deny": ("E9ECEF", "495057"),
    "allow": ("C6EFCE", "006100"),
    "unused": ("E9ECEF", "495057"),
    "undefined": ("FFC24B", "3D2C00"),
    "fail": ("E4572E", "FFFFFF"),
    "not decidable": ("FFEB9C", "7F6000"),
    "pass": ("C6EFCE", "006100"),
    "new": ("E4572E", "FFFFFF"),
    "back again": ("E4572E", "FFFFFF"),
    "still open": ("FFEB9C", "7F6000"),
    "in progress": ("CFE8F3", "12394D"),
    "changed": ("CFE8F3", "12394D"),
    "fixed": ("C6EFCE", "006100"),
    "not judged this time": ("E9ECEF", "495057"),
}
"""The colours of the values of coloured columns: dark enough on light enough to print in grey."""

PLAIN: Colours = ("", "")
HEADER: Colours = ("1F2A44", "FFFFFF")
INPUT_HEADER: Colours = ("7F6000", "FFFFFF")
LINK = "1F4E9E"
TEXT = "1A1A1A"


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks. `quoted` keeps a text that begins like a formula text when somebody edits the cell."""

    fill: str = ""
    font: str = TEXT
    size: int = 10
    bold: bool = False
    centred: bool = False
    wrapped: bool = True
    upright: bool = False
    underlined: bool = False
    quoted: bool = False
    number_format: str = "General"


class _StyledCell(Cell):
    """A cell that knows the number of its style: openpyxl looks it up again for every cell, which takes as long as
    writing it."""

    __slots__ = ("has_style", "style_id")

    def __repr__(self) -> str:
        # Formatted for every cell: openpyxl first tries each as a plain value and words an error.
        return ""


class Ink:
    """Makes the cells of one sheet; each style is built once."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._styles: dict[Look, int] = {}

    def cell(
        self,
        value: Value,
        colours: Colours = PLAIN,
        *,
        size: int = 10,
        bold: bool = False,
        centred: bool = False,
        wrapped: bool = True,
        upright: bool = False,
        link: str = "",
    ) -> XlsxCell:
        """A cell. Text is always stored as text; a link points inside the workbook ("Rules!A12").

        `wrapped` breaks long text within its column, otherwise it runs over empty neighbours.
        """
        fill, font = colours
        look = Look(
            fill,
            font or (LINK if link else TEXT),
            size,
            bold,
            centred,
            wrapped,
            upright,
            bool(link) and not fill,
            isinstance(value, str) and looks_like_formula(value),
            "yyyy-mm-dd" if isinstance(value, date) else "General",
        )
        return self.styled(value, look, link)

    def styled(self, value: Value, look: Look, link: str = "") -> XlsxCell:
        """A cell of a look made before; tables, whose cells look alike, are written with it."""
        cell: XlsxCell = _StyledCell(self._sheet, 1, 1)
        number = self._styles.get(look)
        cell.style_id = self._number(look) if number is None else number
        cell.has_style = True
        if isinstance(value, str):
            # Past the setter: it would take "=1" for a formula.
            cell._value = cell_text(value)
            cell.data_type = "s"
        elif isinstance(value, date):
            cell._value = value
            cell.data_type = "d"
        else:
            cell._value = value
        if link:
            sheet, _, place = link.partition("!")
            cell._hyperlink = Hyperlink(ref="", location=f"'{sheet}'!{place}")
        return cell

    def header(self, title: str, link: str = "", *, filled_in: bool = False, upright: bool = False) -> XlsxCell:
        """A cell of a header row; `filled_in` marks the columns that people write in."""
        return self.cell(title, INPUT_HEADER if filled_in else HEADER, bold=True, upright=upright, link=link)

    def _number(self, look: Look) -> int:
        cell: XlsxCell = Cell(self._sheet, 1, 1)
        cell.font = Font(
            name="Calibri",
            size=look.size,
            bold=look.bold,
            color=look.font,
            underline="single" if look.underlined else None,
        )
        cell.alignment = Alignment(
            vertical="bottom" if look.upright else "center" if look.size > 10 else "top",
            wrap_text=look.wrapped and not look.upright,
            horizontal="center" if look.centred else None,
            text_rotation=60 if look.upright else 0,
        )
        if look.fill:
            cell.fill = PatternFill("solid", start_color=look.fill)
        cell.number_format = look.number_format
        cell.quotePrefix = look.quoted
        self._styles[look] = cell.style_id
        return self._styles[look]
