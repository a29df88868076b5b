"""A rule matches no packet at all.

What it finds
-------------
Enabled rules that nothing can match: an expired schedule, a zone without interfaces, a service without ports,
source and destination of different address families, a virtual IP that nothing reaches, an interface that is
down. A rule that publishes a server under the port before translation is more than dead text: what it is for does
not work.

Why it matters
--------------
Either something that should work does not, or dead text hides in the policy and comes to life with the next
edit.

Example
-------
The one-time schedule of "contractor access" ended in 2023.

What to do
----------
Remove the rule, or repair what it refers to.

When to waive
-------------
When the rule waits for a date in the future.

References
----------
FortiOS: a recurring schedule without days never applies; policies match only within one IP version; the service
of a policy is compared with the port after translation (Fortinet community, ta-p/262988).
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.checks.check import Check, match_text
from auditor.findings.finding import Finding, Severity
from parsers.model.rule import Direction

_BLOCKED = "Published, but blocked"
_REMEDY = "Remove it, or repair what it refers to."


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in analysis.devices.values():
        if device.forward is None:
            continue
        for hidden in device.forward.hidden():
            if hidden.never:
                yield check.found(
                    device=device.name,
                    rule=hidden.rule,
                    severity=Severity.MEDIUM if hidden.blocked else check.severity,
                    message=f"{_BLOCKED if hidden.blocked else 'It never matches a packet'}: {hidden.never}.",
                    remedy="Name the port of the server in its service." if hidden.blocked else _REMEDY,
                    packets=f"never {hidden.never.partition(':')[0]}"
                    if not hidden.blocked
                    else f"blocked {match_text(hidden.rule)}",
                )
        yield from _down(device, check)


def _down(device: Device, check: Check) -> Iterable[Finding]:
    """Rules whose interfaces are all switched off: without effect until somebody switches them on."""
    down = frozenset(each.name for each in device.firewall.interfaces if not each.enabled)
    for rules in device.firewall.lists:
        for rule in rules.stated if rules.direction is Direction.FORWARD and down else ():
            dead = next((side for side in (rule.ingress, rule.egress) if side and side <= down), None)
            if dead and rule.enabled:
                yield check.found(
                    device=device.name,
                    rule=rule,
                    message=f"It matches nothing while {', '.join(sorted(dead))} is down.",
                    remedy="Remove it, or disable it as well: it acts again once the interface is up.",
                    packets=f"interface down {match_text(rule)}",
                )


CHECK = Check("FW106", "never-matches", "Rule that never matches", Severity.LOW, "The rule has no effect.", _run)
