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
from auditor.analysis.exposure import Opening, restricted
from auditor.baseline import BoundFlow, BoundRuleset
from auditor.checks.check import Check, exact
from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.result import CoverageState
from auditor.packets import PacketSet
from parsers.model.addresses import AddressSet
from parsers.model.services import TCP, ServiceSet

_PUBLISHED = (("HTTPS", ServiceSet.parse("tcp/443")), ("SMTP", ServiceSet.parse("tcp/25")))
_WIDE = 2000
"""A rule for more ports than these is a forbidden opening, not a wrong target."""


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for ruleset in analysis.rulesets:
        roles: dict[AddressSet, set[str]] = {}
        for server in (each for each in ruleset.servers if not each.guess):
            roles.setdefault(server.addresses, set()).add(server.name)
        for opening in analysis.openings:
            if opening.rule.service.possible.destination_ports(TCP).count > _WIDE:
                continue
            packets = (opening.packets.certain or opening.packets.possible).translated()
            for name, service in _PUBLISHED:
                asking = _asking(ruleset, service)
                for address, names in roles.items():
                    part = restricted(packets, address)
                    if not part.services().overlaps(service) or _judged_otherwise(ruleset, asking, address, service):
                        continue
                    serving = [
                        bound
                        for bound in asking
                        if bound.preset is not CoverageState.NOT_APPLICABLE
                        and any(service <= each for each in bound.options)
                    ]
                    if serving:
                        yield _finding(check, opening, (name, service), (address, names), part, serving)


def _asking(ruleset: BoundRuleset, service: ServiceSet) -> list[BoundFlow]:
    """The flows from untrusted zones for a service, to servers that are known: an unknown one may be any address.

    Those that do not apply here as well: a server of the right kind is none of the wrong one, and FW103 says of it that
    nothing asks for the opening.
    """
    return [
        bound
        for bound in ruleset.flows
        if bound.source.trust == "untrusted"
        and bound.destination.addresses
        and any(each.overlaps(service) for each in bound.options)
    ]


def _judged_otherwise(
    ruleset: BoundRuleset, asking: Iterable[BoundFlow], address: AddressSet, service: ServiceSet
) -> bool:
    """Does a flow ask for the service at the address, or is it a forbidden opening there?"""
    bans = (
        bound
        for bound in ruleset.forbidden
        if bound.source.trust == "untrusted" and "everything" not in bound.rule.services
    )
    return any(bound.destination.addresses == address for bound in asking) or any(
        bound.destination.addresses == address and bound.service.overlaps(service) for bound in bans
    )


def _finding(
    check: Check,
    opening: Opening,
    published: tuple[str, ServiceSet],
    server: tuple[AddressSet, Iterable[str]],
    packets: PacketSet,
    serving: list[BoundFlow],
) -> Finding:
    name, service = published
    address, roles = server
    right = " or ".join(sorted({bound.destination.name for bound in serving}))
    return check.found(
        device=opening.device.name,
        rule=opening.rule,
        confidence=Confidence.CERTAIN if opening.packets.certain else Confidence.POSSIBLE,
        message=(
            f"{name} published as {published_as(packets)} leads to {address.text(3)}, "
            f"a {' and '.join(sorted(roles))} server; it belongs to {right}."
        ),
        remedy=f"Map it to a {right} server.",
        packets=f"{exact(service)} to {exact(address)}",
        example=packets.example(),
        citation=tuple(dict.fromkeys(cite for bound in serving for cite in bound.flow.cite)),
        flow=", ".join(dict.fromkeys(bound.flow.id for bound in serving)),
        lines=tuple(dict.fromkeys(f"{bound.ruleset}:{bound.flow.id}" for bound in serving)),
    )


CHECK = Check(
    "FW113",
    "wrong-target",
    "Published to the wrong server",
    Severity.HIGH,
    "The service fails and the wrong server is exposed.",
    _run,
)
