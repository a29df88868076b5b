"""One table of the workbook, streamed into a sheet with filter, frozen header, links and print set-up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from pandas import DataFrame

from auditor.reports.workbook.cells import looks_like_formula
from auditor.reports.workbook.ink import COLOURS, LINK, TEXT, Ink, Look, Sheet, Value, XlsxCell

MOST_ROWS = 1_048_575
"""Rows of a sheet below its header (Excel specifications and limits); a longer table goes on on a further sheet."""
MOST_LINKS = 65_530
"""Hyperlinks a sheet may hold (same source); rows below have none."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, its width in characters, whether its values choose their own colour, and who fills it in.

    `choices` makes a drop-down list; `filled_in` columns belong to people; `day` columns hold dates.
    """

    title: str
    width: float
    coloured: bool = False
    filled_in: bool = False
    choices: tuple[str, ...] = ()
    day: bool = False
    upright: bool = False


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
    about: str = ""
    """What the table answers, for the list of sheets on the cover."""


Cell = str | int


def frame_of(columns: Sequence[Column], rows: Iterable[tuple[Value, ...]]) -> DataFrame:
    """Rows as a frame that keeps values as they are."""
    # Without dtype=object pandas would turn integers with gaps into floats and texts into missing values.
    return DataFrame(list(rows), columns=[column.title for column in columns], dtype=object)


def place(sheet: str, number: int) -> str:
    """The first cell of row `number` (from 0, header not counted) of a table, wherever it was split: "Rules!A2"."""
    part, row = divmod(number, MOST_ROWS)
    return f"{part_name(sheet, part)}!A{row + 2}"


def part_name(sheet: str, part: int) -> str:
    """The name of a table's sheet; `part` counts from 0."""
    return f"{sheet} ({part + 1})" if part else sheet


def new_sheet(book: Workbook, title: str, widths: Sequence[float]) -> Sheet:
    """A sheet with column widths and print set-up: landscape A4, one page wide, page numbers."""
    sheet: Sheet = book.create_sheet(title)
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.page_margins.left = sheet.page_margins.right = 0.3
    sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.4, 0.6, 0.3
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.HeaderFooter.oddFooter.left.text = "&A"
    sheet.HeaderFooter.oddFooter.right.text = "&P / &N"
    return sheet


_DENSITY = 1.2
"""Characters of 10-point text to one unit of column width, which is a digit of 11-point text."""
_LINE, _MOST_LINES = 12.9, 14
"""Points of one line of 10-point text, and how many lines a row shows before the rest needs a click."""


def set_height(sheet: Sheet, row: int, values: Iterable[Value], widths: Iterable[float]) -> None:
    """Make a row as high as its longest wrapped text; not every spreadsheet does so by itself when it opens a file."""
    lines = 1
    for value, width in zip(values, widths, strict=False):
        if isinstance(value, str) and (len(value) > width or "\n" in value):
            lines = max(lines, _lines(value, width))
    if lines > 1:
        sheet.row_dimensions[row].height = _LINE * min(lines, _MOST_LINES) + 1


def _lines(text: str, width: float) -> int:
    fitting = int(width * _DENSITY)
    return sum(max(1, -(-len(line) // fitting)) for line in text.split("\n"))


def write_table(book: Workbook, table: Table) -> None:
    """Write a table as a sheet of its own, or as several where it has more rows than a sheet holds."""
    for part, start in enumerate(range(0, max(len(table.frame), 1), MOST_ROWS)):
        _write_part(book, table, part, start)


def _write_part(book: Workbook, table: Table, part: int, start: int) -> None:
    frame = table.frame.iloc[start : start + MOST_ROWS]
    widths = [column.width for column in table.columns]
    sheet = new_sheet(book, part_name(table.sheet, part), widths)
    sheet.freeze_panes = "B2" if len(table.columns) > 8 else "A2"
    sheet.print_title_rows = "1:1"
    last, bottom = get_column_letter(len(table.columns)), max(len(frame) + 1, 2)
    sheet.auto_filter.ref = f"A1:{last}{bottom}"
    if table.printed:
        sheet.print_area = f"A1:{get_column_letter(table.printed)}{bottom}"
    _rule_lines(sheet, f"A2:{last}{bottom}")
    for number, column in enumerate(table.columns, start=1):
        letter = get_column_letter(number)
        _help_to_fill_in(sheet, column, f"{letter}2:{letter}{bottom}")
    if any(column.upright for column in table.columns):
        sheet.row_dimensions[1].height = 90
    ink = Ink(sheet)
    sheet.append([ink.header(each.title, filled_in=each.filled_in, upright=each.upright) for each in table.columns])
    for number, (values, row) in enumerate(_rows(ink, table, frame, start), start=2):
        set_height(sheet, number, values[: table.printed or None], widths)
        sheet.append(row)
    if frame.empty:
        sheet.append([ink.cell(table.empty, wrapped=False)])


def _rule_lines(sheet: Sheet, cells: str) -> None:
    """Hair lines below rows and a light ground for what people fill in: two rules instead of a style in each cell."""
    line = Border(bottom=Side(style="hair", color="BFC5CE"))
    sheet.conditional_formatting.add(cells, Rule("expression", formula=["TRUE"], dxf=DifferentialStyle(border=line)))


def _help_to_fill_in(sheet: Sheet, column: Column, cells: str) -> None:
    if not column.filled_in:
        return
    for choice in column.choices:
        if column.coloured and choice in COLOURS:
            fill, font = COLOURS[choice]
            painted = PatternFill("solid", start_color=fill, end_color=fill)
            look = DifferentialStyle(font=Font(color=font), fill=painted)
            rule = Rule("cellIs", operator="equal", formula=[f'"{choice}"'], stopIfTrue=True, dxf=look)
            sheet.conditional_formatting.add(cells, rule)
    ground = PatternFill("solid", start_color="FFF9E5", end_color="FFF9E5")
    sheet.conditional_formatting.add(cells, Rule("expression", formula=["TRUE"], dxf=DifferentialStyle(fill=ground)))
    if column.choices:
        listed: Any = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
        listed.error = f"Choose one of: {', '.join(column.choices)}."
    elif column.day:
        listed = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
        listed.error = "Write a day, for example 2027-03-31."
    else:
        return
    listed.showErrorMessage = True
    listed.errorTitle = column.title
    listed.add(cells)
    sheet.data_validations.append(listed)


def _rows(
    ink: Ink, table: Table, frame: DataFrame, start: int
) -> Iterator[tuple[tuple[Value, ...], list[XlsxCell | None]]]:
    """The values and cells of each row; empty cells are left out, which is what makes large tables quick."""
    targets = [table.links.get(column.title) for column in table.columns]
    columns = tuple(zip(table.columns, targets, strict=True))
    left = MOST_LINKS
    for number, values in enumerate(frame.itertuples(index=False, name=None), start=start):
        row: list[XlsxCell | None] = []
        for value, (column, links) in zip(values, columns, strict=True):
            if value is None or value == "":
                row.append(None)
                continue
            link = links[number] if links and left > 0 else ""
            left -= bool(link)
            row.append(ink.styled(value, _look(value, column, bool(link)), link))
        yield values, row


_PLAIN = Look()
_COUNT = Look(centred=True)
_DAY = Look(centred=True, number_format="yyyy-mm-dd")
_LINKED = Look(font=LINK, underlined=True)


def _look(value: Value, column: Column, linked: bool) -> Look:
    if isinstance(value, str):
        if column.coloured and not column.filled_in and value in COLOURS:
            fill, font = COLOURS[value]
            return Look(fill, font, centred=column.upright)
        if looks_like_formula(value):
            return Look(font=LINK if linked else TEXT, underlined=linked, quoted=True)
        return _LINKED if linked else _PLAIN
    return _COUNT if isinstance(value, int) else _DAY
