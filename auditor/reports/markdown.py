"""Markdown: an audit short enough for a pull-request comment, the most important first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from auditor.findings.finding import Confidence, Finding
from auditor.findings.result import AuditResult, Changes, CoverageState, FlowCoverage
from auditor.findings.wording import counted
from auditor.reports.lines import files_read, ledger_text
from auditor.reports.since import changes_sentence, fresh, mark, since_last_time
from auditor.reports.text import one_line
from auditor.reports.verdict import SEVERITIES, blind_gaps, hardening_findings, headline, required, rule_findings
from parsers.model.firewall import Source
from parsers.model.origin import Gap

MOST_CHARACTERS = 60_000
"""A comment on GitHub holds 65,536 characters; the rest is left to what a pipeline writes around the report."""
MOST_ROWS = 25
"""Rows of one list; the rest is counted."""
LONGEST = 600
"""Characters of one text before it is cut: a single name cannot push everything else out."""

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>!|~&$@#]|:(?=//)|(?<=www)\.|^[-+]|^\d+[.)]", re.IGNORECASE)
_OPEN = (CoverageState.SATISFIED, CoverageState.NOT_APPLICABLE, CoverageState.NOT_OBSERVABLE)


def markdown_text(result: AuditResult) -> str:
    """Verdict, what was not judged, the worst findings, required ports that are not open, what is waived."""
    title = f"## fwproof: {plain(result.audit)}" if result.audit else "## fwproof"
    lines = [title, "", f"**{plain(headline(result))}**"]
    if result.follow_up:
        lines += [
            "",
            plain(since_last_time(result)),
            *(f"- {plain(note)}" for note in result.follow_up.notes[:MOST_ROWS]),
        ]
    room = MOST_CHARACTERS - sum(len(line) + 1 for line in lines)
    for heading, rows in _lists(result):
        part = list(_fitting(heading, rows, room))
        room -= sum(len(line) + 1 for line in part)
        lines += part
    if older := _older(result):
        lines += ["", older]
    if result.waived:
        number = len(result.waived)
        lines += ["", f"{counted(number, 'finding is', 'findings are')} waived."]
    return "\n".join(lines) + "\n"


def _lists(result: AuditResult) -> Iterable[tuple[list[str], list[str]]]:
    """Headings with their rows. Where a change is reviewed: what it brings; what was there before is counted below."""
    rules, settings = rule_findings(result), hardening_findings(result)
    if result.changes is not None:
        rules, settings = (tuple(each for each in part if fresh(result, each)) for part in (rules, settings))
        yield ["", f"### {plain(changes_sentence(result))}", ""], _changes(result.changes)
    yield ["", "### Not understood, could hide access", ""], [_gap(gap) for gap in blind_gaps(result)]
    yield _FINDINGS, [_finding(finding, result) for finding in _worst_first(rules, result)]
    if result.changes is None:
        yield ["", "### Required ports", ""], [_port(row) for row in required(result) if row.state not in _OPEN]
    yield ["", "### Files", ""], [_file(source) for source in files_read(result)]
    yield ["", "### Hardening", ""], [_setting(each) for each in _worst_first(settings, result)]


_FINDINGS = ["", "### Findings", "", "| severity | firewall | rule | where | finding |", "|---|---|---|---|---|"]


def _worst_first(findings: Iterable[Finding], result: AuditResult) -> list[Finding]:
    """What is new since last time before everything else, then what is worst."""
    return sorted(findings, key=lambda finding: (not fresh(result, finding), -finding.severity))


def _older(result: AuditResult) -> str:
    """How much a change did not bring: "11 findings are older: 3 critical, 8 high."."""
    if result.changes is None:
        return ""
    found = Counter(finding.severity for finding in result.findings if not fresh(result, finding))
    words = ", ".join(f"{found[severity]} {severity.word}" for severity in SEVERITIES if found[severity])
    number = found.total()
    return f"{counted(number, 'finding is', 'findings are')} older: {words}." if number else ""


def _fitting(heading: list[str], rows: list[str], room: int) -> Iterable[str]:
    """The heading, as many rows as fit below it, and how many do not; nothing without rows."""
    if not rows:
        return
    yield from heading
    room -= sum(len(line) + 1 for line in heading) + _REST
    shown = 0
    for row in rows[:MOST_ROWS]:
        room -= len(row) + 1
        if room < 0:
            break
        shown += 1
        yield row
    if shown < len(rows):
        yield from ("", f"and {len(rows) - shown} more.")


_REST = 200
"""Characters kept for headings and counts of what does not fit."""


def _finding(finding: Finding, result: AuditResult) -> str:
    place = plain(finding.origin.text) if finding.origin else ""
    doubt = " (possible)" if finding.confidence is Confidence.POSSIBLE else ""
    status = mark(result, finding)
    cells = (
        finding.severity.word + doubt + (f", {status}" if status else ""),
        plain(finding.device),
        plain(finding.rule),
    )
    return (
        f"| {' | '.join(cells)} | {place} | **{finding.check}** {plain(finding.message)} (id {finding.fingerprint}) |"
    )


def _setting(finding: Finding) -> str:
    return f"- **{finding.severity.word}** {plain(finding.device)}: {plain(finding.message)}"


def _port(row: FlowCoverage) -> str:
    detail = row.missing or row.question
    tail = f": {plain(detail)}" if detail else ""
    return f"- **{row.state.value}** {plain(row.title)} ({plain(row.source)} to {plain(row.destination)}){tail}"


def _changes(changes: Changes) -> list[str]:
    """What a change lets through, each with a packet that proves it, then what it stops."""
    rows = []
    for each in changes.packets:
        proof = f" (packet {plain(each.example.text)})" if each.opened and each.example else ""
        text = f"{plain(each.device)} {plain(each.text)}"
        rows.append(f"- **{text}**{proof}" if each.opened else f"- {text}")
    rows += [f"- {plain(note)}" for note in changes.notes]
    return rows or ["Whatever the text of the files looks like."]


def _file(source: Source) -> str:
    return f"- {plain(source.name)} ({plain(source.format)}): {ledger_text(source.ledger)}"


def _gap(gap: Gap) -> str:
    return f"- {plain(gap.origin.text)}: {plain(gap.what)}"


def plain(text: str) -> str:
    """Configuration text as plain Markdown: no markup, links, HTML, mentions or issue references can come out of it."""
    line = one_line(text)
    if len(line) > LONGEST:
        line = f"{line[:LONGEST]} ..."
    return _SPECIAL.sub(_escaped, line)


def _escaped(match: re.Match[str]) -> str:
    """A backslash keeps punctuation from being markup; what GitHub links by itself gets a gap that nobody sees."""
    sign = match.group()
    if sign in (":", "."):
        return f"{sign}<!-- -->"
    return f"{sign[:-1]}\\{sign[-1]}" + ("<!-- -->" if sign in "@#" else "")
