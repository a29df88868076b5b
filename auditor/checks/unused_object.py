"""Objects that nothing refers to.

What it finds
-------------
Addresses, groups, services, schedules, virtual IPs and access lists that no rule uses, directly or through
groups; factory objects are left out. One finding for each device and kind.

Why it matters
--------------
Unused objects are picked up by mistake, with addresses that belong to somebody else by then. An unused
virtual IP still answers ARP.

Example
-------
"old-webserver" still exists, its address was given to the new proxy.

What to do
----------
Remove them; the device refuses to delete what is in use.

When to waive
-------------
When objects are kept in step with another system.

References
----------
CIS FortiGate Benchmark: unused policies and objects are reviewed.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.references import unused_objects
from auditor.checks.check import Check
from auditor.findings.finding import Evidence, Finding, Severity
from auditor.findings.wording import counted, listed
from parsers.model.firewall import NamedObject


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in analysis.devices.values():
        by_kind: dict[str, list[NamedObject]] = {}
        for item in unused_objects(device.firewall):
            by_kind.setdefault(item.kind, []).append(item)
        for kind, items in by_kind.items():
            names = [item.name for item in items]
            yield check.found(
                device=device.name,
                origin=items[0].origin,
                severity=Severity.LOW if "vip" in kind else Severity.INFO,
                message=f"{counted(len(items), f'unused {kind} object')}: {listed(names, 10)}.",
                remedy="Remove them.",
                identity=f"unused {kind}",
                packets=f"unused {kind} {len(items)}",
                related=tuple(Evidence(device.name, "", item.origin, item.name) for item in items[:20]),
            )


CHECK = Check("FW108", "unused-object", "Unused objects", Severity.INFO, "They are used again by mistake.", _run)
