"""A Windows rule overrides the block rules.

What it finds
-------------
Enabled rules "allow the connection if it is secure, override block rules": authenticated computers pass whatever else
is blocked. Medium where the export names no computers or a group that holds nearly all (everyone, authenticated users,
domain computers), low otherwise.

Why it matters
--------------
A block rule is no protection against a computer that such a rule names. One taken-over member of a wide group is
enough.

Example
-------
A vulnerability scanner was to reach every port; the rule names all domain computers instead of the scanner.

What to do
----------
Name the few computers that need it in a group of their own.

When to waive
-------------
For a named scanner or management host, with a date.

References
----------
Microsoft Learn, Windows Firewall: authenticated bypass.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.hostrules import hosts, written_rules
from auditor.checks.check import Check, match_text
from auditor.findings.finding import Confidence, Finding, Severity
from parsers.model.rule import Action, Direction, Rule


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in hosts(analysis):
        for rule in (*written_rules(device), *written_rules(device, Direction.OUTBOUND)):
            if not rule.enabled or rule.action is not Action.BYPASS:
                continue
            who, broad = _computers(rule)
            yield check.found(
                device=device.name,
                rule=rule,
                severity=Severity.MEDIUM if broad else Severity.LOW,
                confidence=Confidence.POSSIBLE,
                message=f"It lets {rule.service.possible.text(4)} past every block rule for {who}.",
                remedy="Name the few computers that need it in a group of their own.",
                packets=f"bypass {who} {match_text(rule)}",
                uncertain=tuple(condition.text for condition in rule.conditions),
            )


def _computers(rule: Rule) -> tuple[str, bool]:
    """Who may override, and whether that is nearly everybody."""
    named = [condition.text for condition in rule.conditions if condition.kind == "identity"]
    if not named:
        return "authenticated computers the export does not name", True
    wide = next((text for text in named if "(" in text), "")
    return (wide or named[0]).removeprefix("only for "), bool(wide)


CHECK = Check(
    "FW146", "bypass-rule", "Rule that overrides blocks", Severity.MEDIUM, "Block rules do not stop it.", _run
)
