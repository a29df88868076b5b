"""An accept rule does not log.

What it finds
-------------
Enabled rules with logging switched off (FortiGate: logtraffic disable; ASA: log disable), one finding for
each device.

Why it matters
--------------
After an incident there is no trace of what came through; before one there is no way to see which rules are
used.

Example
-------
"set logtraffic disable" on the rule that publishes web mail.

What to do
----------
Log all sessions on rules from and to the Internet, security events at least on the others.

When to waive
-------------
For high-volume internal rules whose hosts log themselves.

References
----------
CIS FortiGate 7.0.x Benchmark v1.3.0, 3.4 (3.6 in v1.1.0): logging is enabled on all firewall policies."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.checks.check import Check, evidence
from auditor.findings.finding import Finding, Severity
from auditor.findings.wording import counted, listed
from parsers.model.rule import Action, Direction


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in analysis.devices.values():
        silent = [
            rule
            for each in device.firewall.lists
            if each.direction is Direction.FORWARD
            for rule in each.stated
            if rule.enabled and rule.logged is False and rule.action is Action.ALLOW
        ]
        if silent:
            outside = any(rule.ingress is None or rule.ingress & device.internet for rule in silent)
            ids = [rule.id for rule in silent]
            yield check.found(
                device=device.name,
                rule=silent[0] if len(silent) == 1 else None,
                origin=silent[0].origin,
                severity=Severity.MEDIUM if outside else Severity.LOW,
                message=f"{counted(len(silent), 'accept rule')} without logging: {listed(ids, 12)}.",
                remedy="Log all sessions on rules from and to the Internet, security events at least on the others.",
                identity="no logging",
                packets=f"no logging {' '.join(sorted(ids))}",
                related=tuple(evidence(device.name, rule, "does not log") for rule in silent[:20]),
            )


CHECK = Check("FW111", "no-logging", "Rule without logging", Severity.LOW, "Nothing shows what came through.", _run)
