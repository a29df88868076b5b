"""Windows rules that do not count, because a policy turns local rules off.

What it finds
-------------
Enabled local rules of profiles in which group policy does not merge local rules (AllowLocalPolicyMerge 0). One finding
for each host. Where the policy is in no export, the audit says so among its assumptions instead.

Why it matters
--------------
The rules that a product's setup made look right and open nothing: the server stops answering when the policy comes.

Example
-------
The baseline for the public profile sets "Apply local firewall rules: No", and all rules of Exchange setup are local.

What to do
----------
Put the rules that are needed into the group policy, or let local rules count in the domain profile.

When to waive
-------------
When it is meant so, and the needed rules are in the policy.

References
----------
CIS Windows Server Benchmark 9.3.4 (apply local firewall rules: No); Microsoft Learn, AllowLocalFirewallRules.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.hostrules import hosts, written_rules
from auditor.checks.check import Check, evidence
from auditor.findings.finding import Finding, Severity
from auditor.findings.wording import listed
from parsers.model.firewall import HOST_PROFILES
from parsers.model.rule import Direction, Rule, Truth

_PROFILES = frozenset(HOST_PROFILES)


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in hosts(analysis):
        off = {
            setting.path.rpartition(" ")[2]
            for setting in device.firewall.settings
            if setting.path.startswith("gpo profile ") and (setting.key, setting.value) == _OFF
        }
        if not off:
            continue
        lost = [
            (rule, gone)
            for direction in (Direction.INBOUND, Direction.OUTBOUND)
            for rule in written_rules(device, direction)
            if (gone := _lost(rule, direction) & off)
        ]
        if lost:
            yield check.found(
                device=device.name,
                origin=lost[0][0].origin,
                message=(
                    f"{len(lost)} enabled local rules do not count in the {' and '.join(sorted(off))} profile, because "
                    f"a policy turns local rules off: {listed((rule.name for rule, _ in lost), 6)}."
                ),
                remedy="Put the rules that are needed into the group policy, or let local rules count in the domain.",
                identity="merge off",
                packets=f"merge off {' '.join(sorted(off))} {' '.join(sorted(rule.id for rule, _ in lost))}",
                related=tuple(
                    evidence(device.name, rule, f"does not count in {', '.join(sorted(gone))}")
                    for rule, gone in lost[:8]
                ),
            )


_OFF = ("AllowLocalPolicyMerge", "0")


def _lost(rule: Rule, direction: Direction) -> frozenset[str]:
    """The profiles that an enabled rule names and does not count in."""
    inward = direction is Direction.INBOUND
    counts = rule.ingress if inward else rule.egress
    named = frozenset(rule.written.ingress if inward else rule.written.egress) or _PROFILES
    dropped = any(condition.kind == "profile" and condition.truth is Truth.FALSE for condition in rule.conditions)
    if counts is None or not (rule.enabled or dropped):
        return frozenset()
    return named - counts


CHECK = Check(
    "FW150", "merge-off", "Local rules that do not count", Severity.LOW, "What looks open there is closed.", _run
)
