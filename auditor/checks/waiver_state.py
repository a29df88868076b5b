"""A waiver is over, covers nothing, or covers too much.

What it finds
-------------
Waivers of waivers.yaml, exceptions of the site file and accepted findings of the last workbook: those whose last day
has passed while what they covered is still there, those that no finding matches any more, and those that cover more
than fifty findings.

Why it matters
--------------
A waiver is a promise with a date. One that is over hides nothing any more, but somebody believed it did; one that
matches nothing waits for a finding nobody has looked at; one that covers a whole check is no decision about anything.

Example
-------
"Legacy scanner, until 2026-06-30": the scanner is still there in November.

What to do
----------
Repair what was accepted, or decide again with a new date. Remove waivers that match nothing. Split wide ones.

When to waive
-------------
Never: change the waiver instead.

References
----------
PCI DSS v4.0 requirement 1.2.7: rules are reviewed at least every six months.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.checks.check import Check, Checked, nothing
from auditor.findings.finding import Evidence, Finding, Severity
from auditor.findings.waivers import Waiver
from auditor.findings.wording import counted
from parsers.model.origin import Origin

MOST_COVERED = 50
"""Findings that one waiver may cover before somebody has to look at it again."""


def _after(checked: Checked, check: Check) -> Iterable[Finding]:
    for waiver in checked.waivers:
        covered = [finding for finding in checked.findings if waiver.matches(finding)]
        over = waiver.expires < checked.today
        if over and covered:
            them = counted(len(covered), "finding it covered is", "findings it covered are")
            text = f"was over on {waiver.expires.isoformat()}: {them} open again"
            yield _found(check, waiver, covered, check.severity, f"{text}.", "Repair it, or decide again.")
        elif not covered and waiver.selector.get("device", "") not in {"", *checked.devices}:
            continue  # its firewall is not part of this audit
        elif not covered:
            text = f"matches no finding{f' and was over on {waiver.expires.isoformat()}' if over else ''}"
            yield _found(check, waiver, covered, Severity.INFO, f"{text}.", "Remove it.")
        elif len(covered) > MOST_COVERED:
            text = f"covers {len(covered)} findings, more than {MOST_COVERED}"
            yield _found(check, waiver, covered, check.severity, f"{text}.", "Split it, so that each part is decided.")


def _found(check: Check, waiver: Waiver, covered: list[Finding], severity: Severity, text: str, remedy: str) -> Finding:
    return check.found(
        device=covered[0].device if covered else "",
        severity=severity,
        message=f"{_name(waiver)} of {waiver.owner or 'nobody'} ({waiver.reason}) {text}",
        remedy=remedy,
        identity=waiver.id,
        packets=text,
        origin=_place(waiver) or (covered[0].origin if covered else None),
        related=tuple(
            Evidence(each.device, each.rule, each.origin, f"{each.check} {each.message}") for each in covered[:10]
        ),
    )


def _place(waiver: Waiver) -> Origin | None:
    """Where it is written: that is where somebody has to change something."""
    return Origin(waiver.file, waiver.line, waiver.line, "waiver", waiver.id) if waiver.line else None


def _name(waiver: Waiver) -> str:
    place = f"{waiver.file}:{waiver.line}" if waiver.line else waiver.file
    return f"The waiver {waiver.id}{f' in {place}' if place else ''}"


CHECK = Check(
    "FW122", "waiver-state", "Waiver to look at", Severity.MEDIUM, "What it promised does not hold.", nothing, _after
)
