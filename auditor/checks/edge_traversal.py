"""A Windows rule accepts what came through a NAT edge.

What it finds
-------------
Enabled inbound rules from any address whose edge traversal is "yes" or "defer to application". Group policy reports do
not tell the two apart.

Why it matters
--------------
The host is reachable from the Internet by Teredo or another tunnel although a router with address translation stands
in between: the perimeter firewall sees none of it.

Example
-------
A remote help tool made its rule with edge traversal "yes" for all profiles.

What to do
----------
Set edge traversal to "no" unless the program is a tunnel endpoint; switch Teredo off on servers.

When to waive
-------------
For DirectAccess and programs that are meant to be called through a tunnel.

References
----------
Microsoft Learn, Windows Firewall: edge traversal.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.analysis.hostrules import allowing, effect, hosts, is_from_anywhere, may_be_app, owner, shown_name
from auditor.checks.check import Check, evidence, match_text
from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.wording import listed
from parsers.model.rule import Rule, ScopeKind
from parsers.model.services import ANY_SERVICE, TCP, UDP

_OPEN = {"yes": "accepts", "defer to application": "accepts, if the program asks for it,"}


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in hosts(analysis):
        apps = []
        for rule in allowing(device):
            if not _is_open(rule):
                continue
            if _is_app(device, rule):
                apps.append(rule)
            elif found := _finding(check, device, rule):
                yield found
        if apps:
            yield _together(check, device, apps)


def _is_open(rule: Rule) -> bool:
    """ICMPv6 of Windows itself has edge traversal and must have: only ports count."""
    services = rule.service.possible
    ports = services.destination_ports(TCP) or services.destination_ports(UDP)
    return rule.written.edge in _OPEN and bool(ports) and is_from_anywhere(rule.source.possible)


def _is_app(device: Device, rule: Rule) -> bool:
    """The rule of a Store app (Windows brings dozens), or what netsh prints like one."""
    packaged = any(condition.kind == "package" for condition in rule.conditions)
    return packaged or (rule.program.kind is not ScopeKind.NAMED and may_be_app(device, rule))


def _finding(check: Check, device: Device, rule: Rule) -> Finding | None:
    share = effect(device, rule)
    if not share.possible:
        return None
    asks = rule.written.edge != "yes"
    services = rule.service.possible
    shown = "every packet" if services == ANY_SERVICE else services.text(4)
    return check.found(
        device=device.name,
        rule=rule,
        severity=Severity.LOW if asks else Severity.MEDIUM,
        confidence=Confidence.CERTAIN if share.certain and not asks else Confidence.POSSIBLE,
        message=(
            f"It {_OPEN[rule.written.edge]} {shown} from the Internet through a NAT edge (Teredo), for {owner(rule)}."
        ),
        remedy='Set edge traversal to "no" unless the program is meant to be called through a tunnel.',
        packets=f"edge {rule.written.edge} {match_text(rule)}",
        example=(share.certain or share.possible).example(),
        uncertain=rule.uncertain,
    )


def _together(check: Check, device: Device, rules: list[Rule]) -> Finding:
    shown = dict.fromkeys(shown_name(rule) for rule in rules)
    return check.found(
        device=device.name,
        origin=rules[0].origin,
        severity=Severity.LOW,
        confidence=Confidence.POSSIBLE,
        message=(
            f"{len(rules)} rules for apps, or for programs that netsh does not print, accept packets from the Internet "
            f"through a NAT edge (Teredo): {listed(shown, 6)}."
        ),
        remedy="Switch Teredo off (netsh interface teredo set state disabled), or remove apps a server does not need.",
        identity="edge apps",
        packets=" ".join(sorted(f"{rule.name} {match_text(rule)}" for rule in rules)),
        related=tuple(evidence(device.name, rule, rule.written.edge) for rule in rules[:8]),
        uncertain=("open only while the app listens",),
    )


CHECK = Check(
    "FW143",
    "edge-traversal",
    "Reachable through a NAT edge",
    Severity.MEDIUM,
    "A tunnel leads past the perimeter firewall.",
    _run,
)
