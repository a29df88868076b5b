"""What became of the findings of the last workbook, or of an older version of the exports, in words."""

from __future__ import annotations

from collections import Counter

from auditor.findings.decisions import NOT_THERE_BEFORE, Decision, Status
from auditor.findings.finding import Finding
from auditor.findings.result import AuditResult

MOST_FIXED = 5
"""Fixed findings named before the rest is counted."""


def since_last_time(result: AuditResult) -> str:
    """What became of the last workbook's findings, in one sentence; "" when there is no last workbook."""
    if result.follow_up is None:
        return ""
    found = Counter(result.follow_up.statuses.values()) + Counter(past.status for past in result.follow_up.past)
    words = ", ".join(f"{found[status]} {status.value}" for status in Status if found[status])
    return f"Compared with {result.follow_up.source}: {words or 'nothing then, nothing now'}."


def mark(result: AuditResult, finding: Finding) -> str:
    """ "new", "still open" ...: where a finding of today stands; "" without a last workbook."""
    return result.follow_up.statuses[finding.fingerprint].value if result.follow_up else ""


def fresh(result: AuditResult, finding: Finding) -> bool:
    """Was the finding not there last time? False without a last time."""
    follow_up = result.follow_up
    return follow_up is not None and follow_up.statuses[finding.fingerprint] in NOT_THERE_BEFORE


def since_lines(result: AuditResult, every: bool) -> list[str]:
    """The sentence, the notes on decisions and what was fixed, one line each; nothing without a last workbook."""
    if result.follow_up is None:
        return []
    gone = [past.decision for past in result.follow_up.past if past.status is Status.FIXED]
    shown = gone if every else gone[:MOST_FIXED]
    lines = [since_last_time(result), *result.follow_up.notes]
    lines += [f"fixed: {_place(each)}: {each.message}" for each in shown]
    if len(shown) < len(gone):
        lines.append(f"and {len(gone) - len(shown)} more fixed: --all shows them")
    return lines


def _place(decision: Decision) -> str:
    return " ".join(filter(None, (decision.check, decision.device, decision.rule)))


def changes_sentence(result: AuditResult) -> str:
    """ "Packets since HEAD~1: 1 newly allowed, 2 newly blocked."; "" where no older version was given."""
    changes = result.changes
    if changes is None:
        return ""
    opened = sum(each.opened for each in changes.packets)
    if not changes.packets and not changes.notes:
        return f"Packets since {changes.since}: exactly the same pass."
    return f"Packets since {changes.since}: {opened} newly allowed, {len(changes.packets) - opened} newly blocked."
