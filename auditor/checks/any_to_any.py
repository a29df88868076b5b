"""A rule lets everything through between wide address ranges.

What it finds
-------------
Accept rules whose sources, destinations and services are practically everything, by value: "all" under any
name, 0.0.0.0/1 with 128.0.0.0/1, every TCP and UDP port, and the like. A host name, a country, an Internet service or
an object that the export does not define is no "all", whatever it may stand for: what such a rule may let through is
judged by the openings it may make.

Why it matters
--------------
Such a rule switches the firewall off between its interfaces. Names hide it from every search for the word
"all".

Example
-------
Source "everything" is a group of 0.0.0.0/1 and 128.0.0.0/1; the service group holds 1-65535 of TCP and UDP.

What to do
----------
Replace it by rules for the flows that are really needed. The traffic log of the rule shows which these are.

When to waive
-------------
For a short migration, with an owner and a date.

References
----------
CIS FortiGate Benchmark: no policies with service "ALL". PCI DSS v4.0 requirement 1.2.6.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.checks.check import Check, match_text
from auditor.findings.finding import Confidence, Finding, Severity
from parsers.model.addresses import AddressSet
from parsers.model.rule import Action, Direction, Rule
from parsers.model.services import TCP, UDP, ServiceSet

_MOST_ADDRESSES = 1 << 31
_MOST_PORTS = 60_000


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in analysis.devices.values():
        filter_ = device.forward
        if filter_ is None:
            continue
        for rules in device.firewall.lists:
            for rule in () if rules.hands_over else rules.rules:
                if rules.direction is not Direction.FORWARD or not _wide(rule):
                    continue
                share = filter_.effective(rule) if any(each.source is rules for each in filter_.lists) else None
                if share is None or not share.possible:
                    continue
                packets = share.certain or share.possible
                outside = device.from_outside(rule)
                yield check.found(
                    device=device.name,
                    rule=rule,
                    severity=Severity.CRITICAL if outside and not _only_out(rule, device.internet) else Severity.HIGH,
                    confidence=Confidence.CERTAIN if share.certain else Confidence.POSSIBLE,
                    message=(
                        f"It accepts {rule.service.certain.text(4)} from {rule.source.certain.text(4)} to "
                        f"{rule.destination.certain.text(4)}, {device.zone_text(rule.ingress or ())} to "
                        f"{device.zone_text(rule.egress or ())}."
                    ),
                    remedy="Replace it by rules for the flows in its log, then remove it.",
                    packets=match_text(rule),
                    example=packets.example(),
                    uncertain=rule.uncertain,
                )


def _only_out(rule: Rule, internet: frozenset[str]) -> bool:
    return rule.egress is not None and rule.egress <= internet


def _wide(rule: Rule) -> bool:
    ends = (rule.source.certain, rule.destination.certain)
    return accepts_everything(rule) and _everything(rule.service.certain) and all(map(spans_everything, ends))


def accepts_everything(rule: Rule) -> bool:
    """Is it somebody's own accept rule for nearly every port of a protocol?"""
    accepts = rule.action is Action.ALLOW and rule.enabled and not rule.implicit
    return accepts and _everything(rule.service.possible)


def spans_everything(addresses: AddressSet) -> bool:
    """Over half of IPv4, or over half of IPv6's global unicast space."""
    return addresses.ipv4.count >= _MOST_ADDRESSES or addresses.ipv6.count >= 1 << 124


def _everything(services: ServiceSet) -> bool:
    return any(services.destination_ports(protocol).count >= _MOST_PORTS for protocol in (TCP, UDP))


CHECK = Check("FW104", "any-to-any", "Any to any", Severity.HIGH, "The rule lets nearly everything through.", _run)
