"""A rule from the Internet is wider than its documented flows need.

What it finds
-------------
An accept rule that serves documented flows from an untrusted zone and beside them opens destinations or
services no flow asks for: a whole network instead of a server, a virtual IP without port forwarding, more
ports than documented.

Why it matters
--------------
The surplus is reachable without anybody having asked for it, and each new server in the range is published
the day it is installed.

Example
-------
HTTPS to the whole server network, where one Client Access server needs it.

What to do
----------
Limit the rule to the addresses and ports of the flows named.

When to waive
-------------
When the other addresses are servers of another documented product.

References
----------
PCI DSS v4.0 requirement 1.3.1: inbound traffic is restricted to what is necessary.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.exposure import Opening
from auditor.checks.check import Check, exact, no_internet
from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.result import CoverageState
from parsers.model.addresses import AddressSet


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    known = AddressSet.union(end.addresses for ruleset in analysis.rulesets for end in ruleset.servers)
    for opening in analysis.openings:
        packets = opening.packets.certain or opening.packets.possible
        if not packets:
            continue
        destinations = packets.destinations()
        surplus = destinations - known
        who = exact(opening.rule.source.possible)
        flows = _served(analysis, opening, destinations)
        # Servers of other products are none of this baseline's business: only rules that serve it are judged.
        if flows and surplus and destinations.overlaps(known):
            yield check.found(
                device=opening.device.name,
                rule=opening.rule,
                confidence=Confidence.CERTAIN if opening.packets.certain else Confidence.POSSIBLE,
                message=(
                    f"It serves {', '.join(flows[:4])}, which need {(destinations & known).text(3)}, but lets "
                    f"{opening.zone.name} reach {destinations.text(3)} on {packets.services().text(6)}."
                ),
                remedy=f"Limit its destination to {(destinations & known).text(3)}.",
                packets=f"{who} to {exact(destinations)} {exact(packets.services(), 10)}",
                example=packets.example(),
                uncertain=opening.rule.uncertain,
            )


def _served(analysis: Analysis, opening: Opening, destinations: AddressSet) -> list[str]:
    found: dict[str, None] = {}
    services = opening.rule.service.possible
    for ruleset in analysis.rulesets:
        for bound in ruleset.flows:
            if bound.source.name != opening.zone.name or bound.preset is CoverageState.NOT_APPLICABLE:
                continue
            if (
                bound.service
                and bound.service.overlaps(services)
                and bound.destination.addresses.overlaps(destinations)
            ):
                found[bound.flow.id] = None
    return list(found)


CHECK = Check(
    "FW116",
    "wide-rule",
    "Rule wider than its flows",
    Severity.MEDIUM,
    "What nobody asked for is reachable.",
    _run,
    unable=no_internet,
)
