"""A Windows rule of Exchange setup is open to any program.

What it finds
-------------
Enabled rules that Exchange setup creates without a program (their names end in "(GFW)"), recognised by their
ports, and SESWorker, which opens every port. Severity follows from what can reach them: low while nothing
untrusted does, medium where that is documented (mail on a Hub Transport server without an Edge), high when the
perimeter lets through what nothing documents.

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

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.analysis.hostrules import effect
from auditor.analysis.layers import host_passing
from auditor.baseline import BoundRuleset, HostRule, KnownHostRules, executable, host_rule_key
from auditor.checks.check import Check, evidence, exact
from auditor.findings.finding import Confidence, Evidence, Finding, Severity
from auditor.findings.result import CoverageState
from auditor.findings.wording import listed
from parsers.model.addresses import PUBLIC
from parsers.model.firewall import HOST_PROFILES
from parsers.model.rule import Action, Direction, Rule, ScopeKind
from parsers.model.services import ServiceSet

_MAPPER = frozenset({"rpc-epmap", "rpcepmap", "135"})
_ENDPOINT_MAPPER = ServiceSet.parse("tcp/135")


@dataclass(frozen=True, slots=True)
class _Host:
    """The rules of one host that let something in, and the setup rules they are, by the rule's identity in memory."""

    device: Device
    rules: tuple[Rule, ...]
    known: Mapping[int, HostRule]

    def enabled(self, host_rule: HostRule) -> list[Rule]:
        """The enabled rules that are this setup rule."""
        return [rule for rule in self.rules if rule.enabled and self.known.get(id(rule)) is host_rule]


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in analysis.devices.values():
        if not device.is_host:
            continue
        for ruleset in analysis.rulesets:
            host = _host(device, ruleset.ruleset.host_rules)
            for rule in host.rules:
                known = host.known.get(id(rule))
                # What a block rule takes away whole opens nothing: FW105 says that it is shadowed.
                if not rule.enabled or known is None or not effect(device, rule).possible:
                    continue
                if known.gfw or known.advice:
                    yield _finding(analysis, check, ruleset, host, rule, known)


def _host(device: Device, setup: tuple[HostRule, ...]) -> _Host:
    rules = tuple(
        rule
        for each in device.firewall.lists
        if each.direction is Direction.INBOUND
        for rule in each.rules
        if not rule.implicit and rule.action is Action.ALLOW
    )
    table = KnownHostRules(setup, rules)
    return _Host(device, rules, {id(rule): known for rule in rules if (known := table.recognise(rule))})


def _finding(
    analysis: Analysis, check: Check, ruleset: BoundRuleset, host: _Host, rule: Rule, known: HostRule
) -> Finding:
    device = host.device
    reached, related = _reached(analysis, ruleset, device, rule)
    everything = not rule.written.service
    severity = Severity.HIGH if reached or everything else Severity.LOW
    if reached and not everything and reached <= _documented(ruleset, device):
        severity = Severity.MEDIUM
    ports = "every port" if everything else ", ".join(rule.written.service)
    program = f"for {rule.program.name}" if rule.program.kind is ScopeKind.NAMED else "for any program"
    if rule.program.kind is ScopeKind.UNKNOWN:
        program = "for any program, as its name says (the dump is not verbose)"
    called = "" if host_rule_key(rule.name) == host_rule_key(known.name) else f"By its ports it is {known.name}. "
    message = f"{called}It opens {ports} {program} to {rule.source.possible.text(3)}"
    message += f"; {_reach(analysis, ruleset, device, reached)}."
    situation, twins = _situation(host, ruleset.ruleset.host_rules, known, rule)
    return check.found(
        device=device.name,
        rule=rule,
        severity=severity,
        confidence=Confidence.CERTAIN,
        message=message,
        remedy=f"{situation} {known.advice}".strip(),
        packets=f"{' '.join(known.ports)} {'reached ' + exact(reached, 20) if reached else 'not reached'}",
        identity=f"{known.id} {' '.join(sorted(rule.ingress or ()))}",
        related=(*related, *(evidence(device.name, each, _share(host, each, rule)) for each in twins)),
        citation=known.cite,
    )


def _situation(host: _Host, setup: tuple[HostRule, ...], known: HostRule, rule: Rule) -> tuple[str, tuple[Rule, ...]]:
    """What the host's other rules mean for this one, and those rules."""
    if known.relation == "none":
        return _mapper(host, rule)
    if known.ports == ("any",):
        return "", ()
    if known.relation == "collective":
        bound = [each for each in setup if each.program and each.ports == known.ports]
        there = [each for each in host.rules if host.known.get(id(each)) in bound]
        off = listed((each.name for each in there if not each.enabled), 4)
        said = f", disabled are {off}" if off else ""
        enabled = sum(each.enabled for each in there)
        return f"{enabled} program-bound rules for {', '.join(known.ports)} are enabled here{said}.", ()
    twin = next((each for each in setup if each.id == known.twin), None)
    on = host.enabled(twin) if twin else []
    on.sort(key=lambda each: bool(_lacking(host, each, rule)))
    if on:
        called = f"Rule {on[0].id} ({on[0].name})"
        lacking = _lacking(host, on[0], rule)
        word = f"does not replace it ({lacking}): it is" if lacking else "opens the same"
        return f"{called} {word} for {on[0].program.name or 'its program'} alone.", tuple(on[:3])
    return (f"Its program-bound twin ({twin.name}) is not enabled here: enable it first." if twin else ""), ()


def _share(host: _Host, twin: Rule, rule: Rule) -> str:
    lacking = _lacking(host, twin, rule)
    return f"opens a part of it for its program only ({lacking})" if lacking else "opens the same for its program only"


def _lacking(host: _Host, twin: Rule, rule: Rule) -> str:
    """What a setup rule opens and its twin does not, "" when the twin opens all of it to its program."""
    if not effect(host.device, twin).possible:
        return "another rule blocks all of it"
    services = rule.service.possible - twin.service.possible
    sources = rule.source.possible - twin.source.possible
    less = any(_counts(rule, each) and not _counts(twin, each) for each in HOST_PROFILES)
    profiles = listed((each for each in HOST_PROFILES if _counts(twin, each)), 3)
    return "; ".join(
        (f"not {services.text(6)}",) * bool(services)
        + (f"only from {twin.source.possible.text(3)}",) * bool(sources)
        + (f"only in the {profiles} profile",) * less
        + tuple(condition.text for condition in twin.conditions)
    )


def _counts(rule: Rule, profile: str) -> bool:
    return rule.ingress is None or profile in rule.ingress


def _mapper(host: _Host, rule: Rule) -> tuple[str, tuple[Rule, ...]]:
    """Who else opens the endpoint mapper: only a rule for RpcSs in svchost.exe really does."""
    others = [
        each
        for each in host.rules
        if each.enabled
        and executable(each.program.name) == "svchost.exe"
        and any(word.casefold() in _MAPPER for word in each.written.service)
        and effect(host.device, each).possible.services().overlaps(_ENDPOINT_MAPPER)
    ]
    others.sort(key=lambda each: bool(_lacking(host, each, rule)))
    if others:
        shown = listed((each.id for each in others), 4)
        lacking = _lacking(host, others[0], rule)
        less = f" ({lacking})" if lacking else ""
        return f"Port 135 is also opened for svchost.exe by rule {shown}{less}.", tuple(others[:4])
    if any(rule.program.kind is ScopeKind.UNKNOWN for rule in host.rules):
        return "Whether another rule opens port 135 for svchost.exe is not in the export (use verbose).", ()
    return "No other enabled rule here opens port 135 for svchost.exe: without this one remote RPC stops.", ()


def _reach(analysis: Analysis, ruleset: BoundRuleset, device: Device, reached: ServiceSet) -> str:
    if reached:
        return f"the perimeter lets the Internet through to it on {reached.text(6)}"
    if not any(each.internet for each in analysis.devices.values() if each.forward is not None):
        return "no firewall of this audit faces the Internet, so whether that reaches it is not known"
    if not any(end.host == device.name for end in ruleset.every_end):
        return (
            "its address is not known, so whether the Internet reaches it is not known either "
            f"(bind it in the site file: device: {device.name})"
        )
    return "no untrusted zone of this audit reaches it"


def _documented(ruleset: BoundRuleset, device: Device) -> ServiceSet:
    """What the baseline lets untrusted zones ask of a host."""
    return ServiceSet.union(
        service
        for bound in ruleset.flows
        if bound.destination.host == device.name
        and bound.source.trust == "untrusted"
        and bound.preset is not CoverageState.NOT_APPLICABLE
        for service in (bound.service, *bound.alternatives)
        if service is not None
    )


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
    zones = [end for end in ruleset.every_end if end.kind == "zone" and end.trust == "untrusted"]
    own = {end.addresses: end for end in ruleset.every_end if end.host == device.name}
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
