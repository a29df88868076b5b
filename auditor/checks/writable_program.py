"""A Windows rule trusts a program that users can replace.

What it finds
-------------
Enabled inbound rules bound to a program in a folder that ordinary users can write to: a user profile, a temporary
folder, downloads. One finding for each program.

Why it matters
--------------
The rule speaks of a path, not of a program. Whoever replaces the file has an opening in the firewall, without
administrator's rights.

Example
-------
A chat program installed itself below C:\\Users\\anna\\AppData and made a rule for any address.

What to do
----------
Install the program below Program Files, or disable the rule.

When to waive
-------------
On clients whose user is the only one, with application control in place.

References
----------
MITRE ATT&CK T1574.010 (services file permissions weakness) for the principle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.hostrules import allowing, effect, hosts, is_from_anywhere
from auditor.checks.check import Check, evidence, match_text
from auditor.findings.finding import Confidence, Finding, Severity
from parsers.model.rule import Rule

_WRITABLE = re.compile(
    r"%(?:temp|tmp|appdata|localappdata|userprofile|homepath|public)%"
    r"|^[a-z]:\\(?:users|documents and settings)\\|\\appdata\\|\\downloads\\|\\te?mp\\|\\\$recycle\.bin\\",
    re.IGNORECASE,
)


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in hosts(analysis):
        programs: dict[str, list[Rule]] = {}
        for rule in allowing(device):
            path = rule.program.name.replace("/", "\\")
            if _WRITABLE.search(path) and effect(device, rule).possible:
                programs.setdefault(path.casefold(), []).append(rule)
        for path, rules in sorted(programs.items()):
            anywhere = any(is_from_anywhere(rule.source.possible) for rule in rules)
            yield check.found(
                device=device.name,
                rule=rules[0],
                severity=Severity.MEDIUM if anywhere else Severity.LOW,
                confidence=Confidence.CERTAIN,
                message=(
                    f"{rules[0].program.name} lies where users can write, and {len(rules)} rule"
                    f"{'s let' if len(rules) > 1 else ' lets'} packets in for it."
                ),
                remedy="Install the program below Program Files, or disable its rules.",
                identity=f"writable {path}",
                packets=f"{path} {' '.join(sorted({match_text(rule) for rule in rules}))}",
                related=tuple(evidence(device.name, rule, "names the same program") for rule in rules[1:8]),
            )


CHECK = Check(
    "FW148",
    "writable-program",
    "Program users can replace",
    Severity.MEDIUM,
    "Whoever replaces the file owns the opening.",
    _run,
)
