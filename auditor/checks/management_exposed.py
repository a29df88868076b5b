"""The firewall's own management is reachable from the Internet.

What it finds
-------------
Management services of the device (https, ssh, telnet, http, snmp, fgfm ...) that an interface of an untrusted
zone offers, to whom, after local-in policies and administrators' trusted hosts. VPN listeners are reported as
information.

Why it matters
--------------
The login page of a firewall is the most attacked page of a company. One administrator without trusted hosts
opens it to everybody.

Example
-------
"set allowaccess ping https" on wan1, and administrator "backup" has no trusted host.

What to do
----------
Take https, http, ssh, telnet and snmp off the outer interfaces; manage through a VPN. Give every
administrator trusted hosts.

When to waive
-------------
Never for everybody; with narrow trusted hosts and a date.

References
----------
CIS FortiGate Benchmark 1.3, 2.4.2; CISA BOD 23-02.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.analysis.analysis import Analysis
from auditor.analysis.devices import Device
from auditor.analysis.management import answering, deliverable
from auditor.checks.check import Check, exact, no_internet
from auditor.findings.finding import Confidence, Evidence, Finding, Severity
from auditor.packets import Decision, Flow
from parsers.model.addresses import PUBLIC, AddressSet
from parsers.model.services import ANY_SERVICE

_CLEAR = ("http ", "telnet ")
_SERVERS = ("DNS ", "DHCP", "NTP ", "explicit ", "captive portal ", "PPTP ")
_INFO = ("ping ", "IPsec ", "SSL VPN ", "probe-response ", "ftm ", "BGP ", "OSPF ", "RIP ", "VXLAN ", "GRE ", "L2TP ")


def _run(analysis: Analysis, check: Check) -> Iterable[Finding]:
    for device in analysis.devices.values():
        if device.local is None or not device.internet:
            continue
        for decision in answering(device, Flow(PUBLIC, deliverable(device), ANY_SERVICE, device.internet, None)):
            yield _finding(check, device, decision)


def _finding(check: Check, device: Device, decision: Decision) -> Finding:
    rule = decision.rule
    packets = decision.packets.certain or decision.packets.possible
    sources = packets.sources()
    everybody = _everybody(sources)
    severity = Severity.CRITICAL if everybody else Severity.MEDIUM
    if rule.id.startswith(_INFO):
        severity = Severity.LOW if rule.id.startswith("ping ") else Severity.INFO
    elif rule.id.startswith(_SERVERS):
        severity = Severity.MEDIUM
    elif rule.id.startswith(_CLEAR):
        severity = Severity.CRITICAL
    open_admins = [each for each in device.firewall.administrators if not each.restricted]
    who = "everybody on the Internet" if everybody else f"{sources.text(4)} on the Internet"
    message = f"{rule.name or rule.id} ({packets.services().text(4)}) answers {who}"
    if not everybody and _everybody(decision.packets.possible.sources()):
        message += ", and perhaps everybody"
    login = rule.written.service[:1] in (("https",), ("http",), ("ssh",), ("telnet",))
    if everybody and open_admins and login:
        message += f", because administrator {open_admins[0].name!r} has no trusted hosts"
    return check.found(
        device=device.name,
        rule=rule,
        severity=severity,
        confidence=Confidence.CERTAIN if decision.packets.certain else Confidence.POSSIBLE,
        message=f"{message}.",
        remedy=_remedy(rule.id),
        packets=f"{exact(packets.services())} from {_stable(sources)} on {' '.join(rule.written.ingress)}",
        identity=rule.id,
        example=packets.example(),
        related=tuple(
            Evidence(device.name, each.name, each.origin, "no trusted hosts") for each in open_admins if login
        ),
        uncertain=rule.uncertain,
    )


def _everybody(sources: AddressSet) -> bool:
    return sources.ipv4.count > 1 << 31 or (not sources.ipv4 and PUBLIC.ipv6 <= sources)


def _stable(sources: AddressSet) -> str:
    return "everybody" if _everybody(sources) else exact(sources)


def _remedy(word: str) -> str:
    if word.startswith(("IPsec", "SSL VPN")):
        return "Expected for a VPN gateway: keep its software current; limit who may reach it if possible."
    if word.startswith(_SERVERS):
        return "Serve it on inside interfaces only, or stop strangers with a local rule."
    if word.startswith("ping"):
        return "Harmless by itself; switch it off here if nobody monitors it."
    return "Switch it off on this interface; manage through a VPN, and limit every login to the hosts that need it."


CHECK = Check(
    "FW112",
    "management-exposed",
    "Management reachable",
    Severity.CRITICAL,
    "Firewalls are taken over through their login page.",
    _run,
    unable=no_internet,
)
