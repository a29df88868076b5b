"""A rule is switched off.

What it finds
-------------
Disabled rules of forwarding policies, one finding for each device.

Why it matters
--------------
A disabled rule is one click from being an opening, and nobody reviews it.

Example
-------
"guest-printing" was disabled after an incident and is still there.

What to do
----------
Remove rules that are not coming back; keep the reason of the others in their comment.

When to waive
-------------
During a change window.

References
----------
PCI DSS v4.0 requirement 1.2.7: configurations are reviewed at least every six months.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.checks.check import Check, evidence
from auditor.findings.finding import Finding, Severity
from auditor.findings.wording import counted, listed
from parsers.model.rule import Direction


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in analysis.devices.values():
        off = [
            rule
            for each in device.firewall.lists
            if each.direction is Direction.FORWARD
            for rule in each.stated
            if not rule.enabled
        ]
        if off:
            ids = [rule.id for rule in off]
            yield check.found(
                device=device.name,
                rule=off[0] if len(off) == 1 else None,
                origin=off[0].origin,
                message=f"{counted(len(off), 'disabled rule')}: {listed(ids, 12)}.",
                remedy="Remove those that are not coming back.",
                identity="disabled",
                packets=f"disabled {' '.join(sorted(ids))}",
                related=tuple(evidence(device.name, rule, "disabled") for rule in off[:20]),
            )


CHECK = Check("FW107", "disabled-rule", "Disabled rules", Severity.INFO, "Nobody reviews what is switched off.", _run)
