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
from auditor.analysis.devices import Device
from auditor.analysis.hostrules import is_unseen
from auditor.checks.check import Check
from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.wording import counted
from parsers.model.rule import Action, AsWritten, Direction, Rule, Truth

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
        permits = [
            (each.direction, rule)
            for each in device.firewall.lists
            if each.direction not in _ELSEWHERE
            for rule in each.rules
            if _is_permit(rule)
        ]
        redirects = [rule for _, rule in permits if _is_redirect(rule)]
        told: set[str] = set()
        for direction, rule in permits:
            # Two lists of one direction (NGFW policy mode) may let the same through.
            if not _is_redirect(rule) and rule.id not in told:
                told.add(rule.id)
                yield _permit(check, device, direction, rule)
        if redirects:
            yield _redirected(check, device, redirects)


def _is_permit(rule: Rule) -> bool:
    """Does something that no line states let packets through? What a stated rule perhaps does beside it is none."""
    implicit = rule.implicit and rule.action is not Action.DENY and not is_unseen(rule)
    return implicit and rule.written == AsWritten()


def _is_redirect(rule: Rule) -> bool:
    return rule.name.startswith("same interface")


def _permit(check: Check, device: Device, direction: Direction, rule: Rule) -> Finding:
    off = rule.action is Action.BYPASS or direction is Direction.INBOUND
    unknown = any(condition.truth is Truth.UNKNOWN for condition in rule.conditions)
    remedy = next((text for word, text in _REMEDIES if rule.name.startswith(word)), _DENY)
    return check.found(
        device=device.name,
        rule=rule,
        severity=Severity.HIGH if off else Severity.LOW,
        confidence=Confidence.POSSIBLE if unknown else Confidence.CERTAIN,
        message=f"{rule.name}: everything passes {'in' if off else 'that no rule above decides'}.",
        remedy=_OFF if off else remedy,
        packets=f"implicit {'profile' if off else 'intrazone'}",
        uncertain=rule.uncertain,
    )


def _redirected(check: Check, device: Device, redirects: list[Rule]) -> Finding:
    unknown = all(rule.conditions for rule in redirects)
    interfaces = {name for rule in redirects for name in rule.ingress or ()}
    four = any(rule.source.possible.ipv4 for rule in redirects)
    word = "allow-traffic-redirect" if four else "ipv6-allow-traffic-redirect"
    return check.found(
        device=device.name,
        severity=Severity.INFO,
        confidence=Confidence.POSSIBLE if unknown else Confidence.CERTAIN,
        origin=redirects[0].origin,
        message=(
            f"{word}: traffic back out of the interface it came in by needs no policy "
            f"({counted(len(interfaces), 'interface')})."
        ),
        remedy=f"Set {word} disable in system global, unless routing needs it.",
        identity="redirect",
        packets="implicit redirect",
    )


CHECK = Check(
    "FW118", "implicit-permit", "Permit without a rule", Severity.LOW, "Reviewers of the rules do not see it.", _run
)
