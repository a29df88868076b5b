"""Management of a Windows host is open to any address in the public profile.

What it finds
-------------
Enabled inbound rules for management services (RPC, NetBIOS and SMB, Remote Desktop, WinRM, SQL Server, SSH, Telnet,
VNC) that count in the public profile and allow practically every address, less what block rules take away. One
finding for each service. Whether the Internet gets so far is the question of FW102; this one is about the host alone.

Why it matters
--------------
The public profile is the one of a network nobody vouches for. There these services are what worms and stolen
passwords use first.

Example
-------
"Remote Desktop - User Mode (TCP-In)" was enabled for all three profiles, remote address any.

What to do
----------
Limit the rule to the domain profile and to the addresses that administer the host.

When to waive
-------------
When the host can never be in a public network (checked by its network location rules), with a date.

References
----------
CIS Windows Server Benchmark, section 9.3 (public profile); CISA BOD 23-02 for management services.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.analysis.hostrules import allowing, effect, hosts, is_from_anywhere
from auditor.checks.check import Check, evidence, exact
from auditor.findings.finding import Confidence, Finding, Packet, Severity
from auditor.findings.wording import listed
from parsers.model.addresses import AddressSet
from parsers.model.firewall import HOST_PROFILES
from parsers.model.rule import Rule
from parsers.model.services import TCP, UDP, ServiceSet

_SERVICES = tuple(
    (name, ServiceSet.union(ServiceSet.parse(word) for word in text.split()))
    for name, text in (
        ("RPC endpoint mapper", "tcp/135"),
        ("NetBIOS", "udp/137-138 tcp/139"),
        ("SMB", "tcp/445"),
        ("Remote Desktop", "tcp/3389 udp/3389"),
        ("WinRM", "tcp/5985-5986 tcp/47001"),
        ("SQL Server", "tcp/1433 udp/1434"),
        ("SSH", "tcp/22"),
        ("Telnet", "tcp/23"),
        ("VNC", "tcp/5900"),
    )
)
_DYNAMIC = "RPC (dynamic ports)"
_MOST_PORTS = 1000
"""A rule for more ports is no rule for a management service; FW141 and FW145 are about those."""


@dataclass(slots=True)
class _Open:
    rules: list[Rule] = field(default_factory=list)
    services: ServiceSet = field(default_factory=ServiceSet)
    certain: bool = False
    sources: AddressSet = field(default_factory=AddressSet)
    example: Packet | None = None


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in hosts(analysis):
        if "public" not in device.profiles:
            continue
        skipped = analysis.setup_rules[device.name]
        found: dict[str, _Open] = {}
        for rule in allowing(device):
            if id(rule) not in skipped and (rule.ingress is None or "public" in rule.ingress):
                _collect(device, rule, found)
        for name, opening in found.items():
            yield _finding(check, device, name, opening)


def _collect(device: Device, rule: Rule, found: dict[str, _Open]) -> None:
    if not is_from_anywhere(rule.source.possible):
        return
    dynamic = any(word.casefold() == "rpc" for word in rule.written.service)
    ports = sum(rule.service.possible.destination_ports(protocol).count for protocol in (TCP, UDP))
    few = rule.written.service and ports <= _MOST_PORTS
    named = [(name, service) for name, service in _SERVICES if few and service.overlaps(rule.service.possible)]
    if not named and not dynamic:
        return
    share = effect(device, rule)
    for name, service in [*named, *([(_DYNAMIC, share.possible.services())] if dynamic else [])]:
        packets = share.certain or share.possible
        if "public" not in (packets.ingress() or HOST_PROFILES) or not packets.services().overlaps(service):
            continue
        opening = found.setdefault(name, _Open())
        opening.rules.append(rule)
        opening.services |= packets.services() & service
        opening.sources |= packets.sources()
        opening.certain |= bool(share.certain) and rule.source.certain == rule.source.possible
        opening.example = opening.example or packets.example()


def _finding(check: Check, device: Device, name: str, opening: _Open) -> Finding:
    only = device.profiles == ("public",)
    where = "the public profile, which is the one in use" if only else "the public profile"
    return check.found(
        device=device.name,
        rule=opening.rules[0] if len(opening.rules) == 1 else None,
        origin=opening.rules[0].origin,
        severity=Severity.HIGH if only else Severity.MEDIUM,
        confidence=Confidence.CERTAIN if opening.certain else Confidence.POSSIBLE,
        message=(
            f"{name} ({_ports(name, opening.services)}) is open to {opening.sources.text(3)} in {where}, by rule "
            f"{listed((f'{rule.id} ({rule.name})' for rule in opening.rules), 3)}."
        ),
        remedy="Limit these rules to the domain profile and to the addresses that administer the host.",
        identity=f"management {name}",
        packets=f"{exact(opening.services)} from {exact(opening.sources, 3)}",
        example=opening.example,
        related=tuple(evidence(device.name, rule, "opens it") for rule in opening.rules[:8]),
        uncertain=tuple(dict.fromkeys(reason for rule in opening.rules for reason in rule.uncertain)),
    )


def _ports(name: str, services: ServiceSet) -> str:
    """The ports for people: of the dynamic range its ends, not the many holes that fixed ports leave in it."""
    if name != _DYNAMIC:
        return services.text(4)
    ranges = services.destination_ports(TCP).ranges
    less = ", less the fixed ports of other services" if len(ranges) > 1 else ""
    return f"tcp/{ranges[0][0]}-{ranges[-1][1]}{less}" if ranges else services.text(4)


CHECK = Check(
    "FW142",
    "host-management",
    "Management open in public networks",
    Severity.MEDIUM,
    "Worms and stolen passwords use these services first.",
    _run,
)
