"""The sheet Summary: the verdict, the counts with two charts, what is most urgent, and the answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from openpyxl import Workbook

from auditor.findings.finding import Severity
from auditor.findings.result import AuditResult
from auditor.reports.since import since_last_time
from auditor.reports.verdict import (
    SEVERITIES,
    STATES,
    alarming,
    hardening_findings,
    headline,
    ports_sentence,
    required,
    rule_counts,
)
from auditor.reports.workbook.charts import ports_chart, severities_chart
from auditor.reports.workbook.findings import finding_label, ordered
from auditor.reports.workbook.firewalls import Tally, tallies
from auditor.reports.workbook.ink import COLOURS, PLAIN, Ink, XlsxCell
from auditor.reports.workbook.sheet import new_sheet, place, set_height

MOST_URGENT = 12
MOST_FIREWALLS = 10
"""Rows of the table beside the charts; the other firewalls are one row, so that the numbers add up."""
LONGEST = 300
_WIDTHS = (20, 14, 14, 14, 14, 20, 68, 62)
_CHART_ROWS = 14
"""Rows of usual height that the charts need beside them."""


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of one row; `tall` makes room for large figures, `wrapped` for the longest text."""

    cells: list[XlsxCell | None] = field(default_factory=list)
    tall: bool = False
    wrapped: bool = False


def write_summary(book: Workbook, result: AuditResult) -> None:
    """Write the second sheet."""
    sheet = new_sheet(book, "Summary", _WIDTHS)
    ink = Ink(sheet)
    rows = _head(ink, result)
    top = len(rows) + 1
    rows += _tiles(ink, result)
    header, shown = len(rows) + 1, _worst(tallies(result))
    rows += _firewalls(ink, shown)
    rows += [_Row() for _ in range(top + _CHART_ROWS - len(rows))]
    for part in (_urgent, _unmet, _answers):
        rows += part(ink, result)
    for number, row in enumerate(rows, start=1):
        if row.tall:
            sheet.row_dimensions[number].height = 28
        elif row.wrapped:
            set_height(sheet, number, [cell.value if cell else "" for cell in row.cells], _WIDTHS)
        sheet.append(row.cells)
    sheet.print_area = f"A1:H{len(rows)}"
    words = tuple(severity.word for severity in SEVERITIES)
    sheet.add_chart(severities_chart(sheet, header, len(shown), words), f"G{top}")
    if states := _states(result):
        sheet.add_chart(ports_chart(sheet, top + 5, states), f"H{top}")


def _head(ink: Ink, result: AuditResult) -> list[_Row]:
    colours = COLOURS["critical"] if alarming(result) else COLOURS["satisfied"]
    rulesets = ", ".join(f"{used.title} ({used.id} {used.version})" for used in result.rulesets) or "no baseline"
    made = f"Judged as of {result.today.isoformat()} by fwproof {result.fwproof_version} against: {rulesets}"
    verdict = ink.cell(headline(result), colours, size=13, bold=True, wrapped=False)
    return [
        _Row([_wide(ink, f"Firewall audit: {result.site_name or 'no site file'}", 20)], tall=True),
        _Row([verdict, *(ink.cell("", colours) for _ in _WIDTHS[1:])]),
        _Row([_wide(ink, made)]),
        *([_Row([_wide(ink, since)])] if (since := since_last_time(result)) else []),
        _Row(),
    ]


def _tiles(ink: Ink, result: AuditResult) -> list[_Row]:
    numbers = rule_counts(result)
    figures = [_tile(ink, numbers[each], each.word, "Findings") for each in SEVERITIES]
    captions = [_caption(ink, each.word) for each in SEVERITIES]
    if result.hardening:
        figures.append(_tile(ink, len(hardening_findings(result)), "info", "Hardening"))
        captions.append(ink.cell("hardening", COLOURS["info"], centred=True))
    rows = [_Row([*figures], tall=True), _Row([*captions]), _Row()]
    if states := _states(result):
        found = Counter(row.state.value for row in required(result))
        rows += [
            _Row([_wide(ink, "Required ports", 12)]),
            _Row(),
            _Row([_tile(ink, found[state], state, "Required ports") for state in states], tall=True),
            _Row([_caption(ink, state) for state in states]),
            _Row(),
        ]
    return rows


def _states(result: AuditResult) -> tuple[str, ...]:
    found = {row.state for row in required(result)}
    return tuple(state.value for state in STATES if state in found)


def _tile(ink: Ink, number: int, word: str, sheet: str) -> XlsxCell:
    return ink.cell(number, COLOURS[word], size=20, bold=True, centred=True, link=f"{sheet}!A1")


def _caption(ink: Ink, word: str) -> XlsxCell:
    return ink.cell(word, COLOURS[word], centred=True)


def _wide(ink: Ink, text: str, size: int = 10) -> XlsxCell:
    """A text that may run over its neighbours instead of wrapping in a narrow column."""
    return ink.cell(text, size=size, bold=size > 10, wrapped=False)


def _worst(rows: tuple[Tally, ...]) -> tuple[Tally, ...]:
    if len(rows) <= MOST_FIREWALLS + 1:
        return rows
    rest = rows[MOST_FIREWALLS:]
    totals = tuple(sum(column) for column in zip(*(row.counts for row in rest), strict=True))
    return (*rows[:MOST_FIREWALLS], Tally(f"{len(rest)} others", totals))


def _firewalls(ink: Ink, rows: tuple[Tally, ...]) -> list[_Row]:
    """The table that the first chart draws: firewalls by severity."""
    titles = ("Firewall", *(severity.word for severity in SEVERITIES))
    lines = [_Row([ink.header(title) for title in titles])]
    for row in rows:
        counted = zip(SEVERITIES, row.counts, strict=True)
        cells = [ink.cell(number, _tint(severity, number), centred=True) for severity, number in counted]
        lines.append(_Row([ink.cell(row.device, wrapped=False), *cells]))
    return [*lines, _Row()]


def _tint(severity: Severity, number: int) -> tuple[str, str]:
    return COLOURS[severity.word] if number else PLAIN


def _urgent(ink: Ink, result: AuditResult) -> list[_Row]:
    findings = [finding for finding in ordered(result) if finding.severity >= Severity.MEDIUM]
    if not findings:
        return []
    titles = ("Firewall", "#", "Severity", "Confidence", "Check", "Rule", "Finding", "What to do")
    rows = [_Row([_wide(ink, "Most urgent", 12)]), _Row([ink.header(title) for title in titles])]
    for number, finding in enumerate(findings[:MOST_URGENT]):
        rows.append(
            _Row(
                [
                    ink.cell(finding.device),
                    ink.cell(finding_label(number + 1), link=place("Findings", number)),
                    ink.cell(finding.severity.word, COLOURS[finding.severity.word]),
                    ink.cell(finding.confidence.value),
                    ink.cell(finding.check),
                    ink.cell(finding.rule),
                    ink.cell(finding.message),
                    ink.cell(finding.remedy),
                ],
                wrapped=True,
            )
        )
    rest = len(findings) - MOST_URGENT
    if rest > 0:
        rows.append(_Row([_wide(ink, f"and {rest} more of medium or above on the sheet Findings")]))
    return [*rows, _Row()]


def _unmet(ink: Ink, result: AuditResult) -> list[_Row]:
    rows = [row for row in required(result) if STATES.index(row.state) < 4][:MOST_URGENT]
    if not rows:
        return []
    titles = ("State", "Flow", "From", "To", "Service", "Firewall", "What for", "What is missing or to be answered")
    lines = [
        _Row([_wide(ink, f"Required ports that need attention ({ports_sentence(result)})", 12)]),
        _Row([ink.header(title) for title in titles]),
    ]
    for row in rows:
        detail = _short(row.missing or row.question)
        texts = (row.flow, row.source, row.destination, row.service, row.device, row.title, detail)
        state = ink.cell(row.state.value, COLOURS[row.state.value])
        lines.append(_Row([state, *(ink.cell(text) for text in texts)], wrapped=True))
    return [*lines, _Row()]


def _answers(ink: Ink, result: AuditResult) -> list[_Row]:
    if not result.answers:
        return []
    titles = ("State", "#", "", "", "", "Baseline", "Question", "Answer")
    rows = [_Row([_wide(ink, "Questions", 12)]), _Row([ink.header(title) for title in titles])]
    for answer in result.answers:
        texts = (answer.state, answer.id, "", "", "", answer.ruleset, answer.ask, _short(answer.detail))
        rows.append(_Row([ink.cell(text, COLOURS.get(text, PLAIN)) for text in texts], wrapped=True))
    return rows


def _short(text: str) -> str:
    """The summary shows beginnings; the other sheets show everything."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]} ..."
