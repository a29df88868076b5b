"""Senders that deny rules name above a published server are shut out by decision, not a required port forgotten."""

from __future__ import annotations

from datetime import datetime

import parsers
from auditor.audit import audit
from auditor.baseline import load_ruleset
from auditor.baseline.inference import infer_site
from auditor.findings.finding import Finding, Severity
from tests.parsers.fortigate.writing import ANY, HEADER, policies, table, with_lines

OPEN = with_lines(ANY, srcintf="wan", dstintf="lan", dstaddr="v-mail", service="HTTPS")


def closed(senders: str, mail: str = OPEN) -> list[Finding]:
    """What FW101 says of a published Client Access server, with a deny rule for `senders` above."""
    deny = with_lines(ANY, srcintf="wan", dstintf="lan", srcaddr="bad", action="deny") + "\nset match-vip enable"
    text = (
        HEADER.format("7.0.12")
        + table("system interface", "wan\nset ip 203.0.113.2/24\nset role wan", "lan\nset ip 10.0.10.1/24")
        + table("router static", "1\nset device wan\nset gateway 203.0.113.1")
        + table("firewall address", f"bad\nset subnet {senders}")
        + table(
            "firewall vip",
            "v-mail\nset extip 203.0.113.10\nset mappedip 10.0.10.5\nset portforward enable\n"
            "set extport 443\nset mappedport 443",
        )
        + policies(deny, mail)
    )
    firewalls, rulesets = parsers.read(text.encode(), "fw.conf"), (load_ruleset("exchange-2010"),)
    result = audit(firewalls, rulesets, infer_site(firewalls, rulesets).site, datetime(2026, 11, 24))
    return [each for each in result.findings if each.check == "FW101"]


def test_a_block_list_is_somebodys_decision() -> None:
    (finding,) = closed("198.51.100.0/24")
    assert finding.severity is Severity.LOW
    assert "for all but the senders that a block list names" in finding.message
    assert "198.51.100.0/24" in finding.message


def test_half_of_the_internet_is_no_block_list() -> None:
    (finding,) = closed("128.0.0.0/1")
    assert finding.severity is Severity.HIGH


def test_what_no_rule_opens_at_all_is_missing_whatever_a_block_list_denies() -> None:
    found = closed("198.51.100.0/24", with_lines(OPEN, srcaddr="bad"))
    assert {each.severity for each in found if "tcp/443" in each.message} == {Severity.HIGH}
