"""Two baselines contradict each other about the same servers.

What it finds
-------------
A flow that one baseline requires or permits and another one forbids, for addresses both speak of: the answers of
the site file are counted, so a flow that does not apply here is no conflict.

Why it matters
--------------
Whatever the rules do, one of the two will report it. The forbidden opening wins in this audit; whether the
requirement or the ban holds here is a decision of the company, not of a tool.

Example
-------
A product's baseline requires port 8443 of a server from the Internet; the house's own baseline forbids everything
but 443.

What to do
----------
Decide once: answer the condition in the site file so that one side no longer applies, change the role bound to the
address, or accept it as an exception with an owner and a date.

When to waive
-------------
When the ban is accepted to yield here, by whoever owns it.

References
----------
The rows both baselines cite.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.baseline import conflicts
from auditor.checks.check import Check, exact
from auditor.findings.finding import Finding, Severity


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for each in conflicts(analysis.rulesets):
        flow, banned = each.flow.flow, each.forbidden.rule
        required = flow.level == "required"
        destination = each.flow.destination.addresses & each.forbidden.destination.addresses
        yield check.found(
            device="",
            severity=check.severity if required else Severity.INFO,
            message=(
                f"{each.flow.ruleset} {'requires' if required else 'permits'} {flow.id}, and {each.forbidden.ruleset} "
                f"forbids it as {banned.id}: {each.service.text(6)} from {each.flow.source.name} "
                f"to {each.flow.destination.name} {destination.text(3)}."
            ),
            remedy=(
                "Decide which of the two holds here: answer its condition in the site file, "
                "or accept the other as an exception."
            ),
            packets=f"{each.flow.source.name} to {exact(destination)} {exact(each.service, 40)}",
            identity=f"{each.flow.ruleset} {flow.id} {each.forbidden.ruleset} {banned.id}",
            citation=tuple(dict.fromkeys((*flow.cite, *banned.cite))),
            flow=f"{flow.id}, {banned.id}",
            lines=(f"{each.flow.ruleset}:{flow.id}", f"{each.forbidden.ruleset}:{banned.id}"),
        )


CHECK = Check(
    "FW120",
    "baseline-conflict",
    "Baselines contradict each other",
    Severity.MEDIUM,
    "One baseline asks for what another forbids.",
    _run,
)
