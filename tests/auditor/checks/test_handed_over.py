"""NGFW policy mode and central NAT: what only hands packets over opens nothing, and what no rule names may be live."""

from __future__ import annotations

from datetime import datetime

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import infer_site, load_ruleset
from auditor.findings.result import AuditResult
from tests.parsers.fortigate.writing import ANY, HEADER, INTERFACES, policies, table, with_lines

NOW = datetime(2026, 11, 24, 12)
ROUTES = table("router static", "1\nset gateway 203.0.113.1\nset device wan")
VIPS = table(
    "firewall vip",
    "live\nset extip 203.0.113.10\nset mappedip 10.0.0.5",
    "off\nset extip 203.0.113.11\nset mappedip 10.0.0.6\nset status disable",
)
HANDS_OVER = policies(with_lines(ANY, srcintf="any", dstintf="any", action="", schedule=""))


def judged(mode: str, text: str) -> AuditResult:
    settings = f"config system settings\n{mode}\nend\n"
    firewalls = parsers.read((HEADER.format("7.2.8") + INTERFACES + settings + text + ROUTES).encode(), "fw.conf")
    rulesets = (load_ruleset("perimeter"),)
    return audit(firewalls, rulesets, infer_site(firewalls, rulesets).site, NOW)


def test_any_to_any_that_hands_over_is_harmless_by_itself() -> None:
    result = judged("set ngfw-mode policy-based", VIPS + HANDS_OVER)
    assert {each.check for each in result.findings} & {"FW101", "FW102", "FW103", "FW104"} == set()
    assert result.exposures == ()


@pytest.mark.parametrize(
    ("handed", "expected"), [("ALL", [("10.0.0.5", "tcp/25")]), ("HTTP SMTP", [("10.0.0.5", "tcp/25")]), ("HTTP", [])]
)
def test_what_both_tables_let_through_is_open(handed: str, expected: list[tuple[str, str]]) -> None:
    first = policies(with_lines(ANY, action="", schedule="", service=handed))
    inside = with_lines(ANY, service="SMTP", dstaddr="server", **{"enforce-default-app-port": "disable"})
    server = table("firewall address", "server\nset subnet 10.0.0.5/32")
    result = judged(
        "set ngfw-mode policy-based", VIPS + server + first + policies(inside, kind="firewall security-policy")
    )
    assert [(each.destination, each.services) for each in result.exposures if each.published_as] == expected
    assert {each.confidence for each in result.exposures if each.published_as} <= {"certain"}


def test_a_virtual_ip_of_central_nat_is_in_use() -> None:
    result = judged("set central-nat enable", VIPS + policies(ANY))
    (unused,) = [each for each in result.findings if each.check == "FW108" and "vip" in each.message]
    assert "off" in unused.message
    assert "live" not in unused.message
