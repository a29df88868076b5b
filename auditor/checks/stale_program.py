"""A Windows rule names a program that cannot be right.

What it finds
-------------
Enabled inbound rules bound to a program on another computer (\\\\server\\share), to a path without a drive, or to one
that names a system folder twice. Whether a file exists is not in an export: that stays for the host to say.

Why it matters
--------------
Such a rule is left over or broken: either it never matches and something does not work, or it trusts a file of
somebody else's computer.

Example
-------
Exchange setup joins the system folder with "System32\\Svchost.exe". There is no file
C:\\Windows\\system32\\System32\\Svchost.exe, so "RPC Endpoint Mapper (TCP-In)" matches nothing.

What to do
----------
Remove the rule, or repair its path: clone it where setup owns it.

When to waive
-------------
When the rule belongs to a product's setup and its twin does the work.

References
----------
Microsoft Learn, New-NetFirewallRule -Program: a full path, environment variables allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.hostrules import allowing, hosts
from auditor.checks.check import Check, evidence, match_text
from auditor.findings.finding import Confidence, Finding, Severity
from parsers.model.rule import Rule, ScopeKind

_DOUBLE = re.compile(r"\\(?:system32|syswow64)\\(?:system32|syswow64)\\|%systemroot%.*%systemroot%", re.IGNORECASE)
_WHOLE = re.compile(r"^(?:[a-z]:\\|%[^%\\]+%|\\device\\)", re.IGNORECASE)


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in hosts(analysis):
        programs: dict[str, list[Rule]] = {}
        for rule in allowing(device):
            if rule.program.kind is ScopeKind.NAMED and _wrong(rule.program.name):
                programs.setdefault(rule.program.name.casefold(), []).append(rule)
        for path, rules in sorted(programs.items()):
            yield check.found(
                device=device.name,
                rule=rules[0],
                confidence=Confidence.CERTAIN,
                message=f"{rules[0].program.name} {_wrong(rules[0].program.name)}.",
                remedy="Remove the rule, or repair the path of its program.",
                identity=f"stale {path}",
                packets=f"{path} {' '.join(sorted({match_text(rule) for rule in rules}))}",
                related=tuple(evidence(device.name, rule, "names the same program") for rule in rules[1:8]),
            )


def _wrong(path: str) -> str:
    """What is wrong with a program's path, "" when nothing is."""
    plain = path.replace("/", "\\").strip('"')
    if plain.casefold() == "system":
        return ""
    if plain.startswith("\\\\") and not plain.startswith("\\\\?\\"):
        return "lies on another computer: the rule trusts whoever can write there"
    if _DOUBLE.search(plain):
        return "names a system folder twice: there is no such file, so the rule matches nothing"
    if not _WHOLE.match(plain.removeprefix("\\\\?\\")):
        return "is no full path: the rule matches nothing"
    return ""


CHECK = Check(
    "FW149", "stale-program", "Program that cannot be", Severity.LOW, "The rule is left over, or broken.", _run
)
