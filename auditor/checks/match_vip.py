"""A deny rule above a virtual IP does not protect it.

What it finds
-------------
FortiGate deny rules from the outside to plain addresses ("all") that stand above accept rules with virtual
IPs, in versions or with settings where such a deny does not match translated traffic (match-vip).

Why it matters
--------------
A block of countries or bad hosts looks as if it protected the published servers. It does not.

Example
-------
FortiOS 7.0: "deny country-x to all" above "accept all to vip-mail": the country reaches the mail server.

What to do
----------
Set match-vip enable on the deny rule, or name the virtual IPs as its destination.

When to waive
-------------
When the deny is meant for other traffic only.

References
----------
Fortinet community 94794; the default turned to enable in 7.2.3 or 7.2.4.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.checks.check import Check, evidence, exact
from auditor.findings.finding import Confidence, Finding, Severity
from parsers.model.rule import Action, Direction, Rule


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in analysis.devices.values():
        if not device.firewall.translations:
            continue
        for each in device.firewall.lists:
            if each.direction is Direction.FORWARD:
                for place, rule in enumerate(each.rules):
                    if _plain_deny(rule, device):
                        below = [other for other in each.rules[place + 1 :] if _publishes(other, rule)]
                        if below:
                            yield _finding(check, device, rule, below)


def _plain_deny(rule: Rule, device: Device) -> bool:
    outside = device.from_outside(rule)
    limited = rule.source.certain.ipv4.count < 1 << 32  # a deny of everything ends a list, it protects nothing
    plain = not rule.translations.possible and rule.destination.possible.ipv4.count > 1 << 24
    return rule.action is Action.DENY and rule.enabled and not rule.implicit and outside and limited and plain


def _publishes(other: Rule, deny: Rule) -> bool:
    shared = other.ingress is None or deny.ingress is None or bool(other.ingress & deny.ingress)
    inside = other.egress is None or deny.egress is None or bool(other.egress & deny.egress)
    protected = deny.translated_destination.certain
    return (
        other.action is Action.ALLOW
        and other.enabled
        and shared
        and inside
        and bool(other.translations.possible)
        and not protected
        and other.service.possible.overlaps(deny.service.possible)
        and other.source.possible.overlaps(deny.source.possible)
    )


def _finding(check: Check, device: Device, rule: Rule, below: list[Rule]) -> Finding:
    unsure = bool(rule.translated_destination.possible)
    ids = ", ".join(each.id for each in below[:8])
    return check.found(
        device=device.name,
        rule=rule,
        confidence=Confidence.POSSIBLE if unsure else Confidence.CERTAIN,
        message=f"It does not stop traffic to virtual IPs, which are published below it by rule {ids}.",
        remedy="Set match-vip enable on it, or name the virtual IPs as its destination.",
        packets=f"deny not before translated {exact(rule.service.possible)}",
        related=tuple(evidence(device.name, each, "still reached") for each in below[:8]),
        uncertain=rule.uncertain if unsure else (),
    )


CHECK = Check(
    "FW115",
    "match-vip",
    "Deny that does not protect virtual IPs",
    Severity.MEDIUM,
    "The block looks like a protection and is none.",
    _run,
)
