"""Traffic passes that no rule line states.

What it finds
-------------
Traffic inside zones with intrazone allowed, traffic forwarded back out of the interface it came in by
(FortiGate allow-traffic-redirect), Windows profiles that are off or allow by default.

Why it matters
--------------
A reviewer who reads the rules does not see it.

Example
-------
"set intrazone allow" lets the staff Wi-Fi reach every client network of the zone.

What to do
----------
Decide for each; intrazone deny with explicit rules, profiles on.

When to waive
-------------
When the segments of the zone belong together.

References
----------
CIS FortiGate Benchmark 1.2; Fortinet community 98332; CIS Windows Server Benchmark 9.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.hostrules import is_unseen
from auditor.checks.check import Check
from auditor.findings.finding import Confidence, Finding, Severity
from parsers.model.rule import Action, AsWritten, Direction, Truth

_ELSEWHERE = (Direction.OUTBOUND, Direction.LOCAL)
"""What leaves a host is allowed by design; what the device itself answers is FW112."""


_OFF = "Switch the profile on and block inbound connections by default."
_DENY = "Write the rules that are needed, and deny the rest by default."
_REMEDIES = (
    ("VLANs without", "Set vlanforward disable, and give each VLAN that is wanted an interface and policies."),
    ("software switch", "Set intra-switch-policy explicit on the switch and write the policies that are needed."),
    (
        "hardware switch",
        "Ports of one hardware switch never meet a policy: give what must be apart interfaces of its own.",
    ),
)


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in analysis.devices.values():
        redirects = []
        said: set[str] = set()
        for each in device.firewall.lists:
            for rule in each.rules:
                if not rule.implicit or rule.action is Action.DENY or each.direction in _ELSEWHERE or is_unseen(rule):
                    continue
                if rule.written != AsWritten():
                    continue  # what a stated rule perhaps does beside what it says
                if rule.name.startswith("same interface"):
                    redirects.append(rule)
                    continue
                if rule.id in said:
                    continue  # two lists of one direction (NGFW policy mode) let the same through
                said.add(rule.id)
                off = rule.action is Action.BYPASS or each.direction is Direction.INBOUND
                unknown = any(condition.truth is Truth.UNKNOWN for condition in rule.conditions)
                yield check.found(
                    device=device.name,
                    rule=rule,
                    severity=Severity.HIGH if off else Severity.LOW,
                    confidence=Confidence.POSSIBLE if unknown else Confidence.CERTAIN,
                    message=f"{rule.name}: everything passes that no rule above decides."
                    if not off
                    else f"{rule.name}: everything passes in.",
                    remedy=_OFF
                    if off
                    else next((text for word, text in _REMEDIES if rule.name.startswith(word)), _DENY),
                    packets=f"implicit {'profile' if off else 'intrazone'}",
                    uncertain=rule.uncertain,
                )
        if redirects:
            unknown = all(rule.conditions for rule in redirects)
            interfaces = {name for rule in redirects for name in rule.ingress or ()}
            four = any(rule.source.possible.ipv4 for rule in redirects)
            word = "allow-traffic-redirect" if four else "ipv6-allow-traffic-redirect"
            yield check.found(
                device=device.name,
                severity=Severity.INFO,
                confidence=Confidence.POSSIBLE if unknown else Confidence.CERTAIN,
                origin=redirects[0].origin,
                message=(
                    f"{word}: traffic back out of the interface it came in by needs no policy "
                    f"({'one interface' if len(interfaces) == 1 else f'{len(interfaces)} interfaces'})."
                ),
                remedy=f"Set {word} disable in system global, unless routing needs it.",
                identity="redirect",
                packets="implicit redirect",
            )


CHECK = Check(
    "FW118", "implicit-permit", "Permit without a rule", Severity.LOW, "Reviewers of the rules do not see it.", _run
)
