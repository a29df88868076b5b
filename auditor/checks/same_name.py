"""Windows rules of one name differ.

What it finds
-------------
Display names that several enabled rules of one host carry although they differ in packets, program, service or profile.
One finding for each host.

Why it matters
--------------
Display names are no keys. Who disables, changes or documents "the rule" by its name in a script, a ticket or a group
policy hits several, or the wrong one.

Example
-------
"File Server (TCP-In)" exists twice: for any address in the domain, and for the local subnet elsewhere.

What to do
----------
Work with the rule's Name (its identity) instead of its DisplayName; rename your own rules apart.

When to waive
-------------
For rules that Windows itself brings in twins.

References
----------
Microsoft Learn, Set-NetFirewallRule: -Name is the key, -DisplayName is not unique.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.hostrules import hosts, shown_name, written_rules
from auditor.checks.check import Check, evidence, match_text
from auditor.findings.finding import Finding, Severity
from auditor.findings.wording import listed
from parsers.model.rule import Action, Direction, Rule


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in hosts(analysis):
        twins = _twins((*written_rules(device), *written_rules(device, Direction.OUTBOUND)))
        if twins:
            rules = [rule for each in twins.values() for rule in each]
            plural = "s belong" if len(twins) > 1 else " belongs"
            yield check.found(
                device=device.name,
                origin=rules[0].origin,
                message=(
                    f"{len(twins)} display name{plural} to several enabled rules that differ in more than their name: "
                    + listed(
                        (
                            f"{shown_name(each[0])} ({', '.join(rule.id for rule in each[:4])})"
                            for each in twins.values()
                        ),
                        5,
                    )
                    + "."
                ),
                remedy="Use the rule's Name as its key, never the DisplayName; rename your own rules apart.",
                identity="same name",
                packets=" ".join(sorted(twins)),
                related=tuple(evidence(device.name, rule, _shown(rule)) for rule in rules[:8]),
            )


def _twins(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """The enabled rules by name, where several of one direction and action have different scopes."""
    found: dict[tuple[str, bool, str], list[Rule]] = {}
    for rule in rules:
        # "@FirewallAPI.dll,-36002" is a name that Windows itself brings, in twins.
        if rule.enabled and rule.name and not rule.name.startswith("@"):
            inward = rule.egress is None and rule.written.egress == ()
            found.setdefault((rule.name, inward, rule.action.value), []).append(rule)
    twins: dict[str, list[Rule]] = {}
    for (name, _, _), each in sorted(found.items()):
        if (
            len({(rule.ingress, rule.egress, match_text(rule), rule.program, rule.windows_service) for rule in each})
            > 1
        ):
            twins.setdefault(name, []).extend(each)
    return twins


def _shown(rule: Rule) -> str:
    """What a rule does, with the program, service and profiles that tell it from its twins."""
    parts = ["block" if rule.action is Action.DENY else rule.action.value, match_text(rule)]
    parts += [f"for {scope.name}" for scope in (rule.program, rule.windows_service) if scope.name]
    profiles = rule.ingress if rule.ingress is not None else rule.egress
    return " ".join(parts) + (f" in {', '.join(sorted(profiles))}" if profiles else "")


CHECK = Check(
    "FW147", "same-name", "One name, several rules", Severity.INFO, "A name does not say which rule is meant.", _run
)
