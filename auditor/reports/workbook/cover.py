"""The sheet Cover: what was audited, when, with what, how much of it was read, and where to find what."""

from __future__ import annotations

from collections.abc import Iterable

from openpyxl import Workbook

from auditor.findings.result import AuditResult
from auditor.findings.wording import counted
from auditor.reports.lines import files_read
from auditor.reports.since import changes_sentence
from auditor.reports.verdict import alarming, headline
from auditor.reports.workbook.ink import COLOURS, HEADER, Colours, Ink, Value, XlsxCell
from auditor.reports.workbook.sheet import Table, new_sheet, part_name, set_height

_WIDTHS = (24, 44, 30, 12, 10, 10, 11, 15, 70)
_FILES = ("Firewall", "File", "Format", "Encoding", "Lines", "Read", "Irrelevant", "Not understood", "SHA-256")
Row = list[XlsxCell | None]


def write_cover(book: Workbook, result: AuditResult, tables: Iterable[Table]) -> None:
    """Write the first sheet; `tables` are the sheets that follow the summary."""
    sheet = new_sheet(book, "Cover", _WIDTHS)
    ink = Ink(sheet)
    parts = (
        _head(ink, result),
        _changes(ink, result),
        _contents(ink, tables),
        _versions(ink, result),
        _files(ink, result),
        _basis(ink, result),
    )
    sheet.row_dimensions[1].height = 30
    number = 0
    for number, row in enumerate((row for part in parts for row in part), start=1):
        if row and row[-1] is not None and row[-1].value and len(row) == len(_WIDTHS):
            set_height(sheet, number, [cell.value if cell else "" for cell in row[:-1]], _WIDTHS)
        sheet.append(row)
    sheet.print_area = f"A1:I{number}"


def _head(ink: Ink, result: AuditResult) -> list[Row]:
    colours: Colours = COLOURS["critical"] if alarming(result) else COLOURS["satisfied"]
    return [
        [_wide(ink, f"Firewall audit: {result.site_name or 'no site file'}", 22)],
        [ink.cell(headline(result), colours, size=13, bold=True, wrapped=False)]
        + [ink.cell("", colours) for _ in _WIDTHS[1:]],
        [],
        *_facts(ink, result),
        [],
    ]


def _facts(ink: Ink, result: AuditResult) -> list[Row]:
    rules = sum(len(each.stated) for device in result.devices for each in device.lists)
    ledgers = [source.ledger for source in files_read(result)]  # the VDOMs of a device share a file
    total, read = sum(each.total for each in ledgers), sum(each.read for each in ledgers)
    open_lines = sum(each.not_understood for each in ledgers)
    facts: list[tuple[str, str]] = [
        ("Scope", f"{counted(len(result.devices), 'firewall')}, {counted(rules, 'rule')}"),
        ("Judged as of", result.today.isoformat()),
        ("Lines", f"{total:,} lines: {read:,} read, {open_lines:,} not understood, the others irrelevant"),
    ]
    if result.follow_up:
        facts.append(("Compared with", result.follow_up.source))
    return [_fact(ink, label, text) for label, text in facts]


def _changes(ink: Ink, result: AuditResult) -> list[Row]:
    """What passes now and did not in the older version it was compared with, and the other way round."""
    if result.changes is None:
        return []
    facts = [("opened" if each.opened else "closed", f"{each.device} {each.text}") for each in result.changes.packets]
    facts += [("note", note) for note in result.changes.notes]
    return [_title(ink, changes_sentence(result)), *(_fact(ink, label, text) for label, text in facts), []]


def _contents(ink: Ink, tables: Iterable[Table]) -> list[Row]:
    rows = [_title(ink, "Sheets"), _entry(ink, "Summary", "The verdict, the counts, and what is most urgent.")]
    rows += [_entry(ink, table.sheet, table.about, len(table.frame)) for table in tables]
    return [*rows, []]


def _entry(ink: Ink, sheet: str, about: str, rows: int | None = None) -> Row:
    counted = "" if rows is None else f"  ({rows:,} rows)" if rows != 1 else "  (1 row)"
    link = ink.cell(part_name(sheet, 0), bold=True, wrapped=False, link=f"{sheet}!A1")
    return [link, _wide(ink, about + counted)]


def _versions(ink: Ink, result: AuditResult) -> list[Row]:
    rows = [_title(ink, "Judged with"), _fact(ink, "fwproof", result.fwproof_version)]
    rows += [_fact(ink, used.id, f"{used.version}: {used.title}") for used in (*result.rulesets, *result.benchmarks)]
    checks = f"{counted(len(result.checks_run), 'check')} ran, {len(result.checks_skipped)} could not"
    return [*rows, _fact(ink, "checks", checks), []]


def _files(ink: Ink, result: AuditResult) -> list[Row]:
    rows: list[Row] = [_title(ink, "Files"), [ink.cell(title, HEADER, bold=True) for title in _FILES]]
    for device in result.devices:
        for source in device.sources:
            ledger = source.ledger
            values: tuple[Value, ...] = (
                device.name,
                source.name,
                source.format,
                source.encoding,
                ledger.total,
                ledger.read,
                ledger.irrelevant,
                ledger.not_understood,
            )
            cells = [ink.cell(value, centred=isinstance(value, int)) for value in values]
            rows.append([*cells, ink.cell(source.sha256, size=9, wrapped=False)])
    return [*rows, []]


def _basis(ink: Ink, result: AuditResult) -> list[Row]:
    notes = [("inferred", sentence) for sentence in result.site_inferred]
    notes += [(device.name, sentence) for device in result.devices for sentence in device.assumptions]
    notes += [("decision", sentence) for sentence in (result.follow_up.notes if result.follow_up else ())]
    if not notes:
        return []
    return [_title(ink, "What the audit assumes"), *(_fact(ink, label, text) for label, text in notes)]


def _title(ink: Ink, text: str) -> Row:
    return [_wide(ink, text, 12)]


def _fact(ink: Ink, label: str, text: str) -> Row:
    return [ink.cell(label, bold=True, wrapped=False), _wide(ink, text)]


def _wide(ink: Ink, text: str, size: int = 10) -> XlsxCell:
    """A text that may run over its neighbours instead of wrapping in a narrow column."""
    return ink.cell(text, size=size, bold=size > 10, wrapped=False)
