"""A rule or group names something the export does not hold.

What it finds
-------------
References to objects, interfaces, services or lists that are not in the file. What such a rule matches is
unknown: fwproof takes it as possibly everything and certainly nothing.

Why it matters
--------------
Either the export is incomplete and the audit has a blind spot, or the configuration is broken.

Example
-------
Policy 22 uses service "backup-10000", which the file does not define.

What to do
----------
Export the whole configuration; if the object is really missing, repair the rule.

When to waive
-------------
For deliberately partial pastes.

References
----------
None.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.references import undefined_references
from auditor.checks.check import Check
from auditor.findings.finding import Evidence, Finding, Severity
from auditor.findings.wording import listed
from parsers.model.firewall import Reference


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in analysis.devices.values():
        missing: dict[str, list[Reference]] = {}
        for reference in undefined_references(device.firewall):
            missing.setdefault(reference.to_kind, []).append(reference)
        for kind, uses in missing.items():
            words = list(dict.fromkeys(repr(use.to_name) for use in uses))
            users = list(dict.fromkeys(f"{use.from_kind} {use.from_name}" for use in uses))
            one = len(words) == 1
            yield check.found(
                device=device.name,
                origin=uses[0].origin,
                message=f"{kind} {listed(words)} {'is' if one else 'are'} not in the export; used by {listed(users)}.",
                remedy="Give the whole configuration; if the object is really gone, repair what refers to it.",
                identity=f"undefined {kind}",
                packets=f"undefined {kind} {len(words)} by {' '.join(sorted({use.from_name for use in uses}))}",
                related=tuple(
                    Evidence(device.name, use.from_name, use.origin, f"names {use.to_name}") for use in uses[:10]
                ),
            )


CHECK = Check(
    "FW109", "undefined-object", "Undefined object", Severity.MEDIUM, "What the rule matches is unknown.", _run
)
