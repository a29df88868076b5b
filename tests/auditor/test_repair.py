"""Commands to paste: each mends its finding, opens nothing, and is left out where somebody has to decide."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import infer_site, load_ruleset
from auditor.compare import compare
from auditor.findings.finding import Finding
from auditor.findings.result import AuditResult
from parsers.model.firewall import Firewall
from parsers.parser import Script
from parsers.source import Document

SAMPLES = Path(__file__).parents[2] / "samples"
NOW = datetime(2026, 11, 24, 12)
RULESETS = (load_ruleset("exchange-2010"), load_ruleset("perimeter"))
BACKUPS = ("quillwort/fgt-quillwort.conf", "two-vdoms/fgt-larkspur.conf", "activesync/fgt.conf")
MENDED = {"FW105", "FW106", "FW107", "FW108", "FW111", "FW112", "FW115"}


def judged(firewalls: tuple[Firewall, ...]) -> AuditResult:
    inference = infer_site(firewalls, RULESETS)
    return audit(firewalls, RULESETS, inference.site, NOW, inferred=inference.notes)


def mended(path: Path, finding: Finding) -> tuple[Firewall, ...]:
    script = Script(Document("paste.txt", "\n".join(finding.commands).encode()))
    return parsers.read_inputs([path], scripts=[script]).firewalls


def with_commands(backup: str) -> list[Finding]:
    return [each for each in judged(parsers.read(SAMPLES / backup)).findings if each.commands]


@pytest.mark.parametrize("backup", BACKUPS)
def test_what_is_pasted_mends_the_finding_and_opens_nothing(backup: str) -> None:
    path = SAMPLES / backup
    before = parsers.read(path)
    site = infer_site(before, RULESETS).site
    for finding in with_commands(backup):
        after = mended(path, finding)
        result = judged(after)
        assert finding.fingerprint not in {each.fingerprint for each in result.findings}
        assert [each.what for each in result.gaps] == [each.what for each in judged(before).gaps]
        assert not [each for each in compare(before, after, site, NOW).changes if each.opened]


def test_the_samples_show_every_kind() -> None:
    assert {each.check for backup in BACKUPS for each in with_commands(backup)} == MENDED


def test_a_service_of_an_interface_is_taken_off() -> None:
    (ssh,) = [each for each in with_commands(BACKUPS[0]) if each.rule == "ssh on wan1"]
    assert ssh.commands == (
        "config system interface",
        '    edit "wan1"',
        "        unselect allowaccess ssh",
        "    next",
        "end",
    )


def test_what_needs_a_decision_has_no_commands() -> None:
    findings = judged(parsers.read(SAMPLES / BACKUPS[0])).findings
    assert not [each for each in findings if each.commands and each.check in ("FW101", "FW102", "FW103", "FW104")]
