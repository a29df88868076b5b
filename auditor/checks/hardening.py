"""A setting is not what a hardening guide asks for.

What it finds
-------------
Settings of the device that CIS benchmarks, DISA STIGs and the guides of the vendors ask for otherwise. One finding an
item and device names every guide that asks for it. Compared is the effective value: the line of the export, or what
an absent line means on that version. What an export cannot show is "not decidable" and never counts as met; for
Windows a local dump alone is no evidence of a group policy. Every item with its state is in the workbook and in the
JSON report.

Why it matters
--------------
Guides collect what attackers used elsewhere: logins without lockout, secrets that a backup gives away, logs that never
leave the device.

Example
-------
system global admintimeout is 60: idle administrators stay logged in for an hour; CIS FortiGate 7.0.x 2.4.4 asks for
15 minutes at most.

What to do
----------
Change the setting as the finding says, or accept it with a reason. "fwproof explain FGT-IDLE-TIMEOUT" prints one item;
"fwproof audit --benchmark cis-fortigate-7.0" judges by one guide, "--no-hardening" leaves all of them out.

When to waive
-------------
Where a guide does not fit: no cluster is needed, a banner is not company policy. A waiver names the item as its rule.

References
----------
The guides named in the finding; rulesets/benchmarks/ holds what fwproof knows of them."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.checks.check import Check
from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.hardening import HardeningItem, HardeningState


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for item in analysis.hardening:
        if item.state is HardeningState.FAILED:
            yield _finding(check, item)


def _finding(check: Check, item: HardeningItem) -> Finding:
    doubt = item.enforced == "unknown from this export"
    expected = f"; expected {item.expected}" if item.expected else ""
    # Without its reason "is locally '1'; expected 1" reads like a mistake.
    why = f" {item.reason}" if item.enforced == "no" else ""
    return check.found(
        device=item.device,
        message=f"Not met: {item.title}. {_capital(item.found)}{expected}.{why}",
        remedy=item.remedy,
        packets=item.setting,
        severity=Severity.parse(item.severity),
        confidence=Confidence.POSSIBLE if doubt else Confidence.CERTAIN,
        origin=item.origin,
        identity=item.id,
        guides=tuple(each.text for each in item.guides),
        uncertain=(item.reason,) if doubt else (),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


CHECK = Check(
    "FW130",
    "hardening",
    "Setting against a hardening guide",
    Severity.LOW,
    "Guides collect what attackers used elsewhere.",
    _run,
    unable=lambda analysis: "" if analysis.benchmarks else "switched off: no hardening guide was asked for",
)
