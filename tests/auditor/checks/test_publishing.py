"""The worked expectations of publishing Exchange 2010, each as a small FortiGate configuration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auditor.findings.finding import Finding, Severity
from auditor.findings.result import AuditResult, CoverageState
from tests.auditor.checks.exchange import BASE, ROLES, audited, policy, vip


@pytest.fixture
def run(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Audit a configuration; with `edge` an Edge Transport server is deployed in the DMZ."""

    def _run(text: str, edge: bool = False, answers: str = "") -> AuditResult:
        roles = ROLES | ({"edge_transport": "10.0.20.5"} if edge else {})
        return audited(tmp_path, text, answers, roles)

    return _run


def state(result: AuditResult, flow: str) -> set[CoverageState]:
    return {row.state for row in result.coverage if row.flow == flow}


def serious(result: AuditResult, least: Severity = Severity.MEDIUM) -> list[Finding]:
    return [finding for finding in result.findings if finding.severity >= least]


WEB = ("EAS-HTTPS", "OWA-HTTPS", "ANYWHERE-HTTPS", "AUTODISCOVER-HTTPS", "AVAILABILITY-HTTPS", "OAB-HTTPS")


def test_https_published_to_client_access_is_all_that_is_needed(run) -> None:  # type: ignore[no-untyped-def]
    result = run(vip("v", "10.0.10.21", "443") + policy(1, "all", "v", "HTTPS"))
    assert all(state(result, flow) == {CoverageState.SATISFIED} for flow in WEB)
    assert serious(result, Severity.LOW) == []


def test_http_beside_it_is_permitted_not_required(run) -> None:  # type: ignore[no-untyped-def]
    text = vip("v", "10.0.10.21", "443") + vip("w", "10.0.10.21", "80") + policy(1, "all", '"v" "w"', "HTTPS HTTP")
    result = run(text)
    assert state(result, "EAS-HTTP") == {CoverageState.SATISFIED}
    (finding,) = serious(result, Severity.LOW)
    assert (finding.flow, finding.severity) == ("NO-HTTP", Severity.LOW)
    assert serious(run(text, answers="http_redirect_only: true"), Severity.LOW) == []


def test_http_that_serves_more_than_a_redirect_leaks_the_address_book(run) -> None:  # type: ignore[no-untyped-def]
    """Trap P26, and Basic authentication of ActiveSync in clear text."""
    text = vip("v", "10.0.10.21", "443") + vip("w", "10.0.10.21", "80") + policy(1, "all", '"v" "w"', "HTTPS HTTP")
    (finding,) = serious(run(text, answers="http_redirect_only: false"))
    assert finding.severity is Severity.MEDIUM
    assert set(finding.flow.split(", ")) == {"NO-HTTP", "NO-HTTP-BASIC", "NO-HTTP-OAB"}


def test_every_port_published_is_one_critical_finding(run) -> None:  # type: ignore[no-untyped-def]
    result = run(vip("v", "10.0.10.21") + policy(1, "all", "v", "ALL"))
    forbidden = [finding for finding in result.findings if finding.check == "FW102"]
    assert len(forbidden) == 1
    (finding,) = forbidden
    assert finding.severity is Severity.CRITICAL
    for port in ("135", "445", "6001-65534"):
        assert port in finding.packets
    assert finding.example is not None
    assert finding.example.original_destination == "203.0.113.10"


def test_https_to_a_mailbox_server_is_the_wrong_target(run) -> None:  # type: ignore[no-untyped-def]
    result = run(vip("v", "10.0.10.31", "443") + policy(1, "all", "v", "HTTPS"))
    assert state(result, "EAS-HTTPS") == {CoverageState.NOT_PUBLISHED}
    assert {finding.check for finding in serious(result)} >= {"FW101", "FW102", "FW113"}


def test_5075_for_owa_is_forbidden(run) -> None:  # type: ignore[no-untyped-def]
    text = vip("v", "10.0.10.21", "443") + vip("w", "10.0.10.21", "5075-5077")
    result = run(text + policy(1, "all", '"v" "w"', "HTTPS owa-im"))
    (finding,) = serious(result)
    assert (finding.check, finding.severity, finding.flow) == ("FW102", Severity.HIGH, "NO-OWA-IM")


def test_mail_without_an_edge(run) -> None:  # type: ignore[no-untyped-def]
    text = vip("v", "10.0.10.21", "443") + vip("m", "10.0.10.22", "25", "203.0.113.11")
    result = run(text + policy(1, "all", "v", "HTTPS") + policy(2, "all", "m", "SMTP"))
    (answer,) = [answer for answer in result.answers if answer.id == "Q20"]
    assert answer.state == "satisfied"
    assert serious(result) == []


def test_mail_that_should_arrive_without_an_edge_is_missing(run) -> None:  # type: ignore[no-untyped-def]
    """Required only once the site says that Hub Transport talks to the Internet (questions Q20 and Q21)."""
    web = vip("v", "10.0.10.21", "443") + policy(1, "all", "v", "HTTPS")
    result = run(web, answers="hub_internet_mail: true")
    assert state(result, "INTERNET-HUB-MX") == {CoverageState.NOT_PUBLISHED}
    assert state(result, "HUB-INTERNET-MX") == {CoverageState.MISSING}
    states = {answer.id: answer.state for answer in result.answers}
    assert (states["Q20"], states["Q21"]) == ("not published", "missing")
    assert {finding.flow for finding in serious(result)} == {"INTERNET-HUB-MX", "HUB-INTERNET-MX"}
    asked = {row.flow: row.state for row in run(web).coverage}
    assert asked["INTERNET-HUB-MX"] is CoverageState.CANNOT_TELL


EDGE = (
    vip("v", "10.0.10.21", "443")
    + vip("e", "10.0.20.5", "25", "203.0.113.25")
    + policy(1, "all", "v", "HTTPS")
    + policy(2, "all", "e", "SMTP", "wan1>dmz")
    + policy(3, "edge", "all", "SMTP", "dmz>wan1")
    + policy(4, "edge", "hub", "SMTP", "dmz>lan")
    + policy(5, "hub", "edge", "SMTP edgesync", "lan>dmz")
)


def test_mail_through_an_edge(run) -> None:  # type: ignore[no-untyped-def]
    result = run(EDGE, edge=True)
    assert state(result, "INTERNET-EDGE") == {CoverageState.SATISFIED}
    assert state(result, "EDGESYNC") == {CoverageState.SATISFIED}
    assert serious(result) == []


def test_mail_past_the_edge(run) -> None:  # type: ignore[no-untyped-def]
    result = run(EDGE + vip("h", "10.0.10.22", "25", "203.0.113.26") + policy(6, "all", "h", "SMTP"), edge=True)
    (finding,) = serious(result)
    assert (finding.flow, finding.severity) == ("NO-EDGE-BYPASS", Severity.HIGH)


def test_ldap_from_the_edge_to_a_domain_controller(run) -> None:  # type: ignore[no-untyped-def]
    result = run(EDGE + policy(6, "edge", "dc", "LDAP", "dmz>lan"), edge=True)
    (finding,) = serious(result)
    assert (finding.check, finding.flow) == ("FW102", "NO-EDGE-AD")


def test_edgesync_missing(run) -> None:  # type: ignore[no-untyped-def]
    result = run(EDGE.replace("SMTP edgesync", "SMTP"), edge=True)
    (finding,) = serious(result)
    assert (finding.check, finding.flow, finding.severity) == ("FW101", "EDGESYNC", Severity.HIGH)
    assert "50636" in finding.message


def test_ad_lds_without_ssl_from_inside_is_medium(run) -> None:  # type: ignore[no-untyped-def]
    result = run(EDGE + policy(6, "hub", "edge", "adlds", "lan>dmz"), edge=True)
    (finding,) = serious(result)
    assert (finding.flow, finding.severity) == ("NO-ADLDS-CLEAR", Severity.MEDIUM)


def test_ad_lds_without_ssl_from_the_internet_is_critical(run) -> None:  # type: ignore[no-untyped-def]
    text = EDGE + vip("l", "10.0.20.5", "50389", "203.0.113.25") + policy(6, "all", "l", "adlds", "wan1>dmz")
    (finding,) = serious(run(text, edge=True))
    assert finding.flow.startswith("NO-ADLDS-CLEAR")
    assert finding.severity is Severity.CRITICAL


def test_a_policy_that_names_the_external_port_is_published_but_blocked(run) -> None:  # type: ignore[no-untyped-def]
    forwarding = vip("v", "10.0.10.21", "443").replace("extport 443", "extport 8443")
    service = 'config firewall service custom\n    edit "ext"\n        set tcp-portrange 8443\n    next\nend\n'
    result = run(forwarding + service + policy(1, "all", "v", "ext"))
    assert state(result, "EAS-HTTPS") == {CoverageState.MISSING}
    (finding,) = [finding for finding in result.findings if "EAS-HTTPS" in finding.flow]
    assert "a translation publishes it, but no policy lets the translated packets through" in finding.message


def test_external_8443_to_internal_443_satisfies(run) -> None:  # type: ignore[no-untyped-def]
    result = run(vip("v", "10.0.10.21", "443").replace("extport 443", "extport 8443") + policy(1, "all", "v", "HTTPS"))
    (row,) = [row for row in result.coverage if row.flow == "EAS-HTTPS"]
    assert row.state is CoverageState.SATISFIED
    assert row.published_as == "203.0.113.10:8443"


def test_external_443_to_internal_80_does_not(run) -> None:  # type: ignore[no-untyped-def]
    forwarding = vip("v", "10.0.10.21", "443").replace("mappedport 443", "mappedport 80")
    result = run(forwarding + policy(1, "all", "v", "HTTP"))
    assert state(result, "EAS-HTTPS") == {CoverageState.NOT_PUBLISHED}


def test_any_from_a_server_network_with_only_exchange_inside_is_not_over_broad(run) -> None:  # type: ignore[no-untyped-def]
    text = (
        vip("v", "10.0.10.21", "443")
        + policy(1, "all", "v", "HTTPS")
        + policy(2, "servers", "servers", "ALL", "lan>lan")
    )
    assert serious(run(text)) == []


def test_renaming_everything_changes_nothing_but_words(run) -> None:  # type: ignore[no-untyped-def]
    text = EDGE + policy(6, "edge", "dc", "LDAP", "dmz>lan") + vip("h", "10.0.10.22") + policy(7, "all", "h", "ALL")
    renamed = text
    aliases = []
    for number, name in enumerate(("hub", "edge", "dc", "edgesync")):
        renamed = re.sub(rf'(?m)(set (?:src|dst)addr|SMTP|service) "?{name}"?$', rf"\1 zz{number}", renamed)
    for number, value in enumerate(("10.0.10.22", "10.0.20.5", "10.0.10.11")):
        aliases.append(f"    edit zz{number}\n        set subnet {value}/32\n    next\n")
    objects = "config firewall address\n" + "".join(aliases) + "end\n"
    services = "config firewall service custom\n    edit zz3\n        set tcp-portrange 50636\n    next\nend\n"
    assert renamed != text
    before, after = run(text, edge=True), run(objects + services + renamed, edge=True)

    def judged(result: AuditResult) -> set[str]:
        return {finding.fingerprint for finding in result.findings if finding.check != "FW108"}

    assert judged(before) == judged(after)
    assert [row.state for row in before.coverage] == [row.state for row in after.coverage]


def test_no_translation_is_said_to_publish_a_server_with_a_public_address_of_its_own(tmp_path: Path) -> None:
    base = BASE.replace("10.0.20.", "198.51.100.")
    text = policy(1, "all", "edge", "HTTP", "wan1>dmz")
    result = audited(tmp_path, text, roles=ROLES | {"edge_transport": "198.51.100.5"}, base=base)
    (finding,) = [each for each in result.findings if each.flow == "INTERNET-EDGE"]
    assert "tcp/25 to 198.51.100.5" in finding.message
    assert "translation" not in finding.message
