"""Relays, smart hosts and reverse proxies beside Exchange 2013, 2016 and 2019."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.findings.finding import Severity
from auditor.findings.result import AuditResult
from tests.auditor.checks.exchange import audited, policy, vip

SERVERS = {
    "exchange-2013": {"client_access_2013": "10.0.10.21", "mailbox_2013": "10.0.10.22"},
    "exchange-2016": {"mailbox_2016": "10.0.10.21, 10.0.10.22"},
}
BOX = """config firewall address
    edit "box"
        set subnet 10.0.20.9 255.255.255.255
    next
end
"""
THROUGH = BOX + vip("p", "10.0.20.9", "443") + policy(1, "all", "p", "HTTPS", "wan1>dmz")
TO_SERVERS = policy(2, "box", '"cas" "hub"', "HTTPS SMTP", "dmz>lan")
MAIL = vip("m", "10.0.20.9", "25", "203.0.113.25") + policy(3, "all", "m", "SMTP", "wan1>dmz")
OUT = policy(4, '"cas" "hub"', "box", "SMTP", "lan>dmz") + policy(5, "box", "all", "SMTP", "dmz>wan1")
FRONT = {"reverse_proxy": "10.0.20.9", "mail_relay": "10.0.20.9", "smart_host": "10.0.20.9"}


def judged(folder: Path, ruleset: str, text: str, front: dict[str, str]) -> AuditResult:
    others = {"domain_controller": "10.0.10.11", "dns_server": "10.0.10.11"}
    return audited(folder, text, "", SERVERS[ruleset] | others | front, ruleset=ruleset)


def found(result: AuditResult) -> set[str]:
    return {f"{each.check} {each.flow}" for each in result.findings if each.severity > Severity.LOW}


@pytest.mark.parametrize("ruleset", sorted(SERVERS))
def test_one_box_in_the_perimeter_may_stand_in_front_of_all(tmp_path: Path, ruleset: str) -> None:
    result = judged(tmp_path, ruleset, THROUGH + TO_SERVERS + MAIL + OUT, FRONT)
    assert found(result) == set()
    states = {each.service: each.state.value for each in result.answers if each.state.value != "not applicable"}
    assert {states[each] for each in ("activesync", "outlook", "inbound-mail", "outbound-mail")} == {"satisfied"}


@pytest.mark.parametrize("ruleset", sorted(SERVERS))
def test_what_the_box_cannot_reach_is_missing(tmp_path: Path, ruleset: str) -> None:
    missing = found(judged(tmp_path, ruleset, THROUGH + MAIL + OUT, FRONT))
    assert {each.rpartition("-")[0] for each in missing} == {"FW101 PROXY", "FW101 RELAY"}
    unsent = found(judged(tmp_path, ruleset, THROUGH + TO_SERVERS + MAIL, FRONT))
    assert unsent == {"FW101 MBX-SMART-HOST"}
