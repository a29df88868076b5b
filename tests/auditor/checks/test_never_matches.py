"""FW106: a rule that publishes a server under the port before translation."""

from __future__ import annotations

from datetime import datetime

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import infer_site
from auditor.findings.finding import Finding, Severity
from tests.fortios import head

CONFIG = (
    head("", "", wan1="203.0.113.2/24", lan="10.0.10.1/24")
    + """config firewall vip
    edit "web"
        set extip 203.0.113.10
        set mappedip "10.0.10.80"
        set extintf "any"
        set portforward enable
        set extport 8080
        set mappedport 80
    next
end
config firewall service custom
    edit "outside"
        set tcp-portrange 8080
    next
    edit "inside"
        set tcp-portrange 80
    next
end
config firewall policy
    edit 1
        set srcintf "wan1"
        set dstintf "lan"
        set srcaddr "all"
        set dstaddr "web"
        set action {action}
        set schedule "always"
        set service "{service}"
    next
end
"""
)


def _findings(service: str, action: str = "accept") -> list[Finding]:
    text = CONFIG.replace("{service}", service).replace("{action}", action)
    firewalls = parsers.read(text.encode(), "fw.conf")
    site = infer_site(firewalls, ()).site
    return [each for each in audit(firewalls, (), site, datetime(2026, 1, 1)).findings if each.check == "FW106"]


def test_the_port_before_translation_is_published_but_blocked() -> None:
    (found,) = _findings("outside")
    assert found.severity is Severity.MEDIUM
    assert found.message == (
        "Published, but blocked: web translates to tcp/80, and its service is tcp/8080: "
        "a rule names the port after translation."
    )


@pytest.mark.parametrize(("service", "action"), [("inside", "accept"), ("outside inside", "accept")])
def test_the_port_after_translation_is_right(service: str, action: str) -> None:
    assert _findings(service.replace(" ", '" "'), action) == []


def test_a_deny_that_never_matches_publishes_nothing() -> None:
    (found,) = _findings("outside", "deny")
    assert found.severity is Severity.LOW
    assert found.message.startswith("It never matches a packet")


def test_a_rule_of_an_interface_that_is_down_is_said() -> None:
    down = 'config system interface\nedit "wan1"\nset status down\nnext\nend\n'
    text = CONFIG.replace("{service}", "outside").replace("{action}", "accept") + down
    firewalls = parsers.read(text.encode(), "fw.conf")
    found = audit(firewalls, (), infer_site(firewalls, ()).site, datetime(2026, 1, 1)).findings
    assert "It matches nothing while wan1 is down." in [each.message for each in found if each.check == "FW106"]


def test_a_rule_whose_virtual_ip_cannot_be_read_is_not_said_to_match_nothing() -> None:
    text = CONFIG.replace("{service}", "inside").replace("{action}", "accept").replace("203.0.113.10", "203.0.113.x")
    firewalls = parsers.read(text.encode(), "fw.conf")
    found = audit(firewalls, (), infer_site(firewalls, ()).site, datetime(2026, 1, 1)).findings
    assert [each.check for each in found if each.check in ("FW106", "FW110")] == ["FW110"]
