"""An opening the baseline forbids exists.

What it finds
-------------
Packets of a forbidden opening (RPC 135, SMB, LDAP, log shipping ... from the Internet; anything from an Edge
to a domain controller) that some accept rule really lets through, after the rules above it and after
translation. One finding per rule and server, its ports merged.

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
from dataclasses import dataclass, field, replace

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.analysis.exposure import Opening, port_names, restricted
from auditor.analysis.inside import reached
from auditor.analysis.layers import Asked, candidates
from auditor.analysis.reach import host_answer
from auditor.baseline import BoundEnd, BoundForbidden, BoundRuleset
from auditor.checks.check import Check, evidence, exact
from auditor.findings.finding import Confidence, Evidence, Finding, Severity
from auditor.findings.result import CoverageState
from auditor.packets import Decision, Flow, PacketSet, opens
from parsers.model.addresses import AddressSet
from parsers.model.bounds import Bounded
from parsers.model.rule import Rule
from parsers.model.services import ServiceSet

_MANY = 1 << 20
"""More addresses than these are no servers: the zone is named alone."""


@dataclass(slots=True)
class _Hit:
    """All forbidden packets that one rule lets through to one server."""

    device: Device
    rule: Rule
    source: BoundEnd
    destination: BoundEnd
    certain: PacketSet
    possible: PacketSet
    near: bool
    roles: str
    rules: list[BoundForbidden] = field(default_factory=list)


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    hits: dict[tuple[object, ...], _Hit] = {}
    for ruleset in analysis.rulesets:
        roles = _roles(ruleset)
        pairs: dict[tuple[int, int], list[BoundForbidden]] = {}
        for bound in ruleset.forbidden:
            if not _whole_zone(bound):
                pairs.setdefault((id(bound.source), id(bound.destination)), []).append(bound)
        for group in pairs.values():
            for asked in analysis.paths.asked(group[0].source, group[0].destination):
                _collect(asked, _reduced(ruleset, group), _documented(ruleset, group[0], asked), hits, roles)
    for ruleset in analysis.rulesets:
        _zones(analysis, ruleset, hits)
    # Where the rule also opens the way through a translation, the neighbour on the outer segment adds nothing.
    left = [hit for key, hit in hits.items() if not hit.near or (*key[:-1], False) not in hits]
    for hit in left:
        if not _told_further_out(hit, left, analysis):
            yield _finding(check, hit, analysis)


def _whole_zone(bound: BoundForbidden) -> bool:
    return bound.source.trust == "untrusted" and bound.destination.kind == "zone"


def _zones(analysis: Analysis, ruleset: BoundRuleset, hits: dict[tuple[object, ...], _Hit]) -> None:
    """Bans on whole zones: what a rule opens to a server that a narrower ban names already belongs to that finding."""
    bans: dict[tuple[str, frozenset[str]], list[BoundForbidden]] = {}
    for bound in filter(_whole_zone, ruleset.forbidden):
        bans.setdefault((bound.source.name, frozenset(bound.rule.destination.names)), []).append(bound)
    for (_, zones), group in bans.items():
        service = ServiceSet.union(bound.service for bound in group)
        for found in reached(analysis, ruleset, group[0].source, zones, (ruleset,)):
            share = found.only(service)
            nothing = PacketSet(share.near.space, ())
            for near, packets in ((False, share.packets), (True, Bounded(nothing, share.near))):
                _share_out(found.opening, group, packets, near, hits)


def _share_out(
    opening: Opening,
    group: list[BoundForbidden],
    packets: Bounded[PacketSet],
    near: bool,
    hits: dict[tuple[object, ...], _Hit],
) -> None:
    certain, possible = packets.certain, packets.possible
    source = group[0].source
    for hit in list(hits.values()):
        if hit.rule is opening.rule and hit.source.name == source.name and hit.destination.kind == "role":
            own = restricted(possible, hit.destination.addresses)
            if own and hit.near == near:
                _widen(hit, group, restricted(certain, hit.destination.addresses), own)
            certain, possible = certain - own, possible - own
    if possible:
        key = (id(opening.rule), source.name, "", near)
        if key not in hits:
            places = possible.destinations()
            to = next((each.destination for each in group if each.destination.addresses.overlaps(places)), None)
            end, space = to or group[-1].destination, possible.space
            nothing = PacketSet(space, ())
            hits[key] = _Hit(opening.device, opening.rule, source, end, nothing, nothing, near, end.name)
        _widen(hits[key], group, certain, possible)


def _widen(hit: _Hit, group: list[BoundForbidden], certain: PacketSet, possible: PacketSet) -> None:
    hit.certain = hit.certain | certain
    hit.possible = hit.possible | possible
    open_services = possible.services()
    known = {id(bound) for bound in hit.rules}
    hit.rules += [each for each in group if each.service.overlaps(open_services) and id(each) not in known]


def _told_further_out(hit: _Hit, hits: list[_Hit], analysis: Analysis) -> bool:
    """Does a rule of a device in front open all of the same? Then that finding names this rule as well."""
    outer = [
        each
        for each in hits
        if each.device is not hit.device
        and (each.source, each.destination) == (hit.source, hit.destination)
        and analysis.paths.precedes(each.device, hit.device, hit.source, hit.destination)
    ]
    seen = ServiceSet.union(each.possible.services() for each in outer)
    return bool(outer) and hit.possible.services() <= seen


def _roles(ruleset: BoundRuleset) -> dict[AddressSet, str]:
    """The roles of every bound address: a server with two roles is one server, two servers of one role one cause."""
    found: dict[AddressSet, list[str]] = {}
    for ends in ruleset.ends.values():
        for end in ends:
            if end.kind == "role" and end.addresses and not end.interfaces:
                found.setdefault(end.addresses, []).append(end.name)
    return {addresses: " and ".join(sorted(set(names))) for addresses, names in found.items()}


def _reduced(ruleset: BoundRuleset, group: list[BoundForbidden]) -> list[BoundForbidden]:
    """A ban on everything yields to what is documented for another role on the same server."""
    source, destination = group[0].source, group[0].destination
    documented = ServiceSet.union(
        service
        for flow in ruleset.flows
        if flow.preset is not CoverageState.NOT_APPLICABLE
        and flow.source.addresses == source.addresses
        and flow.destination.addresses == destination.addresses
        for service in (flow.service, *flow.alternatives)
        if service is not None
    )
    return [
        replace(bound, service=bound.service - documented) if "everything" in bound.rule.services else bound
        for bound in group
    ]


def _documented(ruleset: BoundRuleset, ban: BoundForbidden, asked: Asked) -> PacketSet:
    """What flows of single servers document inside a ban on their whole zone: mail from the Edge to the Internet."""
    filter_ = asked.device.forward
    assert filter_ is not None
    found = PacketSet(filter_.space, ())
    if ban.source.kind != "zone" or ban.source.trust == "untrusted":
        return found
    for flow in ruleset.flows:
        if flow.preset is CoverageState.NOT_APPLICABLE or flow.source.kind != "role" or flow.source.interfaces:
            continue
        if flow.source.addresses and flow.destination.addresses == ban.destination.addresses:
            services = [each for each in (flow.service, *flow.alternatives) if each is not None]
            own = Flow(flow.source.addresses, flow.destination.addresses, ServiceSet.union(services))
            found = found | filter_.packets(own)
    return found


def _collect(
    asked: Asked,
    group: list[BoundForbidden],
    documented: PacketSet,
    hits: dict[tuple[object, ...], _Hit],
    roles: dict[AddressSet, str],
) -> None:
    filter_ = asked.device.forward
    assert filter_ is not None
    service = ServiceSet.union(bound.service for bound in group)
    for near, every in enumerate(candidates(asked, service)):
        packets = every - documented
        for decision in filter_.deciding(packets, opens) if packets else ():
            _add(asked, group, decision, bool(near), hits, roles)


def _add(
    asked: Asked,
    group: list[BoundForbidden],
    decision: Decision,
    near: bool,
    hits: dict[tuple[object, ...], _Hit],
    roles: dict[AddressSet, str],
) -> None:
    source, destination = group[0].source, group[0].destination
    who = roles.get(destination.addresses, destination.name)
    key = (id(decision.rule), source.name, who, near)
    hit = hits.get(key)
    if hit is None:
        hit = hits[key] = _Hit(
            asked.device,
            decision.rule,
            source,
            destination,
            decision.packets.certain,
            decision.packets.possible,
            near,
            who,
        )
    else:
        hit.certain = hit.certain | decision.packets.certain
        hit.possible = hit.possible | decision.packets.possible
    open_services = decision.packets.possible.services()
    hit.rules += [bound for bound in group if bound.service.overlaps(open_services)]


def _finding(check: Check, hit: _Hit, analysis: Analysis) -> Finding:
    packets = hit.certain or hit.possible
    services = packets.services()
    specific = _telling(hit.rules, services)
    certain = bool(hit.certain) and not hit.near
    server = _server(hit, analysis, packets.destinations())
    host, let_in, related = _host(hit, server, analysis, services)
    passing, layers, stopping = analysis.paths.passing(hit.source, hit.destination, services, hit.device)
    stopped = " and ".join(stopping) or "another firewall" if not passing else ""
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
    known = port_names(services)
    targets = packets.destinations()
    if hit.destination.kind == "zone" and hit.source.trust == "untrusted":
        to = f"{targets.text(4)} ({hit.destination.name})" if targets.count <= _MANY else hit.destination.name
        where = f"{hit.source.name} reaches {to} on {services.text(6)}"
    elif hit.destination.kind == "zone":
        who = packets.sources().text(4)
        where = f"{hit.source.name} {who} reaches {hit.destination.name} on {services.text(6)}"
    else:
        where = f"{hit.source.name} reaches {hit.roles} {targets.text(4)} on {services.text(6)}"
    message = f"{where}{f', among them {known}' if known else ''}: {specific[0].rule.title}"
    message += (
        f" and {len({b.rule.id for b in specific}) - 1} more forbidden openings."
        if len({b.rule.id for b in specific}) > 1
        else "."
    )
    uncertain = tuple(hit.rule.uncertain)
    if not sure:
        certain = False
        reason = "these ports lie in a range that is given out as needed: whether something listens there may change"
        uncertain = (*uncertain, reason)
    if hit.near:
        reason = "untranslated and private here: only a neighbour on the outer segment can send such packets"
        message, uncertain = f"{message} {reason.capitalize()}.", (*uncertain, reason)
    if host and host not in ("blocked", "open"):
        message += f" Of these the host's own firewall ({server.host}) lets in {host}."
    if host == "blocked":
        message += f" The host's own firewall ({server.host}) stops all of it today; only that stands between."
    if passing and not services <= passing:
        message += f" The other firewalls of the path let on {passing.text(8)}."
    if stopped:
        message += f" {stopped} on the same path stops all of it today; only that stands between."
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


def _server(hit: _Hit, analysis: Analysis, addresses: AddressSet) -> BoundEnd:
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
    hit: _Hit, server: BoundEnd, analysis: Analysis, services: ServiceSet
) -> tuple[str, ServiceSet, tuple[Evidence, ...]]:
    """What the destination's own firewall does with the same packets: one finding, two evidences."""
    let_in, layer = host_answer(analysis.devices, server, hit.source.addresses, services)
    if layer is None:
        return "", services, ()
    if not let_in:
        return "blocked", let_in, ()
    rules = [each.rule for each in layer.accepts if not each.rule.implicit][:5]
    name = layer.device.name
    sure = layer.packets.services() & services if layer.packets else services
    word = "open" if services <= sure else sure.text(8)
    return word, let_in, tuple(evidence(name, rule, "the host lets it in") for rule in rules)


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
