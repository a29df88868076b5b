"""What fails of the hardening guides, for the terminal: one line an item, whatever the number of devices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.hardening import HardeningState
from auditor.findings.result import AuditResult
from auditor.reports.text import one_line
from auditor.reports.verdict import hardening_findings

if TYPE_CHECKING:
    from rich.console import RenderableType

MOST_ITEMS = 5
"""Failed items shown before the rest is counted."""
MOST_REASONS = 2
"""Reasons for items that are not decidable; the list of all items has the others."""


def failed_items(result: AuditResult, styles: Mapping[Severity, str], every: bool) -> tuple[RenderableType, int]:
    """The items as lines, worst first, and how many are left out; `every` shows all, with remedy and guides."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    items: dict[str, list[Finding]] = {}
    for finding in hardening_findings(result):
        items.setdefault(finding.identity, []).append(finding)
    shown = list(items.values())[: None if every else MOST_ITEMS]
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for alike in shown:
        severity = alike[0].severity
        grid.add_row(Text(severity.word, style=styles[severity]), Text(one_line(_line(alike, every))))
    return Padding(grid, (0, 0, 0, 2)), len(items) - len(shown)


def undecided(result: AuditResult) -> tuple[str, ...]:
    """Why items are not decidable, one sentence for all that share a reason, the commonest first."""
    reasons = Counter(item.reason for item in result.hardening if item.state is HardeningState.NOT_DECIDABLE)
    return tuple(f"{number} not decidable: {reason}" for reason, number in reasons.most_common())


def _line(alike: list[Finding], every: bool) -> str:
    first = alike[0]
    others = f" and {len(alike) - 1} more" if len(alike) > 1 else ""
    doubt = " (possible)" if first.confidence is Confidence.POSSIBLE else ""
    text = f"{first.identity} {first.device}{others}{doubt}: {first.message}"
    if not every:
        return text
    ids = ", ".join(each.fingerprint for each in alike)
    return f"{text} {first.remedy} [{'; '.join(first.guides)}] (id {ids})"
