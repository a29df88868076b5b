"""Windows rules for every protocol.

What it finds
-------------
Enabled inbound rules that allow any protocol from any address, and are limited to a program or a service (those without
a limit are FW141). One finding for each host.

Why it matters
--------------
"Any" holds every port of TCP and UDP and raw protocols as well, where its author nearly always means one port.

Example
-------
The rule of a backup agent names its program but leaves the protocol at "any".

What to do
----------
Name the protocol and the ports that the program listens on.

When to waive
-------------
For programs that choose their ports at run time.

References
----------
PCI DSS v4.0 requirement 1.2.5: services, protocols and ports allowed are identified and needed.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.analysis.hostrules import allowing, effect, hosts, is_from_anywhere, is_open_to_any_program, may_be_app
from auditor.checks.check import Check, evidence, match_text
from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.wording import listed
from parsers.model.rule import Rule, ScopeKind
from parsers.model.services import ANY_SERVICE


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in hosts(analysis):
        rules = [rule for rule in allowing(device) if _is_any(device, rule)]
        if rules:
            yield check.found(
                device=device.name,
                rule=rules[0] if len(rules) == 1 else None,
                origin=rules[0].origin,
                confidence=Confidence.POSSIBLE,
                message=(
                    f"{len(rules)} rule{'s for one program or service allow' if len(rules) > 1 else ' allows'} every "
                    f"protocol from any address: {listed((f'{rule.id} ({rule.name})' for rule in rules), 6)}."
                ),
                remedy="Name the protocol and the ports that the program listens on.",
                identity="any protocol",
                packets=" ".join(sorted(f"{rule.id} {match_text(rule)}" for rule in rules)),
                related=tuple(
                    evidence(device.name, rule, f"any protocol for {rule.program.name or rule.windows_service.name}")
                    for rule in rules[:8]
                ),
                uncertain=("open only while the program listens",),
            )


def _is_any(device: Device, rule: Rule) -> bool:
    if rule.service.possible != ANY_SERVICE or not is_from_anywhere(rule.source.possible):
        return False
    if rule.program.kind is ScopeKind.UNKNOWN or is_open_to_any_program(rule) or may_be_app(device, rule):
        return False
    limited = rule.program.kind is ScopeKind.NAMED or rule.windows_service.kind is ScopeKind.NAMED
    return limited and bool(effect(device, rule).possible)


CHECK = Check("FW144", "any-protocol", "Every protocol", Severity.LOW, "It opens more than anybody asked for.", _run)
