"""Markdown: an audit short enough for a pull-request comment."""

from __future__ import annotations

import re
from collections import Counter

from auditor.findings.finding import Finding, Severity
from auditor.findings.result import AuditResult, CoverageState
from auditor.reports.text import one_line

MOST_FINDINGS = 25
"""Rows of the table; the rest is counted. A comment on GitHub holds 65,536 characters."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&])")


def markdown_text(result: AuditResult) -> str:
    """Verdict, counts, the worst findings, required ports that are not satisfied, and what was not judged."""
    counts = Counter(finding.severity for finding in result.findings)
    words = ", ".join(f"{counts[level]} {level.word}" for level in reversed(Severity) if counts[level])
    blind = [gap for gap in result.gaps if gap.hides_access]
    lines = ["## fwproof", "", f"**{words or 'No findings'}** on {len(result.devices)} devices."]
    if blind:
        lines += ["", f"**Not fully judged:** {len(blind)} places could hide access."]
    lines += _table(result.findings) + _ports(result)
    if blind:
        lines += ["", "### Not understood", ""]
        lines += [f"- {_text(gap.origin.text)}: {_text(gap.what)}" for gap in blind[:MOST_FINDINGS]]
    if result.waived:
        lines += ["", f"{len(result.waived)} findings are waived."]
    return "\n".join(lines) + "\n"


def _table(findings: tuple[Finding, ...]) -> list[str]:
    if not findings:
        return []
    lines = ["", "| severity | device | rule | where | finding |", "|---|---|---|---|---|"]
    for finding in sorted(findings, key=lambda each: -each.severity)[:MOST_FINDINGS]:
        place = _text(finding.origin.text) if finding.origin else ""
        doubt = "" if finding.confidence.value == "certain" else " (possible)"
        cells = (f"{finding.severity.word}{doubt}", _text(finding.device), _text(finding.rule), place)
        lines.append(f"| {' | '.join(cells)} | **{finding.check}** {_text(finding.message)} |")
    rest = len(findings) - MOST_FINDINGS
    return [*lines, "", f"and {rest} more."] if rest > 0 else lines


def _ports(result: AuditResult) -> list[str]:
    open_states = (CoverageState.SATISFIED, CoverageState.NOT_APPLICABLE, CoverageState.NOT_OBSERVABLE)
    rows = [row for row in result.coverage if row.level == "required" and row.state not in open_states]
    if not rows:
        return []
    lines = ["", "### Required ports", ""]
    for row in rows[:MOST_FINDINGS]:
        detail = row.missing or row.question
        tail = f": {_text(detail)}" if detail else ""
        lines.append(
            f"- **{row.state.value}** {_text(row.title)} ({_text(row.source)} to {_text(row.destination)}){tail}"
        )
    rest = len(rows) - MOST_FINDINGS
    return [*lines, f"- and {rest} more"] if rest > 0 else lines


def _text(text: str) -> str:
    """Configuration text as plain Markdown: no markup, links, HTML or mentions can come out of it."""
    return _SPECIAL.sub(r"\\\1", one_line(text))
