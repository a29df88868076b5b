"""The sheet Summary: the verdict, the counts, what is most urgent, and what the audit stands on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from auditor.findings.finding import Severity
from auditor.findings.result import AuditResult
from auditor.reports.verdict import SEVERITIES, STATES, blind_gaps, counts, headline, ports_sentence, required
from auditor.reports.workbook.sheet import COLOURS, Ink, XlsxCell, new_sheet, set_height
from auditor.reports.workbook.tables import finding_label, ordered

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_URGENT = 12
LONGEST = 300
_WIDTHS = (15, 15, 15, 16, 22, 74, 62)
_TILE = 20
Row = list[XlsxCell]


def write_summary(book: Workbook, result: AuditResult) -> None:
    """Write the first sheet."""
    sheet = new_sheet(book, "Summary", _WIDTHS)
    ink = Ink(sheet)
    parts = (_head, _tiles, _urgent, _unmet, _answers, _basis)
    number = 0
    for number, row in enumerate((row for part in parts for row in part(ink, result)), start=1):
        if len(row) == len(_WIDTHS) and row[-1].alignment.wrap_text:
            set_height(sheet, number, [cell.value or "" for cell in row], _WIDTHS)
        elif row and row[0] is not None and row[0].font.size == _TILE:
            sheet.row_dimensions[number].height = 28
        sheet.append(row)
    sheet.print_area = f"A1:G{number}"


def _head(ink: Ink, result: AuditResult) -> list[Row]:
    worst = max((finding.severity for finding in result.findings), default=Severity.INFO)
    alarming = worst >= Severity.HIGH or bool(blind_gaps(result)) or not result.devices
    colours = COLOURS["critical"] if alarming else COLOURS["satisfied"]
    rulesets = ", ".join(f"{used.title} ({used.id} {used.version})" for used in result.rulesets) or "no baseline"
    made = f"Judged as of {result.today.isoformat()} by fwproof {result.fwproof_version} against: {rulesets}"
    return [
        [_wide(ink, f"Firewall audit: {result.site_name or 'no site file'}", ("", "1F2A44"), 20)],
        [
            _wide(ink, headline(result), colours, 13),
            *(ink.cell("", colours, wrapped=False, ruled=False) for _ in _WIDTHS[1:]),
        ],
        [_wide(ink, made)],
        [],
    ]


def _wide(ink: Ink, text: str, colours: tuple[str, str] = ("", ""), size: int = 10) -> XlsxCell:
    """A text that may run over its neighbours instead of wrapping in a narrow column."""
    return ink.cell(text, colours, size=size, bold=size > 10, wrapped=False, ruled=False)


def _label(ink: Ink, text: str, link: str = "") -> XlsxCell:
    return ink.cell(text, bold=True, wrapped=False, ruled=False, link=link)


def _tiles(ink: Ink, result: AuditResult) -> list[Row]:
    numbers = counts(result)
    rows: list[Row] = [
        [
            ink.cell(numbers[each], COLOURS[each.word], size=20, bold=True, centred=True, link="Findings!A1")
            for each in SEVERITIES
        ],
        [_caption(ink, each.word) for each in SEVERITIES],
        [],
    ]
    states = Counter(row.state for row in required(result))
    if not states:
        return rows
    shown = [state for state in STATES if states[state]]
    rows += [
        [_wide(ink, "Required ports", size=12)],
        [
            ink.cell(states[each], COLOURS[each.value], size=20, bold=True, centred=True, link="Required ports!A1")
            for each in shown
        ],
        [_caption(ink, each.value) for each in shown],
        [],
    ]
    return rows


def _tile(ink: Ink, number: int, word: str, sheet: str) -> XlsxCell:
    return ink.cell(number, COLOURS[word], size=_TILE, bold=True, centred=True, ruled=False, link=f"{sheet}!A1")


def _caption(ink: Ink, word: str) -> XlsxCell:
    return ink.cell(word, COLOURS[word], centred=True, ruled=False)


def _urgent(ink: Ink, result: AuditResult) -> list[Row]:
    findings = [finding for finding in ordered(result) if finding.severity >= Severity.MEDIUM]
    if not findings:
        return []
    titles = ("#", "Severity", "Check", "Firewall", "Rule", "Finding", "What to do")
    rows: list[Row] = [[_wide(ink, "Most urgent", size=12)], [ink.header(title) for title in titles]]
    for number, finding in enumerate(findings[:MOST_URGENT], start=1):
        link = f"Findings!A{number + 1}"
        rows.append(
            [
                ink.cell(finding_label(number), link=link),
                ink.cell(finding.severity.word, COLOURS[finding.severity.word]),
                ink.cell(finding.check),
                ink.cell(finding.device),
                ink.cell(finding.rule),
                ink.cell(finding.message),
                ink.cell(finding.remedy),
            ]
        )
    rest = len(findings) - MOST_URGENT
    if rest > 0:
        rows.append([_wide(ink, f"and {rest} more of medium or above on the sheet Findings")])
    return [*rows, []]


def _unmet(ink: Ink, result: AuditResult) -> list[Row]:
    rows = [row for row in required(result) if STATES.index(row.state) < 4][:MOST_URGENT]
    if not rows:
        return []
    titles = ("State", "Flow", "From", "To", "Service", "What for", "What is missing or to be answered")
    lines: list[Row] = [
        [_wide(ink, f"Required ports that need attention ({ports_sentence(result)})", size=12)],
        [ink.header(title) for title in titles],
    ]
    for row in rows:
        texts = (row.flow, row.source, row.destination, row.service, row.title, _short(row.missing or row.question))
        lines.append([ink.cell(row.state.value, COLOURS[row.state.value]), *(ink.cell(text) for text in texts)])
    return [*lines, []]


def _answers(ink: Ink, result: AuditResult) -> list[Row]:
    if not result.answers:
        return []
    rows: list[Row] = [
        [_wide(ink, "Questions", size=12)],
        [ink.header(title) for title in ("#", "State", "", "", "Baseline", "Question", "Answer")],
    ]
    for answer in result.answers:
        texts = (answer.id, answer.state, "", "", answer.ruleset, answer.ask, _short(answer.detail))
        rows.append([ink.cell(text, COLOURS.get(text, ("", ""))) for text in texts])
    return [*rows, []]


def _short(text: str) -> str:
    """The summary shows beginnings; the other sheets show everything."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]} ..."


def _basis(ink: Ink, result: AuditResult) -> list[Row]:
    rows: list[Row] = [[_wide(ink, "What the audit stands on", size=12)]]
    for device in result.devices:
        rules = sum(len(each.rules) for each in device.lists)
        files = ", ".join(source.name for source in device.sources)
        rows.append(
            [_label(ink, device.name), _wide(ink, f"{device.product} {device.version}, {rules} rules, from {files}")]
        )
    blind = len(blind_gaps(result))
    gaps = f"{len(result.gaps)} places of the exports were not fully understood, {blind} of them could hide access"
    rows.append([_label(ink, "gaps", "Gaps!A1"), _wide(ink, gaps)])
    rows += [[_label(ink, "inferred"), _wide(ink, sentence)] for sentence in result.site_inferred]
    rows += [
        [_label(ink, "waived"), _wide(ink, f"{finding.check} {finding.device} {finding.rule}: {reason}")]
        for finding, reason in result.waived
    ]
    return rows
