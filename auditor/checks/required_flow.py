"""A port the baseline requires is closed, or open only in part.

What it finds
-------------
For every required flow of the baseline that the site's roles call for, the exact packets that do not get
through, and the layer (perimeter firewall, host firewall) that stops them. A flow that no translation
publishes is said to be "not published".

Why it matters
--------------
Something the product documents as needed does not work: mail is not delivered, phones do not synchronise, the
directory is not reached.

Example
-------
The VIP for Outlook Web App translates 8080 to 443, but the policy names the external port only: published,
but blocked.

What to do
----------
Open exactly the missing part at the layer named, for the addresses named. The citation leads to the row of
the vendor's reference.

A block list (deny rules that name at most 16 million senders of the Internet, above a rule that lets everybody
else in) is somebody's decision and a finding of low severity. So is a server with addresses of both families that
the Internet reaches over one of them.

When to waive
-------------
When the flow is not used here: better answer its condition in the site file, so that it becomes "not
applicable".

References
----------
The cited rows of the ruleset; FortiOS evaluates the service after translation (Fortinet community,
ta-p/262988)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from auditor.analysis.analysis import Analysis
from auditor.analysis.coverage import Covered, cover
from auditor.analysis.elsewhere import published_elsewhere
from auditor.analysis.layers import Layer
from auditor.baseline import BoundFlow, KnownHostRules
from auditor.checks.check import Check, evidence, exact
from auditor.findings.finding import Evidence, Finding, Severity
from auditor.findings.result import CoverageState
from auditor.findings.wording import listed
from parsers.model.rule import Action, Direction

_BLOCK_LIST = 1 << 24
"""More senders (a /8 of IPv4) are no block list any more, but a good part of the Internet."""
_FAILED = (CoverageState.MISSING, CoverageState.PARTLY, CoverageState.NOT_PUBLISHED)


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    groups: dict[tuple[object, ...], list[Covered]] = {}
    for covered in analysis.covered:
        flow = covered.bound.flow
        if flow.level == "required" and covered.row.state in _FAILED:
            # Flows that want the same packets (OWA, ActiveSync, Outlook Anywhere on 443) are one cause.
            key = (
                covered.row.source,
                covered.row.destination,
                covered.row.service,
                covered.row.state,
                covered.row.device,
            )
            groups.setdefault(key, []).append(covered)
    works = {(each.row.flow, each.row.source) for each in analysis.covered if each.row.state is CoverageState.SATISFIED}
    for group in groups.values():
        # Of several servers of one role, often one is published and passes on what is meant for the others.
        beside = all(
            each.row.state is CoverageState.NOT_PUBLISHED and (each.row.flow, each.row.source) in works
            for each in group
        )
        yield _finding(analysis, check, group, beside)


def _finding(analysis: Analysis, check: Check, group: list[Covered], beside_another: bool) -> Finding:
    first = max(group, key=lambda each: each.bound.flow.if_missing or Severity.INFO)
    row, bound = first.row, first.bound
    layer = first.blocking
    device = layer.device.name if layer else row.device
    denies = [each.rule for each in layer.denies if not each.rule.implicit] if layer else []
    accepts = [each.rule for each in layer.accepts] if layer and layer.touched else []
    flows = ", ".join(dict.fromkeys(each.bound.flow.id for each in group))
    block_listed = _block_listed(first)
    family = _one_family(analysis, first)
    return check.found(
        device=device,
        rule=next(iter(accepts or denies), None),
        severity=Severity.LOW if beside_another or block_listed or family else bound.flow.if_missing,
        message=_message(analysis, first, family, beside_another=beside_another, block_listed=block_listed),
        remedy="Nothing, if these senders are meant to be shut out."
        if block_listed
        else " ".join(_remedies(analysis, group, first)),
        packets=" ".join(
            (row.state.value, row.service, bound.source.name, exact(bound.destination.addresses), row.missing)
        ),
        identity=f"{flows} {bound.source.name}",
        related=(
            *(evidence(device, rule, "stops it") for rule in denies[:5]),
            *_letting_through(first),
            *_of_setup(analysis, first),
        ),
        citation=tuple(dict.fromkeys(cite for each in group for cite in each.row.citation)),
        flow=flows,
        lines=tuple(dict.fromkeys(f"{each.bound.ruleset}:{each.bound.flow.id}" for each in group)),
    )


def _remedies(analysis: Analysis, group: list[Covered], first: Covered) -> Iterator[str]:
    """What to open, and what the baseline says besides."""
    yield _remedy(analysis, first)
    yield from dict.fromkeys(each.bound.flow.remedy for each in group if each.bound.flow.remedy)


def _message(analysis: Analysis, covered: Covered, family: str, *, beside_another: bool, block_listed: bool) -> str:
    row, bound, layer = covered.row, covered.bound, covered.blocking
    state = {"partly": "only partly open", "not published": "not published"}.get(row.state.value, "closed")
    message = f"{bound.flow.title}: {row.service} from {row.source} to {row.destination} is {state}"
    if layer is not None and layer.device.is_host:
        message += f" on the host {layer.device.name}, whatever the perimeter lets through"
    elif layer is not None and _only_published(covered, layer):
        message += "; a translation publishes it, but no policy lets the translated packets through"
    if block_listed:
        message += ", for all but the senders that a block list names"
    if family:
        message += f"; over {family} it is open, which is enough where the public name has no other addresses"
    if row.state is CoverageState.NOT_PUBLISHED and not beside_another:
        message += "".join(f"; {each}" for each in published_elsewhere(analysis, bound))
    if beside_another:
        message += "; another server of this role is published, which is enough where clients need not choose"
    message += f". Missing: {row.missing}." if row.missing else "."
    hosts = (each.device.name for each in _beside(covered) if each.device.is_host)
    return message + "".join(f" The host's own firewall ({name}) would let it in." for name in hosts)


def _only_published(covered: Covered, layer: Layer) -> bool:
    """Does a translation lead to the server, from an untrusted zone, and no rule lets its packets through?"""
    missing = covered.row.state is CoverageState.MISSING and covered.bound.source.trust == "untrusted"
    return missing and layer.published and _translates(layer, covered.bound)


def _beside(covered: Covered) -> list[Layer]:
    """The other firewalls of the path that let all of it through."""
    return [each for each in covered.layers if each is not covered.blocking and each.certain and not each.outbound]


def _letting_through(covered: Covered) -> Iterator[Evidence]:
    """The rules of the firewalls in front of a host that stops it."""
    if covered.blocking is not None and covered.blocking.device.is_host:
        for layer in _beside(covered):
            for decision in layer.accepts[:3]:
                if not decision.rule.implicit:
                    yield evidence(layer.device.name, decision.rule, "lets it through")


def _one_family(analysis: Analysis, covered: Covered) -> str:
    """The family, IPv4 or IPv6, over which all of an untrusted zone reaches a server that has addresses of both."""
    bound = covered.bound
    addresses = bound.destination.addresses
    if covered.row.state is not CoverageState.PARTLY or bound.source.trust != "untrusted" or bound.hypotheses:
        return ""
    for name, part in (("IPv4", addresses.ipv4), ("IPv6", addresses.ipv6)):
        if part and part != addresses:
            alone = replace(bound, destination=replace(bound.destination, addresses=part))
            found = cover(alone, analysis.paths, analysis.devices, analysis.fixed)
            if found.row.state is CoverageState.SATISFIED:
                return name
    return ""


def _of_setup(analysis: Analysis, covered: Covered) -> Iterator[Evidence]:
    """Enabled rules of a product's setup for a flow that their host stops: they hold the reference's port."""
    layer, bound = covered.blocking, covered.bound
    if layer is None or not layer.device.is_host or layer.outbound:
        return
    lists = layer.device.firewall.lists
    rules = [rule for each in lists if each.direction is Direction.INBOUND for rule in each.rules if not rule.implicit]
    for ruleset in (each.ruleset for each in analysis.rulesets if each.ruleset.id == bound.ruleset):
        table = KnownHostRules(ruleset.host_rules, rules)
        for rule in rules:
            known = table.recognise(rule) if rule.enabled and rule.action is Action.ALLOW else None
            if known and set(known.cite) & set(bound.flow.cite):
                yield evidence(layer.device.name, rule, f"made by setup for it, opens {', '.join(known.ports)} only")


def _block_listed(covered: Covered) -> bool:
    """Is all that is missing what rules deny to few senders of an untrusted zone, while all others get through?"""
    stopping = [each for each in covered.layers if not each.certain]
    if covered.row.state is not CoverageState.PARTLY or covered.bound.source.trust != "untrusted":
        return False
    denies = [decision.rule for layer in stopping for decision in layer.denies]
    return (
        bool(denies)
        and all(layer.published and not layer.possible and not layer.device.is_host for layer in stopping)
        and all(not rule.implicit and rule.source.possible.ipv4.count <= _BLOCK_LIST for rule in denies)
    )


def _translates(layer: Layer, bound: BoundFlow) -> bool:
    """Does the device that stops a flow publish its server itself?"""
    return any(
        translation.active and mapping.mapped_destination.possible.overlaps(bound.destination.addresses)
        for translation in layer.device.firewall.translations
        for mapping in translation.mappings
    )


def _remedy(analysis: Analysis, covered: Covered) -> str:
    layer, row = covered.blocking, covered.row
    if layer is None:
        return f"Open {row.missing or row.service}."
    if layer.device.is_host:
        return (
            f"Add an inbound allow rule on {layer.device.name} for {row.service}, limited to the sources that need it."
        )
    if row.state is CoverageState.NOT_PUBLISHED:
        return f"Publish {row.service} to {row.destination} with a virtual IP and a policy, or say it is not offered."
    stops = listed((each.rule.id for each in layer.denies if not each.rule.implicit), 3)
    way = f"{_way(analysis, covered.bound, layer)}{f', above rule {stops}' if stops else ''}"
    translated = covered.bound.source.trust == "untrusted" and _translates(layer, covered.bound)
    after = " A policy names the port after translation." if translated else ""
    return f"Allow {layer.missing or row.service} on {layer.device.name}{way}.{after}"


def _way(analysis: Analysis, bound: BoundFlow, layer: Layer) -> str:
    """The interfaces a rule for the flow would name, where they are known."""
    for asked in analysis.paths.asked(bound.source, bound.destination):
        if asked.device is layer.device and asked.ingress and asked.egress:
            return f" (interface {listed(sorted(asked.ingress), 3)} to {listed(sorted(asked.egress), 3)})"
    return ""


CHECK = Check(
    "FW101", "required-flow", "Required port closed", Severity.HIGH, "The baseline documents this flow as needed.", _run
)
