"""A Windows rule lets everything in.

What it finds
-------------
Enabled inbound rules that allow every port from every address and are limited to no program and no service. Rules
that only may be so are counted in one finding: netsh without "verbose" prints no programs, and no netsh prints
the app of a Store rule.

Why it matters
--------------
For its profiles such a rule switches the firewall off: whatever is started on the host is reachable.

Example
-------
"Allow all" was made for a test: any protocol, any port, any address, all profiles.

What to do
----------
Replace it by rules for the programs and ports that are needed, then disable it.

When to waive
-------------
For a host that is to be attacked (a honeypot, a training network), with an owner.

References
----------
CIS Windows Server Benchmark, section 9 (inbound connections are blocked unless a rule needs them).
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.analysis.hostrules import (
    allowing,
    effect,
    hosts,
    is_from_anywhere,
    is_open_to_any_program,
    may_be_app,
    shown_name,
)
from auditor.checks.check import Check, evidence, match_text
from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.wording import listed
from parsers.model.rule import Rule, ScopeKind
from parsers.model.services import TCP, UDP

_MOST_PORTS = 60_000


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in hosts(analysis):
        skipped = analysis.setup_rules[device.name]
        wide = [rule for rule in allowing(device) if id(rule) not in skipped and _is_wide(rule)]
        doubtful = []
        for rule in wide:
            if _is_doubtful(device, rule):
                doubtful.append(rule)
            elif is_open_to_any_program(rule) and (found := _finding(check, device, rule)):
                yield found
        if doubtful:
            yield _maybe(check, device, doubtful)


def _is_wide(rule: Rule) -> bool:
    services = rule.service.possible
    every = any(services.destination_ports(protocol).count >= _MOST_PORTS for protocol in (TCP, UDP))
    return every and is_from_anywhere(rule.source.possible)


def _is_doubtful(device: Device, rule: Rule) -> bool:
    if rule.program.kind is ScopeKind.UNKNOWN:
        return True
    return is_open_to_any_program(rule) and may_be_app(device, rule)


def _finding(check: Check, device: Device, rule: Rule) -> Finding | None:
    share = effect(device, rule)
    if not share.possible:
        return None
    packets = share.certain or share.possible
    profiles = ", ".join(sorted(rule.ingress)) if rule.ingress else "every"
    return check.found(
        device=device.name,
        rule=rule,
        confidence=Confidence.CERTAIN if share.certain else Confidence.POSSIBLE,
        message=(
            f"It lets {rule.source.possible.text(4)} reach {rule.service.possible.text(4)} of any program in "
            f"{profiles} profile{'s' if len(rule.ingress or ()) > 1 else ''}."
        ),
        remedy="Replace it by rules for the programs and ports that are needed, then disable it.",
        packets=match_text(rule),
        identity=f"{rule.id} {' '.join(sorted(rule.ingress or ()))}",
        example=packets.example(),
        uncertain=rule.uncertain,
    )


def _maybe(check: Check, device: Device, rules: list[Rule]) -> Finding:
    unknown = any(rule.program.kind is ScopeKind.UNKNOWN for rule in rules)
    why = "the dump is not verbose" if unknown else "netsh does not print the app of a Store rule"
    return check.found(
        device=device.name,
        origin=rules[0].origin,
        severity=Severity.INFO,
        confidence=Confidence.POSSIBLE,
        message=(
            f"{len(rules)} rules allow every port from every address, but whether for any program is unknown, because "
            f"{why}: {listed(dict.fromkeys(shown_name(rule) for rule in rules), 6)}."
        ),
        remedy="Export again with samples/windows/collect.ps1 or 'netsh advfirewall export'.",
        identity="unknown program",
        packets=" ".join(sorted(f"{rule.name} {match_text(rule)}" for rule in rules)),
        related=tuple(evidence(device.name, rule, "every port, program unknown") for rule in rules[:8]),
        uncertain=(why,),
    )


CHECK = Check(
    "FW141", "open-host-rule", "Windows rule for everything", Severity.HIGH, "Whatever runs there is reachable.", _run
)
