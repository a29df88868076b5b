"""What a missing port asks of the reader: which packets, on which firewall, between which interfaces, above which rule."""

from __future__ import annotations

from pathlib import Path

from auditor.findings.finding import Finding
from auditor.findings.result import AuditResult
from tests.auditor.checks.exchange import ROLES, audited, policy, vip

WEB = vip("v", "10.0.10.21", "443") + policy(1, "all", "v", "HTTPS")
EDGE = ROLES | {"edge_transport": "10.0.20.5"}
TO_EDGE = policy(4, "edge", "hub", "SMTP", "dmz>lan") + policy(5, "hub", "edge", "SMTP", "lan>dmz")
OUT = policy(3, "edge", "all", "SMTP", "dmz>wan1")
IN = vip("e", "10.0.20.5", "25", "203.0.113.25") + policy(2, "all", "e", "SMTP", "wan1>dmz")


def only(result: AuditResult, flow: str) -> Finding:
    (found,) = [each for each in result.findings if each.check == "FW101" and flow in each.flow]
    return found


def test_between_which_interfaces(tmp_path: Path) -> None:
    missing = only(audited(tmp_path, WEB + IN + OUT + TO_EDGE, roles=EDGE), "EDGESYNC")
    assert missing.remedy == "Allow tcp/50636 from 10.0.10.22 to 10.0.20.5 on fgt (interface lan to dmz)."


def test_above_which_rule(tmp_path: Path) -> None:
    deny = policy(7, "all", "all", "edgesync", "lan>dmz", "deny")
    missing = only(audited(tmp_path, WEB + IN + OUT + TO_EDGE + deny, roles=EDGE), "EDGESYNC")
    assert missing.remedy.endswith("on fgt (interface lan to dmz), above rule 7.")


def test_the_port_after_translation_is_spoken_of_where_one_is(tmp_path: Path) -> None:
    moved = vip("v", "10.0.10.21", "443").replace("extport 443", "extport 8443")
    outer = 'config firewall service custom\n    edit "outer"\n        set tcp-portrange 8443\n    next\nend\n'
    missing = only(audited(tmp_path, moved + outer + policy(1, "all", "v", "outer")), "EAS-HTTPS")
    assert "A policy names the port after translation." in missing.remedy


def test_mail_to_nearly_nobody_is_missing_to_everybody_else(tmp_path: Path) -> None:
    few = OUT.replace("set dstaddr all", "set dstaddr few")
    some = 'config firewall address\n    edit "few"\n        set subnet 198.51.100.0 255.255.255.0\n    next\nend\n'
    partly = only(audited(tmp_path, WEB + IN + some + few + TO_EDGE, roles=EDGE), "EDGE-INTERNET")
    assert "Missing: tcp/25 from 10.0.20.5 to everybody but 198.51.100.0/24 (closed at fgt)." in partly.message
    none = only(audited(tmp_path, WEB + IN + TO_EDGE, roles=EDGE), "EDGE-INTERNET")
    assert "Missing: tcp/25 from 10.0.20.5 to everybody (closed at fgt)." in none.message
