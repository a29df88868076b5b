"""A published port leads to a server that must not receive it.

What it finds
-------------
A translation that publishes web (443) or mail (25) from the Internet to an address bound to a role the
baseline does not publish for that port, such as 443 to a Mailbox server.

Why it matters
--------------
The service does not work, and a server that should never be touched from outside is.

Example
-------
The virtual IP for ActiveSync maps to the Mailbox server instead of Client Access.

What to do
----------
Point the translation to a server of the right role.

When to waive
-------------
When the binding in the site file is wrong: correct it there.

References
----------
Ruleset exchange-2010, questions Q04 and Q19.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.coverage import published_as
from auditor.analysis.exposure import restricted
from auditor.checks.check import Check, exact
from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.result import CoverageState
from parsers.model.services import ServiceSet

_PUBLISHED = (("HTTPS", ServiceSet.parse("tcp/443")), ("SMTP", ServiceSet.parse("tcp/25")))


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for ruleset in analysis.rulesets:
        servers = [end for ends in ruleset.ends.values() for end in ends if end.kind == "role" and not end.interfaces]
        wanted = [
            bound
            for bound in ruleset.flows
            if bound.source.trust == "untrusted"
            and bound.preset is not CoverageState.NOT_APPLICABLE
            and bound.service
            # Where no address is known to play the right role, this server may play it too.
            and bound.destination.addresses
        ]
        for opening in analysis.openings:
            packets = (opening.packets.certain or opening.packets.possible).translated()
            for name, service in _PUBLISHED:
                if rule_is_wide(opening.rule.service.possible):
                    continue
                for address in {end.addresses for end in servers}:
                    part = restricted(packets, address)
                    if not part or not part.services().overlaps(service):
                        continue
                    if any(
                        bound.destination.addresses == address and bound.service and service.overlaps(bound.service)
                        for bound in wanted
                    ):
                        continue
                    if any(
                        bound.destination.addresses == address and bound.service.overlaps(service)
                        for bound in ruleset.forbidden
                        if bound.source.trust == "untrusted" and "everything" not in bound.rule.services
                    ):
                        continue  # reported as a forbidden opening
                    roles = sorted({end.name for end in servers if end.addresses == address})
                    served = [bound for bound in wanted if bound.service and service <= bound.service]
                    right = sorted({bound.destination.name for bound in served})
                    if not right:
                        continue
                    yield check.found(
                        device=opening.device.name,
                        rule=opening.rule,
                        confidence=Confidence.CERTAIN if opening.packets.certain else Confidence.POSSIBLE,
                        message=(
                            f"{name} published as {published_as(part)} leads to {address.text(3)}, "
                            f"a {' and '.join(roles)} server; "
                            f"it belongs to {' or '.join(right)}."
                        ),
                        remedy=f"Map it to a {' or '.join(right)} server.",
                        packets=f"{exact(service)} to {exact(address)}",
                        example=part.example(),
                        citation=tuple(dict.fromkeys(cite for bound in served for cite in bound.flow.cite)),
                        flow=", ".join(dict.fromkeys(bound.flow.id for bound in served)),
                        lines=tuple(dict.fromkeys(f"{bound.ruleset}:{bound.flow.id}" for bound in served)),
                    )


def rule_is_wide(services: ServiceSet) -> bool:
    """A rule for everything is a forbidden opening, not a wrong target."""
    return services.destination_ports(6).count > 2000


CHECK = Check(
    "FW113",
    "wrong-target",
    "Published to the wrong server",
    Severity.HIGH,
    "The service fails and the wrong server is exposed.",
    _run,
)
