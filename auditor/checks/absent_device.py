"""The site file speaks of a device whose export is not part of the audit.

What it finds
-------------
Names under devices, and hosts named in bindings, that no export of this audit has. When an export that the site
file does not speak of has almost the same name, a typing error is likely and the finding says so.

Why it matters
--------------
A device that is left out is not judged: its half of a path is missing from every verdict. With a typing error the
export is judged without its zones, as if the site file said nothing of it.

Example
-------
The site file describes "fgt-hq"; the export calls itself "fgt-hq01".

What to do
----------
Add the export, or write the name as the export has it.

When to waive
-------------
When only a part of the devices is audited on purpose.

References
----------
The site file.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.baseline import absent_devices
from auditor.checks.check import Check
from auditor.findings.finding import Finding, Severity
from parsers.model.origin import Origin


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for name, near, line in absent_devices(analysis.site, analysis.firewalls):
        guess = f" The export {near} has almost this name, and the site file does not speak of it." if near else ""
        yield check.found(
            device=name,
            severity=Severity.MEDIUM if near else check.severity,
            message=f"The site file speaks of {name}, but no export of this audit is called so.{guess}",
            remedy=f"Write {near} in the site file." if near else f"Add the export of {name} to judge it too.",
            packets=near,
            origin=Origin(analysis.site.file, line, line, "site file", name) if analysis.site.file else None,
            identity=name,
        )


CHECK = Check(
    "FW121",
    "absent-device",
    "Device of the site file without an export",
    Severity.INFO,
    "What is not in the audit is not judged.",
    _run,
)
