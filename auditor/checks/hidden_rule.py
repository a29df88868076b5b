"""A rule never decides a packet, because rules above it take everything it matches.

What it finds
-------------
Rules that all earlier rules of the list together cover, with the fewest of them that suffice. When they do
the same, the rule is redundant; when some of them do the opposite, it is shadowed: what its author meant does
not happen.

Why it matters
--------------
A shadowed deny protects nothing, a shadowed accept opens nothing; redundant rules make a policy unreadable.

Example
-------
"Block branch RDP" stands below an accept for everything from the branch.

What to do
----------
Shadowed: move the rule above those named, or remove it. Redundant: remove it, or the rules that repeat it.

When to waive
-------------
When a redundant rule is kept for its log or its counters.

References
----------
Claimed only from what earlier rules certainly match (FQDN, schedules, expiry dates and users never hide a rule).
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.checks.check import Check, evidence, match_text
from auditor.findings.finding import Finding, Severity
from auditor.findings.wording import listed
from auditor.packets import Hidden


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in analysis.devices.values():
        shielded = []
        for filter_ in (device.forward, device.inbound):
            for hidden in filter_.hidden() if filter_ else ():
                if hidden.never or _twin(device, hidden):
                    continue
                if device.is_host and all(rule.implicit for rule in hidden.by):
                    shielded.append(hidden)
                else:
                    yield _finding(device, check, hidden)
        if shielded:
            yield _shielded(device, check, shielded)


def _twin(device: Device, hidden: Hidden) -> bool:
    """Windows has twins by design: one rule bound to a program, one not."""
    return device.is_host and hidden.same_action


def _finding(device: Device, check: Check, hidden: Hidden) -> Finding:
    rule = hidden.rule
    by = ", ".join(each.id for each in hidden.by[:8])
    kind = "redundant" if hidden.same_action else "shadowed"
    together = " together" if len(hidden.by) > 1 else ""
    message = f"It is {kind}: rule {by}{together} already decides every packet it matches"
    message += "." if hidden.same_action else f", so its {rule.action.value} never happens."
    if hidden.same_action:
        remedy = "Remove it, or narrow the rules that repeat it."
    elif device.is_host:
        remedy = f"Block beats allow on Windows, whatever the order: disable it, or narrow rule {hidden.by[0].id}."
    else:
        remedy = f"If it is meant to act, move it above rule {hidden.by[0].id}; otherwise remove it."
    packets = f"{kind} {rule.action.value} {match_text(rule)}"
    return check.found(
        device=device.name,
        rule=rule,
        severity=Severity.LOW if hidden.same_action else Severity.MEDIUM,
        message=message,
        remedy=remedy,
        packets=packets,
        related=tuple(evidence(device.name, each, "decides its packets first") for each in hidden.by[:8]),
    )


def _shielded(device: Device, check: Check, found: list[Hidden]) -> Finding:
    """What a Windows profile by itself decides: one finding, however many rules it hides."""
    why = sorted({rule.name for hidden in found for rule in hidden.by})
    return check.found(
        device=device.name,
        rule=found[0].rule if len(found) == 1 else None,
        origin=found[0].by[0].origin,
        severity=Severity.LOW,
        message=(
            f"{len(found)} enabled rules have no effect ({'; '.join(why)}): "
            f"{listed((hidden.rule.name or hidden.rule.id for hidden in found), 6)}."
        ),
        remedy="If the services behind these rules are needed, let the profile follow its rules again.",
        identity="hidden by profiles",
        packets=f"{' '.join(why)} {' '.join(sorted(hidden.rule.id for hidden in found))}",
        related=tuple(evidence(device.name, hidden.rule, "has no effect") for hidden in found[:8]),
    )


CHECK = Check(
    "FW105",
    "hidden-rule",
    "Shadowed or redundant rule",
    Severity.MEDIUM,
    "The rule has no effect where it stands.",
    _run,
)
