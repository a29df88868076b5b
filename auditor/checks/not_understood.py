"""A part of an export was not understood.

What it finds
-------------
Keywords, tables, lines and words that fwproof does not know, with their place. Those that could hide access
make the audit "not judged".

Why it matters
--------------
An opening could hide behind them; a clean report would be worth nothing.

Example
-------
A policy uses a keyword of a newer FortiOS release.

What to do
----------
Look at the lines. Report keywords of your release, so that fwproof learns them; until then --allow-gaps
judges the rest.

When to waive
-------------
Never silently: use --allow-gaps and keep the list.

References
----------
None.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.checks.check import Check
from auditor.findings.finding import Evidence, Finding, Severity
from auditor.findings.wording import counted, listed
from parsers.model.origin import Gap


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in analysis.devices.values():
        for hides in (True, False):
            gaps = [gap for gap in device.firewall.gaps if gap.hides_access is hides]
            if gaps:
                yield _finding(check, device.name, gaps, hides=hides)


def _finding(check: Check, device: str, gaps: list[Gap], *, hides: bool) -> Finding:
    what = "could hide access" if hides else "cannot hide access as far as is known"
    shown = [f"line {gap.origin.first_line}: {gap.what}" if gap.origin.first_line else gap.what for gap in gaps]
    keywords = sorted({f"{gap.path.split(' ')[0]} {gap.keyword}" for gap in gaps})
    return check.found(
        device=device,
        severity=Severity.MEDIUM if hides else Severity.INFO,
        origin=gaps[0].origin,
        message=f"{counted(len(gaps), 'place')} not understood that {what}: {listed(shown, 4)}.",
        remedy="Look at these lines; report the keywords. --allow-gaps judges the rest.",
        identity=f"gaps {hides}",
        packets=f"gaps {len(gaps)} {' '.join(keywords)[:300]}",
        related=tuple(Evidence(device, gap.path, gap.origin, gap.what) for gap in gaps[:20]),
    )


CHECK = Check("FW110", "not-understood", "Not understood", Severity.MEDIUM, "An opening could hide behind it.", _run)
