"""Every example packet of a finding, put to the naive interpreter, confirms what the finding says."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from auditor.audit import audit
from auditor.commands.case import open_case
from auditor.findings.finding import Confidence, Finding
from auditor.findings.result import AuditResult
from parsers.model.addresses import address_number
from parsers.model.firewall import Firewall
from parsers.model.rule import Direction, Rule, Truth
from tests import oracle

NOW = datetime(2026, 11, 24, 12)
SAYS_OPEN = {"FW102", "FW103", "FW104", "FW112", "FW113", "FW114", "FW116", "FW118"}
"""Checks whose packet is let through by the rule they name."""


def _proven(finding: Finding) -> bool:
    return finding.check in SAYS_OPEN and finding.example is not None and finding.origin is not None


def _client(finding: Finding) -> object:
    packet = finding.example
    assert packet is not None
    return oracle.Client(
        packet.ingress or "elsewhere",
        packet.egress or "elsewhere",
        address_number(packet.source),
        address_number(packet.original_destination or packet.destination),
        packet.protocol,
        packet.source_port or 0,
        (packet.original_port if packet.original_port is not None else packet.destination_port) or 0,
    )


def _settled(rule: Rule) -> Rule:
    """The rule with its dated conditions settled for the day of the audit: the interpreter knows no clock."""
    from dataclasses import replace

    truths = [(each, each.at(NOW)) for each in rule.conditions]
    if any(truth is Truth.FALSE for _, truth in truths):
        return replace(rule, enabled=False)
    return replace(rule, conditions=tuple(each for each, truth in truths if truth is Truth.UNKNOWN))


def _clockless(firewall: Firewall) -> Firewall:
    from dataclasses import replace

    lists = tuple(replace(each, rules=tuple(map(_settled, each.rules))) for each in firewall.lists)
    return replace(firewall, lists=lists)


def _confirm(result: AuditResult) -> int:
    devices = {device.name: _clockless(device) for device in result.devices}
    proven = [finding for finding in result.findings if _proven(finding)]
    for finding in proven:
        firewall = devices[finding.device]
        direction = Direction.LOCAL if finding.check == "FW112" else Direction.FORWARD
        if firewall.vendor == "windows":
            direction = Direction.INBOUND
        client = _client(finding)
        worlds = (lambda _: True, lambda _: False) if finding.confidence is Confidence.CERTAIN else (lambda _: True,)
        for world in worlds:
            assert oracle.allows(firewall, direction, client, world), (finding.check, finding.rule, finding.example)
            arrived = oracle.translate(firewall, client, world)
            packet = finding.example
            assert packet is not None
            assert arrived.by == packet.translation
            assert arrived.destination == address_number(packet.destination)
            hits = [
                rule
                for each in firewall.lists
                if each.direction is direction
                for rule in each.rules
                if oracle.matches(rule, arrived, world)
            ]
            assert finding.origin in [rule.origin for rule in hits], (finding.check, finding.rule, packet)
    return len(proven)


@pytest.mark.parametrize(("name", "least"), [("quillwort", 12), ("two-perimeters", 1), ("two-vdoms", 1)])
def test_the_packets_of_a_sample(name: str, least: int, in_root: None) -> None:
    folder = Path("samples", name)
    files = sorted([*folder.glob("*.conf"), *folder.glob("*.txt"), *folder.glob("*.cfg")])
    case = open_case(files, folder / "site.yaml", ())
    assert _confirm(audit(case.firewalls, case.rulesets, case.site, NOW)) >= least


CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "fortigate"
REAL = (
    "Azure__Azure-vpn-config-samples/Fortinet__Current__fortigate_show full-configuration.txt",
    "quazicow__forti2pano/sample_fortigate.conf",
    "dexterm300__fortinet-config-best-practices-evaluator/sample-very-flawed-config-ftnt.conf",
    "cgustave__fgtconfig/t__01_global_4.3.12.conf",
    "fortinet__4D-Demo/SD-Branch__7.6__Single Hub__SD-Branch_HUB.txt",
    "ssato__fortios-xutils/tests__res__show_configs__fortigate_cli_show_sample_1.txt",
)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public exports is not beside the project")
@pytest.mark.parametrize("file", REAL)
def test_the_packets_of_real_backups(file: str) -> None:
    case = open_case([CORPUS / file], None, ())
    assert _confirm(audit(case.firewalls, case.rulesets, case.site, NOW, inferred=case.inferred)) > 0
