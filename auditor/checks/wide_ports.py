"""A Windows rule opens a wide range of ports to any address.

What it finds
-------------
Enabled inbound rules for over a thousand ports, but not all, from any address: 49152-65535, 6005-65534, or the keyword
RPC without a program. Low where the rule is bound to a program, medium where any program may listen.

Why it matters
--------------
Behind a dynamic range answer all RPC services of the host, also those nobody thought of. A port scan finds them
without the endpoint mapper.

Example
-------
"Exchange RPC" opens 6005-65534 to any address, although only Outlook clients of two networks need it.

What to do
----------
Use the keyword RPC with the program or service instead of the range, and name the client networks.

When to waive
-------------
When the perimeter and the server network's own firewall keep everybody else away.

References
----------
Microsoft Learn, "Create inbound rules to support RPC" (jj717250).
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.hostrules import allowing, effect, hosts, is_from_anywhere, owner
from auditor.checks.check import Check, match_text
from auditor.findings.finding import Confidence, Finding, Severity
from parsers.model.rule import Rule, ScopeKind
from parsers.model.services import TCP, UDP

_WIDE = 1000
_ALL = 60_000


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in hosts(analysis):
        skipped = analysis.setup_rules[device.name]
        for rule in allowing(device):
            if id(rule) in skipped or not _is_wide(rule) or not is_from_anywhere(rule.source.possible):
                continue
            share = effect(device, rule)
            if not share.possible:
                continue
            bound = rule.program.name or rule.windows_service.name
            yield check.found(
                device=device.name,
                rule=rule,
                severity=Severity.LOW if bound or rule.program.kind is ScopeKind.UNKNOWN else Severity.MEDIUM,
                confidence=Confidence.CERTAIN if share.certain else Confidence.POSSIBLE,
                message=(
                    f"It opens {', '.join(rule.written.service)} to {rule.source.possible.text(3)} for {owner(rule)}."
                ),
                remedy="Name the program or service and the client networks; prefer the keyword RPC to a range.",
                packets=match_text(rule),
                example=(share.certain or share.possible).example(),
                uncertain=rule.uncertain,
            )


def _is_wide(rule: Rule) -> bool:
    words = {word.casefold() for word in rule.written.service}
    if "rpc" in words:
        return rule.program.kind is ScopeKind.ANY and rule.windows_service.kind is ScopeKind.ANY
    ports = max(rule.service.possible.destination_ports(protocol).count for protocol in (TCP, UDP))
    return any(word[:1].isdigit() for word in words) and _WIDE <= ports < _ALL


CHECK = Check(
    "FW145",
    "wide-ports",
    "Wide range of ports",
    Severity.MEDIUM,
    "Every dynamic RPC service answers behind it.",
    _run,
)
