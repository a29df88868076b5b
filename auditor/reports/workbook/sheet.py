"""One table of the workbook, streamed into a sheet with filter, frozen header, links and print set-up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from auditor.reports.workbook.cells import cell_text, looks_like_formula

if TYPE_CHECKING:
    from openpyxl import Workbook
    from pandas import DataFrame

Sheet = Any
"""A streamed worksheet; the published types of openpyxl leave out most of what it has."""
XlsxCell = Any
"""A cell of a streamed worksheet; the published types call its class a function."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, its width in characters, and whether its values choose their own colour."""

    title: str
    width: int
    coloured: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet's table. `links` gives, by column title, the target of each row ("Rules!A12"), "" for none."""

    sheet: str
    columns: tuple[Column, ...]
    frame: DataFrame
    links: Mapping[str, Sequence[str]] = field(default_factory=dict)
    empty: str = "Nothing."
    """What a table without rows says."""
    printed: int = 0
    """How many columns go on paper, 0 for all: a page holds about 250 characters a line."""


COLOURS: Mapping[str, tuple[str, str]] = {
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
    "deny": ("E9ECEF", "495057"),
    "allow": ("C6EFCE", "006100"),
}
"""Fill and font colour of the values of coloured columns: dark enough on light enough to print in grey."""

_HEADER = ("1F2A44", "FFFFFF")
_LINK = "1F4E9E"
_TEXT = "1A1A1A"


@dataclass(frozen=True, slots=True)
class _Look:
    fill: str
    font: str
    size: int
    bold: bool
    centred: bool
    wrapped: bool
    ruled: bool
    quoted: bool
    underlined: bool


class Ink:
    """Makes styled cells. Each style is built once and shared: building one a cell costs ten times the cell."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._styles: dict[_Look, Any] = {}

    def cell(
        self,
        value: str | int,
        colours: tuple[str, str] = ("", ""),
        *,
        size: int = 10,
        bold: bool = False,
        centred: bool = False,
        wrapped: bool = True,
        ruled: bool = True,
        link: str = "",
    ) -> XlsxCell:
        """A cell. Text is always stored as text; a link points inside the workbook ("Rules!A12").

        `wrapped` breaks long text within its column, otherwise it runs over empty neighbours; `ruled` draws a line
        below.
        """
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.worksheet.hyperlink import Hyperlink

        cell: XlsxCell = WriteOnlyCell(self._sheet)
        quoted = False
        if isinstance(value, int):
            cell.value = value
        else:
            text = cell_text(value)
            quoted = looks_like_formula(text)
            cell.value = text
            cell.data_type = "s"
        font = colours[1] or (_LINK if link else _TEXT)
        underlined = bool(link) and not colours[0]
        cell._style = self._style(_Look(colours[0], font, size, bold, centred, wrapped, ruled, quoted, underlined))
        if link:
            sheet, _, place = link.partition("!")
            cell._hyperlink = Hyperlink(ref="", location=f"'{sheet}'!{place}")
        return cell

    def _style(self, look: _Look) -> Any:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        if look not in self._styles:
            cell: XlsxCell = WriteOnlyCell(self._sheet)
            underline: Literal["single"] | None = "single" if look.underlined else None
            cell.font = Font(name="Calibri", size=look.size, bold=look.bold, color=look.font, underline=underline)
            cell.alignment = Alignment(
                vertical="center" if look.size > 10 else "top",
                wrap_text=look.wrapped,
                horizontal="center" if look.centred else None,
            )
            if look.fill:
                cell.fill = PatternFill("solid", start_color=look.fill)
            if look.ruled:
                cell.border = Border(bottom=Side(style="hair", color="BFC5CE"))
            cell.quotePrefix = look.quoted
            self._styles[look] = cell._style
        return self._styles[look]

    def header(self, title: str) -> XlsxCell:
        """A cell of a header row."""
        return self.cell(title, _HEADER, bold=True)


def new_sheet(book: Workbook, title: str, widths: Sequence[int]) -> Sheet:
    """A sheet with column widths and print set-up: landscape A4, one page wide, page numbers."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet: Sheet = book.create_sheet(title)
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.page_margins.left = sheet.page_margins.right = 0.3
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.HeaderFooter.oddFooter.left.text = "&A"
    sheet.HeaderFooter.oddFooter.right.text = "&P / &N"
    return sheet


_DENSITY = 1.2
"""Characters of 10-point text to one unit of column width, which is a digit of 11-point text."""
_LINE, _MOST_LINES = 13.5, 10
"""Points of one line of 10-point text, and how many lines a row shows before the rest needs a click."""


def set_height(sheet: Sheet, row: int, values: Iterable[str | int], widths: Iterable[int]) -> None:
    """Make a row as high as its longest wrapped text; not every spreadsheet does so by itself when it opens a file."""
    lines = max((_lines(str(value), width) for value, width in zip(values, widths, strict=False)), default=1)
    if lines > 1:
        sheet.row_dimensions[row].height = _LINE * min(lines, _MOST_LINES) + 1


def _lines(text: str, width: int) -> int:
    if len(text) <= width and "\n" not in text:
        return 1
    fitting = int(width * _DENSITY)
    return sum(max(1, -(-len(line) // fitting)) for line in text.split("\n"))


def write_table(book: Workbook, table: Table) -> None:
    """Write a table as a sheet of its own."""
    from openpyxl.utils import get_column_letter

    sheet = new_sheet(book, table.sheet, [column.width for column in table.columns])
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    ink = Ink(sheet)
    sheet.append([ink.header(column.title) for column in table.columns])
    widths = [column.width for column in table.columns]
    for number, (values, row) in enumerate(zip(table.frame.itertuples(index=False), _rows(ink, table), strict=True)):
        set_height(sheet, number + 2, values, widths)
        sheet.append(row)
    if table.frame.empty:
        sheet.append([ink.cell(table.empty)])
    last = get_column_letter(len(table.columns))
    bottom = max(len(table.frame) + 1, 2)
    sheet.auto_filter.ref = f"A1:{last}{bottom}"
    if table.printed:
        sheet.print_area = f"A1:{get_column_letter(table.printed)}{bottom}"


def _rows(ink: Ink, table: Table) -> Iterator[list[XlsxCell]]:
    links = [table.links.get(column.title) for column in table.columns]
    for number, values in enumerate(table.frame.itertuples(index=False, name=None)):
        yield [
            ink.cell(
                value,
                COLOURS.get(value, ("", "")) if column.coloured and isinstance(value, str) else ("", ""),
                centred=isinstance(value, int),
                link=targets[number] if targets else "",
            )
            for column, value, targets in zip(table.columns, values, links, strict=True)
        ]
