"""Bans and closed worlds of whole zones (baseline perimeter): no server has to be bound, and one cause is one finding."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import parsers
from auditor.audit import audit
from auditor.baseline import Site, infer_site, load_ruleset, load_site
from auditor.findings.finding import Finding, Severity
from auditor.findings.result import AnswerState, AuditResult
from tests.fortios import head

HEAD = (
    head(wan1="203.0.113.2/24", lan="10.0.10.1/24")
    + """config firewall address
    edit "all"
    next
end
config firewall service custom
    edit "ALL"
        set protocol IP
    next
    edit "HTTPS"
        set tcp-portrange 443
    next
    edit "SSH"
        set tcp-portrange 22
    next
    edit "RDP"
        set tcp-portrange 3389
        set udp-portrange 3389
    next
    edit "tcp-8443"
        set tcp-portrange 8443
    next
end
"""
)
SITE = """schema: fwsite/1
id: test
devices:
  fgt: {{type: fortigate, zones: {{internet: [wan1], internal: [lan]}}}}
baselines: [{{use: perimeter, conditions: {{strict: {strict}}}}}]
bindings: {{{bindings}}}
"""


def published(server: str, *services: str) -> str:
    """A virtual IP of every port, and a policy for some services."""
    names = " ".join(f'"{service}"' for service in services)
    return f"""config firewall vip
    edit "server"
        set extip 203.0.113.10
        set mappedip "{server}"
        set extintf "wan1"
    next
end
config firewall policy
    edit 1
        set srcintf "wan1"
        set dstintf "lan"
        set action accept
        set srcaddr "all"
        set dstaddr "server"
        set schedule "always"
        set service {names}
        set logtraffic all
    next
end
"""


def judged(text: str, *rulesets: str | Path, bindings: str = "", strict: bool = False) -> AuditResult:
    firewalls = parsers.read(f"{HEAD}{text}".encode(), "fgt.conf")
    stated = SITE.format(bindings=bindings, strict=str(strict).lower())
    site: Site = load_site(Path("site.yaml"), stated)
    loaded = tuple(load_ruleset(each) for each in rulesets or ("perimeter",))
    return audit(firewalls, loaded, site, datetime(2026, 11, 24, 12))


def found(result: AuditResult, *checks: str) -> list[Finding]:
    return [each for each in result.findings if each.check in (checks or ("FW102", "FW103", "FW120"))]


def test_remote_desktop_needs_no_known_server() -> None:
    (finding,) = found(judged(published("10.0.10.5", "RDP")))
    assert (finding.check, finding.severity, finding.flow) == ("FW102", Severity.CRITICAL, "NO-REMOTE-DESKTOP")
    assert "internet reaches 10.0.10.5 (internal) on tcp/3389, udp/3389" in finding.message


def test_a_server_in_a_network_that_no_route_names_is_not_overlooked() -> None:
    (finding,) = found(judged(published("10.99.0.5", "RDP")))
    assert "internet reaches 10.99.0.5" in finding.message


def test_a_server_behind_another_interface_than_its_policy_names_is_not_reached() -> None:
    text = published("10.0.10.5", "RDP").replace('set dstintf "lan"', 'set dstintf "dmz"')
    assert found(judged(text)) == []


def test_web_published_to_anybody_is_usual() -> None:
    assert found(judged(published("10.0.10.5", "HTTPS"))) == []


def test_an_unusual_port_is_worth_a_line() -> None:
    (finding,) = found(judged(published("10.0.10.5", "HTTPS", "tcp-8443")))
    assert (finding.check, finding.severity, finding.flow) == ("FW103", Severity.LOW, "CW-INTERNET")
    assert "tcp/8443" in finding.message
    assert "tcp/443" not in finding.message


def test_a_documented_server_is_no_finding_and_only_for_its_service() -> None:
    bastion = 'public_ssh: [{address: "10.0.10.5"}]'
    assert found(judged(published("10.0.10.5", "SSH"), bindings=bastion)) == []
    (finding,) = found(judged(published("10.0.10.5", "SSH", "RDP"), bindings=bastion))
    assert finding.flow == "NO-REMOTE-DESKTOP"
    (finding,) = found(judged(published("10.0.10.6", "SSH"), bindings=bastion))
    assert (finding.severity, finding.flow) == (Severity.HIGH, "NO-SSH")


def test_where_all_must_be_documented_web_is_too() -> None:
    (finding,) = found(judged(published("10.0.10.5", "HTTPS"), strict=True))
    assert (finding.check, finding.flow) == ("FW103", "CW-INTERNET")
    web = 'public_web: [{address: "10.0.10.5"}]'
    assert found(judged(published("10.0.10.5", "HTTPS"), bindings=web, strict=True)) == []
    (finding,) = found(judged(published("10.0.10.6", "HTTPS"), bindings=web, strict=True))
    assert "10.0.10.6" in finding.message


def test_a_rule_for_everything_is_one_finding_of_all_baselines() -> None:
    client_access = 'client_access: [{address: "10.0.10.5"}]'
    result = judged(published("10.0.10.5", "ALL"), "exchange-2010", "perimeter", bindings=client_access)
    (finding,) = found(result, "FW102")
    assert finding.severity is Severity.CRITICAL
    assert {"exchange-2010:NO-RPC", "perimeter:NO-RPC", "perimeter:NO-DATABASE"} <= set(finding.lines)
    assert [each.lines for each in found(result, "FW103")] == [("exchange-2010:CW-INTERNET",)]


def test_the_order_of_baselines_changes_nothing() -> None:
    bound = 'client_access: [{address: "10.0.10.5"}]'
    one, other = (
        [(each.check, each.severity, each.message) for each in found(judged(published("10.0.10.5", "ALL"), *order, bindings=bound), "FW102")]
        for order in (("exchange-2010", "perimeter"), ("perimeter", "exchange-2010"))
    )  # fmt: skip
    assert [(check, severity) for check, severity, _ in one] == [(check, severity) for check, severity, _ in other]


def test_an_own_baseline_that_permits_what_this_one_forbids_is_a_conflict(tmp_path: Path) -> None:
    """BASELINE_SCHEMA 3.8: the ban wins, and the contradiction is said."""
    house = tmp_path / "house.yaml"
    house.write_text(
        """schema: fwbaseline/1
id: house
title: House rules
version: 1.0.0
status: stable
sources: {rules: {title: House rules}}
zones: {internet: {trust: untrusted}, internal: {trust: trusted}}
roles: {jump: {title: jump host}}
services: {rdp: [tcp/3389, udp/3389]}
flows:
  - {id: JUMP, from: {zone: internet}, to: {role: jump}, service: rdp, level: required, if_missing: high, cite: [rules]}
""",
        encoding="utf-8",
    )
    result = judged(published("10.0.10.5", "RDP"), house, "perimeter", bindings='jump: [{address: "10.0.10.5"}]')
    conflict, ban = found(result, "FW120", "FW102")
    if conflict.check != "FW120":
        conflict, ban = ban, conflict
    assert "house requires JUMP, and perimeter forbids it as NO-REMOTE-DESKTOP" in conflict.message
    assert ban.flow == "NO-REMOTE-DESKTOP"


def test_ids_that_two_baselines_share_do_not_answer_each_others_questions() -> None:
    """Both have a NO-RPC: a server that is no domain controller does not answer the question about those."""
    controller = 'domain_controller: [{address: "10.0.10.9"}]'
    result = judged(published("10.0.10.5", "ALL"), "perimeter", "active-directory", bindings=controller)
    answers = {(each.ruleset, each.id): each.state for each in result.answers}
    assert answers["perimeter", "PCI-1-4-2"] is AnswerState.FORBIDDEN
    assert answers["active-directory", "Q05"] is not AnswerState.FORBIDDEN


LOGINS = """config system interface
    edit "wan1"
        set allowaccess {services}
    next
end
config system global
    set admin-ssh-port {port}
end
config system admin
    edit "admin"
    next
end
config firewall policy
end
"""


def _state(result: AuditResult, question: str) -> AnswerState:
    return next(each.state for each in result.answers if each.id == question)


def test_logins_of_the_firewall_itself_are_management_interfaces_too() -> None:
    result = judged(LOGINS.format(services="https", port=22))
    assert _state(result, "BOD-23-02") is AnswerState.FORBIDDEN
    assert _state(result, "PCI-1-2-6") is AnswerState.CLOSED
    assert _state(judged(LOGINS.format(services="ping", port=22)), "BOD-23-02") is AnswerState.CLOSED


def test_a_login_on_a_banned_port_answers_the_questions_about_the_port() -> None:
    assert _state(judged(LOGINS.format(services="telnet", port=22)), "PCI-1-2-6") is AnswerState.FORBIDDEN
    assert _state(judged(LOGINS.format(services="ssh", port=22)), "PCI-1-3-1") is AnswerState.FORBIDDEN
    assert _state(judged(LOGINS.format(services="ssh", port=2222)), "BOD-23-02") is AnswerState.FORBIDDEN


def test_what_makes_a_login_only_possible_is_said() -> None:
    result = judged(LOGINS.format(services="snmp", port=22))
    (finding,) = (each for each in result.findings if each.check == "FW112")
    assert finding.uncertain == ("the SNMP agent is not switched on in this backup",)


INSIDE = (
    head("", "", vlan10="10.0.10.1/24", vlan20="10.0.20.1/24")
    + """config firewall policy
    edit 1
        set srcintf "vlan10"
        set dstintf "vlan20"
        set srcaddr "all"
        set dstaddr "all"
        set action accept
        set schedule "always"
        set service "ALL"
    next
end
"""
)


def test_what_goes_out_where_nothing_faces_the_internet_is_possible() -> None:
    firewalls = parsers.read(INSIDE.encode(), "fgt.conf")
    found = audit(
        firewalls, (load_ruleset("perimeter"),), infer_site(firewalls, ()).site, datetime(2026, 1, 1)
    ).findings
    out = [each for each in found if each.check == "FW102"]
    assert [each.confidence.value for each in out] == ["possible"]
    assert "no interface that faces the Internet is known" in out[0].uncertain[-1]
