"""Windows rules that also count in public networks.

What it finds
-------------
Enabled inbound rules that allow any address and count in every profile. One finding for each host, as information:
which of them the domain alone needs, only the administrator knows. Setup programs (that of Exchange too) make all
their rules for every profile.

Why it matters
--------------
When the domain controller cannot be reached, the server's network may become "public": these rules go on counting
there.

Example
-------
A server lost its domain controller after a change of VLANs; its file shares went on answering in the "public" network.

What to do
----------
Limit rules that serve the domain alone to the domain profile (clone those a setup owns).

When to waive
-------------
For services that the host offers to everybody.

References
----------
Microsoft Learn, Windows Firewall: network location profiles.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.hostrules import allowing, effect, hosts, is_from_anywhere, shown_name
from auditor.checks.check import Check, evidence, match_text
from auditor.findings.finding import Finding, Severity
from auditor.findings.wording import listed


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in hosts(analysis):
        rules = [
            rule
            for rule in allowing(device)
            if rule.ingress is None and is_from_anywhere(rule.source.possible) and effect(device, rule).possible
        ]
        if rules:
            shown = dict.fromkeys(shown_name(rule) for rule in rules)
            yield check.found(
                device=device.name,
                rule=rules[0] if len(rules) == 1 else None,
                origin=rules[0].origin,
                message=(
                    f"{len(rules)} enabled rule{'s allow' if len(rules) > 1 else ' allows'} any address in every "
                    f"profile, public networks too: {listed(shown, 6)}."
                ),
                remedy="Limit those that serve the domain alone to the domain profile.",
                identity="all profiles",
                packets=" ".join(sorted(f"{rule.id} {match_text(rule)}" for rule in rules)),
                related=tuple(evidence(device.name, rule, "counts in every profile") for rule in rules[:8]),
            )


CHECK = Check(
    "FW151", "all-profiles", "Counts in every profile", Severity.INFO, "It also counts in public networks.", _run
)
