"""What passes without a rule line is said once, with the remedy that fits."""

from __future__ import annotations

from datetime import datetime

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline.inference import infer_site
from auditor.findings.finding import Confidence, Finding
from tests.parsers.fortigate.writing import HEADER, INTERFACES, policies, table


def findings(text: str, version: str = "7.0.12") -> list[Finding]:
    firewalls = parsers.read((HEADER.format(version) + INTERFACES + text).encode(), "fw.conf")
    result = audit(firewalls, (), infer_site(firewalls, ()).site, datetime(2026, 11, 24))
    return [each for each in result.findings if each.check == "FW118"]


ZONE = table("system zone", "z\nset interface wan lan\nset intrazone allow")
OFF = "config system global\nset allow-traffic-redirect disable\nset ipv6-allow-traffic-redirect disable\nend\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ZONE, "Write the rules that are needed"),
        (table("system switch-interface", "sw\nset member p1 p2"), "intra-switch-policy explicit"),
        ("config system virtual-switch\nedit hs\nconfig port\nedit p1\nnext\nedit p2\nnext\nend\nnext\nend\n", "hardware switch"),
    ],
)  # fmt: skip
def test_the_remedy_fits(text: str, words: str) -> None:
    (found,) = findings(OFF + text)
    assert words in found.remedy


def test_the_switch_of_ipv6_counts_where_there_is_ipv6() -> None:
    closed = "config system global\nset allow-traffic-redirect disable\nend\n"
    assert findings(closed) == []
    six = "config system interface\nedit lan\nconfig ipv6\nset ip6-address 2001:db8::1/64\nend\nnext\nend\n"
    (found,) = findings(closed + six)
    assert "Set ipv6-allow-traffic-redirect disable" in found.remedy
    assert "(1 interface)" in found.message


def test_both_lists_of_the_ngfw_mode_are_one_finding() -> None:
    mode = "config system settings\nset ngfw-mode policy-based\nend\n" + policies()
    (found,) = findings(OFF + mode + ZONE)
    assert found.packets == "implicit intrazone"
    assert "everything passes that no rule above decides" in found.message


@pytest.mark.parametrize("version", ["7.0.12", "7.4.4"])
def test_redirection_counts_interfaces_and_is_certain(version: str) -> None:
    (found,) = findings("", version)
    assert found.confidence is Confidence.CERTAIN
    assert "(2 interfaces)" in found.message
