"""An opening the baseline forbids exists.

What it finds
-------------
Packets of a forbidden opening (RPC 135, SMB, LDAP, log shipping ... from the Internet; anything from an Edge
to a domain controller) that some accept rule really lets through, after the rules above it and after
translation. One finding per rule and server, its ports merged. Where only few senders get through (a /16 at most:
somebody named a partner or provider), it is one level less severe.

Why it matters
--------------
These services are attack surface without a documented reason: remote code execution, directory theft, mail
past the filter.

Example
-------
A virtual IP without port forwarding and a policy with service ALL: every port of the Client Access server
faces the Internet.

What to do
----------
Narrow the service or the source of the rule, or remove it. Where clients need the server, publish the one
documented port.

When to waive
-------------
With an owner and a date, while a replacement is built.

References
----------
The cited rows of the ruleset; CISA BOD 23-02 for management services.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from auditor.analysis.analysis import Analysis
from auditor.analysis.banned import Hit, banned
from auditor.analysis.exposure import port_names
from auditor.analysis.reach import host_answer
from auditor.baseline import BoundEnd, BoundForbidden
from auditor.checks.check import Check, evidence, exact, host_text, path_text
from auditor.findings.finding import Confidence, Evidence, Finding, Severity
from auditor.packets import PacketSet
from parsers.model.addresses import AddressSet
from parsers.model.services import ServiceSet

_MANY = 1 << 20
"""More addresses than these are no servers: the zone is named alone."""
_FEW_IPV4, _FEW_IPV6 = 1 << 16, 1 << 80
"""As many senders as a /16, or an IPv6 site (/48): more are no partner that somebody named."""


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for hit in banned(analysis):
        yield _finding(check, hit, analysis)


def _finding(check: Check, hit: Hit, analysis: Analysis) -> Finding:
    packets = hit.certain or hit.possible
    services, targets = packets.services(), packets.destinations()
    specific = _telling(hit.rules, services)
    certain = bool(hit.certain) and not hit.near
    server = _server(hit, analysis, targets)
    shown, let_in, related = _host(hit, server, analysis, services)
    passing, layers, stopping = analysis.paths.passing(hit.source, hit.destination, services, hit.device)
    related += tuple(
        evidence(layer.device.name, each.rule, "lets it through as well")
        for layer in layers
        for each in layer.accepts[:3]
        if not each.rule.implicit
    )
    arriving = let_in & passing
    sure = [bound for bound in specific if _surely(bound, services, analysis.fixed)]
    worst = max(
        _severity(bound, hit.source, exposed=not hit.near and bound in sure and bound.service.overlaps(arriving))
        for bound in specific
    )
    more = len({bound.rule.id for bound in specific}) - 1
    others = f" and {more} more forbidden opening{'s' * (more > 1)}" if more else ""
    drawn = "" if sure else ", which the server may give out as needed"
    message = f"{_where(hit, packets)}{drawn}: {specific[0].rule.title}{others}."
    uncertain = tuple(hit.rule.uncertain)
    if _partners(hit):
        worst = Severity(max(worst - 1, min(worst, Severity.LOW)))
    guess = _guess(hit, specific)
    if guess:
        certain, worst, uncertain = False, min(worst, Severity.MEDIUM), (*uncertain, guess)
    if not sure:
        certain = False
        reason = "these ports lie in a range that is given out as needed: whether something listens there may change"
        uncertain = (*uncertain, reason)
    if hit.destination.trust == "untrusted" and not analysis.faces_internet:
        certain = False
        uncertain = (*uncertain, "no interface that faces the Internet is known: where such packets go is not either")
    if hit.near:
        reason = "untranslated and private here: only a neighbour on the outer segment can send such packets"
        message, uncertain = f"{message} {reason.capitalize()}.", (*uncertain, reason)
    message += host_text(services, shown, (server.host,)) + path_text(services, passing, stopping)
    remedies = dict.fromkeys(bound.rule.remedy for bound in specific if bound.rule.remedy)
    return check.found(
        device=hit.device.name,
        rule=hit.rule,
        severity=worst,
        confidence=Confidence.CERTAIN if certain else Confidence.POSSIBLE,
        message=message,
        remedy=" ".join(list(remedies)[:2])
        or "Remove these ports from the rule, or limit its source to those who need them.",
        packets=f"{hit.source.name} ({exact(hit.rule.source.possible)}) to {exact(targets)} {exact(services, 40)}",
        identity=hit.rule.id,
        example=packets.example(),
        related=related,
        citation=tuple(dict.fromkeys(cite for bound in specific for cite in bound.rule.cite)),
        flow=", ".join(dict.fromkeys(bound.rule.id for bound in specific)),
        lines=tuple(_lines(hit.rules, services)),
        uncertain=uncertain,
    )


def _partners(hit: Hit) -> bool:
    """Do few senders of an untrusted zone get through? Then somebody named them: a partner, a provider."""
    sources = hit.possible.sources()
    few = sources.ipv4.count <= _FEW_IPV4 and sources.ipv6.count <= _FEW_IPV6
    return hit.source.trust == "untrusted" and few


def _guess(hit: Hit, specific: list[BoundForbidden]) -> str:
    """What makes the ban itself uncertain: a role that only a name speaks for, where other servers may have the port.

    What nobody may reach from the Internet on any server stays what it is, and so does what an Edge reaches inside.
    """
    by_role = hit.source.kind == "zone" and all("everything" in bound.rule.services for bound in specific)
    ends = (hit.source, *((hit.destination,) if by_role else ()))
    return next(filter(None, (end.doubt for end in ends)), "")


def _where(hit: Hit, packets: PacketSet) -> str:
    services, targets = packets.services(), packets.destinations()
    only = f" ({packets.sources().text(3)} only)" if _partners(hit) else ""
    if hit.destination.kind == "zone" and hit.source.trust == "untrusted":
        to = f"{targets.text(4)} ({hit.destination.name})" if targets.count <= _MANY else hit.destination.name
        where = f"{hit.source.name}{only} reaches {to} on {services.text(6)}"
    elif hit.destination.kind == "zone":
        who = packets.sources().text(4)
        where = f"{hit.source.name} {who} reaches {hit.destination.name} on {services.text(6)}"
    else:
        where = f"{hit.source.name}{only} reaches {hit.roles} {targets.text(4)} on {services.text(6)}"
    known = port_names(services)
    return f"{where}, among them {known}" if known else where


def _telling(rules: list[BoundForbidden], services: ServiceSet) -> list[BoundForbidden]:
    """The bans that say what is open, the narrowest first.

    The dynamic RPC range, or a ban on everything, holds the ports of many others: where narrower bans name all that is
    open, it says nothing.
    """
    ordered = sorted(rules, key=lambda bound: ("everything" in bound.rule.services, _size(bound.service)))
    kept = []
    for bound in ordered:
        narrower = ServiceSet.union(each.service for each in ordered if _size(each.service) < _size(bound.service))
        if (bound.service & services) - narrower:
            kept.append(bound)
    return kept or ordered


def _lines(rules: list[BoundForbidden], services: ServiceSet) -> Iterable[str]:
    """Every line that says what is open, baseline by baseline: what one says does not answer for another."""
    for ruleset in dict.fromkeys(bound.ruleset for bound in rules):
        telling = _telling([bound for bound in rules if bound.ruleset == ruleset], services)
        yield from dict.fromkeys(f"{ruleset}:{bound.rule.id}" for bound in telling)


def _server(hit: Hit, analysis: Analysis, addresses: AddressSet) -> BoundEnd:
    """The server of a hit; in a whole zone the Windows host that has all of the addresses by its own export."""
    if hit.destination.kind == "role":
        return hit.destination
    firewalls = (each.firewall for each in analysis.devices.values())
    own = (each.name for each in firewalls if each.host is not None and addresses <= each.host.addresses)
    return replace(hit.destination, addresses=addresses, host=next(own, ""))


def _surely(bound: BoundForbidden, services: ServiceSet, fixed: ServiceSet) -> bool:
    """Is a ban certainly hit? Some ports of a range that is given out as needed may stay unused; all of it cannot."""
    drawn = bound.pool - fixed
    return bool((bound.service - bound.pool) & services) or (bool(drawn) and drawn <= services)


def _host(
    hit: Hit, server: BoundEnd, analysis: Analysis, services: ServiceSet
) -> tuple[ServiceSet, ServiceSet, tuple[Evidence, ...]]:
    """What the destination's own firewall lets in, as surely as it is known and possibly, and by which rules."""
    let_in, layer = host_answer(analysis.devices, server, hit.rule.onward(hit.source.addresses), services)
    if layer is None:
        return services, services, ()
    if not let_in:
        return let_in, let_in, ()
    rules = [each.rule for each in layer.accepts if not each.rule.implicit][:5]
    related = tuple(evidence(layer.device.name, rule, "the host lets it in") for rule in rules)
    return layer.packets.services() & services, let_in, related


def _size(service: ServiceSet) -> int:
    return sum(protocols.count * ports.count for protocols, pairs in service.entries for ports, _ in pairs)


def _severity(bound: BoundForbidden, source: BoundEnd, *, exposed: bool) -> Severity:
    """The severity of a ban; one less where something else on the path stops its packets today."""
    by_zone = dict(bound.rule.severity)
    stated = by_zone.get(source.name, by_zone["default"])
    return stated if exposed else Severity(max(stated - 1, min(stated, Severity.LOW)))


CHECK = Check(
    "FW102",
    "forbidden-opening",
    "Forbidden opening",
    Severity.CRITICAL,
    "The baseline says this must never be reachable.",
    _run,
)
