"""A Windows rule of Exchange setup is open to any program.

What it finds
-------------
Enabled rules that Exchange setup creates without a program (their names end in "(GFW)"), recognised by their
ports, and SESWorker, which opens every port. Severity follows from what can reach them: low while nothing
untrusted does, high when the perimeter lets it through.

Why it matters
--------------
Any process that listens on these ports is reachable, not only Exchange.

Example
-------
MSExchangeRPCEPMap (GFW) is enabled on all profiles, and a virtual IP leads port 135 from the Internet to the
server.

What to do
----------
See the advice for the rule: most have a twin bound to the program and can be disabled; the one for RPC-EPMap
must not simply be deleted, because the endpoint mapper runs in svchost.exe and the program-bound rules may
never match. Setup's rules cannot be edited: clone, narrow, then disable.

When to waive
-------------
For hosts that no untrusted zone reaches, until the next maintenance.

References
----------
Exchange 2010 port reference, Windows rules table and its notes; Microsoft aa998265 (SESWorker); jj717250 (RPC
rules)."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.analysis.layers import host_passing
from auditor.baseline import BoundRuleset, HostRule, host_rule_key
from auditor.checks.check import Check, evidence, exact
from auditor.findings.finding import Confidence, Evidence, Finding, Severity
from parsers.model.addresses import PUBLIC
from parsers.model.rule import Action, Direction, Rule, ScopeKind
from parsers.model.services import ServiceSet


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in analysis.devices.values():
        if not device.is_host:
            continue
        rules = [
            rule
            for each in device.firewall.lists
            if each.direction is Direction.INBOUND
            for rule in each.rules
            if rule.enabled and not rule.implicit and rule.action is Action.ALLOW
        ]
        for ruleset in analysis.rulesets:
            for rule in rules:
                known = _recognised(rule, ruleset.ruleset.host_rules)
                if known is not None:
                    yield _finding(analysis, check, ruleset, device, rule, known)


def _recognised(rule: Rule, known: tuple[HostRule, ...]) -> HostRule | None:
    """The setup rule this is: by ports and missing program, names second (they differ by version and language)."""
    if rule.program.kind is ScopeKind.NAMED:
        return next((each for each in known if each.id == "W49" and "sesworker" in rule.program.name.casefold()), None)
    named = [
        each
        for each in known
        if host_rule_key(each.name) == host_rule_key(rule.name)
        and each.gfw == ("gfw" in rule.name.casefold() or "fgw" in rule.name.casefold())
    ]
    candidates = [each for each in named if each.gfw]
    if candidates:
        return candidates[0]
    if rule.program.kind is ScopeKind.UNKNOWN:
        return None
    return next(
        (
            each
            for each in known
            if each.gfw and _same_ports(rule, each) and "exchange" in f"{rule.name} {rule.written.group}".casefold()
        ),
        None,
    )


def _same_ports(rule: Rule, known: HostRule) -> bool:
    written = tuple(word.casefold() for word in rule.written.service)
    return sorted(written) == sorted(port.casefold() for port in known.ports) and bool(written)


def _finding(
    analysis: Analysis, check: Check, ruleset: BoundRuleset, device: Device, rule: Rule, known: HostRule
) -> Finding:
    reached, related = _reached(analysis, ruleset, device, rule)
    everything = known.ports == ("any",)
    severity = Severity.HIGH if reached or everything else Severity.LOW
    ports = "every port" if everything else ", ".join(known.ports)
    program = f"for {rule.program.name}" if rule.program.kind is ScopeKind.NAMED else "for any program"
    if rule.program.kind is ScopeKind.UNKNOWN:
        program = "for any program, as its name says (the dump is not verbose)"
    message = f"It opens {ports} {program} to {rule.source.possible.text(3)}"
    message += f"; {_reach(analysis, ruleset, device, reached)}."
    return check.found(
        device=device.name,
        rule=rule,
        severity=severity,
        confidence=Confidence.CERTAIN,
        message=message,
        remedy=known.advice,
        packets=f"{' '.join(known.ports)} {'reached ' + exact(reached, 20) if reached else 'not reached'}",
        identity=f"{known.id} {' '.join(sorted(rule.ingress or ()))}",
        related=related,
        citation=known.cite,
    )


def _reach(analysis: Analysis, ruleset: BoundRuleset, device: Device, reached: ServiceSet) -> str:
    if reached:
        return f"the perimeter lets the Internet through to it on {reached.text(6)}"
    if not any(each.internet for each in analysis.devices.values() if each.forward is not None):
        return "no firewall of this audit faces the Internet, so whether that reaches it is not known"
    if not any(end.host == device.name for ends in ruleset.ends.values() for end in ends):
        return (
            "its address is not known, so whether the Internet reaches it is not known either "
            f"(bind it in the site file: device: {device.name})"
        )
    return "no untrusted zone of this audit reaches it"


def _reached(
    analysis: Analysis, ruleset: BoundRuleset, device: Device, rule: Rule
) -> tuple[ServiceSet, tuple[Evidence, ...]]:
    """The services of the rule that an untrusted zone reaches through the network devices, and by which rules."""
    if not rule.source.possible.overlaps(PUBLIC):
        return ServiceSet(), ()
    found, shown = ServiceSet(), []
    if device.inbound is None:
        return ServiceSet(), ()
    service = device.inbound.matched(rule).possible.services()
    zones = [end for ends in ruleset.ends.values() for end in ends if end.kind == "zone" and end.trust == "untrusted"]
    own = {end.addresses: end for ends in ruleset.ends.values() for end in ends if end.host == device.name}
    for zone in zones:
        for end in own.values():
            through, layers, _ = analysis.paths.passing(zone, end, service)
            inner = host_passing(device, zone.addresses, end.addresses, through) if through else None
            reached = through & inner.services if inner is not None else ServiceSet()
            if not reached:
                continue
            found = found | reached
            shown += [
                evidence(layer.device.name, each.rule, "lets the Internet through to it")
                for layer in layers
                for each in layer.accepts
                if not each.rule.implicit
            ]
    return found, tuple(shown[:6])


CHECK = Check(
    "FW114",
    "gfw-rule",
    "Windows rule open to any program",
    Severity.LOW,
    "Any process that listens there is reachable.",
    _run,
)
