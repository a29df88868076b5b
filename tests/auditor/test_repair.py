"""Commands to paste: each mends its finding, opens nothing, and is left out where somebody has to decide."""

from __future__ import annotations

import re
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
from tests.auditor.checks.exchange import BASE, policy, vip

SAMPLES = Path(__file__).parents[2] / "samples"
NOW = datetime(2026, 11, 24, 12)
RULESETS = (load_ruleset("exchange-2010"), load_ruleset("perimeter"))
BACKUPS = ("quillwort/fgt-quillwort.conf", "two-vdoms/fgt-larkspur.conf", "activesync/fgt.conf")
MENDED = {"FW105", "FW106", "FW108", "FW111", "FW112", "FW115"}


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
        "# Who logs in this way is shut out: try another way in (console, VPN, an inside interface) first.",
        "config system interface",
        '    edit "wan1"',
        "        unselect allowaccess ssh",
        "    next",
        "end",
    )


def test_what_needs_a_decision_has_no_commands() -> None:
    findings = judged(parsers.read(SAMPLES / BACKUPS[0])).findings
    undecided = ("FW101", "FW102", "FW103", "FW104", "FW107")
    assert {each.check for each in findings} >= set(undecided[1:])
    assert not [each for each in findings if each.commands and each.check in undecided]


VDOMS = "config system global\n    set vdom-mode multi-vdom\nend\n"
WORDS = "ping https fgfm fabric ftm snmp"
ADMIN = 'config system admin\n    edit "admin"\n        set accprofile "super_admin"\n    next\nend\n'
ACCESS = f'{ADMIN}config system interface\n    edit "wan1"\n        set allowaccess {WORDS}\n    next\nend\n'
PUBLISHED = vip("v", "10.0.10.21", "443")
WRONG_PORT = PUBLISHED.replace("mappedport 443", "mappedport 8443") + policy(1, "all", "v", "HTTPS")
DOWN = 'config system interface\n    edit "dmz"\n        set status down\n    next\nend\n' + policy(
    1, "all", "edge", "HTTPS", "lan>dmz"
)
TWICE = policy(1, "cas", "edge", "HTTPS", "lan>dmz") + policy(2, "cas", "edge", "HTTPS", "lan>dmz")
ENDING = TWICE.replace(
    "        set logtraffic all",
    "        set policy-expiry enable\n        set policy-expiry-date 2030-01-01 00:00:00\n        set logtraffic all",
    1,
)


def commands(text: str, check: str) -> list[tuple[str, ...]]:
    found = judged(parsers.read((BASE + text).encode(), "fgt.conf")).findings
    return [each.commands for each in found if each.check == check]


def test_what_the_companys_own_devices_and_monitoring_use_stays() -> None:
    written = "\n".join(line for each in commands(ACCESS, "FW112") for line in each)
    assert re.findall(r"unselect allowaccess (\S+)", written) == ["https"]


@pytest.mark.parametrize("text", [WRONG_PORT, DOWN], ids=["published by the wrong port", "waits for an interface"])
def test_a_rule_that_should_act_is_not_switched_off(text: str) -> None:
    assert commands(text, "FW106") == [()]


def test_a_rule_that_another_one_repeats_until_a_day_is_needed_afterwards() -> None:
    ((_, edit, *_),) = commands(TWICE, "FW105")
    assert edit == "    edit 2"
    assert commands(ENDING, "FW105") == []


def test_on_a_device_with_one_vdom_commands_stand_inside_it() -> None:
    ((*around, table),) = [each[:3] for each in commands(VDOMS + TWICE, "FW105")]
    assert (around, table) == (["config vdom", 'edit "root"'], "config firewall policy")
    assert [each[:1] for each in commands(VDOMS + ACCESS, "FW112") if each] == [("config global",)]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("old server", ['    delete "old server"']),
        (r"old \"x\" \\ y", [r'    delete "old \"x\" \\ y"']),
        ("17", ["    delete 17"]),
        ("old?", []),
        ("old $USER", []),
    ],
)  # fmt: skip
def test_names_are_written_as_a_prompt_takes_them(name: str, written: list[str]) -> None:
    unused = (
        f'config firewall address\n    edit "{name}"\n        set subnet 10.0.10.77 255.255.255.255\n    next\nend\n'
    )
    base = BASE.partition("config firewall address")[0]
    (found,) = (
        each for each in judged(parsers.read((base + unused).encode(), "fgt.conf")).findings if each.check == "FW108"
    )
    assert [line for line in found.commands if "delete" in line] == written
