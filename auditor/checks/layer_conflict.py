"""Perimeter and host disagree.

What it finds
-------------
Documented flows, permitted ones included, that the perimeter lets through and the host's own firewall stops.
(The reverse, open on the host and closed at the perimeter, is what a perimeter is for; required flows closed
there are reported as missing.)

Why it matters
--------------
The service does not work although the firewall team sees it open; each team looks for the fault at the other.

Example
-------
Port 80 is forwarded for the redirect to web mail, and the server's firewall has no rule for it.

What to do
----------
Decide whether the flow is wanted, then open it on the host or close it at the perimeter.

When to waive
-------------
When the host's firewall is a deliberate second line.

References
----------
None.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.checks.check import Check, evidence, exact
from auditor.findings.finding import Finding, Severity


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    seen: set[tuple[object, ...]] = set()
    for covered in analysis.covered:
        if covered.bound.flow.level == "required":
            continue
        outer = [layer for layer in covered.layers if not layer.device.is_host and layer.certain]
        inner = [layer for layer in covered.layers if layer.device.is_host and not layer.touched]
        if not outer or not inner:
            continue
        row = covered.row
        key = (inner[0].device.name, row.source, row.service)
        if key in seen:
            continue
        seen.add(key)
        through = outer[0].accepts
        yield check.found(
            device=inner[0].device.name,
            message=(
                f"{covered.bound.flow.title}: {outer[0].device.name} lets {row.service} from {row.source} through to "
                f"{row.destination}, but the host stops all of it."
            ),
            remedy="Open it on the host, or close it at the perimeter.",
            packets=f"{row.service} {covered.bound.source.name} {exact(covered.bound.destination.addresses)}",
            origin=through[0].rule.origin if through else None,
            identity=covered.bound.flow.id,
            related=tuple(evidence(outer[0].device.name, each.rule, "lets it through") for each in through[:4]),
            citation=row.citation,
            flow=covered.bound.flow.id,
        )


CHECK = Check(
    "FW117",
    "layer-conflict",
    "Open at the perimeter, blocked on the host",
    Severity.LOW,
    "Each team looks for the fault at the other.",
    _run,
)
